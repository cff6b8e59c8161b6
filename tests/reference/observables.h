// What an event's attributes say that analysts search for (normalisation 5.3).
#pragma once

#include "tests/reference/record.h"

namespace cce::reference {

// Of an event that is complete but for them. `address` is where it came from and `user` somebody
// that it names, for which not every class has an attribute.
json ObservablesOf(const json& event, const json& address, json user);

}  // namespace cce::reference
