#include "cce/config/json_schema.h"

#include <algorithm>
#include <cstddef>
#include <regex>
#include <set>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/config/json_members.h"

namespace cce {
namespace {

using Json = nlohmann::json;
using Path = std::vector<std::string>;

// Longer strings are named by their length: whoever pastes a key into the wrong member must not
// find it in a log.
constexpr std::size_t kLongestShown = 32;

std::string Found(const Json& value, bool shown) {
  switch (value.type()) {
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return value.empty() ? "an empty list" : "a list";
    case Json::value_t::string: {
      const std::string& text = value.get_ref<const std::string&>();
      if (text.empty()) return "\"\"";
      if (shown && text.size() <= kLongestShown) return Quoted(text);
      return shown ? absl::StrCat("a string of ", text.size(), " bytes") : "a string";
    }
    case Json::value_t::null:
      return "null";
    default:
      if (shown) return value.dump();
      return value.is_boolean() ? "true or false" : "a number";
  }
}

std::string Range(const Json& schema) {
  const Json* minimum = Member(schema, "minimum");
  const Json* maximum = Member(schema, "maximum");
  if (minimum != nullptr && maximum != nullptr) {
    return absl::StrCat(" from ", minimum->dump(), " to ", maximum->dump());
  }
  if (minimum != nullptr) return absl::StrCat(", at least ", minimum->dump());
  if (maximum != nullptr) return absl::StrCat(", at most ", maximum->dump());
  return "";
}

std::string_view FormOf(std::string_view type) {
  if (type == "string") return "a string";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "boolean") return "true or false";
  if (type == "array") return "a list";
  return "an object";
}

// What the schema allows: its form, and in brackets what it is for.
std::string Allowed(const Json& schema) {
  std::string form;
  if (const Json* values = Member(schema, "enum")) {
    std::vector<std::string> texts;
    for (const Json& value : *values) texts.push_back(value.dump());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      absl::StrAppend(&form, i == 0 ? "" : i + 1 == texts.size() ? " or " : ", ", texts[i]);
    }
  } else if (const Json* only = Member(schema, "const")) {
    form = only->dump();
  } else if (const std::string type = Text(schema, "type"); !type.empty()) {
    form = absl::StrCat(ForAbseil(FormOf(type)), Range(schema));
    if (Member(schema, "minItems") != nullptr || Member(schema, "minProperties") != nullptr) {
      form += " that is not empty";
    }
  }
  const std::string purpose = Text(schema, "description");
  if (form.empty()) return purpose;
  return purpose.empty() ? form : absl::StrCat(form, " (", purpose, ")");
}

// The schema of the member `key` of what `schema` describes; nullptr if it does not say.
const Json* SchemaOf(const Json& schema, const std::string& key) {
  if (const Json* properties = Member(schema, "properties")) {
    if (const Json* property = Member(*properties, key.c_str())) return property;
  }
  for (const char* rest : {"additionalProperties", "items"}) {
    const Json* other = Member(schema, rest);
    if (other != nullptr && other->is_object()) return other;
  }
  return nullptr;
}

// The member or element `key` of `value`; nullptr if there is none.
const Json* ValueOf(const Json& value, const std::string& key) {
  if (value.is_object()) return Member(value, key.c_str());
  std::size_t index = 0;
  if (!value.is_array() || key.find_first_not_of("0123456789") != std::string::npos) return nullptr;
  for (const char digit : key) index = index * 10 + static_cast<std::size_t>(digit - '0');
  return index < value.size() ? &value[index] : nullptr;
}

// Where valijson says the mistake is: {"<root>", "[limits]", "[memory]"}.
Path ToPath(const std::vector<std::string>& context) {
  Path path;
  for (std::size_t i = 1; i < context.size(); ++i) {
    path.push_back(context[i].substr(1, context[i].size() - 2));
  }
  return path;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

void RemoveAllOf(Json& schema) {
  if (schema.is_object()) schema.erase("allOf");
  if (!schema.is_structured()) return;
  for (Json& member : schema) RemoveAllOf(member);
}

void AddObjects(const Json& value, const Path& path, std::set<Path>& places) {
  if (value.is_object()) places.insert(path);
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) {
    Path below = path;
    below.push_back(key);
    AddObjects(member, below, places);
  }
}

