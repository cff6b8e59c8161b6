#include "outputs/syslog/part_step.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/numbered_feed.h"

namespace cce::syslog {
namespace {

std::map<std::int64_t, MinuteCount> MinutesOf(const std::vector<const Step*>& steps) {
  std::map<std::int64_t, MinuteCount> minutes;
  for (const Step* step : steps) {
    for (const IdentityBlock& block : step->blocks) {
      for (const MinuteCount& count : block.minutes) {
        MinuteCount& sum = minutes[count.minute];
        sum.minute = count.minute;
        sum.delivered += count.delivered;
        sum.filtered += count.filtered;
        sum.dead_lettered += count.dead_lettered;
      }
    }
  }
  return minutes;
}

std::multiset<Identity> IdentitiesOf(const std::vector<const Step*>& steps) {
  std::multiset<Identity> identities;
  for (const Step* step : steps) {
    for (const IdentityBlock& block : step->blocks) {
      identities.insert(block.identities.begin(), block.identities.end());
    }
  }
  return identities;
}

TEST(PartStep, AndTheRestAreTheWhole) {
  std::vector<BatchEvent> events;
  std::vector<Accounted> accounted;
  for (int n = 0; n < 400; ++n) {
    // From before 1970 on, over several blocks, and every third is filtered.
    const std::int64_t time_ns = (n - 100) * 40'000'000'000;
    const bool passes = n % 3 != 0;
    accounted.push_back(
        {NumberedFeed::IdentityOf(n), time_ns, passes ? Outcome::kDelivered : Outcome::kFiltered});
    if (passes) events.push_back({.identity = NumberedFeed::IdentityOf(n), .time_ns = time_ns});
  }
  const Step whole{.position = "400", .watermark_ns = 7, .blocks = ToBlocks(accounted)};
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{77}, events.size()}) {
    const auto part_events = absl::MakeConstSpan(events).first(cut);
    const Step part = PartStep(part_events);
    Step rest = whole;
    TakeOut(part_events, rest);
    EXPECT_FALSE(part.position.has_value());
    EXPECT_EQ(part.watermark_ns, 0);
    EXPECT_EQ(rest.position, "400");
    EXPECT_EQ(rest.watermark_ns, 7);
    EXPECT_EQ(IdentitiesOf({&part, &rest}), IdentitiesOf({&whole})) << cut;
    EXPECT_EQ(MinutesOf({&part, &rest}), MinutesOf({&whole})) << cut;
    EXPECT_EQ(IdentitiesOf({&part}).size(), cut);
  }
}

}  // namespace
}  // namespace cce::syslog
