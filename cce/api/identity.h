// The name of an event everywhere: for de-duplication, as metadata.uid and in message headers.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace cce {

// 128 bits with the version and variant bits of a UUIDv8 (RFC 9562 section 5.8) set.
struct Identity {
  std::array<std::uint8_t, 16> bytes{};

  // `hash` as an identity: its version and variant bits are overwritten.
  static Identity FromHash(std::array<std::uint8_t, 16> hash) {
    hash[6] = static_cast<std::uint8_t>((hash[6] & 0x0f) | 0x80);
    hash[8] = static_cast<std::uint8_t>((hash[8] & 0x3f) | 0x80);
    return Identity{hash};
  }

  friend bool operator==(const Identity&, const Identity&) = default;
  friend auto operator<=>(const Identity&, const Identity&) = default;

  // The bytes are a cryptographic hash already: eight of them are a table's hash.
  template <class H>
  friend H AbslHashValue(H state, const Identity& identity) {
    std::uint64_t low;
    std::memcpy(&low, identity.bytes.data() + 8, sizeof low);
    return H::combine(std::move(state), low);
  }
};

// "6a5c0000-0000-8000-8000-00000000001f".
std::string ToText(const Identity& identity);

// Writes the same 36 characters to `out`.
void WriteText(const Identity& identity, char* out);

}  // namespace cce