// Adds what is wrong with the keys of the object.
void ExplainKeys(const Json& schema, const Json& object, const std::string& pointer,
                 std::vector<Finding>& findings) {
  std::vector<std::string> allowed;
  if (const Json* properties = Member(schema, "properties")) {
    for (const auto& [key, property] : properties->items()) {
      if (key != "$schema") allowed.push_back(key);
    }
  }
  if (const Json* names = Member(schema, "propertyNames")) {
    const std::regex pattern(Text(*names, "pattern"));
    for (const auto& [key, value] : object.items()) {
      if (std::regex_search(key, pattern)) continue;
      findings.push_back({Below(pointer, key),
                          "this name is not possible; allowed: " + Text(*names, "description")});
    }
  }
  const Json* rest = Member(schema, "additionalProperties");
  if (rest != nullptr && rest->is_boolean() && !rest->get<bool>()) {
    for (const auto& [key, value] : object.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key)) continue;
      findings.push_back({Below(pointer, key), absl::StrCat("unknown key", DidYouMean(key, allowed),
                                                            "; allowed here: ", OneOf(allowed))});
    }
  }
  if (const Json* required = Member(schema, "required")) {
    for (const Json& key : *required) {
      const std::string name = key.get<std::string>();
      if (object.contains(name)) continue;
      const Json* child = SchemaOf(schema, name);
      findings.push_back(
          {Below(pointer, name),
           absl::StrCat("missing; needed is ", child == nullptr ? "a value" : Allowed(*child))});
    }
  }
}

}  // namespace

struct JsonSchema::Compiled {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::string_view text) : schema_(Json::parse(text.begin(), text.end())) {
  RemoveAllOf(schema_);
  auto compiled = std::make_unique<Compiled>();
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_), compiled->schema);
  compiled_ = std::move(compiled);
}

JsonSchema::~JsonSchema() = default;

std::vector<Finding> JsonSchema::Check(const Json& document, const std::string& pointer) const {
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(document),
                         &results)) {
    return {};
  }
  // valijson repeats a mistake at every level above it, names only the first unknown key of an
  // object and no impossible name at all. So only the places count, and every object is one; what
  // is wrong there is read from schema and document.
  std::set<Path> places;
  for (const valijson::ValidationResults::Error& error : results) {
    places.insert(ToPath(error.context));
  }
  const std::set<Path> accused = places;
  AddObjects(document, Path(), places);
  std::vector<Finding> findings;
  std::set<Path> explained;
  std::set<Path> wrong;
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const Json* schema = &schema_;
    const Json* value = &document;
    std::string at = pointer;
    bool shown = true;
    Path path;
    for (const std::string& key : *place) {
      const Json* below = SchemaOf(*schema, key);
      const Json* member = ValueOf(*value, key);
      if (below == nullptr || member == nullptr) break;
      schema = below;
      value = member;
      at = Below(at, key);
      path.push_back(key);
      if (const Json* secret = Member(*schema, "writeOnly")) shown = !secret->get<bool>();
    }
    if (!explained.insert(path).second) continue;
    const std::size_t before = findings.size();
    if (value->is_object() && Text(*schema, "type") == "object") {
      ExplainKeys(*schema, *value, at, findings);
    }
    if (findings.size() > before) {
      wrong.insert(path);
      continue;
    }
    // Something below that is explained is the reason for what valijson says here.
    const auto next = wrong.upper_bound(path);
    const bool has_reason = next != wrong.end() && next->size() > path.size() &&
                            std::equal(path.begin(), path.end(), next->begin());
    if (has_reason || !accused.contains(*place)) continue;
    wrong.insert(path);
    findings.push_back(
        {at, absl::StrCat("found ", Found(*value, shown), "; allowed: ", Allowed(*schema))});
  }
  if (findings.empty()) {
    findings.push_back(
        {pointer, absl::StrCat("found ", Found(document, false), "; allowed: ", Allowed(schema_))});
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.pointer < b.pointer; });
  return findings;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& allowed) {
  for (const std::string& candidate : allowed) {
    if (EditDistance(word, candidate) <= 2)
      return absl::StrCat(" (did you mean ", Quoted(candidate), "?)");
  }
  return "";
}

std::string OneOf(const std::vector<std::string>& allowed) {
  if (allowed.empty()) return "nothing";
  std::string text;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    absl::StrAppend(&text,
                    i == 0                    ? ""
                    : i + 1 == allowed.size() ? " or "
                                              : ", ",
                    Quoted(allowed[i]));
  }
  return text;
}

}  // namespace cce
