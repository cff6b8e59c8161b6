#include "tests/reference/address.h"

#include <arpa/inet.h>

#include <cstdlib>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace cce::reference {
namespace {

bool IsIp(int family, const std::string& text) {
  unsigned char bytes[16];
  return text.find('\0') == std::string::npos && inet_pton(family, text.c_str(), bytes) == 1;
}

std::optional<Address> ParseOne(const std::string& text) {
  static const std::regex v4_and_port(R"(([0-9.]+):(\d{1,5}))");
  static const std::regex v6_and_port(R"(\[([^\]]*)\](?::(\d{1,5}))?)");
  static const std::regex mapped_v4(R"(::[fF]{4}:(\d+\.\d+\.\d+\.\d+))");
  Address address;
  address.ip = text;
  std::smatch part;
  if (std::regex_match(text, part, v4_and_port) || std::regex_match(text, part, v6_and_port)) {
    address.ip = part[1].str();
    if (part[2].matched) address.port = std::atoi(part[2].str().c_str());
    if (address.port.value_or(0) > 65'535) return std::nullopt;
  }
  if (const std::size_t zone = address.ip.find('%'); zone != std::string::npos) {
    address.ip.resize(zone);
    if (IsIp(AF_INET, address.ip)) return std::nullopt;
  }
  const std::string inside = address.ip;
  if (std::regex_match(inside, part, mapped_v4)) address.ip = part[1].str();
  if (!IsIp(AF_INET, address.ip) && !IsIp(AF_INET6, address.ip)) return std::nullopt;
  address.as_written = address.ip == text;
  return address;
}

}  // namespace

std::optional<Address> ParseAddress(const std::string& text) {
  const std::vector<std::string> hops = absl::StrSplit(text, ',');
  std::optional<Address> address = ParseOne(std::string(absl::StripAsciiWhitespace(hops.front())));
  if (!address) return std::nullopt;
  address->as_written = address->as_written && address->ip == text;
  for (std::size_t i = 1; i < hops.size(); ++i) {
    const auto hop = ParseOne(std::string(absl::StripAsciiWhitespace(hops[i])));
    if (hop) address->forwarded_for.push_back(hop->ip);
  }
  return address;
}

}  // namespace cce::reference
