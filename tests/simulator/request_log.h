// What the service was asked and what it answered, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cce::simulator {

struct LoggedRequest {
  std::int64_t when = 0;  // the service's clock, ns since 1970 UTC
  std::string method;
  std::string path;
  std::string organisation;        // "" when refused
  std::optional<std::size_t> key;  // index of the API key
  std::string start;               // as sent
  std::string end;                 // as sent; "" when absent
  std::int64_t first_ms = 0;       // what they mean: from here, inclusive ...
  std::int64_t end_ms = 0;         // ... to here, exclusive; both 0 when the search was refused
  std::vector<std::string> services;
  std::string search_after;  // JSON; "" when absent
  std::size_t limit = 0;     // the effective one
  bool descending = false;
  int status = 0;
  std::size_t count = 0;  // elements of the page, or events counted
  std::string fault;      // "" when there was none
};

// One line of JSON, line break included; the members are called as above.
void AppendLine(const LoggedRequest& request, std::string& out);

}  // namespace cce::simulator
