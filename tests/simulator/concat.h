// Joins texts and numbers. Abseil's StrCat takes no std::string_view where Debian 12 builds Abseil
// with a string_view of its own.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace cce::simulator {

inline void AppendPart(std::string& out, std::string_view part) { out += part; }
inline void AppendPart(std::string& out, const char* part) { out += part; }
inline void AppendPart(std::string& out, const std::string& part) { out += part; }

template <std::integral Number>
void AppendPart(std::string& out, Number number) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

template <class... Parts>
void Append(std::string& out, const Parts&... parts) {
  (AppendPart(out, parts), ...);
}

template <class... Parts>
std::string Concat(const Parts&... parts) {
  std::string out;
  Append(out, parts...);
  return out;
}

}  // namespace cce::simulator
