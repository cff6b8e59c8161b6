// Which of several policies decided.
#pragma once

#include "cce/api/event.h"

namespace cce {

// The first that denies, else that asks for a second factor, else that allows, else the first; null
// without any.
const Authorization* DecidingPolicy(const Event& event);

}  // namespace cce
