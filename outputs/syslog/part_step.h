// Cuts a step in two where the events of a batch have been acknowledged so far. Pure.
#pragma once

#include <cstdint>

#include "absl/types/span.h"
#include "cce/api/output.h"

namespace cce::syslog {

// Accounts for `events` as delivered and leaves the position and the watermark where they are.
Step PartStep(absl::Span<const BatchEvent> events);

// Takes out of `step` what a PartStep of `events` has accounted for.
void TakeOut(absl::Span<const BatchEvent> events, Step& step);

}  // namespace cce::syslog
