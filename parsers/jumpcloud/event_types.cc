#include "parsers/jumpcloud/event_types.h"

#include <array>
#include <cstring>

#include "cce/api/ocsf_ids.h"
#include "parsers/jumpcloud/event_type_overrides.h"
#include "parsers/jumpcloud/name_table.h"

namespace cce::jumpcloud {
namespace {

using enum ActivityBy;

constexpr EventType kTypes[] = {
#define EVENT_TYPE(name, service, class_uid, activity_id, activity_name, severity_id, \
                   ecs_category, ecs_type, activity_by)                               \
  {name,        service,      class_uid, activity_id, activity_name,                  \
   severity_id, ecs_category, ecs_type,  activity_by},
#include "parsers/jumpcloud/event_types.inc"
#undef EVENT_TYPE
};
constexpr std::size_t kTypeCount = std::size(kTypes);

constexpr auto kNames = [] {
  NameTable<2048> table;
  for (std::size_t i = 0; i < kTypeCount; ++i) {
    table.Insert(PiecesOfLiteral(kTypes[i].name).Hash(0), static_cast<std::uint16_t>(i));
  }
  return table;
}();

constexpr EventType kUnknown = {"", "", kBaseEvent, kOther, "", 1, "", "", kTable};
constexpr EventType kLogon = {
    "", "", kAuthentication, 1, "Logon", 1, "authentication", "info+start_on_success", kTable};

// What a name that ends so does to the thing that it begins with.
struct Family {
  std::string_view suffixes[5];
  EventType type;
};
constexpr Family kFamilies[] = {
    {{"_create", "_created", "_add", "_added", "_issued"},
     {"", "", kEntityManagement, 1, "Create", 1, "configuration", "creation", kTable}},
    {{"_update", "_updated", "_modified", "_change", "_changed"},
     {"", "", kEntityManagement, 3, "Update", 1, "configuration", "change", kTable}},
    {{"_patch", "_edit", "_edited"},
     {"", "", kEntityManagement, 3, "Update", 1, "configuration", "change", kTable}},
    {{"_delete", "_deleted", "_remove", "_removed"},
     {"", "", kEntityManagement, 4, "Delete", 2, "configuration", "deletion", kTable}},
    {{"_enable", "_enabled"},
     {"", "", kEntityManagement, 8, "Enable", 1, "configuration", "change", kTable}},
    {{"_disable", "_disabled"},
     {"", "", kEntityManagement, 9, "Disable", 2, "configuration", "change", kTable}},
};

// No longer name is recognised; the longest known one has 53 characters.
constexpr std::size_t kMaxName = 120;

const EventType* Find(std::string_view name) {
  const std::uint16_t entry = kNames.Find(PiecesOf(name).Hash(0), [name](std::uint16_t candidate) {
    return kTypes[candidate].name == name;
  });
  return entry == kNames.kNone ? nullptr : &kTypes[entry];
}

bool RemoveSuffix(std::string_view& name, std::string_view suffix) {
  if (name.size() < suffix.size() || name.substr(name.size() - suffix.size()) != suffix)
    return false;
  name.remove_suffix(suffix.size());
  return true;
}

const EventType* FindFamily(std::string_view name) {
  for (const Family& family : kFamilies) {
    for (const std::string_view suffix : family.suffixes) {
      if (!suffix.empty() && RemoveSuffix(name, suffix)) return &family.type;
    }
  }
  return nullptr;
}

// (^|_)(login|auth|authn|bind)(_attempt|_failed|_failure|_success|_succeeded)?$
bool EndsAsLogon(std::string_view name) {
  for (const std::string_view result :
       {"_attempt", "_failed", "_failure", "_success", "_succeeded"}) {
    if (RemoveSuffix(name, result)) break;
  }
  for (const std::string_view act : {"login", "auth", "authn", "bind"}) {
    if (RemoveSuffix(name, act)) return name.empty() || name.back() == '_';
  }
  return false;
}

}  // namespace

absl::Span<const EventType> KnownEventTypes() { return kTypes; }

TypeMatch MatchEventType(std::string_view name, const EventTypeOverrides* overrides) {
  if (name.empty()) return {&kUnknown, MatchedBy::kNothing};
  if (overrides == nullptr) {
    if (const EventType* type = Find(name)) return {type, MatchedBy::kName};
  }
  if (name.size() > kMaxName) return {&kUnknown, MatchedBy::kNothing};
  char lower[kMaxName + 8] = {};
  for (std::size_t i = 0; i < name.size(); ++i) {
    lower[i] =
        name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + ('a' - 'A')) : name[i];
  }
  const std::string_view lowered(lower, name.size());
  if (overrides != nullptr) {
    if (const EventType* type = overrides->Find(lowered)) return {type, MatchedBy::kName};
  }
  if (const EventType* type = Find(lowered)) return {type, MatchedBy::kName};
  if (const EventType* type = FindFamily(lowered)) return {type, MatchedBy::kFamily};
  if (EndsAsLogon(lowered)) return {&kLogon, MatchedBy::kFamily};
  return {&kUnknown, MatchedBy::kNothing};
}

}  // namespace cce::jumpcloud
