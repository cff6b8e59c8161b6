#include "cce/system/system_clock.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "absl/time/clock.h"

namespace cce {
namespace {

TEST(SystemClock, TellsTheWallClock) {
  SystemClock clock;
  const absl::Time before = absl::Now();
  const absl::Time now = clock.Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, absl::Now());
}

class SleeperTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  SystemClock clock_;
  std::unique_ptr<Sleeper> sleeper_ = clock_.MakeSleeper(loop_.get_executor());
};

TEST_F(SleeperTest, ReturnsWhenThePauseIsOver) {
  std::future<void> slept =
      boost::asio::co_spawn(loop_, sleeper_->Sleep(absl::Nanoseconds(1)), boost::asio::use_future);
  loop_.run();
  slept.get();
}

TEST_F(SleeperTest, ReturnsAtOnceFromAPauseOfLessThanNothing) {
  std::future<void> slept = boost::asio::co_spawn(loop_, sleeper_->Sleep(-absl::InfiniteDuration()),
                                                  boost::asio::use_future);
  loop_.run();
  slept.get();
}

TEST_F(SleeperTest, WakesFromAnEndlessPause) {
  std::future<void> slept = boost::asio::co_spawn(loop_, sleeper_->Sleep(absl::InfiniteDuration()),
                                                  boost::asio::use_future);
  loop_.poll();
  sleeper_->Wake();
  loop_.run();
  slept.get();
}

TEST_F(SleeperTest, ReturnsAtOnceIfItWasWokenBefore) {
  sleeper_->Wake();
  sleeper_->Wake();
  std::future<void> slept = boost::asio::co_spawn(loop_, sleeper_->Sleep(absl::InfiniteDuration()),
                                                  boost::asio::use_future);
  loop_.run();
  slept.get();
}

TEST_F(SleeperTest, RemembersOneWakeOnly) {
  sleeper_->Wake();
  bool slept_twice = false;
  auto sleep_twice = [&]() -> Task<> {
    co_await sleeper_->Sleep(absl::InfiniteDuration());
    co_await sleeper_->Sleep(absl::InfiniteDuration());
    slept_twice = true;
  };
  boost::asio::co_spawn(loop_, sleep_twice(), boost::asio::detached);
  loop_.poll();
  EXPECT_FALSE(slept_twice);
  sleeper_->Wake();
  loop_.run();
  EXPECT_TRUE(slept_twice);
}

}  // namespace
}  // namespace cce
