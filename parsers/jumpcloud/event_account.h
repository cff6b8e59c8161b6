// OCSF class 3001 Account Change.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// REQUIRES: the actor is filled.
void FillAccountChange(Record& record);

}  // namespace cce::jumpcloud
