#include "parsers/jumpcloud/window.h"

#include <gtest/gtest.h>

#include <random>

namespace cce::jumpcloud {
namespace {

const absl::Time kNoon =
    absl::FromCivil(absl::CivilSecond(2026, 7, 6, 12, 0, 0), absl::UTCTimeZone());
constexpr absl::Duration kOverlap = absl::Minutes(10);

absl::Time After(absl::Duration time) { return kNoon + time; }

TEST(Window, ReachesFromTheRestToTheTick) {
  const Rest rest{kNoon, kNoon};
  EXPECT_EQ(NextWindow(rest, After(absl::Seconds(60))), (Window{kNoon, After(absl::Seconds(60))}));
}

TEST(Window, HasNothingToAskUntilATickPassesTheLastEnd) {
  const Rest rest{kNoon, After(absl::Minutes(10))};
  EXPECT_FALSE(NextWindow(rest, After(absl::Minutes(10))).has_value());
  EXPECT_FALSE(NextWindow(rest, After(absl::Minutes(9))).has_value());
  EXPECT_FALSE(NextWindow(rest, After(-absl::Hours(9))).has_value());
  EXPECT_TRUE(NextWindow(rest, After(absl::Minutes(10) + absl::Milliseconds(1))).has_value());
}

TEST(Window, HasNothingToAskForAPartOfAMillisecond) {
  const Rest rest{kNoon, kNoon};
  EXPECT_FALSE(NextWindow(rest, After(absl::Microseconds(999))).has_value());
}

TEST(Window, IsFollowedByARestThatReachesBackByTheOverlap) {
  const Window window{After(-absl::Hours(24)), kNoon};
  EXPECT_EQ(RestBehind(window, kOverlap), (Rest{After(-kOverlap), kNoon}));
  EXPECT_EQ(RestBehind(window, absl::ZeroDuration()), (Rest{kNoon, kNoon}));
}

TEST(Window, IsNeverFollowedByOneThatStartsEarlier) {
  const Window window{After(-absl::Minutes(1)), kNoon};
  EXPECT_EQ(RestBehind(window, kOverlap), (Rest{After(-absl::Minutes(1)), kNoon}));
}

TEST(Window, FloorsTimesBefore1970Too) {
  EXPECT_EQ(FloorToMillisecond(absl::FromUnixMicros(-1)), absl::FromUnixMillis(-1));
  EXPECT_EQ(FloorToMillisecond(absl::FromUnixMicros(1999)), absl::FromUnixMillis(1));
}

// Ticks that stand, jump and go backwards; overlaps that change.
TEST(Window, LeavesNoGapAndNeverTurnsRoundWhateverTheClocksDo) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto up_to = [&random](int bound) {
      return absl::Microseconds(std::uniform_int_distribution<std::int64_t>(0, bound)(random));
    };
    Rest rest{kNoon, kNoon};
    absl::Time clock = kNoon;
    for (int poll = 0; poll < 100; ++poll) {
      clock += up_to(120'000'000) - absl::Seconds(20);
      const std::optional<Window> window = NextWindow(rest, clock);
      if (!window) {
        EXPECT_LT(clock, rest.end + absl::Milliseconds(1));
        continue;
      }
      EXPECT_LT(window->start, window->end);
      EXPECT_LE(window->end, clock);
      EXPECT_LT(clock - window->end, absl::Milliseconds(1));
      EXPECT_LE(window->start, rest.end) << "a gap";
      EXPECT_EQ(window->start, FloorToMillisecond(window->start));

      const absl::Duration overlap = up_to(1'000'000'000);
      const Rest next = RestBehind(*window, overlap);
      EXPECT_LE(next.from, next.end);
      EXPECT_GE(next.from, rest.from) << "asks for what was counted as read";
      EXPECT_EQ(next.end, window->end);
      if (next.from > window->start) {
        EXPECT_GE(next.end - next.from, overlap);
      }
      EXPECT_LE(next.end - next.from,
                std::max(overlap + absl::Milliseconds(1), next.end - window->start));
      rest = next;
    }
  }
}

}  // namespace
}  // namespace cce::jumpcloud
