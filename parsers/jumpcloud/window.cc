#include "parsers/jumpcloud/window.h"

#include <algorithm>

namespace cce::jumpcloud {
namespace {

// Clocks of one service differ by less; a shorter one would ask twice within a tick whenever the
// machine that answers is behind the one that set the device's clock.
constexpr absl::Duration kClockTolerance = absl::Minutes(1);

}  // namespace

absl::Time FloorToMillisecond(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Milliseconds(1));
}

std::optional<Window> NextWindow(const Rest& rest, absl::Time tick) {
  const absl::Time end = FloorToMillisecond(tick);
  if (end <= rest.end) return std::nullopt;
  return Window{rest.from, end};
}

Rest RestBehind(const Window& window, absl::Duration overlap, std::optional<absl::Time> answered) {
  absl::Time end = window.end;
  if (answered && *answered + kClockTolerance < end) {
    end = std::max(window.start, FloorToMillisecond(*answered));
  }
  return Rest{std::max(window.start, FloorToMillisecond(end - overlap)), end};
}

}  // namespace cce::jumpcloud
