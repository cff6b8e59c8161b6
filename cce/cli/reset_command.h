// `cce device reset`: starts feeds of a device afresh, on purpose.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cce/config/configuration.h"

namespace cce {

// Sets the feeds of `device` to `outputs` to the place from which everything since `from` is
// collected. What they had delivered is forgotten, so what lies after `from` comes again. Blocking.
// Errors: kFailedPrecondition while an engine uses the state, else what the state says.
absl::Status ResetDevice(const Configuration& configuration, const DeviceConfiguration& device,
                         const std::vector<std::string>& outputs, absl::Time from);

}  // namespace cce
