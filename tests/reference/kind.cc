#include "tests/reference/kind.h"

#include <algorithm>
#include <regex>

namespace cce::reference {
namespace {

enum class ActivityBy { kTable, kChanges, kAssociation, kRequestType, kStatus };
using enum ActivityBy;

struct TableLine {
  const char* name;
  int class_uid;
  int activity_id;
  const char* activity_name;
  int severity_id;
  ActivityBy activity_by;
};

// The table of types is data that both have; what is made of it is not.
constexpr TableLine kTypes[] = {
#define EVENT_TYPE(name, service, class_uid, activity_id, activity_name, severity_id, \
                   ecs_category, ecs_type, activity_by)                               \
  {name, class_uid, activity_id, activity_name, severity_id, activity_by},
#include "parsers/jumpcloud/event_types.inc"
#undef EVENT_TYPE
};

struct Ending {
  std::regex pattern;
  int class_uid;
  int activity_id;
  const char* activity_name;
  int severity_id;
};
const std::vector<Ending>& Endings() {
  static const auto& endings = *new std::vector<Ending>{
      {std::regex("^[^]*_(create|created|add|added|issued)$"), 3004, 1, "Create", 1},
      {std::regex("^[^]*_(update|updated|modified|change|changed|patch|edit|edited)$"), 3004, 3,
       "Update", 1},
      {std::regex("^[^]*_(delete|deleted|remove|removed)$"), 3004, 4, "Delete", 2},
      {std::regex("^[^]*_(enable|enabled)$"), 3004, 8, "Enable", 1},
      {std::regex("^[^]*_(disable|disabled)$"), 3004, 9, "Disable", 2},
      {std::regex(
           "^([^]*_)?(login|auth|authn|bind)(_attempt|_failed|_failure|_success|_succeeded)?$"),
       3002, 1, "Logon", 1},
  };
  return endings;
}

void Become(EventKind& kind, int activity_id, const std::string& name) {
  kind.activity_id = activity_id;
  kind.activity_name = name;
}

// A change of an account, the first in this order that any element of `changes` makes.
struct AccountChange {
  std::initializer_list<std::string_view> fields;
  std::string_view to;  // in lower case; "" whatever it is
  int activity_id;
  const char* activity_name;
  int severity_id;
};
const AccountChange kAccountChanges[] = {
    {{"suspended"}, "true", 5, "Disable", 1},
    {{"state"}, "suspended", 5, "Disable", 1},
    {{"suspended"}, "false", 2, "Enable", 1},
    {{"state"}, "activated", 2, "Enable", 1},
    {{"account_locked"}, "true", 9, "Lock", 1},
    {{"account_locked"}, "false", 12, "Unlock", 1},
    {{"password", "password_date"}, "", 3, "Password Change", 1},
    {{"totp_enabled", "enable_user_portal_multifactor", "enablemultifactor"},
     "true",
     10,
     "MFA Factor Enable",
     1},
    {{"totp_enabled", "enable_user_portal_multifactor", "enablemultifactor"},
     "false",
     11,
     "MFA Factor Disable",
     3},
    {{"mfa.exclusion"}, "true", 99, "MFA Exclusion", 3},
    {{"role", "rolename", "roles"}, "", 99, "Role Change", 3},
};

// A scalar as a change names it, in lower case.
std::string ScalarText(const Dom& value) {
  if (value.is_string()) return Lower(value.get<std::string>());
  return value.is_boolean() ? value.dump() : "";
}

// Of every element of `changes`: its field in lower case, and its new value.
std::vector<std::pair<std::string, Dom>> Changes(const Record& record) {
  std::vector<std::pair<std::string, Dom>> changes;
  const Dom& elements = record.At("/changes");
  if (!elements.is_array()) return changes;
  for (const Dom& element : elements) {
    if (!element.is_object() || !element.contains("field")) continue;
    changes.emplace_back(ScalarText(element["field"]), element.value("to", Dom()));
  }
  return changes;
}

bool Makes(const std::pair<std::string, Dom>& change, const AccountChange& wanted) {
  const auto& [field, to] = change;
  if (!std::count(wanted.fields.begin(), wanted.fields.end(), field)) return false;
  return wanted.to.empty() || ScalarText(to) == wanted.to;
}

void BecomeAccountChange(const Record& record, EventKind& kind) {
  const auto changes = Changes(record);
  for (const AccountChange& wanted : kAccountChanges) {
    for (const auto& change : changes) {
      if (!Makes(change, wanted)) continue;
      Become(kind, wanted.activity_id, wanted.activity_name);
      kind.severity_id = std::max(kind.severity_id, wanted.severity_id);
      return;
    }
  }
}

void BecomeAccessDecision(const Record& record, EventKind& kind) {
  const std::string state = NewState(record, {"access_request_state", "status", "state"});
  const bool granted = IsOneOf(state, {"granted", "approved"});
  const bool ended = IsOneOf(state, {"revoked", "expired", "denied", "rejected"});
  if (kind.class_uid == 3005) {
    if (granted) Become(kind, 1, "Assign Privileges");
    if (ended) Become(kind, 2, "Revoke Privileges");
  } else {
    if (granted) Become(kind, 99, "Approve");
    if (ended) Become(kind, 99, "Reject");
  }
}

bool IsUser(const std::string& type) { return IsOneOf(type, {"user", "systemuser", "admin"}); }
bool IsGroup(const std::string& type) { return IsOneOf(type, {"user_group", "group"}); }

Association AssociationOf(const Record& record) {
  using enum Association::Kind;
  std::string from = "/association/connection/from";
  std::string to = "/association/connection/to";
  if (!IsParty(record, from) || !IsParty(record, to)) return {};
  std::string from_type = record.LowerText(from + "/type");
  std::string to_type = record.LowerText(to + "/type");
  if (IsGroup(from_type) && IsGroup(to_type)) return {kGroups, "", to, from, "", ""};
  // The order of the two is not fixed: the user comes first, then the group, then the device.
  const auto rank = [](const std::string& type) {
    return IsUser(type) ? 0 : IsGroup(type) ? 1 : IsOneOf(type, {"system", "device"}) ? 2 : 3;
  };
  if (rank(to_type) < rank(from_type)) {
    std::swap(from, to);
    std::swap(from_type, to_type);
  }
  if (IsUser(from_type) && IsGroup(to_type)) return {kUserAndGroup, from, to, "", "", ""};
  if (IsUser(from_type) && !IsUser(to_type)) return {kUserAndThing, from, "", "", "", to};
  if (IsGroup(from_type)) return {kGroupAndThing, "", from, "", "", to};
  if (rank(from_type) == 2 && to_type == "system_group") {
    return {kDeviceAndGroup, "", to, "", from, ""};
  }
  return {kThings, "", "", "", "", "/association/connection/to"};
}

void BecomeAssociation(const Record& record, EventKind& kind) {
  struct Line {
    Association::Kind kind;
    int class_uid;
    int added;
    const char* added_name;
    int removed;
    const char* removed_name;
  };
  using enum Association::Kind;
  static constexpr Line kLines[] = {
      {kUserAndGroup, 3006, 3, "Add User", 4, "Remove User"},
      {kGroups, 3006, 7, "Add Subgroup", 8, "Remove Subgroup"},
      {kGroupAndThing, 3006, 1, "Assign Privileges", 2, "Revoke Privileges"},
      {kUserAndThing, 3005, 1, "Assign Privileges", 2, "Revoke Privileges"},
      {kDeviceAndGroup, 3006, 99, "Add Device", 99, "Remove Device"},
  };
  const std::string op = record.LowerText("/association/op");
  const Association association = AssociationOf(record);
  for (const Line& line : kLines) {
    if (line.kind != association.kind || !IsOneOf(op, {"add", "remove"})) continue;
    kind.class_uid = line.class_uid;
    if (op == "add") Become(kind, line.added, line.added_name);
    if (op == "remove") Become(kind, line.removed, line.removed_name);
    kind.association = association;
    return;
  }
}

void BecomeDeviceCommand(const Record& record, EventKind& kind) {
  struct Line {
    std::regex pattern;
    int activity_id;
    const char* activity_name;
    int severity_id;
  };
  static const Line kLines[] = {
      {std::regex("EraseDevice"), 99, "Erase Device", 4},
      {std::regex("DeviceLock|EnableLostMode"), 99, "Lock Device", 3},
      {std::regex("ClearPasscode|RotateFileVaultKey"), 3, "Update", 3},
      {std::regex(".*List|.*Information|.*Info|.*Query.*|DeviceLocation"), 2, "Read", 1},
      {std::regex("Install.*|Remove.*|Settings|Schedule.*|.*Update.*|Set.*"), 3, "Update", 1},
  };
  std::string request = record.Text("/request_type");
  if (request.empty()) request = record.Text("/command/request_type");
  if (request.empty()) return;
  Become(kind, 99, request);
  for (const Line& line : kLines) {
    if (!std::regex_match(request, line.pattern)) continue;
    Become(kind, line.activity_id, line.activity_name);
    kind.severity_id = line.severity_id;
    return;
  }
}

}  // namespace

