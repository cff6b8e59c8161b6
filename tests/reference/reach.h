// Which pages the reference can judge.
#pragma once

#include <string_view>

namespace cce::reference {

// `page` is an array, valid JSON for nlohmann, and no object in it names a member twice: a DOM
// has no place for the second. nlohmann refuses numbers that a double does not hold.
bool CanJudge(std::string_view page);

}  // namespace cce::reference
