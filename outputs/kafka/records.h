// The records of the checkpoint topic: a feed's state, in the log that its events' transactions
// write.
//
//   OUTPUT/DEVICE/ORGANISATION         {shards, watermark, position}
//   OUTPUT/DEVICE/ORGANISATION#NUMBER  a block: {min_ns, max_ns, minutes, identities}
//   OUTPUT/DEVICE/ORGANISATION@DAY     the counts of a day's dropped blocks, by the hour
//   =claim                             the engine's run that has taken the partition over
//
// The names are percent-encoded in keys. A tombstone deletes what its key names. Values begin with
// the version of their layout; numbers are varints (7 bits a byte, low first, the high bit set on
// all but the last byte), signed ones zigzag-coded; what varies in length stands behind its length.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cce/api/checkpoint.h"

namespace cce::kafka {

struct Record {
  std::string key;
  std::optional<std::string> value;  // nullopt: a tombstone
};

// Everything that `change` changes; a watermark goes with a position only, the next one takes it
// along. `shards` is what the topic was created with; it stands in every state, because with
// another number of them devices would be looked for in the wrong places. What `anew` does away
// with is for the caller to know.
std::vector<Record> ToRecords(const FeedChange& change, std::int32_t shards);

// What a claimant writes before anything else: where it lands, everything of its predecessors has
// ended before. `claimant` names a run of an engine and no other.
Record ClaimRecord(const std::string& claimant);
bool IsClaim(std::string_view key);

// True if a record with this key is of `feed`.
bool IsOf(const FeedKey& feed, std::string_view key);

// Changes as they are read back, record by record.
class Mirror {
 public:
  Mirror(std::string output, std::int32_t shards) : output_(std::move(output)), shards_(shards) {}

  // nullopt: a tombstone. kDataLoss: nothing that ToRecords wrote. kFailedPrecondition: written by
  // a newer version, by another output, or for another number of shards.
  absl::Status Add(std::string_view key, const std::optional<std::string_view>& value);

  // About so much memory is held.
  std::size_t size() const { return size_; }

  // What has been added since the last Take, a change a feed; made one after the other, they leave
  // what the records say.
  std::vector<FeedChange> Take();

 private:
  struct Part {
    std::optional<Position> position;
    std::optional<std::int64_t> watermark_ns;
    std::map<std::uint64_t, std::optional<IdentityBlock>> blocks;  // nullopt: dropped
    std::map<std::int64_t, std::vector<MinuteCount>> days;
  };

  const std::string output_;
  const std::int32_t shards_;
  std::map<FeedKey, Part> parts_;
  std::size_t size_ = 0;
};

}  // namespace cce::kafka
