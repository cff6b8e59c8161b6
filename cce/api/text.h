// Debian builds Abseil with a string_view of its own; these two lines are where the two kinds meet.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace cce {

inline absl::string_view ForAbseil(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view FromAbseil(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace cce
