// How durations, sizes and times are written in configuration and on the command line.
//
// Errors are kInvalidArgument; their message says what was found and what is allowed.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace cce {

// "30s", "5m", "1h30m", "250ms", "-24h". Finite.
absl::StatusOr<absl::Duration> ReadDuration(std::string_view text);

// A whole number of "B", "KiB", "MiB", "GiB" or "TiB": "64MiB".
absl::StatusOr<std::uint64_t> ReadSize(std::string_view text);

// RFC 3339 with an offset: "2026-07-01T00:00:00Z", fractions of a second allowed.
absl::StatusOr<absl::Time> ReadTime(std::string_view text);

}  // namespace cce
