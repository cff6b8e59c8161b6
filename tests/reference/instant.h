// Times as JumpCloud writes them: RFC 3339 with any number of fraction digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cce::reference {

struct Instant {
  std::int64_t second = 0;  // since 1970 UTC
  std::string fraction;     // at most 9 digits, the rest cut off
  int offset_minutes = 0;   // of the text's zone

  std::int64_t Nanoseconds() const;
  std::int64_t Milliseconds() const;  // rounded down
  std::string Text() const;           // in UTC
};

// Nothing if `text` is no time, or one that 64 bits of nanoseconds do not hold.
std::optional<Instant> ParseInstant(const std::string& text);

Instant InstantOf(std::int64_t nanoseconds);

}  // namespace cce::reference
