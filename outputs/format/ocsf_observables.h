// observables[] of an OCSF event.
#pragma once

#include "cce/api/event.h"
#include "outputs/format/json_writer.h"

namespace cce::ocsf {

// Addresses, users, hosts and things once more in one place, each value once. A name is the path of
// the attribute that it repeats; what is in a list or has no attribute in the event's class has
// none.
void WriteObservables(JsonWriter& out, const Event& event);

}  // namespace cce::ocsf
