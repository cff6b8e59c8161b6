// Which addresses a device file may send its key to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace cce {

struct AllowedHosts {
  std::vector<std::string> names;  // the vendor's own and security.allowed_hosts
  bool private_addresses = false;  // security.allow_private_hosts
};

// kInvalidArgument if `url` is not https://HOST[:PORT][/PATH] with an allowed host. Loopback and
// private addresses (RFC 1918, RFC 4193) and "localhost" need private_addresses and may then use
// http too. The grammar is narrower than RFC 3986, so that the HTTP client cannot read another host
// out of the text than this check did. The message repeats nothing behind a '@'.
absl::Status CheckServiceUrl(std::string_view url, const AllowedHosts& allowed);

}  // namespace cce
