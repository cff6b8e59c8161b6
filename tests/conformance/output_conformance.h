// What every Output must do, whatever its destination. An output's test supplies a world for it and
// instantiates the suite:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(File, OutputConformance, FileOnAPowerCut);
//
// The world is a class with a default constructor (an empty destination, no process yet) and
//
//   void Start()                          a process begins: clock, store, output
//   void Crash(std::uint64_t seed)        it ends as by a kill or a power cut, whatever it was
//   doing;
//                                         `seed` chooses what becomes of what was not synced
//   VirtualWorld& world()
//   Output& output()
//   LossyStore& store()                   what the output has as its store
//   std::vector<std::string> Lines(device)    at the destination, in order, after Recover
//   std::vector<std::string> crash_points()   those that such deliveries pass
//   static constexpr bool kIsExactlyOnce      false: after a crash or an error lines may come again
//                                         that came before, in their order; without it: true
//   static constexpr int kSeeds           may be left out: how many random runs it has time for
//   void Block(device), Unblock(device)   the destination takes nothing of the device's, then it
//   does
//                                         again; both while a process runs
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "tests/conformance/numbered_feed.h"
#include "tests/fakes/virtual_world.h"

namespace cce {

template <class World>
class OutputConformance : public ::testing::Test {
 protected:
  static constexpr char kOutput[] = "archive";

  void Recover(NumberedFeed& feed) {
    auto recovered = world_.world().Await(world_.output().Recover(feed.key()));
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    ASSERT_NO_FATAL_FAILURE(feed.Resume(*recovered));
    ASSERT_TRUE(HasArrived(feed, feed.read()))
        << "the recovered position is not what is at the destination";
  }

  // Whether the first `count` lines are at the destination and nothing else, as far as the world's
  // promise goes.
  ::testing::AssertionResult HasArrived(const NumberedFeed& feed, int count) {
    std::vector<std::string> lines = world_.Lines(feed.key().device);
    if constexpr (requires { World::kIsExactlyOnce; }) {
      if (!World::kIsExactlyOnce) {
        lines = FirstOfEach(lines);
        // What has arrived may not have been noted.
        count = std::max(count, static_cast<int>(lines.size()));
      }
    }
    return SameLines(lines, feed.Lines(count));
  }

  // OK moves the feed.
  absl::Status Deliver(NumberedFeed& feed, int count) {
    auto [batch, step] = feed.Next(count);
    const std::weak_ptr<const Batch> held = batch;
    absl::Status status = world_.world().Await(
        world_.output().Deliver(feed.key(), std::move(batch), std::move(step)));
    EXPECT_TRUE(held.expired()) << "the batch is memory that the feed has given back";
    if (status.ok()) feed.Advance(count);
    return status;
  }

  // Delivers everything, through any number of crashes; `arm` is called at every start.
  template <class Arm>
  void DeliverThroughCrashes(NumberedFeed& feed, std::uint64_t seed, Arm arm) {
    std::mt19937_64 random(seed);
    for (;;) {
      world_.Start();
      arm(world_.world().crash_points());
      try {
        ASSERT_NO_FATAL_FAILURE(Recover(feed));
        while (!feed.done()) {
          const int count = 1 + static_cast<int>(random() % 12);
          ASSERT_TRUE(Deliver(feed, count).ok());
          if (random() % 4 == 0) world_.world().RunFor(absl::Minutes(random() % 40));
        }
        world_.world().RunFor(absl::Hours(2));
        world_.world().Await(world_.output().Close());
        break;
      } catch (const SimulatedCrash&) {
        NotePassed();
        world_.Crash(random());
      }
    }
    NotePassed();
    world_.Crash(random());
    world_.Start();
    ASSERT_NO_FATAL_FAILURE(Recover(feed));
    ASSERT_TRUE(feed.done());
    world_.Crash(random());
  }

  static constexpr std::uint64_t Seeds() {
    if constexpr (requires { World::kSeeds; }) return World::kSeeds;
    return 150;
  }

  void NotePassed() {
    const auto& passed = world_.world().crash_points().passed();
    passed_.insert(passed.begin(), passed.end());
  }

  World world_;
  std::set<std::string> passed_;
};

TYPED_TEST_SUITE_P(OutputConformance);

TYPED_TEST_P(OutputConformance, StartsWithoutACheckpointAndKeepsWhatItDelivers) {
  NumberedFeed feed(this->kOutput, "lyon", 50);
  this->world_.Start();
  const auto first = this->world_.world().Await(this->world_.output().Recover(feed.key()));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->has_value());
  while (!feed.done()) ASSERT_TRUE(this->Deliver(feed, 9).ok());
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  EXPECT_EQ(feed.read(), 50);
}

