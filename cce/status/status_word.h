// Which status word the facts about a device or a feed add up to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cce/api/trouble.h"

namespace cce {

// What Collection Status says of a device or feed.
struct Verdict {
  StatusWord word = StatusWord::kConnected;
  std::string detail;  // the cause, in plain words
  std::string remedy;  // what the user can do; empty where nothing is to be done

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

struct StatusFacts {
  absl::Time now;
  absl::Duration poll_interval = absl::Seconds(60);

  // How the last request to the service ended; nullopt before the first.
  std::optional<absl::Status> poll;

  // How the last delivery ended, how long the one under way has lasted, and to which output.
  absl::Status delivery;
  absl::Duration delivering = absl::ZeroDuration();
  std::string output;

  // Everything older than this that was visible has been delivered.
  std::optional<absl::Time> reached;

  std::optional<absl::Time> last_event_time;
  std::uint64_t usual_events = 0;  // in the day that ended with the last delivery
};

// The first that applies of: what the service refused or how it failed, Output blocked, Delayed,
// Connected (no event seen yet), Active (an event within the last hour), Silent (none for far
// longer than the usual rate explains), Idle.
Verdict Judge(const StatusFacts& facts);

}  // namespace cce
