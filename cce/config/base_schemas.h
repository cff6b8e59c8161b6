// The JSON Schemas of cce.json and of device files, as conf/ has them.
#pragma once

#include <string_view>

namespace cce {

std::string_view EngineSchema();  // conf/cce.schema.json
std::string_view DeviceSchema();  // conf/device.schema.json

}  // namespace cce
