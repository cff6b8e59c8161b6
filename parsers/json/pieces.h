// Goes through a JSON text that has been checked, byte by byte and without an index.
#pragma once

#include <cstddef>
#include <string_view>

#include "parsers/json/scalars.h"

namespace cce::json {

// The value that `text` begins with. REQUIRES: there is one, of valid JSON, whole.
std::string_view FirstValue(std::string_view text);

// The contents of a string, else empty.
inline std::string_view StringIn(std::string_view value) {
  return value.size() < 2 || value[0] != '"' ? std::string_view()
                                             : value.substr(1, value.size() - 2);
}

// `text` without the white space before it.
inline std::string_view WithoutSpace(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && IsSpace(text[at])) ++at;
  return text.substr(at);
}

// Calls `visit` with each element of the array `value` until it returns false.
template <class Visit>
void ForEachElement(std::string_view value, Visit visit) {
  if (value.empty() || value[0] != '[') return;
  std::string_view rest = WithoutSpace(value.substr(1));
  if (rest.empty() || rest[0] == ']') return;
  for (;;) {
    const std::string_view element = FirstValue(rest);
    if (!visit(element)) return;
    rest = WithoutSpace(rest.substr(element.size()));
    if (rest.empty() || rest[0] != ',') return;
    rest = WithoutSpace(rest.substr(1));
  }
}

// Calls `visit` with the key (without its quotes) and the value of each member of the object
// `value` until it returns false.
template <class Visit>
void ForEachMember(std::string_view value, Visit visit) {
  if (value.empty() || value[0] != '{') return;
  std::string_view rest = WithoutSpace(value.substr(1));
  while (!rest.empty() && rest[0] == '"') {
    const std::string_view key = FirstValue(rest);
    rest = WithoutSpace(rest.substr(key.size()));
    rest = WithoutSpace(rest.substr(1));  // the colon
    const std::string_view member = FirstValue(rest);
    if (!visit(StringIn(key), member)) return;
    rest = WithoutSpace(rest.substr(member.size()));
    if (rest.empty() || rest[0] != ',') return;
    rest = WithoutSpace(rest.substr(1));
  }
}

// The value of the first member of the object `value` that is called `key`, else empty.
inline std::string_view MemberOf(std::string_view value, std::string_view key) {
  std::string_view found;
  ForEachMember(value, [&](std::string_view name, std::string_view member) {
    if (name == key) found = member;
    return found.empty();
  });
  return found;
}

}  // namespace cce::json
