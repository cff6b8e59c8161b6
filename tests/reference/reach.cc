#include "tests/reference/reach.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace cce::reference {

bool CanJudge(std::string_view page) {
  using nlohmann::json;
  std::vector<std::set<std::string>> keys;
  bool has_double_key = false;
  const auto note_keys = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value).second) {
      has_double_key = true;
    }
    return true;
  };
  const json parsed = json::parse(page, note_keys, false);
  return parsed.is_array() && !has_double_key;
}

}  // namespace cce::reference
