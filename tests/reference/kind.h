// What an event is: class and activity of OCSF, from its type's name and, for some types, from its
// payload (normalisation 2.1 to 2.3).
#pragma once

#include <string>
#include <vector>

#include "tests/reference/record.h"

namespace cce::reference {

// The two ends of an association, told apart by what they are.
struct Association {
  enum class Kind {
    kNone,
    kUserAndGroup,
    kGroups,
    kGroupAndThing,
    kUserAndThing,
    kDeviceAndGroup,
    kThings
  };
  Kind kind = Kind::kNone;
  std::string user, group, subgroup, device, thing;  // places
};

struct EventKind {
  int class_uid = 0;
  int activity_id = 99;
  std::string activity_name;
  int severity_id = 1;
  std::string label;  // how a type that is in no table was recognised
  Association association;
};

EventKind KindOf(const Record& record);

// The side of an association at `side` names somebody or something.
bool IsParty(const Record& record, const std::string& side);

// The new state that an access request or an alert came to, in lower case.
std::string NewState(const Record& record, std::initializer_list<std::string_view> fields);

// What the name of the event's type begins with: "iplist" of "iplist_delete".
std::string StemOf(const std::string& event_type);

}  // namespace cce::reference
