// The words that JumpCloud writes in one case here and in another there.
#pragma once

#include <string_view>

#include "absl/strings/match.h"
#include "cce/api/text.h"

namespace cce::jumpcloud {

// True if `text` is the word `lower_case` in any case.
inline bool Is(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() &&
         (text == lower_case || absl::EqualsIgnoreCase(ForAbseil(text), ForAbseil(lower_case)));
}

}  // namespace cce::jumpcloud
