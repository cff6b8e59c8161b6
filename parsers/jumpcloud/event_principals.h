// Who acted, and on whom.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// initiated_by in all its forms, and what stands in for it.
void FillActor(Record& record);

// True if `resource` is somebody.
bool ResourceIsPrincipal(Record& record);

// `resource` as the event's user. REQUIRES: ResourceIsPrincipal.
Principal TakePrincipal(Record& record);

// The same where the event's class has no place for somebody: what another attribute gives back is
// left to it. REQUIRES: ResourceIsPrincipal.
Principal TakeOtherUser(Leaves& leaves);

// What a message calls somebody by.
Token NameOf(const Principal& principal);

}  // namespace cce::jumpcloud
