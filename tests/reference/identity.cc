#include "tests/reference/identity.h"

#include <sodium.h>

#include <algorithm>
#include <cstdio>

#include "tests/reference/raw_text.h"

namespace cce::reference {
namespace {

unsigned char* Bytes(std::string& text) {
  return static_cast<unsigned char*>(static_cast<void*>(text.data()));
}

std::string Blake2b(std::string text) {
  std::string hash(16, '\0');
  crypto_generichash(Bytes(hash), 16, Bytes(text), text.size(), nullptr, 0);
  return hash;
}

// Little-endian.
std::string Number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// Version 8 and variant of RFC 9562.
std::string Uuid(const std::string& hash) {
  std::string text;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    unsigned byte = static_cast<unsigned char>(hash[i]);
    if (i == 6) byte = (byte & 0x0fu) | 0x80u;
    if (i == 8) byte = (byte & 0x3fu) | 0x80u;
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    text += (i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "") + std::string(hex);
  }
  return text;
}

}  // namespace

IdentityMaker::IdentityMaker(std::string_view organisation)
    : key_(Blake2b(std::string(organisation))) {}

std::string IdentityMaker::Of(const std::string& raw, std::int64_t ms) {
  std::string service, id, timestamp;
  if (raw.starts_with('{')) {
    for (const auto& [name, token] : MembersOf(raw)) {
      if (token.starts_with('{') || token.starts_with('[') || token == "null") continue;
      if (name == "service") service = token;
      if (name == "id") id = token;
      if (name == "timestamp") timestamp = token;
    }
  }
  const bool has_id =
      id.starts_with('"') ? id != "\"\"" : !id.empty() && id[0] != 't' && id[0] != 'f';
  if (!has_id) {
    const std::uint64_t before = seen_[{ms, raw}]++;
    return Uuid(Blake2b(raw + Number(static_cast<std::uint64_t>(ms), 8) + Number(before, 8)));
  }
  std::string tokens;
  for (const std::string& token : {service, id, timestamp}) {
    tokens += Number(token.size(), 4) + token;
  }
  std::string hash(crypto_shorthash_siphashx24_BYTES, '\0');
  crypto_shorthash_siphashx24(Bytes(hash), Bytes(tokens), tokens.size(), Bytes(key_));
  return Uuid(hash);
}

}  // namespace cce::reference
