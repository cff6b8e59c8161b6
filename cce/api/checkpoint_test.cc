#include "cce/api/checkpoint.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Accounted At(std::int64_t time_ns, std::uint8_t tag = 0, Outcome outcome = Outcome::kDelivered) {
  Accounted event;
  event.identity.bytes[0] = tag;
  event.time_ns = time_ns;
  event.outcome = outcome;
  return event;
}

TEST(ToBlocks, CountsEachOutcomeInItsMinute) {
  const std::vector<Accounted> events = {At(0), At(59 * kSecond), At(60 * kSecond),
                                         At(61 * kSecond, 0, Outcome::kFiltered),
                                         At(62 * kSecond, 0, Outcome::kDeadLettered)};
  const std::vector<IdentityBlock> blocks = ToBlocks(events);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].identities.size(), 5u);
  EXPECT_EQ(
      blocks[0].minutes,
      (std::vector<MinuteCount>{{.minute = 0, .delivered = 2},
                                {.minute = 1, .delivered = 1, .filtered = 1, .dead_lettered = 1}}));
}

TEST(ToBlocks, FloorsMinutesBefore1970) {
  const std::vector<Accounted> events = {At(-1), At(0)};
  const std::vector<IdentityBlock> blocks = ToBlocks(events);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].minutes, (std::vector<MinuteCount>{{.minute = -1, .delivered = 1},
                                                         {.minute = 0, .delivered = 1}}));
}

TEST(ToBlocks, StartsABlockWhereOneWouldBeWiderThanAnHour) {
  const std::vector<Accounted> events = {At(0, 1), At(3600 * kSecond, 2), At(3601 * kSecond, 3)};
  const std::vector<IdentityBlock> blocks = ToBlocks(events);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].max_ns, 3600 * kSecond);
  EXPECT_EQ(blocks[1].min_ns, 3601 * kSecond);
}

TEST(ToBlocks, KeepsAStrayTimestampFromWideningTheBlock) {
  const std::vector<Accounted> events = {At(10 * kSecond, 1), At(900'000 * kSecond, 2),
                                         At(11 * kSecond, 3)};
  const std::vector<IdentityBlock> blocks = ToBlocks(events);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].identities.size(), 2u);
  EXPECT_EQ(blocks[1].identities.size(), 1u);
}

TEST(ToBlocks, StartsABlockWhenOneIsFull) {
  std::vector<Accounted> events(IdentityBlock::kMaxIdentities + 1, At(kSecond));
  const std::vector<IdentityBlock> blocks = ToBlocks(events);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].identities.size(), std::size_t{IdentityBlock::kMaxIdentities});
}

TEST(ToBlocks, OfNothingIsNothing) { EXPECT_TRUE(ToBlocks({}).empty()); }

}  // namespace
}  // namespace cce
