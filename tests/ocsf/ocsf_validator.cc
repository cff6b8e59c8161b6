#include "tests/ocsf/ocsf_validator.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace cce::ocsf {
namespace {

using Json = nlohmann::json;

struct Attribute {
  std::string type;
  bool required = false;
  bool many = false;
  std::vector<std::string> profiles;  // one of them has to be declared
  std::string sibling;
  std::map<std::string, std::string> captions;
};

struct Shape {
  std::string caption;
  std::int64_t category_uid = 0;
  std::string category;
  std::vector<std::string> at_least_one;
  std::map<std::string, Attribute> attributes;
};

struct Schema {
  std::map<std::int64_t, Shape> classes;
  std::map<std::string, Shape> objects;
};

std::vector<std::string> List(const std::string& field, char separator) {
  if (field == "-") return {};
  return absl::StrSplit(field, separator);
}

Schema Load() {
  Schema schema;
  std::ifstream file(CCE_OCSF_TABLE);
  if (!file) std::abort();
  Shape* shape = nullptr;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> field = absl::StrSplit(line, '\t');
    if (field[0] == "class") {
      shape = &schema.classes[std::stoll(field[1])];
      shape->caption = field[2];
      shape->category_uid = std::stoll(field[3]);
      shape->category = field[4];
      shape->at_least_one = List(field[5], ',');
    } else if (field[0] == "object") {
      shape = &schema.objects[field[1]];
      shape->at_least_one = List(field[2], ',');
    } else {
      Attribute& attribute = shape->attributes[field[1]];
      attribute.type = field[2];
      attribute.required = field[3] == "required";
      attribute.many = field[4] == "many";
      attribute.profiles = List(field[5], ',');
      attribute.sibling = field[6] == "-" ? "" : field[6];
      for (const std::string& item : List(field[7], '|')) {
        const std::size_t equals = item.find('=');
        attribute.captions[item.substr(0, equals)] = item.substr(equals + 1);
      }
    }
  }
  return schema;
}

// Parses `json` and notes members that occur twice in one object, those inside `unmapped` excepted.
Json ParseNotingDuplicates(std::string_view json, std::vector<std::string>& faults) {
  std::vector<std::set<std::string>> keys;
  bool in_unmapped = false;
  const auto note = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const std::string key = parsed.get<std::string>();
      if (depth == 1) in_unmapped = key == "unmapped";
      if (!keys.back().insert(key).second && !(in_unmapped && depth > 1)) {
        faults.push_back(absl::StrCat(key, ": occurs twice in one object"));
      }
    }
    return true;
  };
  return Json::parse(json, note);
}

class Validation {
 public:
  Validation(const Schema& schema, const Json& event, std::vector<std::string>& faults)
      : schema_(schema), event_(event), faults_(faults) {}

  void Run() {
    const auto found = schema_.classes.find(event_.value("class_uid", std::int64_t{-1}));
    if (found == schema_.classes.end()) return Fault("class_uid", "unknown class");
    const Shape& shape = found->second;
    if (event_.value("/metadata/version"_json_pointer, "") != "1.8.0") {
      Fault("metadata.version", "is not 1.8.0");
    }
    for (const Json& profile : event_.value("/metadata/profiles"_json_pointer, Json::array())) {
      profiles_.insert(profile.get<std::string>());
      if (profile != "datetime" && profile != "host" && profile != "security_control") {
        Fault("metadata.profiles", absl::StrCat("unknown profile ", profile.dump()));
      }
    }
    CheckObject(shape, event_, "");
    CheckClassification(found->first, shape);
    CheckObservables(shape);
  }

 private:
  void Fault(const std::string& path, std::string_view what) {
    faults_.push_back(absl::StrCat(path, ": ", std::string(what)));
  }

  bool IsDeclared(const Attribute& attribute) const {
    if (attribute.profiles.empty()) return true;
    for (const std::string& profile : attribute.profiles) {
      if (profiles_.count(profile) > 0) return true;
    }
    return false;
  }

  void CheckObject(const Shape& shape, const Json& object, const std::string& prefix) {
    if (!object.is_object()) return Fault(prefix, "is no object");
    for (const auto& [name, attribute] : shape.attributes) {
      if (attribute.required && IsDeclared(attribute) && !object.contains(name)) {
        Fault(prefix + name, "is required");
      }
    }
    bool any = shape.at_least_one.empty();
    for (const std::string& name : shape.at_least_one) any |= object.contains(name);
    if (!any) Fault(prefix, absl::StrCat("needs one of ", absl::StrJoin(shape.at_least_one, ", ")));
    for (const auto& [name, value] : object.items()) {
      const auto known = shape.attributes.find(name);
      const std::string path = prefix + name;
      if (known == shape.attributes.end()) {
        Fault(path, "is no attribute");
      } else if (!IsDeclared(known->second)) {
        Fault(path, "belongs to a profile that is not declared");
      } else {
        CheckAttribute(known->second, object, value, path);
      }
    }
  }

