#include "tests/reference/things.h"

#include "tests/reference/people.h"

namespace cce::reference {
namespace {

// A thing as JumpCloud describes one at `place`; null if it has neither name nor id.
json ThingAt(const Record& record, const std::string& place) {
  json thing = {
      {"uid", record.Copy({place + "/id", place + "/object_id", place + "/application_id",
                           place + "/app_id"})},
      {"name", record.Copy({place + "/name", place + "/displayName", place + "/display_label",
                            place + "/username", place + "/email", place + "/hostname"})}};
  json settled = thing;
  Settle(settled);
  if (settled.empty()) return nullptr;
  thing["type"] = record.Copy(place + "/type");
  return thing;
}

// As OCSF's managed_entity classifies it.
json Classified(json thing) {
  struct Line {
    std::initializer_list<std::string_view> types;
    int id;
    const char* caption;
  };
  static const Line kLines[] = {{{"system", "device"}, 1, "Device"},
                                {{"user", "systemuser", "admin"}, 2, "User"},
                                {{"user_group", "group", "system_group"}, 3, "Group"},
                                {{"organization", "provider"}, 4, "Organization"},
                                {{"policy"}, 5, "Policy"}};
  const std::string type = Lower(TextOf(thing["type"]));
  for (const Line& line : kLines) {
    if (!IsOneOf(type, line.types)) continue;
    thing["type_id"] = line.id;
    thing["type"] = line.caption;
    return thing;
  }
  if (!type.empty()) thing["type_id"] = 99;
  return thing;
}

json AssociatedEntity(const Record& record) {
  for (const std::string side : {"/association/connection/to", "/association/connection/from"}) {
    if (!IsParty(record, side)) continue;
    return {{"uid", record.Copy(side + "/object_id")},
            {"name", record.Copy(side + "/name")},
            {"type", record.Text(side + "/type")}};
  }
  json flat = {{"uid", record.Copy("/association/id")},
               {"name", record.Copy({"/association/name", "/association/email"})},
               {"type", record.Text("/association/type")}};
  return flat["uid"].is_null() && flat["name"].is_null() ? json() : flat;
}

// The device of the entity, as device management knows it: by no id of JumpCloud's.
json ManagedDevice(const Record& record) {
  json device = {
      {"uid", record.Copy({"/mdm_device_id", "/device_object_id", "/windows_device_uuid"})},
      {"type_id", 0},
      {"type", "Unknown"}};
  if (device["uid"].is_null()) return nullptr;
  if (!record.Text("/mdm_device_id").empty() || !record.Text("/device_object_id").empty()) {
    device["uid_alt"] = record.Copy("/windows_device_uuid");
  }
  return device;
}

// The event's own device.
json DeviceEntity(const json& device) {
  if (device.is_null()) return nullptr;
  json hostname = device.value("hostname", json());
  if (hostname.is_null()) hostname = device.value("name", json());
  json uid = device.value("uid", json());
  return uid.is_null() && hostname.is_null()
             ? json()
             : json{{"uid", uid}, {"name", hostname}, {"type", "device"}};
}

// Members that make a thing, if they name one.
json Made(const Record& record, const char* uid, const char* name, const char* type) {
  json thing = {
      {"uid", record.Copy(uid)}, {"name", record.Copy(name)}, {"type", record.Copy(type)}};
  return thing["uid"].is_null() && thing["name"].is_null() ? json() : thing;
}

json Typed(json thing, const std::string& type) {
  if (!thing.is_null() && TextOf(thing["type"]).empty()) thing["type"] = type;
  return thing.is_null() ? thing : Classified(thing);
}

// What the event is about: the first of these that it names.
json EntityOf(const Record& record, const json& device) {
  const std::string stem = StemOf(record.Text("/event_type"));
  const json managed = ManagedDevice(record);
  json entity = ThingAt(record, "/resource");
  if (entity.is_null()) entity = AssociatedEntity(record);
  if (entity.is_null() && !managed.is_null()) entity = {{"type", "device"}};
  if (!entity.is_null()) {
    entity["device"] = managed;
    return Typed(entity, stem);
  }
  entity = Made(record, "/workflow/id", "/workflow/name", "/workflow/type");
  if (entity.is_null()) entity = Made(record, "/channel_object_id", "/name", "/type");
  if (entity.is_null()) entity = Made(record, "/application/id", "/application/name", "");
  if (entity.is_null()) entity = DeviceEntity(device);
  return Typed(entity, stem);
}

json MadeUp(const Record& record, std::vector<std::string>& labels) {
  labels.push_back("entity:synthetic");
  const std::string stem = StemOf(record.Text("/event_type"));
  return Classified({{"name", stem.empty() ? "unknown" : stem}, {"type", stem}});
}

void AddEntity(const Record& record, Surroundings& surroundings, json& event,
               std::vector<std::string>& labels) {
  json entity = EntityOf(record, surroundings.device);
  const bool is_named = entity.is_object() && (entity.contains("uid") || entity.contains("name"));
  if (entity.is_null()) entity = MadeUp(record, labels);
  if (is_named && entity.value("type_id", 0) == 1 && surroundings.device.is_null()) {
    surroundings.device = {{"uid", entity["uid"]},
                           {"hostname", record.Copy("/resource/hostname")},
                           {"name", entity["name"]},
                           {"type_id", 0},
                           {"type", "Unknown"}};
  }
  event["entity"] = entity;
  event["comment"] = record.Copy("/request_type");
}

json AsTarget(json resource) {
  resource["role_id"] = 1;
  resource["role"] = "Target";
  return resource;
}

// What the bind of an association allows.
void AddPrivilege(const Record& record, const EventKind& kind, json& event) {
  const std::string& place = kind.association.thing;
  if (place.empty()) return;
  event["privileges"] = json::array({"bind:" + record.Text(place + "/type")});
  const json resource = AsTarget({{"uid", record.Copy(place + "/object_id")},
                                  {"name", record.Copy(place + "/name")},
                                  {"type", record.Copy(place + "/type")}});
  if (kind.class_uid == 3005) event["resources"] = json::array({resource});
  if (kind.class_uid == 3006) event["resource"] = resource;
}

void AddAccess(const Record& record, const EventKind& kind, const Surroundings& surroundings,
               json& event) {
  AddPrivilege(record, kind, event);
  if (event.contains("privileges")) return;
  json resource = ThingAt(record, "/resource");
  const bool is_of_thing = !resource.is_null() && !ResourceIsUser(record);
  const bool is_of_device = !is_of_thing && !surroundings.device.is_null();
  event["privileges"] = json::array({is_of_device ? "bind:system" : "unspecified"});
  if (is_of_thing) event["resources"] = json::array({AsTarget(resource)});
}

void AddGroup(const Record& record, const EventKind& kind, Surroundings& surroundings, json& event,
              std::vector<std::string>& labels) {
  const auto group_at = [&record](const std::string& place) {
    json group = {{"uid", record.Copy({place + "/id", place + "/object_id"})},
                  {"name", record.Copy({place + "/name", place + "/displayName"})}};
    return group["uid"].is_null() && group["name"].is_null() ? json() : group;
  };
  const Association& association = kind.association;
  event["group"] = group_at(association.group.empty() ? "/resource" : association.group);
  if (event["group"].is_null()) labels.push_back("entity:synthetic");
  if (!association.subgroup.empty()) event["subgroup"] = group_at(association.subgroup);
  if (!association.device.empty()) {
    surroundings.device = {{"uid", record.Copy(association.device + "/object_id")},
                           {"hostname", record.Copy(association.device + "/name")},
                           {"type_id", 0},
                           {"type", "Unknown"}};
  }
  AddPrivilege(record, kind, event);
}

void AddWebResource(const Record& record, json& event, std::vector<std::string>& labels) {
  json resource = ThingAt(record, "/resource");
  if (resource.is_null()) resource = {{"name", MadeUp(record, labels)["name"]}};
  event["web_resources"] = json::array({resource});
}

void AddApplication(const Record& record, json& event, std::vector<std::string>& labels) {
  json app = {{"name", record.Copy({"/application/name", "/application/display_label"})},
              {"version", record.Copy("/application/version")},
              {"path", record.Copy("/application/path")},
              {"vendor_name", record.Copy("/application/publisher")}};
  if (app["name"].is_null()) {
    labels.push_back("entity:synthetic");
    app["name"] = record.LowerText("/service") == "password_manager"
                      ? "JumpCloud Password Manager"
                      : StemOf(record.Text("/event_type"));
  }
  event["app"] = app;
}

void AddQuery(const Record& record, json& event) {
  json name = record.Copy({"/base", "/dn"});
  event["database"] = {
      {"name", name.is_null() ? json("JumpCloud LDAP") : name}, {"type_id", 99}, {"type", "LDAP"}};
  json filter = record.Copy("/filter");
  if (filter.is_null()) return;
  event["query_info"] = {{"name", "LDAP search"}, {"query_string", filter}};
}

void AddFile(const Record& record, json& event) {
  json name = record.Copy({"/object_storage_item_version_name", "/object_storage_item_object_id"});
  event["file"] = {{"name", name},
                   {"type_id", 1},
                   {"type", "Regular File"},
                   {"uid", record.Copy("/object_storage_item_object_id")},
                   {"size", record.Integer("/object_storage_item_version_size")}};
  json hash = record.Copy("/object_storage_item_version_sha_256_sum");
  if (!hash.is_null()) {
    event["file"]["hashes"] =
        json::array({{{"algorithm_id", 3}, {"algorithm", "SHA-256"}, {"value", hash}}});
  }
}

void AddFinding(const Record& record, const EventKind& kind, json& event) {
  json uid = record.Copy({"/alert_id", "/resource/id", "/id"});
  event["finding_info"] = {{"uid", uid.is_null() ? json("unknown") : uid},
                           {"title", record.Copy("/alert_title")},
                           {"desc", record.Copy("/description")},
                           {"types", json::array({record.Copy("/category")})}};
  json analytic = record.Copy({"/rule_id", "/correlation/id"});
  if (!analytic.is_null()) {
    event["finding_info"]["analytic"] = {{"uid", analytic}, {"type_id", 1}, {"type", "Rule"}};
  }
  if (kind.activity_id == 1) event["is_alert"] = true;
  json resource = {{"uid", record.Copy("/resource/source_id")},
                   {"name", record.Copy("/resource/name")},
                   {"type", record.Copy({"/resource/source_type", "/resource/type"})}};
  if (!resource["uid"].is_null() || !resource["name"].is_null())
    event["resources"] = json::array({resource});
}

}  // namespace

void AddThings(const Record& record, const EventKind& kind, Surroundings& surroundings, json& event,
               std::vector<std::string>& labels) {
  switch (kind.class_uid) {
    case 2004:
      return AddFinding(record, kind, event);
    case 3004:
      return AddEntity(record, surroundings, event, labels);
    case 3005:
      return AddAccess(record, kind, surroundings, event);
    case 3006:
      return AddGroup(record, kind, surroundings, event, labels);
    case 6001:
      return AddWebResource(record, event, labels);
    case 6002:
      return AddApplication(record, event, labels);
    case 6005:
      return AddQuery(record, event);
    case 6006:
      return AddFile(record, event);
    default:
      return;
  }
}

}  // namespace cce::reference
