// Says what OCSF 1.8.0 has against an event: the rules of the schema server's validator that a JSON
// Schema cannot express included.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cce::ocsf {

// One line for each fault of the event `json`, naming its path; empty if there is none. Names of
// enumerated values that are not the schema's are faults too. What is inside `unmapped` is free.
std::vector<std::string> FindFaults(std::string_view json);

}  // namespace cce::ocsf
