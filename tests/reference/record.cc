#include "tests/reference/record.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"

namespace cce::reference {
namespace {

constexpr const char* kPlace = "\x01place";  // no OCSF attribute is called so
constexpr const char* kValue = "value";

bool IsCopy(const json& value) { return value.is_object() && value.contains(kPlace); }

bool IsEmpty(const json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
         (value.is_structured() && value.empty());
}

bool IsInArray(const std::string& place) {
  for (std::size_t i = 0; i + 1 < place.size(); ++i) {
    if (place[i] == '/' && place[i + 1] >= '0' && place[i + 1] <= '9') return true;
  }
  return false;
}

void SettleWithin(json& value, Places& given_back) {
  if (IsCopy(value)) {
    const std::string place = value[kPlace];
    if (!place.empty()) given_back.insert(place);
    value = json(value[kValue]);
  } else if (value.is_object()) {
    for (auto member = value.begin(); member != value.end();) {
      SettleWithin(*member, given_back);
      member = IsEmpty(*member) ? value.erase(member) : std::next(member);
    }
  } else if (value.is_array()) {
    for (json& element : value) SettleWithin(element, given_back);
    value.erase(std::remove_if(value.begin(), value.end(), IsEmpty), value.end());
  }
}

json Rest(const Dom& value, const std::string& place, const Places& given_back) {
  if (given_back.contains(place)) return nullptr;
  if (value.is_object()) {
    json rest = json::object();
    for (const auto& [key, member] : value.items()) {
      json kept = Rest(member, (Dom::json_pointer(place) / key).to_string(), given_back);
      if (!IsEmpty(kept)) rest[key] = std::move(kept);
    }
    return rest;
  }
  if (value.is_array()) {
    json rest = json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
      json kept = Rest(value[i], (Dom::json_pointer(place) / i).to_string(), given_back);
      if (!IsEmpty(kept)) rest.push_back(std::move(kept));
    }
    return rest;
  }
  return json(value);
}

}  // namespace

const Dom& Record::At(const std::string& place) const {
  static const Dom nothing;
  const Dom::json_pointer pointer(place);
  return dom_.contains(pointer) ? dom_.at(pointer) : nothing;
}

std::string Record::Text(const std::string& place) const {
  const Dom& value = At(place);
  return value.is_string() ? value.get<std::string>() : "";
}

std::string Record::TextOrNumber(const std::string& place) const {
  return At(place).is_number() ? At(place).dump() : Text(place);
}

std::string Record::LowerText(const std::string& place) const { return Lower(Text(place)); }

std::optional<bool> Record::Bool(const std::string& place) const {
  const Dom& value = At(place);
  if (value.is_boolean()) return value.get<bool>();
  const std::string text = value.is_string() ? LowerText(place) : "";
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

json Record::Number(const std::string& place) const {
  const Dom& value = At(place);
  if (value.is_number()) return {{kPlace, place}, {kValue, json(value)}};
  if (!value.is_string()) return nullptr;
  const json number = json::parse(value.get<std::string>(), nullptr, false);
  return number.is_number() ? number : json();
}

json Record::Integer(const std::string& place) const {
  constexpr std::uint64_t kTooMany = 1'000'000'000'000'000'000;
  const Dom& value = At(place);
  const bool is_it = value.is_number_unsigned() && value.get<std::uint64_t>() < kTooMany;
  return is_it ? Number(place) : json();
}

json Record::CopyOfBool(const std::string& place) const {
  const Dom& value = At(place);
  return value.is_boolean() ? json{{kPlace, place}, {kValue, json(value)}} : json();
}

json Record::Copy(std::initializer_list<std::string> places) const {
  for (const std::string& place : places) {
    const std::string text = Text(place);
    // What stands in an array is not given back: its elements keep company.
    if (!text.empty()) return {{kPlace, IsInArray(place) ? "" : place}, {kValue, text}};
  }
  return nullptr;
}

std::string TextOf(const json& copy_or_text) {
  if (IsCopy(copy_or_text)) return TextOf(copy_or_text[kValue]);
  return copy_or_text.is_string() ? copy_or_text.get<std::string>() : "";
}

Places Settle(json& event) {
  Places given_back;
  SettleWithin(event, given_back);
  return given_back;
}

json Rest(const Dom& record, const Places& given_back) { return Rest(record, "", given_back); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace cce::reference
