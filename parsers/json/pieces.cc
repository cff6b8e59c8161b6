#include "parsers/json/pieces.h"

namespace cce::json {
namespace {

// Behind the string that begins at `at`.
std::size_t BehindString(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

}  // namespace

std::string_view FirstValue(std::string_view text) {
  std::size_t at = 0;
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = BehindString(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      if (depth == 0) break;
      --depth;
      ++at;
    } else if (depth > 0) {
      ++at;
      continue;
    } else if (EndsScalar(c)) {
      break;
    } else {
      ++at;
      continue;
    }
    if (depth == 0) break;
  }
  return text.substr(0, at);
}

}  // namespace cce::json
