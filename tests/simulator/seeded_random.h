// Randomness that is the same everywhere for the same seed; the standard library's distributions
// are not.
#pragma once

#include <cstdint>

namespace cce::simulator {

// SplitMix64's finaliser: spreads the bits of `value` over all 64.
constexpr std::uint64_t Mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// A seed for a purpose of its own, so that one stream's length does not shift another's values.
constexpr std::uint64_t Mix(std::uint64_t seed, std::uint64_t purpose) {
  return Mix(Mix(seed) ^ Mix(~purpose));
}

// SplitMix64. Thread-compatible.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    return Mix(state_);
  }

  // In [0, bound). REQUIRES: bound > 0. The bias, below bound / 2^32, does not matter here.
  std::uint64_t Below(std::uint64_t bound) { return bound <= 1 ? 0 : Next() % bound; }

  // In [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  bool Chance(double probability) { return Unit() < probability; }

  // In [low, high].
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(high - low) + 1));
  }

 private:
  std::uint64_t state_;
};

}  // namespace cce::simulator
