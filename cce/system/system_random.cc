#include "cce/system/system_random.h"

#include <random>

namespace cce {
namespace {

// On Linux std::random_device reads the kernel's generator.
std::uint64_t Seed() {
  std::random_device kernel;
  return (std::uint64_t{kernel()} << 32) | kernel();
}

}  // namespace

SystemRandom::SystemRandom() : state_(Seed()) {}

// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): one
// atomic add is all that threads share.
std::uint64_t SystemRandom::Next() {
  constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15;
  std::uint64_t value = state_.fetch_add(kGamma, std::memory_order_relaxed) + kGamma;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace cce
