#include "parsers/json/pieces.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace cce::json {
namespace {

// Sixteen bytes, in instructions that every processor of the platform has.
using Vector __attribute__((vector_size(16))) = char;

// Behind the string that begins at `at`.
std::size_t BehindString(std::string_view text, std::size_t at) {
  ++at;
  while (at + sizeof(Vector) <= text.size()) {
    Vector bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const auto found = (bytes == Vector{} + '"') | (bytes == Vector{} + '\\');
    std::uint64_t halves[2];
    std::memcpy(halves, &found, sizeof halves);
    static_assert(std::endian::native == std::endian::little);
    if ((halves[0] | halves[1]) == 0) {
      at += sizeof(Vector);
      continue;
    }
    at += static_cast<std::size_t>(halves[0] != 0 ? std::countr_zero(halves[0])
                                                  : 64 + std::countr_zero(halves[1])) /
          8;
    if (text[at] == '"') return at + 1;
    at += 2;
  }
  for (; at < text.size() && text[at] != '"'; ++at) {
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
