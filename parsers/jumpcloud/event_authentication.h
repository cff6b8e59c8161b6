// OCSF class 3002 Authentication.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// REQUIRES: actor and device are filled.
void FillAuthentication(Record& record);

}  // namespace cce::jumpcloud
