// IP addresses as they stand in JumpCloud's events.
#pragma once

#include <string_view>
#include <vector>

namespace cce::jumpcloud {

// True for the dotted form of IPv4 (four decimal numbers without leading zeros).
bool IsIpv4(std::string_view text);

// True for the forms of RFC 4291 section 2.2.
bool IsIpv6(std::string_view text);

struct AddressText {
  std::string_view ip;    // empty if the text holds no address
  std::string_view port;  // of "address:port"
  bool is_alone = false;  // `ip` is the whole text
  std::vector<std::string_view> others;
};

// Understands an address, "v4:port", "[v6]:port" and a list of them separated by commas, of which
// the first counts. An IPv4 address in IPv6 clothes is IPv4; a zone is dropped.
AddressText ParseAddress(std::string_view text);

}  // namespace cce::jumpcloud
