// The tester's side door: what really happened, and levers to make things go wrong.
#pragma once

#include "absl/time/time.h"
#include "tests/simulator/http_message.h"

namespace cce::simulator {

class Simulator;

// Answers a path under /_simulator/; README.md lists them. Needs no key: the simulator listens on
// loopback. `now` is the caller's clock.
Response AnswerAdmin(Simulator& simulator, const Request& request, absl::Time now);

}  // namespace cce::simulator
