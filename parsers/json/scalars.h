// Rules for JSON's smallest parts (RFC 8259 sections 3, 6, 7 and 8.1), checked byte by byte.
#pragma once

#include <string_view>

namespace cce::json {

// Space, tab, line feed or carriage return.
inline bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// True if nothing of a number or a name may go on with `c`.
inline bool EndsScalar(char c) {
  return c == ',' || c == '}' || c == ']' || c == ':' || IsSpace(c) || c == '\0';
}

// The end of the number that begins at `at`, or nullptr if none does. REQUIRES: a byte that belongs
// to no number follows the text.
const char* EndOfNumber(const char* at);

// True if every escape between `begin` and `end` (a string without its quotes) is one of JSON's and
// surrogates come in pairs. A lone surrogate is no character, and parsers downstream refuse it.
bool ValidEscapes(const char* begin, const char* end);

// True if `text` is well-formed UTF-8 (RFC 3629).
bool IsUtf8(std::string_view text);

}  // namespace cce::json
