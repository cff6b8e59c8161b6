// `cce run`: the engine, wired.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "cce/api/kinds.h"
#include "cce/config/configuration.h"

namespace cce {

struct RunOptions {
  Configuration configuration;
  bool until_caught_up = false;  // end once every feed has reached the time of the start
  std::string version;
};

// Collects until SIGINT or SIGTERM, or until caught up. Returns the exit code of contract: 0 done,
// 1 failed while running, 3 refused. An error means that nothing was collected: kInvalidArgument
// and kFailedPrecondition are wrong configuration or usage (exit code 2), anything else is 1.
absl::StatusOr<int> RunEngine(const RunOptions& options, const Kinds& kinds);

}  // namespace cce
