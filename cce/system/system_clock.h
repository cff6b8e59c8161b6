// This machine's time.
#pragma once

#include "cce/api/clock.h"

namespace cce {

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Elapsed() const override;

  // Pauses run on the monotonic clock: a step of the wall clock neither shortens nor stretches
  // them.
  std::unique_ptr<Sleeper> MakeSleeper(boost::asio::any_io_executor executor) override;
};

}  // namespace cce
