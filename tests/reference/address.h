// IP addresses as services write them down: alone, with a port, in a list of proxies.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cce::reference {

struct Address {
  std::string ip;
  std::optional<int> port;
  std::vector<std::string> forwarded_for;  // what came behind it in a list
  bool as_written = false;                 // `ip` is all that the text says
};

// Nothing if the first of `text` is no address.
std::optional<Address> ParseAddress(const std::string& text);

}  // namespace cce::reference
