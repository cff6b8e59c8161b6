#include "cce/system/logfmt.h"

#include <algorithm>
#include <boost/nowide/utf/utf.hpp>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"

namespace cce {
namespace {

namespace utf = boost::nowide::utf;

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("_-.:/@+,%").find(c) != std::string_view::npos;
}

bool IsControl(utf::code_point c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void AppendEscaped(std::string_view value, std::string& line) {
  const char* from = value.data();
  const char* const end = from + value.size();
  while (from != end) {
    const char* next = from;
    const utf::code_point c = utf::utf_traits<char>::decode(next, end);
    if (c == utf::illegal || c == utf::incomplete) {
      absl::StrAppendFormat(&line, "\\x%02x", static_cast<std::uint8_t>(*from));
      ++from;
      continue;
    }
    if (c == '"' || c == '\\') {
      line.push_back('\\');
      line.push_back(*from);
    } else if (c == '\n') {
      line.append("\\n");
    } else if (IsControl(c)) {
      absl::StrAppendFormat(&line, "\\u%04x", c);
    } else {
      line.append(from, next);
    }
    from = next;
  }
}

}  // namespace

void AppendLogField(std::string_view key, std::string_view value, std::string& line) {
  line.push_back(' ');
  for (char c : key) line.push_back(IsPlain(c) ? c : '_');
  line.push_back('=');
  const bool cut = value.size() > kLongestLogValue;
  if (cut) value = value.substr(0, kLongestLogValue);
  if (!cut && !value.empty() && std::all_of(value.begin(), value.end(), IsPlain)) {
    line.append(value);
    return;
  }
  line.push_back('"');
  AppendEscaped(value, line);
  if (cut) line.append("[...]");
  line.push_back('"');
}

}  // namespace cce
