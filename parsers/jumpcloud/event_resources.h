// OCSF classes 6001 Web Resources Activity, 6002 Application Lifecycle, 6005 Datastore Activity and
// 6006 File Hosting Activity.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// REQUIRES: actor and device are filled.
void FillWebResource(Record& record);
void FillApplication(Record& record);
void FillDatastore(Record& record);
void FillFileHosting(Record& record);

}  // namespace cce::jumpcloud
