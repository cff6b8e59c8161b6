// Who acted, and on whom (normalisation 3.3).
#pragma once

#include "tests/reference/kind.h"
#include "tests/reference/record.h"

namespace cce::reference {

struct People {
  json initiator;  // OCSF user; null if nobody is named
  json app_name;   // of the actor
  json subject;    // OCSF user; null if the class has none
};

People PeopleOf(const Record& record, const EventKind& kind);

bool ResourceIsUser(const Record& record);

// What the event is about, if that is a user; else null.
json UserOfResource(const Record& record);

// The OCSF user at `place`; null if nobody is named there.
json UserAt(const Record& record, const std::string& place);

}  // namespace cce::reference
