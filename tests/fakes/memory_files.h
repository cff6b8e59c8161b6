// A file system in memory that loses what was not synced, and fails when told to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cce/api/files.h"

namespace cce {

// Used by one thread. Keeps two trees: what processes see and what is on the disk. A file's bytes
// get to the disk by SyncData, a directory's entries by SyncDirectory, as POSIX allows at worst:
// neither does the other's work.
//
// Open files outlive a power cut, as nothing but dead descriptors: every call on them fails.
class MemoryFiles final : public Files {
 public:
  MemoryFiles();
  ~MemoryFiles() override;

  absl::StatusOr<std::unique_ptr<File>> Create(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<File>> OpenForWriting(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<File>> OpenForReading(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& path) override;
  absl::Status MakeDirectories(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override;

  // What a power cut leaves of changes that were not synced.
  enum class Unsynced { kLost, kKept, kTorn };
  // Ends every open file. kTorn keeps or loses each unsynced change as `seed` has it; of appended
  // bytes a part, with garbage in it.
  void PowerCut(Unsynced unsynced, std::uint64_t seed = 0);

  enum class Failure {
    kNoSpace,      // kResourceExhausted; of a write half the bytes are in the file
    kIoError,      // kUnavailable; a write changes nothing
    kSyncError,    // SyncData: kDataLoss; bytes written before count as synced but are not on the
                   // disk
    kSyncNoSpace,  // the same, but kResourceExhausted
  };
  // The n-th call from here on that could fail so fails, the first being 1, and `more` behind it.
  // kNoSpace: writes, new files and directories; kIoError: everything but SyncData; kSyncError
  // and kSyncNoSpace: SyncData.
  void FailAt(int n, Failure failure, int more = 0);
  void Heal() { failing_.reset(); }
  // Every call on paths that begin with `prefix` is kUnavailable; "" forbids nothing.
  void Forbid(std::string prefix) { forbidden_ = std::move(prefix); }
  // Calls since FailAt that could have failed.
  int calls() const { return calls_; }

  // What a process sees. Empty text if there is no such file.
  std::string Content(const std::string& path) const;
  bool Exists(const std::string& path) const;
  // Replaces the content, synced, as somebody else might who has access.
  void Overwrite(const std::string& path, std::string content);
  // Paths of all files.
  std::vector<std::string> Paths() const;
  int open_files() const { return open_files_; }
  // Called when a file is closed.
  void OnClose(std::function<void()> on_close) { on_close_ = std::move(on_close); }

 private:
  struct Node;
  class OpenFile;
  struct Failing {
    int first;
    int last;
    Failure failure;
  };

  enum class Call { kOther, kSpace, kSync };
  absl::Status Check(Call call, const std::string& path);
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path);
  static std::string Parent(const std::string& path);

  std::map<std::string, std::shared_ptr<Node>> seen_;
  std::map<std::string, std::shared_ptr<Node>> on_disk_;
  std::set<std::string> directories_;
  std::optional<Failing> failing_;
  std::string forbidden_;
  int calls_ = 0;
  int open_files_ = 0;
  std::function<void()> on_close_ = [] {};
  std::uint64_t age_ = 0;  // power cuts survived
};

}  // namespace cce
