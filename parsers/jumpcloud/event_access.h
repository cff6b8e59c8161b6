// OCSF classes 3005 User Access Management and 3006 Group Management, and the events of type
// association_change, whose class depends on what is associated.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// Sets class and activity of an association_change. REQUIRES: they are those of its type.
void DecideAssociation(Record& record);

// REQUIRES: the actor is filled.
void FillUserAccess(Record& record);
void FillGroup(Record& record);

// What an association of neither class is about; no attribute gives back its type.
Resource TakeAssociated(Record& record);

}  // namespace cce::jumpcloud
