// How long to wait before the next attempt: exponential with full jitter, so that what failed
// together does not come back together.
#pragma once

#include "absl/time/time.h"
#include "cce/api/random.h"

namespace cce {

// One feed's attempts. Thread-compatible. `random` outlives it.
class Backoff {
 public:
  static constexpr absl::Duration Base() { return absl::Seconds(1); }
  static constexpr absl::Duration Cap() { return absl::Minutes(1); }

  explicit Backoff(Random& random) : random_(random) {}

  // Uniform between zero and Base * 2^failures, at most Cap; counts a failure.
  absl::Duration Next();

  // What was tried has worked.
  void Reset() { failures_ = 0; }

 private:
  Random& random_;
  int failures_ = 0;
};

}  // namespace cce
