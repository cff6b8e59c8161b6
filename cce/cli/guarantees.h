// `cce guarantees`: what is promised of every device's events on their way to every output, and why.
#pragma once

#include <string>

#include "cce/api/kinds.h"
#include "cce/config/configuration.h"

namespace cce {

// A paragraph a device: what is collected, then what each of its outputs promises. REQUIRES: every
// output's type is one of `kinds`.
std::string DescribeGuarantees(const Configuration& configuration, const Kinds& kinds);

}  // namespace cce
