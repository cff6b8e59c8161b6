// Times as questions to the service and stored positions write them: "2026-07-06T08:15:45.921Z".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace cce::jumpcloud {

// UTC, to the millisecond (the rest is cut).
std::string ToTimestamp(absl::Time time);

// What ToTimestamp writes, and nothing else.
std::optional<absl::Time> ReadTimestamp(std::string_view text);

}  // namespace cce::jumpcloud
