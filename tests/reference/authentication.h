// How somebody proved who they are, and what was decided about it (normalisation 3.8 and 3.9).
#pragma once

#include <string>
#include <vector>

#include "tests/reference/record.h"

namespace cce::reference {

// Adds the attributes that class 3002 alone has, and notes labels. `device` is the event's.
void AddAuthentication(const Record& record, const json& device, json& event,
                       std::vector<std::string>& labels);

// Adds authorizations and what was decided. True if there are any.
bool AddAuthorizations(const Record& record, json& event);

}  // namespace cce::reference
