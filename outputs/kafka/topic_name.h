// Topic names that depend on the device.
#pragma once

#include <string>
#include <string_view>

namespace cce::kafka {

// True if `pattern` holds {device}.
bool NamesDevice(std::string_view pattern);

// `pattern` with {device} replaced by the device's name, of which what a topic may not hold becomes
// "_HH", its bytes in hexadecimal.
std::string TopicName(std::string_view pattern, std::string_view device);

}  // namespace cce::kafka
