#include "outputs/dead_letters/percent_encode.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace cce {

std::string PercentEncode(std::string_view name) {
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        absl::ascii_isalnum(byte) || c == '-' || c == '_' || (c == '.' && !encoded.empty());
    if (plain) {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

}  // namespace cce
