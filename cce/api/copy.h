// Copying short texts without the call that memcpy of an unknown size is.
#pragma once

#include <cstddef>
#include <cstring>

namespace cce {

// Writes `size` bytes and returns the end. Reads nothing behind them. The two must not overlap.
inline char* CopyText(char* to, const char* from, std::size_t size) {
  if (size > 256) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    for (std::size_t i = 0; i + 16 < size; i += 16) std::memcpy(to + i, from + i, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
  return to + size;
}

// The same almost without branches, which texts of changing sizes make expensive. REQUIRES:
// kCopyWidth bytes may be read behind the text and written behind its copy.
inline constexpr std::size_t kCopyWidth = 32;
inline char* CopyPadded(char* to, const char* from, std::size_t size) {
  std::memcpy(to, from, kCopyWidth);
  for (std::size_t i = kCopyWidth; i < size; i += kCopyWidth) {
    std::memcpy(to + i, from + i, kCopyWidth);
  }
  return to + size;
}

}  // namespace cce
