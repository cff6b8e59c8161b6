// Finds a name in a fixed set: one multiplication, one compare, no allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cce::jumpcloud {

// The first and the last eight bytes of a name (the last only if it is longer than eight) and its
// size.
struct NamePieces {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::size_t size = 0;

  // Different names may have one hash. `salt` tells sets apart.
  constexpr std::uint32_t Hash(std::uint32_t salt) const {
    const std::uint64_t mixed =
        (first ^ (last * 0x9e3779b97f4a7c15u) ^ (std::uint64_t{salt} << 32) ^ size) *
        0xd6e8feb86659fd93u;
    return static_cast<std::uint32_t>(mixed >> 32);
  }

  friend constexpr bool operator==(const NamePieces&, const NamePieces&) = default;
};

// REQUIRES: eight bytes at name.data() may be read.
inline NamePieces PiecesOf(std::string_view name) {
  NamePieces pieces;
  pieces.size = name.size();
  std::memcpy(&pieces.first, name.data(), 8);
  if (name.size() < 8) {
    pieces.first &= (std::uint64_t{1} << (name.size() * 8)) - 1;
  } else if (name.size() > 8) {
    std::memcpy(&pieces.last, name.data() + name.size() - 8, 8);
  }
  return pieces;
}

// The same at compile time, when no byte behind the name may be read.
constexpr NamePieces PiecesOfLiteral(std::string_view name) {
  const auto pack = [](std::string_view bytes) {
    std::uint64_t packed = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      packed |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (i * 8);
    }
    return packed;
  };
  NamePieces pieces;
  pieces.size = name.size();
  pieces.first = pack(name.substr(0, 8));
  if (name.size() > 8) pieces.last = pack(name.substr(name.size() - 8));
  return pieces;
}

// A hash table that is filled at compile time: kSlots (a power of two) numbers of entries. `salt`
// is what the entries' hashes were made with; a good one leaves every entry in a slot of its own,
// so that a look is one compare.
template <std::size_t kSlots>
struct NameTable {
  static constexpr std::uint16_t kNone = 0xffff;

  constexpr NameTable() { slots.fill(kNone); }

  // False if another entry was in the way: this one is then in one of the next slots.
  constexpr bool Insert(std::uint32_t hash, std::uint16_t entry) {
    std::size_t slot = hash % kSlots;
    const bool alone = slots[slot] == kNone;
    while (slots[slot] != kNone) slot = (slot + 1) % kSlots;
    slots[slot] = entry;
    return alone;
  }

  // The first entry with that hash that `is_it` accepts, or kNone.
  template <class IsIt>
  std::uint16_t Find(std::uint32_t hash, IsIt is_it) const {
    for (std::size_t slot = hash % kSlots; slots[slot] != kNone; slot = (slot + 1) % kSlots) {
      if (is_it(slots[slot])) return slots[slot];
    }
    return kNone;
  }

  std::array<std::uint16_t, kSlots> slots{};
  std::uint32_t salt = 0;
};

}  // namespace cce::jumpcloud
