// The file system of this machine.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "cce/api/files.h"

namespace cce {

// Files are made with mode 0640 and directories with 0750, less what the umask takes. Descriptors
// are closed on exec.
class PosixFiles final : public Files {
 public:
  absl::StatusOr<std::unique_ptr<File>> Create(const std::string& path) override;
  // Can be read as well.
  absl::StatusOr<std::unique_ptr<File>> OpenForWriting(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<File>> OpenForReading(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& path) override;
  absl::Status MakeDirectories(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override;

 private:
  std::mutex mutex_;
  // Directories that MakeDirectories has made and whose entry in their parent is not durable yet.
  std::set<std::string> unsynced_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cce
