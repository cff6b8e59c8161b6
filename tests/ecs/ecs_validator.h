// Says what ECS 8.17 has against an event: unknown fields, values of another type or that ECS does
// not allow, and categories with types that do not go with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cce::ecs {

// One line for each fault of the event `json`, naming its field; empty if there is none. What is
// inside the field set `own` is free.
std::vector<std::string> FindFaults(std::string_view json, std::string_view own);

}  // namespace cce::ecs
