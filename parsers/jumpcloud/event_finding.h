// OCSF class 2004 Detection Finding.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// REQUIRES: actor and device are filled.
void FillFinding(Record& record);

// status_id and status of a finding, and the activity of an update, which may be a close.
void FillFindingStatus(Record& record);

}  // namespace cce::jumpcloud
