// What an event is about, where that is no person: the attributes of the classes 2004, 3004 to 3006
// and 600x (normalisation 3.2, 3.4 and 5.2).
#pragma once

#include <string>
#include <vector>

#include "tests/reference/kind.h"
#include "tests/reference/record.h"
#include "tests/reference/surroundings.h"

namespace cce::reference {

// Adds them to `event`, and the labels of what is made up. The device of an event may be its
// entity.
void AddThings(const Record& record, const EventKind& kind, Surroundings& surroundings, json& event,
               std::vector<std::string>& labels);

}  // namespace cce::reference
