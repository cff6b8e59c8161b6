#include "cce/api/values.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

TEST(Values, ReadsDurationsWithUnitsAndSign) {
  EXPECT_EQ(*ReadDuration("30s"), absl::Seconds(30));
  EXPECT_EQ(*ReadDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ReadDuration("-24h"), absl::Hours(-24));
  EXPECT_EQ(*ReadDuration("0"), absl::ZeroDuration());
}

TEST(Values, RefusesDurationsThatAreNotOnes) {
  for (const char* text : {"", "30", "s", "5 m", "inf", "-inf", "7d", "30s ", "1e9999h"}) {
    EXPECT_FALSE(ReadDuration(text).ok()) << text;
  }
  EXPECT_EQ(ReadDuration("7d").status().message(),
            "found \"7d\"; allowed: a duration such as \"30s\", \"5m\" or \"24h\"");
}

TEST(Values, ReadsSizesInPowersOf1024) {
  EXPECT_EQ(*ReadSize("0B"), 0u);
  EXPECT_EQ(*ReadSize("512KiB"), 524'288u);
  EXPECT_EQ(*ReadSize("64MiB"), 67'108'864u);
  EXPECT_EQ(*ReadSize("2GiB"), 2'147'483'648u);
  EXPECT_EQ(*ReadSize("1TiB"), 1'099'511'627'776u);
}

TEST(Values, RefusesSizesThatAreNotOnesOrDoNotFit) {
  for (const char* text : {"", "64", "MiB", "64MB", "64 MiB", "-1MiB", "+1MiB", "1.5MiB",
                           "16777216TiB", "99999999999999999999B"}) {
    EXPECT_FALSE(ReadSize(text).ok()) << text;
  }
}

TEST(Values, ReadsTimesWithAnyOffset) {
  EXPECT_EQ(*ReadTime("1970-01-01T00:00:01Z"), absl::FromUnixSeconds(1));
  EXPECT_EQ(*ReadTime("1970-01-01T02:00:01.5+02:00"), absl::FromUnixMillis(1500));
}

TEST(Values, RefusesTimesWithoutDateOrOffset) {
  for (const char* text : {"", "now", "2026-07-01", "2026-07-01T00:00:00", "infinite-future",
                           "infinite-past", "2026-13-01T00:00:00Z"}) {
    EXPECT_FALSE(ReadTime(text).ok()) << text;
  }
}

}  // namespace
}  // namespace cce
