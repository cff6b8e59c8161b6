// The `cce` command without its process.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "absl/status/statusor.h"
#include "cce/api/kinds.h"
#include "cce/cli/run.h"

namespace cce {

enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,   // failed while running
  kExitUsage = 2,    // bad usage or configuration
  kExitRefused = 3,  // by the service: key, organisation, licence
};

struct CommandLine {
  const Kinds& kinds;
  std::string version;
  std::function<absl::StatusOr<int>(const RunOptions&, const Kinds&)> run;  // RunEngine
  std::function<absl::Time()> now;
  std::ostream& out;
  std::ostream& err;

  // Does what the arguments say and returns the exit code. Errors go to `err`, one line each, with
  // what to do next.
  int Execute(int argc, const char* const* argv) const;
};

}  // namespace cce
