// How this machine reaches services: `http` and `security` of cce.json.
#pragma once

#include <cstddef>
#include <string>

namespace cce {

struct NetOptions {
  // URL of the proxy for every request. Empty: none, whatever the environment says.
  std::string proxy;

  // PEM file of the only authorities that are trusted. Empty: the system's bundle.
  std::string ca_file;

  // Requests may go to addresses that are not public, and to these over plain http.
  bool allow_private_hosts = false;

  // Transfers at a time for each client; the others wait in the order in which they came.
  // At least 1.
  std::size_t requests_in_flight = 64;
};

}  // namespace cce
