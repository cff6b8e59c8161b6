#include "cce/config/json_text.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"

namespace cce {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 32;

// Follows the parser to know where it is.
class Place {
 public:
  void Open(bool is_object) { levels_.push_back({is_object, {}, {}, 0}); }
  void Close() {
    levels_.pop_back();
    Next();
  }

  // False if the object has `key` already.
  bool Key(const std::string& key) {
    levels_.back().key = key;
    return levels_.back().keys.insert(key).second;
  }

  // A value has ended.
  void Next() {
    if (!levels_.empty()) ++levels_.back().index;
  }

  std::string Pointer() const {
    std::string pointer;
    for (const Level& level : levels_) {
      pointer = Below(pointer, level.is_object ? level.key : std::to_string(level.index));
    }
    return pointer;
  }

 private:
  struct Level {
    bool is_object;
    std::set<std::string> keys;
    std::string key;
    std::size_t index;
  };
  std::vector<Level> levels_;
};

std::string LineAndColumn(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column =
      start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return absl::StrCat("line ", line, ", column ", column);
}

}  // namespace

std::optional<Json> ParseJson(std::string_view text, std::vector<Finding>& findings) {
  Place place;
  bool too_deep = false;
  const auto follow = [&](int depth, Json::parse_event_t event, Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        place.Open(event == Json::parse_event_t::object_start);
        if (depth < kDeepest) return true;
        if (!std::exchange(too_deep, true)) {
          findings.push_back({"", absl::StrCat("nested deeper than ", kDeepest,
                                               " levels; nothing here needs that")});
        }
        return true;
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        place.Close();
        return depth < kDeepest;
      case Json::parse_event_t::key:
        if (!place.Key(value.get_ref<const std::string&>())) {
          findings.push_back({place.Pointer(), "the key comes twice; keep one"});
        }
        return true;
      case Json::parse_event_t::value:
        place.Next();
        return true;
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), follow);
  } catch (const Json::parse_error& error) {
    // What the library says quotes the token it read last, which may be a secret.
    const std::size_t byte = error.byte > 0 ? error.byte - 1 : 0;
    findings.push_back(
        {"", absl::StrCat("not JSON from ", LineAndColumn(text, std::min(byte, text.size())),
                          " on; look there for a quote, comma or bracket that is "
                          "missing or too many")});
    return std::nullopt;
  }
}

std::string Below(std::string_view pointer, std::string_view key) {
  std::string below = absl::StrCat(ForAbseil(pointer), "/");
  for (const char c : key) {
    if (c == '~') {
      below += "~0";
    } else if (c == '/') {
      below += "~1";
    } else {
      below += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    }
  }
  return below;
}

std::string Quoted(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cce
