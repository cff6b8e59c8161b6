// The right to use a state directory.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cce {

// Holds flock(2) on <state_dir>/lock, which the kernel frees however the process ends. The file
// keeps the process id of the last holder that opened the state, so a file with content also shows
// that there was a state.
class StateLock {
 public:
  // kFailedPrecondition if another process holds it; the message names it.
  static absl::StatusOr<StateLock> Take(const std::string& state_dir);

  StateLock(StateLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), marked_(other.marked_) {}
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

  // True if some process has marked the directory before this one took it.
  bool marked() const { return marked_; }

  // Writes this process's id.
  absl::Status Mark();

 private:
  StateLock(int descriptor, bool marked) : descriptor_(descriptor), marked_(marked) {}

  int descriptor_;
  bool marked_;
};

}  // namespace cce
