// Time, as everything in the engine sees it.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "cce/api/task.h"

namespace cce {

// One coroutine's pauses. Used on that coroutine's executor only.
class Sleeper {
 public:
  virtual ~Sleeper() = default;

  // Returns after `pause`, or earlier when woken.
  virtual Task<> Sleep(absl::Duration pause) = 0;

  // Ends the Sleep in progress; without one, the next Sleep returns at once.
  virtual void Wake() = 0;
};

// Thread-safe. Outlives its sleepers.
class Clock {
 public:
  virtual ~Clock() = default;

  // This machine's wall clock, which may be wrong and may step.
  virtual absl::Time Now() const = 0;

  // The time since some moment, by the clock of the sleepers, which does not step.
  virtual absl::Duration Elapsed() const = 0;

  // `executor` is where the sleeping coroutine runs.
  virtual std::unique_ptr<Sleeper> MakeSleeper(boost::asio::any_io_executor executor) = 0;
};

}  // namespace cce
