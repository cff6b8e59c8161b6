// Asks the running engine.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace cce {

// The body of the 200 answer to GET `target` on the engine's UNIX socket. Blocking, half a minute
// at most. kFailedPrecondition: no engine serves the socket, or it may not be opened by this user;
// kUnavailable: the engine does not answer as it should.
absl::StatusOr<std::string> AskEngine(const std::string& socket_path, const std::string& target);

}  // namespace cce
