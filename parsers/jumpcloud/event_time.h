// Times as JumpCloud writes them: RFC 3339 with 0 to 9 and more fraction digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cce::jumpcloud {

struct ParsedTime {
  std::int64_t ns = 0;     // since 1970 UTC; digits behind the ninth are cut off, never rounded
  int offset_minutes = 0;  // of the text's zone
  bool has_fraction = false;
  // The text is RFC 3339 in UTC with at most nine digits and can stand as it is.
  bool canonical = false;
};

// Rounded down, before 1970 too.
constexpr std::int64_t Milliseconds(std::int64_t ns) {
  const std::int64_t ms = ns / 1'000'000;
  return ns % 1'000'000 < 0 ? ms - 1 : ms;
}

// nullopt if `text` is no time of the years 1678 to 2261.
std::optional<ParsedTime> ParseTime(std::string_view text);

// What is known of a record's `timestamp` from its head. All but kOther can stand as they are.
enum class TimestampForm : std::uint8_t { kOther, kWholeSeconds, kWithFraction };
inline constexpr std::uint32_t kTimestampForms = 3;

inline TimestampForm FormOf(const ParsedTime& time) {
  if (!time.canonical) return TimestampForm::kOther;
  return time.has_fraction ? TimestampForm::kWithFraction : TimestampForm::kWholeSeconds;
}

// Where an event's time is taken from.
enum class TimeSource : std::uint8_t { kTimestamp, kServer, kTransformation, kNone };

struct EventTime {
  TimeSource source = TimeSource::kNone;
  std::int64_t ns = 0;
  std::string_view canonical;  // the text, if it can stand as it is
};

// The first of `timestamp`, `server_timestamp` and `jc_transformation_ts` that can be read. A
// timestamp of whole seconds gives way to a server time within the same second, which newer SSO
// events carry.
EventTime ChooseTime(std::string_view timestamp, std::string_view server,
                     std::string_view transformation);

// Writes `ns` as RFC 3339 in UTC with as many of 0, 3, 6 or 9 digits as it needs; returns the
// length.
inline constexpr std::size_t kMaxTimeText = 32;
std::size_t WriteTime(std::int64_t ns, char* out);

}  // namespace cce::jumpcloud
