// A disk that fails on demand, under SQLite. For tests.
#pragma once

#include <sqlite3.h>

#include <string>

namespace cce {

// A VFS that passes everything on to the system's and counts the calls that change a file (write,
// truncate, sync). Used by one thread.
class FailingVfs {
 public:
  enum class Failure {
    kDiskFull,    // half of the bytes are written, then SQLITE_FULL
    kWriteError,  // nothing is written
    kLateError,   // the call has its effect and reports an error
  };

  explicit FailingVfs(std::string name);
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;
  ~FailingVfs();

  const char* name() const { return name_.c_str(); }

  // The `n`-th call from here on fails, the first being 1, and `more` calls behind it.
  void FailAt(int n, Failure failure, int more = 0);
  void Heal() { first_ = 0; }
  // Calls since FailAt.
  int calls() const { return calls_; }

  // For the file methods: what the next call does.
  bool Fails();
  Failure failure() const { return failure_; }

 private:
  const std::string name_;
  sqlite3_vfs vfs_;
  int calls_ = 0;
  int first_ = 0;
  int last_ = 0;
  Failure failure_ = Failure::kDiskFull;
};

}  // namespace cce
