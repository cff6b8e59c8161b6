// The engine's state in one SQLite database.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/types/span.h"
#include "cce/api/blocking.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/crash_points.h"
#include "cce/state/tables.h"

namespace cce {

// Where a commit may be cut.
inline constexpr std::array<std::string_view, 2> kStateCrashPoints = {"state.before_commit",
                                                                      "state.after_commit"};

// Thread-safe. The connection has one owner at a time, a thread of `blocking`: while it works,
// requests gather; then all that wait become the next group, whose writes share a transaction and
// its fsync.
//
// What a failed COMMIT has written may still become durable by the recovery of a later start
// (https://www.sqlite.org/fileformat2.html#walformat: a frame counts if its checksums do). So after
// one nothing is answered before another commit has been written over it.
class SqliteStore final : public CheckpointStore {
 public:
  // `executor` runs the hand-over to `blocking`. References outlive the store.
  SqliteStore(std::unique_ptr<Database> database, std::unique_ptr<Tables> tables,
              Blocking& blocking, CrashPoints& crash_points, boost::asio::any_io_executor executor);
  // REQUIRES: nobody waits for the store.
  ~SqliteStore() override;

  Task<absl::Status> Write(Commit commit) override;
  Task<absl::StatusOr<FeedChange>> Foresee(FeedStep step) override;
  Task<absl::StatusOr<std::optional<Checkpoint>>> Load(FeedKey feed) override;
  Task<absl::StatusOr<std::vector<FeedKey>>> Feeds(std::string output) override;
  Task<absl::StatusOr<std::vector<IdentityBlock>>> Blocks(FeedKey feed, std::int64_t from_ns,
                                                          std::int64_t to_ns) override;
  Task<absl::StatusOr<std::vector<MinuteCount>>> Counts(FeedKey feed, std::int64_t from_minute,
                                                        std::int64_t to_minute) override;
  Task<absl::StatusOr<std::vector<OutputValue>>> Values(std::string output,
                                                        std::string prefix) override;

  // Sets `feed` to `position` as if it had never delivered: its identities and counts are dropped,
  // the output's values stay, so that an output knows what it wrote, and get one that says so
  // (kResetPrefix). Errors as Write.
  Task<absl::Status> Reset(FeedKey feed, Position position);

 private:
  enum class Kind { kRead, kWrite };
  struct Request {
    Kind kind;
    absl::AnyInvocable<absl::Status(Tables&)> act;
    absl::Status result;
  };
  struct Waiting {
    Request* request;  // in the frame of the coroutine that `resume` resumes
    absl::AnyInvocable<void()> resume;
  };

  Task<absl::Status> Submit(Request request);
  template <class Result, class Act>
  Task<absl::StatusOr<Result>> Read(Act act);
  Task<> Drain();
  // On the owner's thread.
  void Serve();
  void ServeGroup(absl::Span<Waiting> group);
  absl::Status MakeSure();
  absl::Status Transact(absl::Span<Request* const> writes);
  absl::Status Explain(absl::Status status);

  Blocking& blocking_;
  CrashPoints& crash_points_;
  const boost::asio::any_io_executor executor_;

  std::mutex mutex_;
  std::condition_variable idle_;  // serving_ has become false
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  bool owned_ ABSL_GUARDED_BY(mutex_) = false;    // a Drain is on its way or at work
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;  // a thread is in Serve

  // The owner's.
  const std::unique_ptr<Database> database_;
  const std::unique_ptr<Tables> tables_;
  bool in_doubt_ = false;  // a failed COMMIT has not been written over
  absl::Status damage_;    // once not OK, the answer to everything
};

}  // namespace cce
