#include "cce/engine/outage.h"

#include "gtest/gtest.h"
#include "tests/fakes/virtual_world.h"

namespace cce {
namespace {

using Act = Outage::Act;

class OutageTest : public testing::Test {
 protected:
  OutageTest() {
    for (int i = 0; i < 4; ++i) {
      members_.push_back(
          std::make_unique<Outage::Member>(outage_, world_.io().get_executor(),
                                           world_.clock().MakeSleeper(world_.io().get_executor())));
    }
  }

  Outage::Member& member(std::size_t i) { return *members_[i]; }
  // The first `count` fail, then all of them wait.
  void Fail(std::size_t count, Act act = Act::kEvents) {
    for (std::size_t i = 0; i < count; ++i) member(i).Note(act, absl::UnavailableError("down"));
    for (std::size_t i = 0; i < count; ++i) member(i).UntilTurn();
  }
  bool Waits(std::size_t i) { return member(i).UntilTurn() > absl::ZeroDuration(); }
  // Who of the first `count` gets a turn within the longest pause.
  std::vector<std::size_t> Turns(std::size_t count) {
    world_.clock().Advance(Backoff::Cap());
    std::vector<std::size_t> turns;
    for (std::size_t i = 0; i < count; ++i) {
      if (!Waits(i)) turns.push_back(i);
    }
    return turns;
  }

  AbsentFiles files_;
  VirtualWorld world_{files_};
  Outage outage_{world_.context()};
  std::vector<std::unique_ptr<Outage::Member>> members_;
};

TEST_F(OutageTest, LeavesAFeedThatFailsAloneToItsOwnPace) {
  Fail(1);
  EXPECT_FALSE(Waits(0));
}

TEST_F(OutageTest, KeepsNobodyWhoHasNotFailed) {
  Fail(3);
  EXPECT_FALSE(Waits(3));
}

TEST_F(OutageTest, LetsThoseTryOneAtATimeWhoHaveFailed) {
  Fail(3);
  std::vector<std::size_t> all;
  for (int round = 0; round < 3; ++round) {
    const std::vector<std::size_t> turns = Turns(3);
    ASSERT_EQ(turns.size(), 1u);
    all.push_back(turns[0]);
    member(turns[0]).Note(Act::kEvents, absl::UnavailableError("down"));
    EXPECT_TRUE(Waits(turns[0]));
  }
  EXPECT_NE(all[0], all[1]);
  EXPECT_NE(all[1], all[2]);
}

TEST_F(OutageTest, LetsAllGoOnceTheOutputTakesSomething) {
  Fail(3);
  member(3).Note(Act::kEvents, absl::OkStatus());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(Waits(i));
}

TEST_F(OutageTest, DoesNotTakeLessThanWhatFailedForASign) {
  Fail(3);
  member(0).Note(Act::kRecover, absl::OkStatus());
  member(3).Note(Act::kStep, absl::OkStatus());
  EXPECT_TRUE(Waits(1) && Waits(2));
  member(1).Note(Act::kRecover, absl::UnavailableError("down"));
  member(1).Note(Act::kRecover, absl::OkStatus());
  EXPECT_TRUE(Waits(1)) << "its events have been refused";
}

TEST_F(OutageTest, TakesARecoveryForASignWhereRecoveriesFailed) {
  Fail(3, Act::kRecover);
  member(1).Note(Act::kRecover, absl::OkStatus());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(Waits(i));
}

TEST_F(OutageTest, TakesNoFeedsOwnRefusalForAnOutage) {
  for (std::size_t i = 0; i < 3; ++i) {
    member(i).Note(Act::kEvents, absl::FailedPreconditionError("not this feed's folder"));
    member(i).Note(Act::kEvents, absl::DataLossError("gone"));
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(Waits(i));
}

TEST_F(OutageTest, PassesTheTurnOfWhoHasNothingToTryWith) {
  Fail(4);
  const std::vector<std::size_t> turns = Turns(4);
  ASSERT_EQ(turns.size(), 1u);
  member(turns[0]).NoteIdle();
  EXPECT_FALSE(Waits(turns[0]));
  EXPECT_FALSE(Waits(turns[0] + 1)) << "at once";
}

TEST_F(OutageTest, PassesTheTurnOfWhoEnds) {
  Fail(4);
  world_.clock().Advance(Backoff::Cap());
  for (std::size_t i = 0; i < 3; ++i) members_[i].reset();
  EXPECT_FALSE(Waits(3));
}

TEST_F(OutageTest, PassesTheTurnOfWhoEndsWhileItTries) {
  Fail(4);
  members_[0].reset();
  EXPECT_FALSE(Waits(1)) << "at once";
}

TEST_F(OutageTest, HurriesNobodyBecauseOneThatWaitsEnds) {
  Fail(4);
  members_[1].reset();
  EXPECT_TRUE(Waits(2) && Waits(3));
}

TEST_F(OutageTest, LeavesTheLastToItsOwnPaceOnceTheOthersHaveEnded) {
  Fail(3);
  member(0).Note(Act::kEvents, absl::UnavailableError("down"));
  members_[0].reset();
  member(1).Leave();
  EXPECT_FALSE(Waits(2));
}

TEST_F(OutageTest, CountsNobodyTwiceWhoLeaves) {
  Fail(3);
  member(0).Leave();
  members_[0].reset();
  EXPECT_TRUE(Waits(2)) << "two are left";
}

TEST_F(OutageTest, DoesNotWaitLongerBecauseTheClockIsSetBack) {
  Fail(3);
  world_.clock().Step(-absl::Hours(5));
  EXPECT_EQ(Turns(3).size(), 1u);
}

}  // namespace
}  // namespace cce
