#include "outputs/dead_letters/dead_letters.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce::dead_letters {
namespace {

using ::testing::ElementsAre;

TEST(MoveToDeadLetters, CountsTheEventAsDeadLetteredInItsMinute) {
  const Identity refused = Identity::FromHash({1});
  const Accounted events[] = {{Identity::FromHash({9}), -60'000'000'001},
                              {refused, -1},
                              {Identity::FromHash({2}), -2},
                              {Identity::FromHash({3}), -1, Outcome::kFiltered},
                              {Identity::FromHash({4}), 0}};
  Step step{.blocks = ToBlocks(events)};
  MoveToDeadLetters({.identity = refused, .time_ns = -1}, step);
  ASSERT_EQ(step.blocks.size(), 1u);
  EXPECT_THAT(
      step.blocks[0].minutes,
      ElementsAre(MinuteCount{-2, 1, 0, 0}, MinuteCount{-1, 1, 1, 1}, MinuteCount{0, 1, 0, 0}));
}

}  // namespace
}  // namespace cce::dead_letters
