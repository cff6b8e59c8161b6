// An output and the store behind it, in memory: what a feed may rely on, and every way it can go
// wrong.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/output.h"

namespace cce {

// Thread-safe, so that devices on several threads can share it.
class MemoryStore : public CheckpointStore {
 public:
  Task<absl::Status> Write(Commit commit) override;
  Task<absl::StatusOr<FeedChange>> Foresee(FeedStep step) override;
  Task<absl::StatusOr<std::vector<FeedKey>>> Feeds(std::string output) override;
  Task<absl::StatusOr<std::optional<Checkpoint>>> Load(FeedKey feed) override;
  Task<absl::StatusOr<std::vector<IdentityBlock>>> Blocks(FeedKey feed, std::int64_t from_ns,
                                                          std::int64_t to_ns) override;
  Task<absl::StatusOr<std::vector<MinuteCount>>> Counts(FeedKey feed, std::int64_t from_minute,
                                                        std::int64_t to_minute) override;
  Task<absl::StatusOr<std::vector<OutputValue>>> Values(std::string output,
                                                        std::string prefix) override;

  int commits() const;

 private:
  struct State {
    Checkpoint checkpoint;
    std::vector<IdentityBlock> blocks;
  };
  mutable std::mutex mutex_;
  int commits_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<FeedKey, State> feeds_ ABSL_GUARDED_BY(mutex_);
};

// Delivers into `lines`, atomically with the step. Thread-compatible: for the feeds of one thread.
class MemoryOutput : public Output {
 public:
  // How a Deliver ends.
  enum class Ending {
    kDone,
    kRefused,    // nothing happened, error
    kAmbiguous,  // it happened, error all the same
    kLost,       // as kRefused, with kDataLoss
    kPrefix,     // half of the events and their identities, the position as it was, error
  };

  // References outlive the output.
  MemoryOutput(std::string name, MemoryStore& store, const Format& format)
      : name_(std::move(name)), store_(store), format_(format) {}

  const std::string& name() const override { return name_; }
  const Format& format() const override { return format_; }
  std::string_view guarantee() const override { return "exactly once"; }
  Task<absl::StatusOr<std::optional<Checkpoint>>> Recover(FeedKey feed) override;
  Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step) override;
  Task<> Close() override { co_return; }

  std::vector<std::string> lines;
  std::vector<int> severities;  // of the lines
  std::vector<std::string> dead_letters;
  std::deque<Ending> endings;  // of the next Delivers; then kDone
  int recoveries = 0;
  std::function<void()> on_deliver;  // called first; may be empty

 private:
  const std::string name_;
  MemoryStore& store_;
  const Format& format_;
};

}  // namespace cce