std::string NewState(const Record& record, std::initializer_list<std::string_view> fields) {
  for (const std::string_view wanted : fields) {
    for (const auto& [field, to] : Changes(record)) {
      if (field == wanted && to.is_string()) return Lower(to.get<std::string>());
    }
  }
  return "";
}

bool IsParty(const Record& record, const std::string& side) {
  return !record.Text(side + "/type").empty() &&
         !(record.Text(side + "/object_id") + record.Text(side + "/name")).empty();
}

std::string StemOf(const std::string& event_type) {
  const std::size_t end = event_type.rfind('_');
  return end == 0 || end == std::string::npos ? event_type : event_type.substr(0, end);
}

EventKind KindOf(const Record& record) {
  const Dom& written = record.At("/event_type");
  const std::string name = written.is_string() ? Lower(written.get<std::string>()) : "";
  const auto known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const TableLine& line) { return line.name == name; });
  EventKind kind;
  if (known == std::end(kTypes)) {
    for (const Ending& ending : Endings()) {
      if (!std::regex_match(name, ending.pattern)) continue;
      kind.class_uid = ending.class_uid;
      Become(kind, ending.activity_id, ending.activity_name);
      kind.severity_id = ending.severity_id;
      kind.label = "mapping:family";
      return kind;
    }
    kind.activity_name = name.empty() ? "unknown" : written.get<std::string>();
    kind.label = "mapping:unknown";
    return kind;
  }
  kind.class_uid = known->class_uid;
  Become(kind, known->activity_id, known->activity_name);
  kind.severity_id = known->severity_id;
  switch (known->activity_by) {
    case kTable:
      break;
    case kChanges:
      kind.class_uid == 3001 ? BecomeAccountChange(record, kind)
                             : BecomeAccessDecision(record, kind);
      break;
    case kAssociation:
      BecomeAssociation(record, kind);
      break;
    case kRequestType:
      BecomeDeviceCommand(record, kind);
      break;
    case kStatus:
      if (IsOneOf(NewState(record, {"status"}), {"closed", "resolved"})) Become(kind, 3, "Close");
      break;
  }
  return kind;
}

}  // namespace cce::reference
