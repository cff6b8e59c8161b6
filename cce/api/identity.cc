#include "cce/api/identity.h"

#include <array>
#include <cstddef>

namespace cce {
namespace {

// Both digits of each byte.
constexpr auto kHex = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<char, 512> digits{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    digits[2 * byte] = kDigits[byte >> 4];
    digits[2 * byte + 1] = kDigits[byte & 15];
  }
  return digits;
}();

}  // namespace

void WriteText(const Identity& identity, char* out) {
  // Where each byte's two digits go; between them are the hyphens.
  static constexpr std::uint8_t kPlaces[] = {0,  2,  4,  6,  9,  11, 14, 16,
                                             19, 21, 24, 26, 28, 30, 32, 34};
  for (std::size_t i = 0; i < identity.bytes.size(); ++i) {
    std::memcpy(out + kPlaces[i], &kHex[2 * std::size_t{identity.bytes[i]}], 2);
  }
  out[8] = out[13] = out[18] = out[23] = '-';
}

std::string ToText(const Identity& identity) {
  std::string text(36, '\0');
  WriteText(identity, text.data());
  return text;
}

}  // namespace cce
