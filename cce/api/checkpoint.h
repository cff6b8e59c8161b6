// A feed's durable state, and what a batch adds to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "cce/api/identity.h"
#include "cce/api/source.h"

namespace cce {

// Names a feed: one device to one output. A device that is pointed at another organisation is
// another feed, so that tenants never share a checkpoint.
struct FeedKey {
  std::string output;
  std::string device;
  std::string organisation;

  friend bool operator==(const FeedKey&, const FeedKey&) = default;
  friend auto operator<=>(const FeedKey&, const FeedKey&) = default;

  template <class H>
  friend H AbslHashValue(H state, const FeedKey& key) {
    return H::combine(std::move(state), key.output, key.device, key.organisation);
  }
};

// How many events of one minute of event time are accounted for.
struct MinuteCount {
  std::int64_t minute = 0;  // minutes since 1970 UTC, floored
  std::uint32_t delivered = 0;
  std::uint32_t filtered = 0;
  std::uint32_t dead_lettered = 0;

  friend bool operator==(const MinuteCount&, const MinuteCount&) = default;
};

// Identities that a feed has accounted for, with the minutes they lie in. Written once, dropped
// whole when the watermark passes max_ns.
struct IdentityBlock {
  static constexpr std::size_t kMaxIdentities = 10'000;
  static constexpr std::int64_t kMaxWidthNs = 3'600'000'000'000;  // one hour

  std::int64_t min_ns = 0;
  std::int64_t max_ns = 0;
  std::vector<Identity> identities;
  std::vector<MinuteCount> minutes;  // ascending, each once

  friend bool operator==(const IdentityBlock&, const IdentityBlock&) = default;
};

// True if events from `from_ns` to `to_ns` do not fit into one block. REQUIRES: from_ns <= to_ns.
bool IsWiderThanABlock(std::int64_t from_ns, std::int64_t to_ns);

// What happened to an event of a batch.
enum class Outcome : std::uint8_t { kDelivered, kFiltered, kDeadLettered };

struct Accounted {
  Identity identity;
  std::int64_t time_ns = 0;
  Outcome outcome = Outcome::kDelivered;
};

// `events` as blocks that keep to kMaxIdentities and kMaxWidthNs.
std::vector<IdentityBlock> ToBlocks(absl::Span<const Accounted> events);

// What one Deliver makes durable together with the batch's bytes.
struct Step {
  std::optional<Position> position;  // nullopt leaves it where it was (a part of a batch)
  std::int64_t watermark_ns = 0;     // blocks older than this are dropped
  std::vector<IdentityBlock> blocks;
};

// A block as the state numbers it: by feed, ascending in the order of writing.
struct NumberedBlock {
  std::uint64_t number = 0;
  IdentityBlock block;

  friend bool operator==(const NumberedBlock&, const NumberedBlock&) = default;
};

// The counts of a day's dropped blocks.
struct DayCounts {
  std::int64_t day = 0;            // days since 1970 UTC, floored
  std::vector<MinuteCount> hours;  // by the first minute of each hour; empty: nothing is kept

  friend bool operator==(const DayCounts&, const DayCounts&) = default;
};

// What a step does to a feed's state, spelt out for an output that keeps the state elsewhere as
// well: each part replaces what was there, so that any number of changes may be made again in
// their order.
struct FeedChange {
  FeedKey feed;
  bool anew = false;                         // all that is known of the feed goes first
  std::optional<Position> position;          // nullopt leaves it
  std::optional<std::int64_t> watermark_ns;  // nullopt leaves it; drops no blocks by itself
  std::vector<NumberedBlock> blocks;
  std::vector<std::uint64_t> dropped;  // numbers of blocks; their counts are in `days`
  std::vector<DayCounts> days;

  friend bool operator==(const FeedChange&, const FeedChange&) = default;
};

// What Recover finds.
struct Checkpoint {
  Position position;
  std::int64_t watermark_ns = 0;
};

}  // namespace cce
