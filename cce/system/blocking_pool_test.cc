#include "cce/system/blocking_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <latch>
#include <memory>
#include <string>
#include <thread>

namespace cce {
namespace {

TEST(BlockingPool, WorksElsewhereAndResumesTheCallerAtHome) {
  boost::asio::io_context loop;
  BlockingPool pool(2);
  std::thread::id worked_on;
  std::thread::id resumed_on;
  auto call = [&]() -> Task<> {
    co_await pool.Run([&] { worked_on = std::this_thread::get_id(); });
    resumed_on = std::this_thread::get_id();
  };
  boost::asio::co_spawn(loop, call(), boost::asio::detached);
  loop.run();
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
  EXPECT_NE(worked_on, std::thread::id());
  EXPECT_NE(worked_on, resumed_on);
}

TEST(BlockingPool, ReturnsWhatTheWorkReturns) {
  boost::asio::io_context loop;
  BlockingPool pool(1);
  auto call = [&]() -> Task<std::string> {
    auto work = [] { return std::make_unique<std::string>("result"); };
    std::unique_ptr<std::string> result = co_await RunBlocking(pool, work);
    co_return *result;
  };
  std::future<std::string> result = boost::asio::co_spawn(loop, call(), boost::asio::use_future);
  loop.run();
  EXPECT_EQ(result.get(), "result");
}

TEST(BlockingPool, ServesManyCallersOfManyLoops) {
  constexpr int kCallers = 50;
  constexpr int kCalls = 100;
  boost::asio::io_context loops[2];
  BlockingPool pool(3);
  std::atomic<int> worked = 0;
  auto call = [&]() -> Task<> {
    for (int i = 0; i < kCalls; ++i) {
      co_await pool.Run([&] { ++worked; });
    }
  };
  for (boost::asio::io_context& loop : loops) {
    for (int i = 0; i < kCallers; ++i) {
      boost::asio::co_spawn(loop, call(), boost::asio::detached);
    }
  }
  std::jthread other([&] { loops[1].run(); });
  loops[0].run();
  other.join();
  EXPECT_EQ(worked, 2 * kCallers * kCalls);
}

TEST(BlockingPool, EndsQueuedWorkBeforeItGoes) {
  constexpr int kCallers = 10;
  std::atomic<int> worked = 0;
  int resumed = 0;
  boost::asio::io_context loop;
  {
    BlockingPool pool(1);
    std::latch all_queued(1);  // until then the pool's one thread is busy
    auto call = [&]() -> Task<> {
      co_await pool.Run([&] {
        all_queued.wait();
        ++worked;
      });
      ++resumed;
    };
    for (int i = 0; i < kCallers; ++i) {
      boost::asio::co_spawn(loop, call(), boost::asio::detached);
      ASSERT_EQ(loop.poll_one(), 1u);
    }
    all_queued.count_down();
  }
  EXPECT_EQ(worked, kCallers);
  EXPECT_EQ(resumed, 0);  // the callers are destroyed with their loop
}

}  // namespace
}  // namespace cce
