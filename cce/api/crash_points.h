// Named places where a test may end the process as a power cut would.
#pragma once

#include <string_view>

namespace cce {

// Thread-safe. In production every point is passed without effect unless the environment variable
// CCE_CRASH_AT names it.
class CrashPoints {
 public:
  virtual ~CrashPoints() = default;

  // Called at the place called `name`, e.g. "file.after_sync". Does not return if it is armed.
  virtual void Pass(std::string_view name) = 0;
};

}  // namespace cce
