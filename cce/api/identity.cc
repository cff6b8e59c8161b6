#include "cce/api/identity.h"

namespace cce {

void WriteText(const Identity& identity, char* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < identity.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    *out++ = kDigits[identity.bytes[i] >> 4];
    *out++ = kDigits[identity.bytes[i] & 0x0f];
  }
}

std::string ToText(const Identity& identity) {
  std::string text(36, '\0');
  WriteText(identity, text.data());
  return text;
}

}  // namespace cce
