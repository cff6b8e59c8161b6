// The words that JumpCloud writes in one case here and in another there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "cce/api/ocsf_ids.h"
#include "cce/api/text.h"

namespace cce::jumpcloud {

// True if `text` is the word `lower_case` in any case.
inline bool Is(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() &&
         (text == lower_case || absl::EqualsIgnoreCase(ForAbseil(text), ForAbseil(lower_case)));
}

inline bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> lower_case) {
  return std::any_of(lower_case.begin(), lower_case.end(),
                     [text](std::string_view word) { return Is(text, word); });
}

inline bool StartsAs(std::string_view text, std::string_view lower_case) {
  return absl::StartsWithIgnoreCase(ForAbseil(text), ForAbseil(lower_case));
}

inline bool EndsAs(std::string_view text, std::string_view lower_case) {
  return absl::EndsWithIgnoreCase(ForAbseil(text), ForAbseil(lower_case));
}

inline bool Contains(std::string_view text, std::string_view lower_case) {
  const auto same = [](char a, char b) {
    return absl::ascii_tolower(static_cast<unsigned char>(a)) == b;
  };
  return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) !=
         text.end();
}

// A word and the number that OCSF has for it.
struct TypedName {
  std::string_view name;
  int type_id;
};

// The type_id of `name`, or kOther.
template <std::size_t kSize>
int TypeId(const TypedName (&types)[kSize], std::string_view name) {
  for (const TypedName& type : types) {
    if (Is(name, type.name)) return type.type_id;
  }
  return kOther;
}

}  // namespace cce::jumpcloud
