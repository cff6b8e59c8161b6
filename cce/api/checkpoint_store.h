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

// What an operator's reset leaves among the values of an output until that deletes it: the key says
// for which feed, the value is the position. For outputs that keep the state elsewhere, too. No
// name that is encoded for a path begins like this.
inline constexpr std::string_view kResetPrefix = "=reset/";
std::string ResetKey(const FeedKey& feed);
// nullopt if `key` is none that ResetKey gave.
std::optional<FeedKey> ReadResetKey(const std::string& output, std::string_view key);

// One atomic act. Steps and changes of several feeds and the output's values become durable
// together or not at all.
struct Commit {
  std::string output;
  std::vector<FeedStep> steps;
  std::vector<OutputValue> values;
  std::vector<FeedChange> changes;
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

  // The change that Write of `step` would make, if nothing else of its feed is written before.
  virtual Task<absl::StatusOr<FeedChange>> Foresee(FeedStep step) = 0;

  // nullopt: the feed has never committed.
  virtual Task<absl::StatusOr<std::optional<Checkpoint>>> Load(FeedKey feed) = 0;

  // The output's feeds of which anything is known.
  virtual Task<absl::StatusOr<std::vector<FeedKey>>> Feeds(std::string output) = 0;

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
