#include "outputs/file/begin_within.h"

#include "gtest/gtest.h"
#include "tests/fakes/virtual_world.h"

namespace cce::file {
namespace {

namespace asio = boost::asio;

// A thread that is free after a while.
class BusyThread : public Blocking {
 public:
  explicit BusyThread(Clock& clock) : clock_(clock) {}
  absl::Duration until_free = absl::ZeroDuration();
  absl::Duration at_work = absl::ZeroDuration();

  Task<> Run(absl::AnyInvocable<void()> work) override {
    const auto sleeper = clock_.MakeSleeper(co_await asio::this_coro::executor);
    co_await sleeper->Sleep(until_free);
    work();
    co_await sleeper->Sleep(at_work);
  }

 private:
  Clock& clock_;
};

class BeginWithinTest : public ::testing::Test {
 protected:
  absl::Status Run() {
    return world_.Await(BeginWithin(absl::Seconds(10), thread_, world_.clock(), [this] {
      ++done_;
      return absl::DataLossError("the work's own");
    }));
  }

  AbsentFiles files_;
  VirtualWorld world_{files_};
  BusyThread thread_{world_.clock()};
  int done_ = 0;
};

TEST_F(BeginWithinTest, ReturnsWhatTheWorkDoes) {
  thread_.until_free = absl::Seconds(9);
  EXPECT_TRUE(absl::IsDataLoss(Run()));
}

TEST_F(BeginWithinTest, NeverDoesWhatItHasGivenUp) {
  thread_.until_free = absl::Minutes(9);
  EXPECT_TRUE(absl::IsUnavailable(Run()));
  world_.RunFor(absl::Hours(1));
  EXPECT_EQ(done_, 0);
}

TEST_F(BeginWithinTest, WaitsForWhatHasBegunHoweverLongItTakes) {
  thread_.at_work = absl::Hours(9);
  EXPECT_TRUE(absl::IsDataLoss(Run()));
}

TEST_F(BeginWithinTest, PassesOnWhatIsThrown) {
  const auto crash = []() -> absl::Status { throw SimulatedCrash{"here"}; };
  EXPECT_THROW(
      world_.Await(BeginWithin(absl::Seconds(10), thread_, world_.clock(), crash)).IgnoreError(),
      SimulatedCrash);
}

}  // namespace
}  // namespace cce::file
