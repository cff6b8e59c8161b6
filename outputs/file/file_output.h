// Files of one event a line, exactly once over crashes and restarts.
//
// A delivery writes at the file's committed length, syncs, and commits step and length in one act;
// the recovery cuts the file back to that length. Sealed files never change. Files of devices that
// are no longer there are sealed and, in time, deleted like the others.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "cce/api/kinds.h"
#include "outputs/file/folder.h"
#include "outputs/file/retention.h"

namespace cce::file {

struct FileOptions {
  std::string name;       // the output's
  std::string directory;  // absolute; with {tenant} and {device} (cce/api/placeholders.h)
  std::string state_dir;  // dead letters go to <state_dir>/dead_letters/<name>/<device>.ndjson
  std::uint64_t rotate_size = 256u << 20;
  absl::Duration rotate_every = absl::Hours(1);
  Compression compression = Compression::kNone;
  RetentionRules retention;
  int max_open_files = 256;
};

inline constexpr Guarantee kGuarantee = {
    .promise = "exactly once in sealed files, over crashes and restarts",
    .reason =
        "a batch is on the disk before it counts, its length and the feed's checkpoint become "
        "durable in one act, and recovery cuts the file back to that length; a reader of the "
        "file that ends in .open may see lines that come again"};

// Its coroutines run on the world's executor, which is one thread's (or a strand), and everything
// below is touched there only; the file system is reached through Context::blocking.
// REQUIRES: Close has ended before it is destroyed, or its executor never runs again.
class FileOutput final : public Output {
 public:
  FileOutput(FileOptions options, OutputWorld world);

  const std::string& name() const override { return options_.name; }
  const Format& format() const override { return world_.format; }
  std::string_view guarantee() const override;

  Task<absl::StatusOr<std::optional<Checkpoint>>> Recover(FeedKey feed) override;
  Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step) override;
  Task<> Close() override;

 private:
  // A device's folder. Lives as long as the output.
  struct Folder {
    std::string device;
    std::string key;   // percent-encoded device
    std::string path;  // as of the last Recover
    Origin origin;     // the same
    bool recovered = false;
    bool busy = false;  // in Recover or Deliver: `current` is theirs
    FolderRecord record;
    std::optional<FileRecord> current;
    std::unique_ptr<File> file;                          // current's; null: closed, or not made yet
    std::optional<std::list<Folder*>::iterator> in_use;  // in used_, while `file` is open
    std::set<std::uint64_t> sealing;                     // in unsealed_
    std::set<std::uint64_t> retired;                     // a sync of theirs failed
    std::vector<FileRecord> left;  // by an earlier run, until the first Recover of this one
  };
  struct Unsealed {
    Folder* folder;
    FileRecord record;
    absl::Time not_before;
    bool failed = false;
  };

  Task<absl::StatusOr<std::optional<Checkpoint>>> RecoverHere(FeedKey feed);
  Task<absl::StatusOr<std::optional<Checkpoint>>> RecoverFolder(Folder& folder, FeedKey feed);
  Task<absl::Status> DeliverHere(FeedKey feed, std::shared_ptr<const Batch> batch, Step step);
  Task<absl::Status> Write(Folder& folder, FeedKey feed, std::shared_ptr<const Batch> batch,
                           Step step);
  Task<absl::Status> Announce(Folder& folder);
  Task<absl::Status> WriteBytes(Folder& folder, const Batch& batch, FolderRecord& record);
  Task<> CloseHere();
  // Nobody awaits it but Close.
  void Start(Task<> work);
  Task<> WorkInBackground();
  Task<> SealOne(Unsealed unsealed);
  Task<> RemoveSource(FileRecord record);
  void NoteSourceStays(const absl::Status& why);
  Task<> FindLeft();
  // A round of retention is worked off piece by piece, so that nothing else waits for its end.
  Task<> BeginRetention();
  bool RetentionIsDue() const;
  Task<> Retain();
  // Whether files may be too old at `now`, by this machine's clock.
  Task<bool> ClockIsBelieved(absl::Time now);
  void LogRetention();
  // Of every device that the state knows.
  Task<absl::StatusOr<std::vector<Records>>> AllRecords();

  Folder& FolderOf(const std::string& device);
  void PlaceFolder(Folder& folder, const FeedKey& feed);
  bool IsFull(const FileRecord& record, std::uint64_t more) const;
  bool IsAged(const FileRecord& record) const;
  absl::Time DueOf(const FileRecord& record) const;
  void RotateAged();
  void StartSealing(Folder& folder, FileRecord record);
  void NoteSealed(std::uint64_t bytes);
  absl::Duration Pause() const;
  // Closes the one before, in time: that may wait for the file system, too.
  void SetFile(Folder& folder, std::unique_ptr<File> file);
  Task<> CloseFile(std::unique_ptr<File> file);
  void MarkUsed(Folder& folder);
  std::string DeadLetterPath(const Folder& folder) const;
  absl::Status Explain(const Folder& folder, absl::Status status);
  Disk disk() const { return {world_.context.files, world_.context.crash_points}; }

  const FileOptions options_;
  const OutputWorld world_;
  const std::unique_ptr<Sleeper> sleeper_;  // of WorkInBackground
  boost::asio::steady_timer work_ended_;
  absl::flat_hash_map<std::string, std::unique_ptr<Folder>> folders_;  // by device
  std::list<Folder*> used_;  // with an open file, the latest used first
  std::deque<Unsealed> unsealed_;
  absl::Time look_for_left_at_;
  bool found_left_ = false;
  absl::Time last_retention_ = absl::InfinitePast();
  absl::Time next_retention_ = absl::InfinitePast();
  Retention retention_;
  bool retains_ = false;               // a round is under way
  std::uint64_t sealed_bytes_ = 0;     // as of the last retention, and what was sealed since
  std::uint64_t sealed_at_begin_ = 0;  // the same, when the round under way began
  int at_work_ = 0;                    // coroutines that nobody awaits
  bool closing_ = false;
};

}  // namespace cce::file