TYPED_TEST_P(OutputConformance, ABatchWithoutEventsIsOnlyAStep) {
  NumberedFeed feed(this->kOutput, "lyon", 10);
  this->world_.Start();
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  ASSERT_TRUE(this->Deliver(feed, 0).ok());
  const auto recovered = this->world_.world().Await(this->world_.output().Recover(feed.key()));
  ASSERT_TRUE(recovered.ok() && recovered->has_value());
  EXPECT_EQ((*recovered)->position, "0");
  EXPECT_THAT(this->world_.Lines("lyon"), ::testing::IsEmpty());
}

TYPED_TEST_P(OutputConformance, KeepsItsPromiseWhateverCrashPointIsHit) {
  int device = 0;
  for (const std::string& point : this->world_.crash_points()) {
    for (const int pass : {1, 2, 5}) {
      SCOPED_TRACE(absl::StrCat(point, " at pass ", pass));
      NumberedFeed feed(this->kOutput, absl::StrCat("device", ++device), 60);
      bool armed = false;
      ASSERT_NO_FATAL_FAILURE(this->DeliverThroughCrashes(feed, static_cast<std::uint64_t>(device),
                                                          [&](ThrowingCrashPoints& points) {
                                                            if (!std::exchange(armed, true))
                                                              points.Arm(point, pass);
                                                          }));
    }
  }
}

