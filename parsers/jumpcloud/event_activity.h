// Activities that the payload decides, not the type alone.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// Replaces the activity by what the payload says, and raises the severity with it. REQUIRES: class
// and activity are filled.
void FillActivityByPayload(Record& record);

}  // namespace cce::jumpcloud
