#include "cce/engine/tick.h"

#include <cstdint>

namespace cce {
namespace {

// FNV-1a: the same in every version and on every machine, which absl::Hash is not.
std::uint64_t StableHash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211u;
  }
  return hash;
}

}  // namespace

absl::Time TickAt(absl::Time now, absl::Duration interval, std::string_view device) {
  const auto width = static_cast<std::uint64_t>(absl::ToInt64Milliseconds(interval));
  const absl::Duration phase =
      absl::Milliseconds(static_cast<std::int64_t>(StableHash(device) % width));
  const absl::Duration since = now - absl::UnixEpoch() - phase;
  return absl::UnixEpoch() + phase + absl::Floor(since, interval);
}

}  // namespace cce
