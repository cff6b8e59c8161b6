// Timestamps as the service reads and writes them. Times are ns since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cce::simulator {

inline constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// Which fraction a timestamp's text has; each service of JumpCloud has its own habit.
enum class Fraction {
  kNone,             // "10Z"
  kMilliseconds,     // "10.300Z"
  kMillisecondsCut,  // "10.3Z": trailing zeros cut
  kNanosecondsCut,   // "10.34334445Z"
};

// `time` without what text of that kind cannot say.
std::int64_t Truncate(std::int64_t time, Fraction fraction);

// "2026-07-06T08:15:45.921Z". REQUIRES: time == Truncate(time, fraction).
void AppendTimestamp(std::int64_t time, Fraction fraction, std::string& out);

// RFC 3339; the zone may be missing and then is UTC; digits beyond nanoseconds are dropped.
// Anything before or after it, white space included, makes it unreadable.
std::optional<std::int64_t> ParseTimestamp(std::string_view text);

// The millisecond that the service's index and cursors know.
constexpr std::int64_t ToMilliseconds(std::int64_t time) {
  return time >= 0 ? time / kNanosecondsPerMillisecond
                   : -((-time + kNanosecondsPerMillisecond - 1) / kNanosecondsPerMillisecond);
}

}  // namespace cce::simulator
