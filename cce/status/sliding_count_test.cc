#include "cce/status/sliding_count.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

const absl::Time kNoon = absl::FromUnixSeconds(1'780'000'020);

TEST(SlidingCount, ForgetsWhatIsOlderThanItsSpan) {
  SlidingCount<60> count(absl::Minutes(1));
  EXPECT_EQ(count.Sum(kNoon), 0u);
  count.Add(kNoon, 5);
  count.Add(kNoon + absl::Minutes(10), 7);
  EXPECT_EQ(count.Sum(kNoon + absl::Minutes(10)), 12u);
  EXPECT_EQ(count.Sum(kNoon + absl::Minutes(59)), 12u);
  EXPECT_EQ(count.Sum(kNoon + absl::Minutes(60)), 7u);
  EXPECT_EQ(count.Sum(kNoon + absl::Minutes(70)), 0u);
  EXPECT_EQ(count.Sum(kNoon + absl::Hours(1000)), 0u);
}

TEST(SlidingCount, ReusesItsBucketsAfterALongPause) {
  SlidingCount<60> count(absl::Minutes(1));
  count.Add(kNoon, 5);
  count.Add(kNoon + absl::Hours(30), 1);
  EXPECT_EQ(count.Sum(kNoon + absl::Hours(30)), 1u);
}

TEST(SlidingCount, SumsOnlyTheNewestBucketsIfAsked) {
  SlidingCount<60> count(absl::Minutes(1));
  count.Add(kNoon, 5);
  count.Add(kNoon + absl::Minutes(4), 3);
  EXPECT_EQ(count.Sum(kNoon + absl::Minutes(4), 5), 8u);
  EXPECT_EQ(count.Sum(kNoon + absl::Minutes(5), 5), 3u);
}

TEST(SlidingCount, CountsIntoTheNewestBucketWhenTheClockStepsBack) {
  SlidingCount<60> count(absl::Minutes(1));
  count.Add(kNoon, 5);
  count.Add(kNoon - absl::Hours(2), 1);
  EXPECT_EQ(count.Sum(kNoon), 6u);
  EXPECT_EQ(count.Sum(kNoon - absl::Hours(2)), 6u);
}

}  // namespace
}  // namespace cce
