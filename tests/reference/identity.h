// The name of an event everywhere (design 4.3), by libsodium.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace cce::reference {

// Names the records of one page, in order.
class IdentityMaker {
 public:
  explicit IdentityMaker(std::string_view organisation);

  // As UUID text. `ms` is the record's time.
  std::string Of(const std::string& raw, std::int64_t ms);

 private:
  std::string key_;
  std::map<std::pair<std::int64_t, std::string>, std::uint64_t> seen_;  // without an id
};

}  // namespace cce::reference
