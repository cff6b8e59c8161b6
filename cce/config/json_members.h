// Members of JSON objects that may not be there, or not be what they should.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace cce {

// nullptr without the member, or if `object` is no object.
inline const nlohmann::json* Member(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

// The member's text; `otherwise` if it is no string.
inline std::string Text(const nlohmann::json& object, const char* key, std::string otherwise = "") {
  const nlohmann::json* text = Member(object, key);
  return text != nullptr && text->is_string() ? text->get<std::string>() : std::move(otherwise);
}

}  // namespace cce
