// Crash points that the environment arms.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "cce/api/crash_points.h"

namespace cce {

class EnvironmentCrashPoints final : public CrashPoints {
 public:
  // Armed by the variable CCE_CRASH_AT.
  EnvironmentCrashPoints();

  // `setting` is what CCE_CRASH_AT holds: "name" or "name:n" for the n-th pass of that point. Empty
  // arms nothing; neither does an n that is no positive number.
  explicit EnvironmentCrashPoints(std::string_view setting);

  // The process dies by SIGKILL, so that no handler, destructor or buffer gets a last word.
  void Pass(std::string_view name) override;

 private:
  std::string armed_;
  std::atomic<std::int64_t> passes_left_ = 1;
};

}  // namespace cce
