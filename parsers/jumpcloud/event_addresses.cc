#include "parsers/jumpcloud/event_addresses.h"

#include <cstddef>

namespace cce::jumpcloud {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool IsNumberUpTo(std::string_view text, int limit) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return false;
  int value = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    value = value * 10 + (c - '0');
  }
  return value <= limit;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// One address with perhaps a port.
AddressText ParseOne(std::string_view text) {
  text = Trim(text);
  AddressText parsed;
  if (!text.empty() && text[0] == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view behind = text.substr(end + 1);
    if (!behind.empty()) {
      if (behind[0] != ':' || !IsNumberUpTo(behind.substr(1), 65535)) return {};
      parsed.port = behind.substr(1);
    }
    text = text.substr(1, end - 1);
  } else if (text.find(':') != std::string_view::npos && text.find(':') == text.rfind(':')) {
    const std::size_t colon = text.find(':');
    if (!IsNumberUpTo(text.substr(colon + 1), 65535)) return {};
    parsed.port = text.substr(colon + 1);
    text = text.substr(0, colon);
    if (!IsIpv4(text)) return {};
  }
  text = text.substr(0, text.find('%'));
  if (IsIpv4(text)) {
    parsed.ip = text;
  } else if (IsIpv6(text)) {
    constexpr std::string_view kMapped = "::ffff:";
    const bool lower = text.substr(0, kMapped.size()) == kMapped;
    const bool mapped = lower || text.substr(0, kMapped.size()) == "::FFFF:";
    const std::string_view inner = mapped ? text.substr(kMapped.size()) : std::string_view();
    parsed.ip = IsIpv4(inner) ? inner : text;
  } else {
    return {};
  }
  return parsed;
}

}  // namespace

bool IsIpv4(std::string_view text) {
  constexpr std::size_t kLongest = sizeof("255.255.255.255") - 1;
  if (text.size() > kLongest) return false;
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t begin = at;
    int value = 0;
    for (; at < text.size() && at - begin < 4 && IsDigit(text[at]); ++at)
      value = value * 10 + (text[at] - '0');
    const std::size_t digits = at - begin;
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[begin] == '0'))
      return false;
    if (part < 3 && (at == text.size() || text[at++] != '.')) return false;
  }
  return at == text.size();
}

bool IsIpv6(std::string_view text) {
  int groups = 0;
  bool shortened = false;
  if (text.substr(0, 2) == "::") {
    shortened = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    std::size_t digits = 0;
    while (digits < text.size() && IsHexDigit(text[digits])) ++digits;
    if (digits < text.size() && text[digits] == '.') {
      groups += 2;
      return IsIpv4(text) && (shortened ? groups < 8 : groups == 8);
    }
    if (digits == 0 || digits > 4) return false;
    ++groups;
    text.remove_prefix(digits);
    if (text.empty()) return shortened ? groups < 8 : groups == 8;
    if (text[0] != ':') return false;
    text.remove_prefix(1);
    if (!text.empty() && text[0] == ':') {
      if (shortened) return false;
      shortened = true;
      text.remove_prefix(1);
      if (text.empty()) return groups < 8;
    } else if (text.empty()) {
      return false;
    }
  }
}

AddressText ParseAddress(std::string_view text) {
  const std::size_t comma = text.find(',');
  AddressText first = ParseOne(text.substr(0, comma));
  if (first.ip.empty()) return {};
  first.is_alone = first.ip.size() == text.size();
  for (std::size_t at = comma; at != std::string_view::npos;) {
    const std::size_t next = text.find(',', at + 1);
    const AddressText other = ParseOne(text.substr(at + 1, next - at - 1));
    if (!other.ip.empty()) first.others.push_back(other.ip);
    at = next;
  }
  return first;
}

}  // namespace cce::jumpcloud
