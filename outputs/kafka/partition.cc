#include "outputs/kafka/partition.h"

#include <cstddef>

namespace cce::kafka {

std::uint32_t Murmur2(std::string_view bytes) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    word *= kMultiplier;
    word ^= word >> 24;
    hash = (hash * kMultiplier) ^ (word * kMultiplier);
  }
  if (at < bytes.size()) {
    for (std::size_t i = at; i < bytes.size(); ++i) hash ^= byte(i) << (8 * (i - at));
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ (hash >> 15);
}

std::int32_t PartitionOf(std::string_view key, std::int32_t partitions) {
  return static_cast<std::int32_t>(Murmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace cce::kafka
