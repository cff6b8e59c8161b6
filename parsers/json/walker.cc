#include "parsers/json/walker.h"

#include <cstring>

namespace cce::json {

At Walker::Check(At at) {
  char closers[kMaxDepth + 1];  // what ends each open container
  std::size_t depth = 0;
  for (;;) {
    // A value begins at `at`.
    const char first = text_[*at];
    if (first == '"') {
      if (!CheckString(at)) return nullptr;
      ++at;
    } else if (first == '{' || first == '[') {
      const char closer = first == '{' ? '}' : ']';
      ++at;
      if (text_[*at] == closer) {
        if (depth == kMaxDepth) return nullptr;
        ++at;
      } else {
        if (depth == kMaxDepth) return nullptr;
        closers[++depth] = closer;
        if (first == '{') {
          at = CheckKey(at);
          if (at == nullptr) return nullptr;
        }
        continue;
      }
    } else {
      if (!CheckScalar(at)) return nullptr;
      ++at;
    }
    // A value has ended before `at`, and with it perhaps the containers around it.
    for (;;) {
      if (depth == 0) return at;
      const char c = text_[*at++];
      if (c == ',') {
        if (closers[depth] == '}') {
          at = CheckKey(at);
          if (at == nullptr) return nullptr;
        }
        break;
      }
      if (c != closers[depth]) return nullptr;
      --depth;
    }
  }
}

bool Walker::CheckScalar(At at) const {
  const char* const begin = text_ + at[0];
  const char* end = nullptr;
  switch (*begin) {
    case 't':
      if (std::memcmp(begin, "true", 4) == 0) end = begin + 4;
      break;
    case 'f':
      if (std::memcmp(begin, "false", 5) == 0) end = begin + 5;
      break;
    case 'n':
      if (std::memcmp(begin, "null", 4) == 0) end = begin + 4;
      break;
    default:
      end = EndOfNumber(begin);
      break;
  }
  if (end == nullptr) return false;
  // A NUL ends a scalar only where the text ends.
  return end == text_ + at[1] || (IsSpace(*end) && end < text_ + at[1]);
}

bool Walker::CheckEscapes(At at) {
  if (backslash_ < at[0]) FindBackslash(at[0]);
  if (at[1] <= backslash_) return true;
  const std::string_view string = StringAt(text_, at);
  if (!ValidEscapes(string.data(), string.data() + string.size())) return false;
  FindBackslash(at[1]);
  return true;
}

void Walker::FindBackslash(std::uint32_t from) {
  const void* found = from < size_ ? std::memchr(text_ + from, '\\', size_ - from) : nullptr;
  backslash_ = found == nullptr
                   ? size_
                   : static_cast<std::uint32_t>(static_cast<const char*>(found) - text_);
}

}  // namespace cce::json
