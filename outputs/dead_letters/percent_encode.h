// Names of configuration as names of files.
#pragma once

#include <string>
#include <string_view>

namespace cce {

// `name` as one component of a path: bytes other than letters, digits, '-', '_' and '.' as %XX, and
// a '.' at the beginning too. Different names give different components.
std::string PercentEncode(std::string_view name);

}  // namespace cce
