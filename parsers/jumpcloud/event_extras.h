// What a record says that OCSF has no attribute for and other formats have a place for.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// Whatever the class. REQUIRES: the attributes of OCSF's that give something back have taken it.
void FillExtras(Record& record);

}  // namespace cce::jumpcloud
