// OCSF class 3004 Entity Management.
#pragma once

#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// REQUIRES: actor and device are filled.
void FillEntityManagement(Record& record);

// What a type's name says it is about: what is before its last word.
Token StemOf(const Record& record, Token event_code);

}  // namespace cce::jumpcloud