TYPED_TEST_P(OutputConformance, KeepsItsPromiseThroughCrashesOfRecoveriesFromCrashes) {
  const std::vector<std::string> points = this->world_.crash_points();
  for (std::uint64_t seed = 1; seed <= this->Seeds(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    NumberedFeed feed(this->kOutput, absl::StrCat("device", seed), 60);
    std::mt19937_64 random(seed);
    int crashes = 0;
    ASSERT_NO_FATAL_FAILURE(
        this->DeliverThroughCrashes(feed, seed, [&](ThrowingCrashPoints& armed) {
          if (++crashes > 12) return;
          armed.Arm(points[random() % points.size()], 1 + static_cast<int>(random() % 4));
        }));
  }
  for (const std::string& point : points) {
    EXPECT_EQ(this->passed_.count(point), 1u) << "never came by " << point;
  }
}

TYPED_TEST_P(OutputConformance, FindsOutWhatBecameOfALostAnswer) {
  NumberedFeed feed(this->kOutput, "lyon", 80);
  this->world_.Start();
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  int lost = 0;
  for (int round = 0; !feed.done(); ++round) {
    this->world_.store().LoseAnswer(1 + round % 3);
    if (this->Deliver(feed, 5).ok()) continue;
    ++lost;
    ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  }
  EXPECT_GT(lost, 3);
  this->world_.Crash(1);
  this->world_.Start();
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  EXPECT_EQ(feed.read(), 80);
}

TYPED_TEST_P(OutputConformance, APartOfABatchLeavesThePositionAndKeepsTheIdentities) {
  NumberedFeed feed(this->kOutput, "lyon", 20);
  this->world_.Start();
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  ASSERT_TRUE(this->Deliver(feed, 10).ok());
  ASSERT_TRUE(this->world_.world()
                  .Await(this->world_.output().Deliver(feed.key(), feed.MakeBatch(10, 4),
                                                       feed.MakeStep(10, 4, false)))
                  .ok());
  this->world_.Crash(1);
  this->world_.Start();
  const auto recovered = this->world_.world().Await(this->world_.output().Recover(feed.key()));
  ASSERT_TRUE(recovered.ok() && recovered->has_value());
  EXPECT_EQ((*recovered)->position, "10");
  EXPECT_TRUE(this->HasArrived(feed, 14));
  const auto blocks = this->world_.world().Await(
      this->world_.store().Blocks(feed.key(), NumberedFeed::TimeOf(10), NumberedFeed::TimeOf(13)));
  ASSERT_TRUE(blocks.ok());
  std::set<Identity> kept;
  for (const IdentityBlock& block : *blocks) {
    kept.insert(block.identities.begin(), block.identities.end());
  }
  for (int n = 10; n < 14; ++n) EXPECT_EQ(kept.count(NumberedFeed::IdentityOf(n)), 1u) << n;

  ASSERT_TRUE(this->world_.world()
                  .Await(this->world_.output().Deliver(feed.key(), feed.MakeBatch(14, 6),
                                                       feed.MakeStep(14, 6)))
                  .ok());
  EXPECT_TRUE(this->HasArrived(feed, 20));
}

TYPED_TEST_P(OutputConformance, ABlockedFeedRecoversByItselfAndHurtsNoOther) {
  NumberedFeed blocked(this->kOutput, "lyon", 30);
  NumberedFeed other(this->kOutput, "rome", 60);
  this->world_.Start();
  ASSERT_NO_FATAL_FAILURE(this->Recover(blocked));
  ASSERT_NO_FATAL_FAILURE(this->Recover(other));
  ASSERT_TRUE(this->Deliver(blocked, 5).ok());
  ASSERT_TRUE(this->Deliver(other, 5).ok());

  this->world_.Block("lyon");
  for (int i = 0; i < 5; ++i) {
    // The destination is down for the one or for the other.
    absl::Status refused =
        this->world_.world().Await(this->world_.output().Recover(blocked.key())).status();
    const absl::Time called = this->world_.world().clock().Now();
    if (refused.ok()) refused = this->Deliver(blocked, 5);
    ASSERT_LE(this->world_.world().clock().Now() - called, kDeliveryBeginsWithin);
    ASSERT_TRUE(absl::IsUnavailable(refused) || absl::IsResourceExhausted(refused)) << refused;
    const auto trouble = TroubleOf(refused);
    ASSERT_TRUE(trouble.has_value()) << "a verdict needs a remedy: " << refused;
    EXPECT_FALSE(trouble->remedy.empty());
    ASSERT_TRUE(this->Deliver(other, 5).ok());
  }
  this->world_.Unblock("lyon");
  ASSERT_NO_FATAL_FAILURE(this->Recover(blocked));
  EXPECT_EQ(blocked.read(), 5);
  while (!blocked.done()) ASSERT_TRUE(this->Deliver(blocked, 5).ok());
  while (!other.done()) ASSERT_TRUE(this->Deliver(other, 5).ok());
  ASSERT_NO_FATAL_FAILURE(this->Recover(blocked));
  ASSERT_NO_FATAL_FAILURE(this->Recover(other));
}

TYPED_TEST_P(OutputConformance, ASlowDeliveryHoldsUpNoOtherFeed) {
  NumberedFeed slow(this->kOutput, "lyon", 10);
  NumberedFeed other(this->kOutput, "rome", 10);
  this->world_.Start();
  ASSERT_NO_FATAL_FAILURE(this->Recover(slow));
  ASSERT_NO_FATAL_FAILURE(this->Recover(other));
  VirtualWorld& world = this->world_.world();
  this->world_.store().SlowDown(world.clock(), "lyon", absl::Hours(1));
  std::optional<absl::Status> slow_result;
  auto [batch, step] = slow.Next(10);
  boost::asio::co_spawn(
      world.io(), this->world_.output().Deliver(slow.key(), std::move(batch), std::move(step)),
      [&](std::exception_ptr, absl::Status status) { slow_result = std::move(status); });
  ASSERT_TRUE(this->Deliver(other, 10).ok());
  EXPECT_FALSE(slow_result.has_value());
  ASSERT_NO_FATAL_FAILURE(this->Recover(other));
  ASSERT_TRUE(world.RunUntil([&] { return slow_result.has_value(); }, absl::Hours(24)));
  EXPECT_TRUE(slow_result->ok()) << *slow_result;
  EXPECT_TRUE(this->HasArrived(slow, 10));
}

TYPED_TEST_P(OutputConformance, DeliversNothingWithoutRecover) {
  NumberedFeed feed(this->kOutput, "lyon", 10);
  this->world_.Start();
  EXPECT_FALSE(this->Deliver(feed, 5).ok());
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  this->world_.store().Refuse(true);
  EXPECT_FALSE(this->Deliver(feed, 5).ok());
  this->world_.store().Refuse(false);
  EXPECT_FALSE(this->Deliver(feed, 5).ok()) << "after an error Recover comes first";
  ASSERT_NO_FATAL_FAILURE(this->Recover(feed));
  EXPECT_TRUE(this->Deliver(feed, 10).ok());
}

REGISTER_TYPED_TEST_SUITE_P(OutputConformance, StartsWithoutACheckpointAndKeepsWhatItDelivers,
                            ABatchWithoutEventsIsOnlyAStep, KeepsItsPromiseWhateverCrashPointIsHit,
                            KeepsItsPromiseThroughCrashesOfRecoveriesFromCrashes,
                            FindsOutWhatBecameOfALostAnswer,
                            APartOfABatchLeavesThePositionAndKeepsTheIdentities,
                            ABlockedFeedRecoversByItselfAndHurtsNoOther,
                            ASlowDeliveryHoldsUpNoOtherFeed, DeliversNothingWithoutRecover);

}  // namespace cce
