// Collection Status for people.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cce {

// What GET /api/v1/status answered, as a table: one line a device, below it cause and remedy where
// something is to be done. Control characters are replaced: causes quote what services say, and a
// terminal obeys some of them. kUnavailable if `json` is not a status.
absl::StatusOr<std::string> StatusTable(std::string_view json);

}  // namespace cce