  void CheckAttribute(const Attribute& attribute, const Json& object, const Json& value,
                      const std::string& path) {
    if (!attribute.many) {
      CheckValue(attribute.type, value, path);
      CheckEnumeration(attribute, object, value, path);
      return;
    }
    if (!value.is_array()) return Fault(path, "is no array");
    if (value.empty()) Fault(path, "is empty");
    for (const Json& element : value) CheckValue(attribute.type, element, path);
  }

  void CheckValue(const std::string& type, const Json& value, const std::string& path) {
    if (type == "boolean_t") {
      if (!value.is_boolean()) Fault(path, "is no boolean");
    } else if (type == "integer_t" || type == "long_t" || type == "timestamp_t" ||
               type == "port_t") {
      if (!value.is_number_integer()) Fault(path, "is no integer");
      if (type == "port_t" && value.is_number() && (value < 0 || value > 65535))
        Fault(path, "is no port");
    } else if (type == "float_t") {
      if (!value.is_number()) Fault(path, "is no number");
    } else if (type == "json_t") {
      return;
    } else if (type.size() > 2 && type.substr(type.size() - 2) == "_t") {
      if (!value.is_string()) return Fault(path, "is no text");
      if (value.get<std::string>().empty()) Fault(path, "is empty");
      CheckText(type, value.get<std::string>(), path);
    } else if (type == "object") {
      if (!value.is_object()) Fault(path, "is no object");
    } else if (const auto shape = schema_.objects.find(type); shape != schema_.objects.end()) {
      CheckObject(shape->second, value, path + ".");
    } else {
      Fault(path, "is of a type that the table does not have");
    }
  }

  void CheckText(const std::string& type, const std::string& text, const std::string& path) {
    static const std::regex datetime(
        R"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))");
    static const std::regex address(R"([0-9.]{7,15}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)");
    if (type == "datetime_t" && !std::regex_match(text, datetime)) Fault(path, "is no time");
    if (type == "ip_t" && !std::regex_match(text, address)) Fault(path, "is no address");
  }

  void CheckEnumeration(const Attribute& attribute, const Json& object, const Json& value,
                        const std::string& path) {
    if (attribute.captions.empty()) return;
    const std::string id = value.is_string() ? value.get<std::string>() : value.dump();
    const auto caption = attribute.captions.find(id);
    if (caption == attribute.captions.end())
      return Fault(path, absl::StrCat(id, " is not defined"));
    if (attribute.sibling.empty()) return;
    if (!object.contains(attribute.sibling)) {
      if (id == "99") Fault(path, "99 without its text");
      return;
    }
    if (id != "99" && object[attribute.sibling] != caption->second) {
      Fault(path, absl::StrCat("text is not ", caption->second));
    }
  }

  void CheckClassification(std::int64_t class_uid, const Shape& shape) {
    if (event_.value("category_uid", std::int64_t{-1}) != shape.category_uid) {
      Fault("category_uid", "is not the class's");
    }
    const std::int64_t type_uid = class_uid * 100 + event_.value("activity_id", std::int64_t{0});
    if (event_.value("type_uid", std::int64_t{-1}) != type_uid) {
      Fault("type_uid", "is not class_uid * 100 + activity_id");
    }
  }

  void CheckObservables(const Shape&) {
    for (const Json& observable : event_.value("observables", Json::array())) {
      if (!observable.contains("name")) continue;
      const std::string name = observable["name"].get<std::string>();
      const Json* at = &event_;
      for (const auto part : absl::StrSplit(name, '.')) {
        const auto found = at->find(std::string(part));
        if (found == at->end())
          return Fault("observables", absl::StrCat(name, " is not in the event"));
        at = &*found;
      }
      if (*at != observable["value"])
        Fault("observables", absl::StrCat(name, " has another value"));
    }
  }

  const Schema& schema_;
  const Json& event_;
  std::vector<std::string>& faults_;
  std::set<std::string> profiles_;
};

}  // namespace

std::vector<std::string> FindFaults(std::string_view json) {
  static const Schema schema = Load();
  std::vector<std::string> faults;
  if (!Json::accept(json)) return {"is no JSON"};
  const Json event = ParseNotingDuplicates(json, faults);
  if (!event.is_object()) return {"is no object"};
  Validation(schema, event, faults).Run();
  return faults;
}

}  // namespace cce::ocsf
