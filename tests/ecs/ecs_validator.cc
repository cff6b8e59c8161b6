#include "tests/ecs/ecs_validator.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "absl/strings/str_split.h"
#include "parsers/jumpcloud/event_addresses.h"

namespace cce::ecs {
namespace {

using Json = nlohmann::json;

struct Field {
  std::string type;
  bool many = false;
};

struct Tables {
  std::map<std::string, Field> fields;
  std::map<std::string, std::set<std::string>> values;
  std::map<std::string, std::set<std::string>> types_by_category;
};

Tables ReadTables() {
  std::ifstream in(CCE_ECS_TABLE);
  if (!in) throw std::runtime_error(std::string("cannot read ") + CCE_ECS_TABLE);
  Tables tables;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, '\t');
    if (parts[0] == "field") tables.fields[parts[1]] = {parts[2], parts[3] == "many"};
    if (parts[0] == "value") tables.values[parts[1]] = absl::StrSplit(parts[2], ',');
    if (parts[0] == "category") tables.types_by_category[parts[1]] = absl::StrSplit(parts[2], ',');
  }
  return tables;
}

const Tables& TheTables() {
  static const auto& tables = *new Tables(ReadTables());
  return tables;
}

bool IsTyped(const Json& value, const std::string& type) {
  if (type == "long") return value.is_number_integer();
  if (type == "float") return value.is_number();
  if (type == "object") return value.is_object();
  if (type == "geo_point") {
    return value.is_object() && value.size() == 2 && value.contains("lat") &&
           value.contains("lon") && value["lat"].is_number() && value["lon"].is_number();
  }
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) return false;
  const auto& text = value.get_ref<const std::string&>();
  if (type == "ip") return jumpcloud::IsIpv4(text) || jumpcloud::IsIpv6(text);
  if (type == "date") return text.size() >= 20 && text[10] == 'T' && text.back() == 'Z';
  return true;
}

class Check {
 public:
  std::vector<std::string> Run(const Json& event, std::string_view own) {
    for (const char* required : {"/@timestamp", "/ecs/version", "/event/kind"}) {
      if (!event.contains(Json::json_pointer(required))) Fault(required, "is missing");
    }
    for (const auto& [key, value] : event.items()) {
      if (key != own) Walk(key, value);
    }
    if (event.contains("event")) CheckCategories(event["event"]);
    return std::move(faults_);
  }

 private:
  void Fault(const std::string& field, const std::string& what) {
    faults_.push_back(field + " " + what);
  }

  void Walk(const std::string& path, const Json& value) {
    const auto field = TheTables().fields.find(path);
    if (field == TheTables().fields.end()) {
      if (!value.is_object()) return Fault(path, "is no field");
      if (value.empty()) return Fault(path, "is empty");
      for (const auto& [key, member] : value.items()) Walk(path + "." + key, member);
      return;
    }
    const auto& [type, many] = field->second;
    if (many != value.is_array()) return Fault(path, "is a list or should be one");
    if (many && value.empty()) return Fault(path, "is empty");
    std::set<Json> seen;
    for (const Json& element : many ? value : Json::array({value})) {
      if (!IsTyped(element, type)) Fault(path, "is no " + type + ": " + element.dump());
      if (!seen.insert(element).second) Fault(path, "has twice " + element.dump());
      const auto values = TheTables().values.find(path);
      if (values == TheTables().values.end() || !element.is_string()) continue;
      if (values->second.count(element.get<std::string>()) == 0) {
        Fault(path, "does not know " + element.dump());
      }
    }
  }

  void CheckCategories(const Json& event) {
    const Json categories = event.value("category", Json::array());
    for (const Json& type : event.value("type", Json::array())) {
      const bool expected = std::any_of(categories.begin(), categories.end(), [&](const Json& c) {
        const auto known = TheTables().types_by_category.find(c.get<std::string>());
        return known != TheTables().types_by_category.end() &&
               known->second.count(type.get<std::string>()) != 0;
      });
      if (!expected) Fault("event.type", "does not go with event.category: " + type.dump());
    }
    for (const Json& category : categories) {
      if (TheTables().types_by_category.count(category.get<std::string>()) == 0) {
        Fault("event.category", "is unknown: " + category.dump());
      }
    }
  }

  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> FindFaults(std::string_view json, std::string_view own) {
  const Json event = Json::parse(json, nullptr, false);
  if (!event.is_object()) return {"is no JSON object"};
  return Check().Run(event, own);
}

}  // namespace cce::ecs
