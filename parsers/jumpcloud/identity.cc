#include "parsers/jumpcloud/identity.h"

#include <sodium.h>

#include <cstddef>
#include <cstring>

namespace cce::jumpcloud {
namespace {

constexpr std::size_t kHashSize = 16;
static_assert(crypto_shorthash_siphashx24_BYTES == kHashSize);
static_assert(crypto_shorthash_siphashx24_KEYBYTES == kHashSize);

// Appends a token behind its length to `out`.
char* Put(std::string_view token, char* out) {
  const auto size = static_cast<std::uint32_t>(token.size());
  for (int i = 0; i < 4; ++i) *out++ = static_cast<char>(size >> (8 * i));
  // An absent token's data may be null, which memcpy does not take.
  if (!token.empty()) std::memcpy(out, token.data(), token.size());
  return out + token.size();
}

Identity Hash(const OrganisationKey& key, const char* text, std::size_t size) {
  std::array<std::uint8_t, kHashSize> hash;
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(text), size,
                              key.bytes().data());
  return Identity::FromHash(hash);
}

}  // namespace

OrganisationKey::OrganisationKey(std::string_view organisation) : organisation_(organisation) {
  crypto_generichash(bytes_.data(), bytes_.size(),
                     reinterpret_cast<const unsigned char*>(organisation.data()),
                     organisation.size(), nullptr, 0);
}

Identity IdentityOf(const OrganisationKey& key, std::string_view service, std::string_view id,
                    std::string_view timestamp) {
  const std::size_t size = service.size() + id.size() + timestamp.size() + 12;
  char room[256];
  std::string larger;
  char* text = room;
  if (size > sizeof room) {
    larger.resize(size);
    text = larger.data();
  }
  Put(timestamp, Put(id, Put(service, text)));
  return Hash(key, text, size);
}

Identity IdentityOfBytes(std::string_view record, Passed& passed) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kHashSize);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(record.data()),
                            record.size());
  crypto_generichash_state with_place = state;
  RecordHash record_hash;
  crypto_generichash_final(&state, record_hash.data(), kHashSize);

  const std::uint64_t place[] = {static_cast<std::uint64_t>(passed.ms),
                                 passed.counts[record_hash]++};
  for (const std::uint64_t number : place) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
    crypto_generichash_update(&with_place, bytes, sizeof bytes);
  }
  std::array<std::uint8_t, kHashSize> hash;
  crypto_generichash_final(&with_place, hash.data(), kHashSize);
  return Identity::FromHash(hash);
}

}  // namespace cce::jumpcloud
