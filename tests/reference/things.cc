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
                                {{"user_group", "group"}, 3, "Group"},
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
  for (const char* place :
       {"/association/connection/to", "/association/connection/from", "/association"}) {
    json thing = ThingAt(record, place);
    if (!thing.is_null()) return thing;
  }
  return nullptr;
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

json Channel(const Record& record) {
  const bool is_named =
      record.LowerText("/service") == "notifications" && !record.Text("/name").empty();
  if (record.Text("/channel_object_id").empty() && !is_named) return nullptr;
  return {{"uid", record.Copy("/channel_object_id")},
          {"name", record.Copy("/name")},
          {"type", record.Copy("/type")}};
}

json System(const Record& record) {
  json system = ThingAt(record, "/system");
  json hostname = record.Copy("/system/hostname");
  if (!system.is_null() && !hostname.is_null()) system["name"] = hostname;
  return system;
}

json Typed(json thing, const std::string& type) {
  if (!thing.is_null() && TextOf(thing["type"]).empty()) thing["type"] = type;
  return thing.is_null() ? thing : Classified(thing);
}

json EntityOf(const Record& record, Surroundings& surroundings) {
  const std::string stem = StemOf(record.LowerText("/event_type"));
  json entity = Typed(ThingAt(record, "/resource"), stem);
  if (entity.is_null()) {
    entity = Typed(AssociatedEntity(record), stem);
  } else if (entity.value("type_id", 0) == 1 && surroundings.device.is_null()) {
    surroundings.device = DeviceAt(record, "/resource");
  }
  const json device = ManagedDevice(record);
  if (entity.is_null() && !device.is_null()) entity = {{"type_id", 1}, {"type", "Device"}};
  if (!entity.is_null()) {
    entity["device"] = device;
    return entity;
  }
  if (entity.is_null()) entity = Typed(ThingAt(record, "/workflow"), "workflow");
  if (entity.is_null()) entity = Typed(Channel(record), stem);
  if (entity.is_null()) entity = Typed(ThingAt(record, "/application"), "application");
  if (entity.is_null()) entity = Typed(System(record), "system");
  return entity;
}

json MadeUp(const Record& record, std::vector<std::string>& labels) {
  labels.push_back("entity:synthetic");
  const std::string stem = StemOf(record.LowerText("/event_type"));
  return Classified({{"name", stem}, {"type", stem}});
}

void AddEntity(const Record& record, Surroundings& surroundings, json& event,
               std::vector<std::string>& labels) {
  json entity = EntityOf(record, surroundings);
  if (entity.is_null()) entity = MadeUp(record, labels);
  event["entity"] = entity;
  event["comment"] = record.Copy("/request_type");
}

// Where a user is expected, what is named like one and has no type is one.
bool IsNoUser(const Record& record, const json& resource) {
  if (!TextOf(resource["type"]).empty()) return Classified(resource).value("type_id", 0) != 2;
  return record.Text("/resource/username").empty() && record.Text("/resource/email").empty();
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
  const bool is_of_thing = !resource.is_null() && IsNoUser(record, resource);
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
                      : StemOf(record.LowerText("/event_type"));
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
                   {"size", record.Number("/object_storage_item_version_size")}};
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
                   {"type", record.Copy("/resource/source_type")}};
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
