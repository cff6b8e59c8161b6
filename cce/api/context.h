// The world, handed to whoever is built by main.
#pragma once

#include "cce/api/blocking.h"
#include "cce/api/clock.h"
#include "cce/api/crash_points.h"
#include "cce/api/files.h"
#include "cce/api/log.h"
#include "cce/api/random.h"

namespace cce {

// References outlive every holder.
struct Context {
  Clock& clock;
  Random& random;
  Blocking& blocking;
  Files& files;
  CrashPoints& crash_points;
  Log& log;
};

}  // namespace cce
