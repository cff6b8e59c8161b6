#include "tests/reference/people.h"

namespace cce::reference {
namespace {

bool IsNobody(const json& user) {
  return TextOf(user.value("uid", json())).empty() && TextOf(user.value("name", json())).empty() &&
         TextOf(user.value("email_addr", json())).empty();
}

// OCSF wants a name or an id of a user; some services give an address alone.
json Named(json user) {
  if (IsNobody(user)) return nullptr;
  if (TextOf(user["uid"]).empty() && TextOf(user["name"]).empty())
    user["name"] = user["email_addr"];
  return user;
}

void AddType(const Record& record, const std::string& place, json& user) {
  struct Line {
    std::initializer_list<std::string_view> types;
    int id;
    const char* caption;
  };
  static const Line kLines[] = {{{"user", "systemuser"}, 1, "User"},
                                {{"admin", "administrator"}, 2, "Admin"},
                                {{"system"}, 3, "System"},
                                {{"workflow", "service", "application"}, 4, "Service"}};
  const std::string type = record.LowerText(place);
  for (const Line& line : kLines) {
    if (!IsOneOf(type, line.types)) continue;
    user["type_id"] = line.id;
    user["type"] = line.caption;
    return;
  }
  if (type.empty()) return;
  user["type_id"] = 99;
  user["type"] = record.Copy(place);
}

json InitiatorOf(const Record& record, bool is_authentication) {
  const Dom& by = record.At("/initiated_by");
  std::string place = "/initiated_by";
  if (by.is_array()) {
    for (std::size_t i = 0; i < by.size(); ++i) {
      const std::string element = "/initiated_by/" + std::to_string(i);
      if (!UserAt(record, element).is_null()) {
        place = element;
        break;
      }
    }
  }
  json user = by.is_string() ? Named({{"name", record.Copy(place)}}) : UserAt(record, place);
  if (!user.is_null()) return user;
  user = Named({{"uid", record.Copy("/jc_initiated_by_id")},
                {"email_addr", record.Copy("/jc_initiated_by_email")}});
  if (user.is_null() && is_authentication) user = Named({{"name", record.Copy("/username")}});
  if (user.is_null()) return user;
  AddType(record, "/initiated_by/type", user);
  user["uid_alt"] = record.Copy("/initiated_by/user_id");
  return user;
}

// uid=bob,ou=Users -> bob
json NameInDn(const Record& record) {
  const std::string dn = record.Text("/dn");
  if (!Lower(dn).starts_with("uid=")) return nullptr;
  return dn.substr(4, dn.find(',') - 4);
}

// The account that was tried, with the id of whoever is called so.
json AttemptedUser(const Record& record, const json& initiator) {
  json name = record.Copy("/username");
  if (name.is_null() && record.LowerText("/service") == "ldap") name = NameInDn(record);
  if (name.is_null()) return nullptr;
  for (const json& known : {initiator, UserOfResource(record)}) {
    if (known.is_null() || TextOf(known.value("name", json())) != TextOf(name)) continue;
    if (known != initiator) return {{"uid", known["uid"]}, {"name", name}};
    json user = known;
    user["name"] = name;
    if (TextOf(user["uid"]).empty()) {
      json resource = UserOfResource(record);
      const bool agrees = !resource.is_null() && TextOf(resource["name"]) == TextOf(name);
      if (agrees) user["uid"] = resource["uid"];
    }
    return user;
  }
  return {{"name", name}};
}

json SubjectOfLogon(const Record& record, const json& initiator) {
  if (IsOneOf(record.LowerText("/service"), {"radius", "ldap", "systems"})) {
    json user = AttemptedUser(record, initiator);
    if (!user.is_null()) return user;
  }
  return !initiator.is_null() ? initiator : UserOfResource(record);
}

json SubjectOf(const Record& record, const EventKind& kind, const json& initiator) {
  const std::string& associated = kind.association.user;
  json user;
  switch (kind.class_uid) {
    case 3001:
    case 3005:
      user = associated.empty() ? UserOfResource(record) : UserAt(record, associated);
      if (user.is_null() && associated.empty()) user = initiator;
      break;
    case 3002:
      user = SubjectOfLogon(record, initiator);
      break;
    case 3006:
      if (associated.empty()) return nullptr;
      user = UserAt(record, associated);
      break;
    default:
      return nullptr;
  }
  return user;
}

}  // namespace

bool ResourceIsUser(const Record& record) {
  const std::string type = record.LowerText("/resource/type");
  if (!type.empty()) return IsOneOf(type, {"user", "systemuser", "admin", "administrator"});
  // What has no type and is called as only users are is one.
  return !(record.Text("/resource/username") + record.Text("/resource/email")).empty();
}

json UserOfResource(const Record& record) {
  return ResourceIsUser(record) ? UserAt(record, "/resource") : json();
}

json UserAt(const Record& record, const std::string& place) {
  json name = record.Copy({place + "/username", place + "/name"});
  if (name.is_null() && place == "/resource") {
    name = record.Copy({"/resource/displayName", "/resource/display_label"});
  }
  json user = {{"uid", record.Copy({place + "/id", place + "/object_id"})},
               {"uid_alt", record.Copy(place + "/user_id")},
               {"name", name},
               {"email_addr", record.Copy(place + "/email")}};
  user = Named(user);
  if (!user.is_null()) AddType(record, place + "/type", user);
  return user;
}

People PeopleOf(const Record& record, const EventKind& kind) {
  People people;
  const bool is_query = kind.class_uid == 6005;
  people.initiator = InitiatorOf(record, kind.class_uid == 3002 || is_query);
  const std::string source = record.Text("/initiated_by/source");
  const std::string name = record.Text("/initiated_by/source_metadata/name");
  if (!source.empty()) people.app_name = "jumpcloud:" + source + (name.empty() ? "" : "/" + name);
  people.subject = SubjectOf(record, kind, people.initiator);
  if (people.initiator.is_null() && kind.class_uid == 3002) people.initiator = people.subject;
  return people;
}

}  // namespace cce::reference
