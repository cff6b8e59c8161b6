// The device that an event is about or comes from.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// `system`, else the requester's of auth_context, with its group.
void FillDevice(Record& record);

// The same from `resource`, unless the device is known or `resource` is none.
void FillDeviceFromResource(Record& record);

}  // namespace cce::jumpcloud
