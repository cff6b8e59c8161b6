#include "cce/engine/tick.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'780'000'012'345);

TEST(TickAt, IsTheLastPointOfTheGrid) {
  const absl::Time tick = TickAt(kNow, absl::Minutes(1), "device");
  EXPECT_LE(tick, kNow);
  EXPECT_GT(tick + absl::Minutes(1), kNow);
  EXPECT_EQ(TickAt(tick, absl::Minutes(1), "device"), tick);
  EXPECT_EQ(TickAt(tick - absl::Nanoseconds(1), absl::Minutes(1), "device"),
            tick - absl::Minutes(1));
}

TEST(TickAt, IsTheSameAllThroughAnInterval) {
  const absl::Time tick = TickAt(kNow, absl::Seconds(30), "device");
  for (int ms = 0; ms < 30'000; ms += 37) {
    EXPECT_EQ(TickAt(tick + absl::Milliseconds(ms), absl::Seconds(30), "device"), tick);
  }
}

TEST(TickAt, SpreadsDevicesOverTheInterval) {
  std::vector<int> of_second(60);
  for (int i = 0; i < 6000; ++i) {
    const absl::Time tick = TickAt(kNow, absl::Minutes(1), "device-" + std::to_string(i));
    ++of_second[static_cast<std::size_t>((absl::ToUnixSeconds(tick) % 60))];
  }
  for (const int count : of_second) {
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 200);
  }
}

TEST(TickAt, IsKnownForLaterVersions) {
  EXPECT_EQ(absl::ToUnixMillis(TickAt(kNow, absl::Minutes(1), "")) % 60'000,
            static_cast<std::int64_t>(14695981039346656037u % 60'000u));
}

}  // namespace
}  // namespace cce
