#include "tests/simulator/timestamp.h"

#include "gtest/gtest.h"

namespace cce::simulator {
namespace {

std::string Text(std::int64_t time, Fraction fraction) {
  std::string text;
  AppendTimestamp(Truncate(time, fraction), fraction, text);
  return text;
}

TEST(Timestamp, IsWrittenWithEveryServicesFraction) {
  const std::int64_t time = *ParseTimestamp("2026-07-06T08:46:10.343344500Z");
  EXPECT_EQ(Text(time, Fraction::kNone), "2026-07-06T08:46:10Z");
  EXPECT_EQ(Text(time, Fraction::kMilliseconds), "2026-07-06T08:46:10.343Z");
  EXPECT_EQ(Text(time, Fraction::kNanosecondsCut), "2026-07-06T08:46:10.3433445Z");
  const std::int64_t round = *ParseTimestamp("2026-07-06T08:46:10.3Z");
  EXPECT_EQ(Text(round, Fraction::kMilliseconds), "2026-07-06T08:46:10.300Z");
  EXPECT_EQ(Text(round, Fraction::kMillisecondsCut), "2026-07-06T08:46:10.3Z");
  EXPECT_EQ(Text(Truncate(round, Fraction::kNone), Fraction::kNanosecondsCut),
            "2026-07-06T08:46:10Z");
}

TEST(Timestamp, IsReadWithAndWithoutZone) {
  const std::int64_t time = *ParseTimestamp("2026-07-06T08:46:10Z");
  EXPECT_EQ(time, 1783327570 * kNanosecondsPerSecond);
  EXPECT_EQ(ParseTimestamp("2026-07-06T08:46:10"), time);
  EXPECT_EQ(ParseTimestamp("2026-07-06T10:46:10+02:00"), time);
  EXPECT_EQ(ParseTimestamp("2026-07-06T03:46:10-05:00"), time);
  EXPECT_EQ(ParseTimestamp("2026-07-06T08:46:10.0000000019Z"), time + 1);
}

TEST(Timestamp, IsRefusedWhenAnythingIsWrongWithIt) {
  for (const char* text :
       {"", "now", "2026-07-06", "2026-07-06T08:46:10Z\n", " 2026-07-06T08:46:10Z",
        "2026-02-30T08:46:10Z", "2026-07-06T24:00:00Z", "2026-07-06T08:46:10.Z",
        "2026-07-06T08:46:10+0200", "2026-07-06 08:46:10Z", "2026-7-6T08:46:10Z"}) {
    EXPECT_FALSE(ParseTimestamp(text).has_value()) << text;
  }
}

TEST(Timestamp, BeforeTheEpochFloorsToTheMillisecondBelow) {
  EXPECT_EQ(ToMilliseconds(-1), -1);
  EXPECT_EQ(ToMilliseconds(-kNanosecondsPerMillisecond), -1);
  EXPECT_EQ(ToMilliseconds(kNanosecondsPerMillisecond - 1), 0);
}

}  // namespace
}  // namespace cce::simulator
