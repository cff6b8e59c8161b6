// Bytes that may be anything, in JSON.
#pragma once

#include <string>
#include <string_view>

#include "nlohmann/json.hpp"

namespace cce::dead_letters {

// Under `key` if they are UTF-8, else as Base64 under `key` with "_base64" behind it.
void PutBytes(nlohmann::ordered_json& object, const std::string& key, std::string_view bytes);

}  // namespace cce::dead_letters
