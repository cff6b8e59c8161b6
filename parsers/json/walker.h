// Walks over a text's tokens and checks what the index leaves open: grammar, numbers, names,
// escapes and depth. Accepts what simdjson's DOM accepts, and numbers of any size besides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parsers/json/scalars.h"
#include "parsers/json/token_index.h"

namespace cce::json {

// Containers that may be open at once inside one value. One less than parsers downstream allow by
// default, since a value is written inside others.
inline constexpr std::size_t kMaxDepth = 1000;

// The contents of the string at `at`, without its quotes. REQUIRES: the string has been checked.
inline std::string_view StringAt(const char* text, At at) {
  std::uint32_t end = at[1] - 1;
  while (text[end] != '"') --end;
  return {text + at[0] + 1, end - at[0] - 1};
}

// The number or name at `at`.
inline std::string_view ScalarAt(const char* text, At at) {
  std::uint32_t end = at[1];
  while (IsSpace(text[end - 1])) --end;
  return {text + at[0], end - at[0]};
}

// The token behind the value at `at`. REQUIRES: the value has been checked.
inline At Behind(const char* text, At at) {
  std::size_t depth = 0;
  do {
    const char c = text[*at++];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  } while (depth != 0);
  return at;
}

// Checks values of one text, front to back.
class Walker {
 public:
  // `text` is what the tokens' positions refer to and must outlive the walker.
  Walker(std::string_view text, bool has_backslash)
      : text_(text.data()),
        size_(static_cast<std::uint32_t>(text.size())),
        backslash_(has_backslash ? 0 : size_) {}

  // Checks the value at `at` and returns the token behind it, or nullptr if it is broken.
  At Check(At at);

  // The same for an object's members, one at a time: checks the key at `at` and the colon behind it
  // and returns the value's token.
  At CheckKey(At at) {
    if (text_[at[0]] != '"' || text_[at[1]] != ':' || !CheckString(at)) return nullptr;
    return at + 2;
  }

  // Checks a value that is not a container, inline; else as Check.
  At CheckMember(At at) {
    if (text_[*at] == '"') return CheckString(at) ? at + 1 : nullptr;
    return Check(at);
  }

 private:
  bool CheckString(At at) { return at[1] <= backslash_ || CheckEscapes(at); }
  bool CheckEscapes(At at);
  bool CheckScalar(At at) const;
  void FindBackslash(std::uint32_t from);

  const char* const text_;
  const std::uint32_t size_;
  std::uint32_t backslash_;  // none lies between the last token checked and here
};

}  // namespace cce::json
