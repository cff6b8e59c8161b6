// Which pages the reference can judge.
#pragma once

#include <string_view>

namespace cce::reference {

// `page` is an array of valid JSON without what README.md says is out of the reference's reach.
bool CanJudge(std::string_view page);

}  // namespace cce::reference
