#pragma once

#include <string>

namespace cce {

// This machine's name, the default of cce_id; "cce" if it has none.
std::string HostName();

}  // namespace cce
