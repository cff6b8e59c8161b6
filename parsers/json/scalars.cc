#include "parsers/json/scalars.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "simdjson.h"

namespace cce::json {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Value of the four hexadecimal digits at `at`, or -1.
int FourHexDigits(const char* at, const char* end) {
  if (end - at < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    int digit;
    if (IsDigit(c)) {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace

const char* EndOfNumber(const char* at) {
  if (*at == '-') ++at;
  if (!IsDigit(*at)) return nullptr;
  if (*at == '0') {
    ++at;
  } else {
    while (IsDigit(*at)) ++at;
  }
  if (*at == '.') {
    ++at;
    if (!IsDigit(*at)) return nullptr;
    while (IsDigit(*at)) ++at;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (!IsDigit(*at)) return nullptr;
    while (IsDigit(*at)) ++at;
  }
  return at;
}

bool ValidEscapes(const char* begin, const char* end) {
  const char* at = begin;
  while (at < end) {
    at = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
    if (at == nullptr) return true;
    if (end - at < 2) return false;
    const char kind = at[1];
    at += 2;
    if (kind == 'u') {
      const int unit = FourHexDigits(at, end);
      if (unit < 0) return false;
      at += 4;
      if (unit >= 0xdc00 && unit <= 0xdfff) return false;
      if (unit >= 0xd800 && unit <= 0xdbff) {
        if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return false;
        const int low = FourHexDigits(at + 2, end);
        if (low < 0xdc00 || low > 0xdfff) return false;
        at += 6;
      }
    } else if (kind == '\0' || std::strchr("\"\\/bfnrt", kind) == nullptr) {
      return false;
    }
  }
  return true;
}

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace cce::json
