#include "cce/state/blobs.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace cce {
namespace {

static_assert(sizeof(Identity) == 16);

void AppendVarint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> TakeVarint(std::string_view& blob) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (blob.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(blob.front());
    blob.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::uint64_t Zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t Unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

std::optional<std::uint32_t> TakeCount(std::string_view& blob) {
  const std::optional<std::uint64_t> count = TakeVarint(blob);
  if (!count || *count > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

// An hour of a busy organisation may exceed what a minute's counter holds only after 4 * 10^9
// events; it stays at the top then instead of beginning anew.
std::uint32_t Add(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t sum = std::uint64_t{a} + b;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::string_view IdentitiesAsBlob(const std::vector<Identity>& identities) {
  return {reinterpret_cast<const char*>(identities.data()), identities.size() * sizeof(Identity)};
}

absl::StatusOr<std::vector<Identity>> ReadIdentities(std::string_view blob) {
  if (blob.size() % sizeof(Identity) != 0) {
    return absl::DataLossError("state: the identities of a block are cut");
  }
  std::vector<Identity> identities(blob.size() / sizeof(Identity));
  if (!blob.empty()) std::memcpy(identities.data(), blob.data(), blob.size());
  return identities;
}

std::string WriteMinutes(absl::Span<const MinuteCount> minutes) {
  std::string blob;
  std::int64_t last = 0;
  for (const MinuteCount& count : minutes) {
    AppendVarint(Zigzag(count.minute - last), blob);
    AppendVarint(count.delivered, blob);
    AppendVarint(count.filtered, blob);
    AppendVarint(count.dead_lettered, blob);
    last = count.minute;
  }
  return blob;
}

absl::StatusOr<std::vector<MinuteCount>> ReadMinutes(std::string_view blob) {
  std::vector<MinuteCount> minutes;
  std::int64_t last = 0;
  while (!blob.empty()) {
    const std::optional<std::uint64_t> difference = TakeVarint(blob);
    const std::optional<std::uint32_t> delivered = TakeCount(blob);
    const std::optional<std::uint32_t> filtered = TakeCount(blob);
    const std::optional<std::uint32_t> dead_lettered = TakeCount(blob);
    if (!difference || !delivered || !filtered || !dead_lettered) {
      return absl::DataLossError("state: the counts of a block are cut");
    }
    // Unsigned, because a damaged difference may be any number.
    last = static_cast<std::int64_t>(static_cast<std::uint64_t>(last) +
                                     static_cast<std::uint64_t>(Unzigzag(*difference)));
    minutes.push_back({last, *delivered, *filtered, *dead_lettered});
  }
  return minutes;
}

void Merge(std::vector<MinuteCount>& counts) {
  std::stable_sort(counts.begin(), counts.end(),
                   [](const MinuteCount& a, const MinuteCount& b) { return a.minute < b.minute; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (kept > 0 && counts[kept - 1].minute == counts[i].minute) {
      MinuteCount& sum = counts[kept - 1];
      sum.delivered = Add(sum.delivered, counts[i].delivered);
      sum.filtered = Add(sum.filtered, counts[i].filtered);
      sum.dead_lettered = Add(sum.dead_lettered, counts[i].dead_lettered);
    } else {
      counts[kept++] = counts[i];
    }
  }
  counts.resize(kept);
}

}  // namespace cce
