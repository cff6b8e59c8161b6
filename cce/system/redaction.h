// Takes known secrets out of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace cce {

// Thread-compatible. The cost of Apply does not grow with the number of secrets, of which there is
// one a device.
class Redaction {
 public:
  // Shorter ones would black out ordinary words; they are not taken.
  static constexpr std::size_t kShortestSecret = 4;

  void Add(std::string_view secret);

  // `text` with "[redacted]" in the place of every secret.
  std::string Apply(std::string_view text) const;

 private:
  // The longest secret that `text` begins with; empty if there is none.
  std::string_view FindAtStartOf(std::string_view text) const;

  // By their first kShortestSecret bytes.
  absl::flat_hash_map<std::uint32_t, std::vector<std::string>> secrets_;
};

}  // namespace cce
