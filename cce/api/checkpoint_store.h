// The engine's local durable state, as outputs and feeds use it. Implemented in cce/state on
// SQLite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cce/api/checkpoint.h"
#include "cce/api/task.h"

namespace cce {

struct FeedStep {
  FeedKey feed;
  Step step;
};

// An output's own bookkeeping, e.g. which file of a feed is open and how long it is.
struct OutputValue {
  std::string key;
  std::optional<std::string> value;  // nullopt deletes the key
};

// One atomic act. Steps of several feeds and the output's values become durable together or not at
// all.
struct Commit {
  std::string output;
  std::vector<FeedStep> steps;
  std::vector<OutputValue> values;
};

// Thread-safe. Errors: kResourceExhausted (disk full: the same call succeeds later), kUnavailable
// (I/O error, nothing was committed), kDataLoss (the database is damaged; nothing works until an
// operator acts).
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;

  // Returns once the commit is on disk. Commits that wait together share one transaction and one
  // fsync. After an error nothing of this commit is durable.
  virtual Task<absl::Status> Write(Commit commit) = 0;

  // nullopt: the feed has never committed.
  virtual Task<absl::StatusOr<std::optional<Checkpoint>>> Load(FeedKey feed) = 0;

  // Blocks that touch [from_ns, to_ns], in the order they were written. The feed asks once a page,
  // for the page's own span of time.
  virtual Task<absl::StatusOr<std::vector<IdentityBlock>>> Blocks(FeedKey feed,
                                                                  std::int64_t from_ns,
                                                                  std::int64_t to_ns) = 0;

  // Accounted events by minute over [from_minute, to_minute), those of dropped blocks included by
  // hour (their minutes are then the first of the hour).
  virtual Task<absl::StatusOr<std::vector<MinuteCount>>> Counts(FeedKey feed,
                                                                std::int64_t from_minute,
                                                                std::int64_t to_minute) = 0;

  // The output's values whose key begins with `prefix`, sorted by key.
  virtual Task<absl::StatusOr<std::vector<OutputValue>>> Values(std::string output,
                                                                std::string prefix) = 0;
};

}  // namespace cce
