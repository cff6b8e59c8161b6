// A program of this repository, run as a process of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cce::e2e {

// Thread-compatible. Killed and reaped by the destructor.
class Child {
 public:
  // Starts `program` with `arguments`; `environment` is added to the test's own ("NAME=VALUE").
  // What it prints on either stream is appended to `log`.
  Child(const std::string& program, const std::vector<std::string>& arguments,
        const std::string& log, const std::vector<std::string>& environment = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;

  // Waits for the end. The exit code, or 128 plus the signal that ended it.
  int Wait();

  // As Wait, but gives up after `milliseconds` and returns -1.
  int WaitFor(int milliseconds);

 private:
  pid_t pid_ = -1;
  int code_ = -1;
  bool ended_ = false;
};

}  // namespace cce::e2e
