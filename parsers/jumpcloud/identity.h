// How a JumpCloud record gets its Identity.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "cce/api/identity.h"

namespace cce::jumpcloud {

// The configured organisation, and the key that its records' identities are hashed with. The key is
// made of the organisation's id alone: it is no secret, so lost state cannot void it.
class OrganisationKey {
 public:
  explicit OrganisationKey(std::string_view organisation);

  const std::string& organisation() const { return organisation_; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

 private:
  std::string organisation_;
  std::array<std::uint8_t, 16> bytes_;
};

using RecordHash = std::array<std::uint8_t, 16>;

// How often each record without an id was passed within one millisecond of event time. Part of a
// position, so that a page that starts inside the millisecond counts on.
struct Passed {
  std::int64_t ms = 0;  // ms since 1970 UTC
  absl::flat_hash_map<RecordHash, std::uint32_t> counts;

  friend bool operator==(const Passed&, const Passed&) = default;
};

// Of a record with an id: SipHash-2-4-128 over the raw JSON tokens of its service, id and
// timestamp, quotes included, each behind its length (32 bits, little-endian). A missing token is
// empty.
Identity IdentityOf(const OrganisationKey& key, std::string_view service, std::string_view id,
                    std::string_view timestamp);

// Of a record without one: BLAKE2b-128 over its bytes, its millisecond, which its bytes need not
// name, and how often it came before within that (64 bits each, little-endian). Counts it in
// `passed`, whose millisecond is the record's.
Identity IdentityOfBytes(std::string_view record, Passed& passed);

}  // namespace cce::jumpcloud
