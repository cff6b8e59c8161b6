#include "parsers/jumpcloud/window.h"

#include <algorithm>

namespace cce::jumpcloud {
absl::Time FloorToMillisecond(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Milliseconds(1));
}

std::optional<Window> NextWindow(const Rest& rest, absl::Time tick) {
  const absl::Time end = FloorToMillisecond(tick);
  if (end <= rest.end) return std::nullopt;
  return Window{rest.from, end};
}

Rest RestBehind(const Window& window, absl::Duration overlap) {
  return Rest{std::max(window.start, FloorToMillisecond(window.end - overlap)), window.end,
              std::nullopt};
}

}  // namespace cce::jumpcloud
