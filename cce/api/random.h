// Randomness, for jitter only; nothing secret is made from it.
#pragma once

#include <cstdint>

namespace cce {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // Uniform over all values.
  virtual std::uint64_t Next() = 0;
};

}  // namespace cce
