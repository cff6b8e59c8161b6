#include "parsers/jumpcloud/event_time.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"

namespace cce::jumpcloud {
namespace {

std::string Written(std::int64_t ns) {
  char text[kMaxTimeText];
  return std::string(text, WriteTime(ns, text));
}

TEST(ParseTime, KeepsNineDigitsAndCutsTheRest) {
  const std::int64_t second = absl::ToUnixNanos(absl::FromUnixSeconds(1783325745));
  EXPECT_EQ(ParseTime("2026-07-06T08:15:45Z")->ns, second);
  EXPECT_EQ(ParseTime("2026-07-06T08:15:45.1Z")->ns, second + 100'000'000);
  EXPECT_EQ(ParseTime("2026-07-06T08:15:45.953462371Z")->ns, second + 953'462'371);
  EXPECT_EQ(ParseTime("2026-07-06T08:15:45.9534623719Z")->ns, second + 953'462'371);
  EXPECT_FALSE(ParseTime("2026-07-06T08:15:45.9534623719Z")->canonical);
  EXPECT_TRUE(ParseTime("2026-07-06T08:15:45.953462371Z")->canonical);
}

TEST(ParseTime, UnderstandsZones) {
  const auto adelaide = ParseTime("2026-07-06T17:45:45+09:30");
  EXPECT_EQ(adelaide->ns, ParseTime("2026-07-06T08:15:45Z")->ns);
  EXPECT_EQ(adelaide->offset_minutes, 570);
  EXPECT_FALSE(adelaide->canonical);
  EXPECT_EQ(ParseTime("2026-07-06T03:15:45-05:00")->offset_minutes, -300);
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "now", "2026-07-06", "2026-07-06T08:15:45", "2026-13-06T08:15:45Z",
        "2026-02-29T08:15:45Z", "2026-07-06T24:15:45Z", "2026-07-06T08:15:45.Z",
        "2026-07-06T08:15:45+0930", "2026-07-06T08:15:45Zx", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "1783325745", "2026-07-06T08:15:4\\u0035Z"}) {
    EXPECT_EQ(ParseTime(text), std::nullopt) << text;
  }
}

TEST(WriteTime, IsTheOtherWayRound) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2000-02-29T12:00:00Z",
        "2026-07-06T08:15:45.953462371Z", "2026-12-31T23:59:59.000001Z", "1678-01-01T00:00:00Z",
        "2261-12-31T23:59:59.999999999Z"}) {
    EXPECT_EQ(Written(ParseTime(text)->ns), text);
  }
}

TEST(ChooseTime, GivesWayToTheServersDigitsWithinTheSameSecondOnly) {
  constexpr auto kWhole = "2026-07-06T08:15:45Z";
  EXPECT_EQ(ChooseTime(kWhole, "2026-07-06T08:15:45.953462371Z", "").canonical,
            "2026-07-06T08:15:45.953462371Z");
  EXPECT_EQ(ChooseTime(kWhole, "2026-07-06T08:15:46.1Z", "").canonical, kWhole);
  EXPECT_EQ(ChooseTime("2026-07-06T08:15:45.5Z", "2026-07-06T08:15:45.953Z", "").canonical,
            "2026-07-06T08:15:45.5Z");
}

TEST(ChooseTime, TakesTheNextBestIfThereIsNoTimestamp) {
  EXPECT_EQ(ChooseTime("?", "2026-07-06T08:15:46.1Z", "").source, TimeSource::kServer);
  EXPECT_EQ(ChooseTime("", "", "2026-07-06T08:15:46.1Z").source, TimeSource::kTransformation);
  EXPECT_EQ(ChooseTime("?", "?", "?").source, TimeSource::kNone);
}

TEST(Milliseconds, AreRoundedDownBefore1970Too) {
  EXPECT_EQ(Milliseconds(1'999'999), 1);
  EXPECT_EQ(Milliseconds(-1), -1);
  EXPECT_EQ(Milliseconds(-1'000'000), -1);
}

}  // namespace
}  // namespace cce::jumpcloud
