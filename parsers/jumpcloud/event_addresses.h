// IP addresses as they stand in JumpCloud's events.
#pragma once

#include <string_view>
#include <vector>

#include "cce/api/event.h"

namespace cce::jumpcloud {

// True for the dotted form of IPv4 (four decimal numbers without leading zeros).
bool IsIpv4(std::string_view text);

// True for the forms of RFC 4291 section 2.2.
bool IsIpv6(std::string_view text);

struct ParsedAddress {
  Token ip;            // empty if the text holds no address
  Token port;          // of "address:port"
  bool whole = false;  // `ip` is the whole text
};

// Understands an address, "v4:port", "[v6]:port" and a list of them separated by commas, of which
// the first counts and the others go to `forwarded_for`. An IPv4 address in IPv6 clothes is IPv4; a
// zone is dropped.
ParsedAddress ParseAddress(Token text, std::vector<Token>& forwarded_for);

}  // namespace cce::jumpcloud
