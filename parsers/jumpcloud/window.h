// Which span of event time is asked for next. Pure arithmetic, no clock.
//
// Events become searchable minutes after they happened, so each window begins before the last one's
// end, by the overlap; what is read twice is recognised by identity.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace cce::jumpcloud {

// The service's index and cursors count in milliseconds; every time here lies on one.
absl::Time FloorToMillisecond(absl::Time time);

// Event times asked for with one unchanging query. start < end. start_time is inclusive; what
// end_time is, the service does not document, and nothing here depends on it.
struct Window {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const Window&, const Window&) = default;
};

// The place between two windows. from <= end.
struct Rest {
  absl::Time from;  // where the next window starts; never moves back
  absl::Time end;   // where the last one ended
  // The millisecond before `from` that an element without a time was counted to, if one was: the
  // next window may begin with that element, behind nothing that tells its millisecond.
  std::optional<std::int64_t> untimed_ms = std::nullopt;

  friend bool operator==(const Rest&, const Rest&) = default;
};

// The window from `rest` to `tick`, or nullopt if `tick` brings nothing to ask.
std::optional<Window> NextWindow(const Rest& rest, absl::Time tick);

// The place behind `window`. REQUIRES: overlap >= 0.
Rest RestBehind(const Window& window, absl::Duration overlap);

}  // namespace cce::jumpcloud
