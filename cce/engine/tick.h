// When a device asks: on a grid of its poll interval, so that its feeds ask the same thing, shifted
// by the device's name, so that a thousand devices do not ask in the same second.
#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace cce {

// `now` floored to the grid. Depends on nothing else, so a restart finds the same grid.
// REQUIRES: interval >= 1 ms.
absl::Time TickAt(absl::Time now, absl::Duration interval, std::string_view device);

}  // namespace cce
