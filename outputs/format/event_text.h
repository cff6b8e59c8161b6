// What every format needs to know of an event.
#pragma once

#include <cstddef>

#include "cce/api/event.h"

namespace cce {

// Bytes of all texts of `event`, each once, and some more for each of its lists' elements;
// `unmapped`, `raw`, `changes` and `association` are left out.
std::size_t TextSize(const Event& event);

}  // namespace cce
