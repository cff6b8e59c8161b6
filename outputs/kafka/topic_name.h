// Topic names that depend on the device.
#pragma once

#include <string>
#include <string_view>

namespace cce::kafka {

// True if not all devices have the same topic.
bool DependsOnDevice(std::string_view pattern);

// `pattern` with its placeholders (cce/api/placeholders.h) replaced by the names, of which what a
// topic may not hold becomes "_HH", its bytes in hexadecimal. REQUIRES: as FillPlaceholders.
std::string TopicName(std::string_view pattern, std::string_view tenant, std::string_view device);

}  // namespace cce::kafka
