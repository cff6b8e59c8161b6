#include "tests/reference/normalise.h"

#include <algorithm>
#include <optional>

#include "tests/reference/authentication.h"
#include "tests/reference/identity.h"
#include "tests/reference/instant.h"
#include "tests/reference/kind.h"
#include "tests/reference/observables.h"
#include "tests/reference/outcome.h"
#include "tests/reference/people.h"
#include "tests/reference/raw_text.h"
#include "tests/reference/surroundings.h"
#include "tests/reference/things.h"

namespace cce::reference {
namespace {

using Labels = std::vector<std::string>;

std::string ClassName(int class_uid) {
  const std::pair<int, const char*> names[] = {{0, "Base Event"},
                                               {2004, "Detection Finding"},
                                               {3001, "Account Change"},
                                               {3002, "Authentication"},
                                               {3004, "Entity Management"},
                                               {3005, "User Access Management"},
                                               {3006, "Group Management"},
                                               {6001, "Web Resources Activity"},
                                               {6002, "Application Lifecycle"},
                                               {6005, "Datastore Activity"},
                                               {6006, "File Hosting Activity"}};
  for (const auto& [uid, name] : names) {
    if (uid == class_uid) return name;
  }
  return "";
}

std::string CategoryName(int class_uid) {
  switch (class_uid / 1000) {
    case 2:
      return "Findings";
    case 3:
      return "Identity & Access Management";
    case 6:
      return "Application Activity";
    default:
      return "Uncategorized";
  }
}

json SeverityName(const Outcome& outcome) {
  constexpr const char* kNames[] = {"Unknown", "Informational", "Low",  "Medium",
                                    "High",    "Critical",      "Fatal"};
  return outcome.severity_id == 99 ? outcome.severity : json(kNames[outcome.severity_id]);
}

std::string StatusName(const Outcome& outcome, int class_uid) {
  constexpr const char* kNames[] = {"Unknown", "Success", "Failure"};
  constexpr const char* kOfFindings[] = {"Unknown",  "New",      "In Progress", "Suppressed",
                                         "Resolved", "Archived", "Deleted"};
  if (outcome.status_id == 99) return outcome.status;
  return class_uid == 2004 ? kOfFindings[outcome.status_id] : kNames[outcome.status_id];
}

std::optional<Instant> InstantAt(const Record& record, const char* place) {
  const Dom& value = record.At(place);
  return value.is_string() ? ParseInstant(value.get<std::string>()) : std::nullopt;
}

Instant TimeOf(const Record& record, std::int64_t collected_ns, Labels& labels) {
  const auto own = InstantAt(record, "/timestamp");
  const auto server = InstantAt(record, "/server_timestamp");
  if (own && own->fraction.empty() && server && server->second == own->second) return *server;
  if (own) return *own;
  if (server) {
    labels.push_back("time:server");
    return *server;
  }
  if (const auto transformed = InstantAt(record, "/jc_transformation_ts")) {
    labels.push_back("time:transformation");
    return *transformed;
  }
  labels.push_back("time:collected");
  return InstantOf(collected_ns);
}

json Timestamp(const Instant& instant, const Record& record, const char* place) {
  const std::string text = instant.Text();
  return record.Text(place) == text ? record.Copy(place) : json(text);
}

// JumpCloud documents a number and sends a text.
json Version(const Record& record) {
  const bool is_number = record.At("/@version").is_number();
  return is_number ? json(record.TextOrNumber("/@version")) : record.Copy("/@version");
}

json MetadataOf(const Record& record) {
  json metadata = {
      {"version", "1.8.0"},
      {"product", {{"name", "JumpCloud Directory Insights"}, {"vendor_name", "JumpCloud"}}},
      {"original_event_uid", record.Copy("/id")},
      {"event_code", record.Copy("/event_type")},
      {"log_name", "directory_insights"},
      {"log_provider", "JumpCloud"},
      {"log_source", record.Copy("/service")},
      {"log_version", Version(record)},
      {"tenant_uid", record.Copy({"/organization", "/provider"})},
      {"correlation_uid", record.Copy({"/correlation/id", "/access_request_id"})},
      {"original_time", record.Copy("/timestamp")}};
  if (const auto server = InstantAt(record, "/server_timestamp")) {
    metadata["logged_time"] = server->Milliseconds();
    metadata["logged_time_dt"] = Timestamp(*server, record, "/server_timestamp");
  }
  return metadata;
}

std::string AuthMethod(const Record& record) {
  const std::string method = record.TextOrNumber("/auth_method");
  const std::pair<const char*, const char*> names[] = {
      {"api key", "api-key"}, {"128", "simple"}, {"163", "sasl"}, {"0", "anonymous"}};
  for (const auto& [written, name] : names) {
    if (method == written) return name;
  }
  return method;
}

void AddSource(const Record& record, int class_uid, const Surroundings& surroundings, json& event) {
  json endpoint = surroundings.src_endpoint;
  const bool has_ip = endpoint.is_object() && endpoint.contains("ip");
  if (class_uid == 6005 || class_uid == 6006) {
    json uid = record.Copy("/connection_id");
    const std::string service = record.Text("/service");
    const json& device = surroundings.device;
    if (uid.is_null() && !device.is_null()) uid = device.value("uid", json());
    if (!has_ip && !uid.is_null()) endpoint = {{"uid", uid}};
    if (!has_ip && uid.is_null()) {
      endpoint = {{"svc_name", "jumpcloud" + (service.empty() ? "" : ":" + service)}};
    }
  }
  // OCSF wants one of these of an endpoint.
  if (!has_ip && !endpoint.contains("uid") && !endpoint.contains("svc_name")) endpoint = nullptr;
  // Two classes have no attribute for where an event came from.
  if (class_uid != 0 && class_uid != 2004 && class_uid != 6002) {
    event["src_endpoint"] = endpoint;
    event["http_request"] = surroundings.http_request;
  } else if (class_uid == 2004 && !endpoint.is_null()) {
    event["evidences"] =
        json::array({{{"src_endpoint", endpoint}, {"http_request", surroundings.http_request}}});
  }
}

json ActorOf(const People& people) {
  json actor = {{"user", people.initiator}, {"app_name", people.app_name}};
  if (people.initiator.is_null() && people.app_name.is_null()) actor["app_name"] = "JumpCloud";
  return actor;
}

// What an event is about, by class: the first of these places that has a text.
std::string TargetOf(const json& event) {
  struct Target {
    int class_uid;
    std::vector<const char*> places;
  };
  static const Target kTargets[] = {{2004, {"/finding_info/title", "/finding_info/uid"}},
                                    {3001, {"/user/name", "/user/email_addr", "/user/uid"}},
                                    {3002, {"/service/name"}},
                                    {3004, {"/entity/name", "/entity/uid", "/entity/device/uid"}},
                                    {3005, {"/user/name", "/user/email_addr", "/user/uid"}},
                                    {3006, {"/group/name", "/group/uid"}},
                                    {6001, {"/web_resources/0/name", "/web_resources/0/uid"}},
                                    {6002, {"/app/name"}},
                                    {6005, {"/database/name"}},
                                    {6006, {"/file/name"}}};
  for (const auto& [class_uid, places] : kTargets) {
    for (const char* place : places) {
      const json::json_pointer pointer(place);
      if (event["class_uid"] == class_uid && event.contains(pointer)) return event.at(pointer);
    }
  }
  return "";
}

// What a reader sees first: "<type> by <actor> on <target>: <status>".
std::string MessageOf(const Record& record, const json& event) {
  std::string message = record.Text("/event_type");
  if (message.empty()) message = event["activity_name"];
  const json user = event["actor"].value("user", json::object());
  std::string actor = event["actor"].value("app_name", "");
  for (const char* attribute : {"uid", "email_addr", "name"}) actor = user.value(attribute, actor);
  if (!actor.empty()) message += " by " + actor;
  const std::string target = TargetOf(event);
  if (!target.empty()) message += " on " + target;
  return message + ": " + event["status"].get<std::string>();
}

// What OCSF requires and the record does not name. Nobody searches for it.
void AddStandIns(json& event) {
  const std::pair<int, const char*> kRequired[] = {
      {3001, "user"}, {3002, "user"}, {3005, "user"}, {3006, "group"}, {6006, "file"}};
  for (const auto& [class_uid, attribute] : kRequired) {
    if (event["class_uid"] != class_uid) continue;
    json& required = event[attribute];
    if (required.is_null() || class_uid == 6006) required.emplace("name", "unknown");
  }
}

json EventOf(const Record& record, const Instant& time, const std::string& identity,
             Labels labels) {
  const EventKind kind = KindOf(record);
  const Outcome outcome = OutcomeOf(record, kind);
  const People people = PeopleOf(record, kind);
  Surroundings surroundings = SurroundingsOf(record, kind.class_uid);
  if (!kind.label.empty()) labels.push_back(kind.label);
  if (surroundings.has_invalid_ip) labels.push_back("ip:invalid");
  const std::string method = AuthMethod(record);
  if (!method.empty()) labels.push_back("auth_method:" + method);

  json event = {{"category_uid", kind.class_uid / 1000},
                {"category_name", CategoryName(kind.class_uid)},
                {"class_uid", kind.class_uid},
                {"class_name", ClassName(kind.class_uid)},
                {"activity_id", kind.activity_id},
                {"activity_name", kind.activity_name},
                {"type_uid", kind.class_uid * 100 + kind.activity_id},
                {"type_name", ClassName(kind.class_uid) + ": " +
                                  (kind.activity_id == 99 ? "Other" : kind.activity_name)},
                {"severity_id", outcome.severity_id},
                {"severity", SeverityName(outcome)},
                {"time", time.Milliseconds()},
                {"time_dt", time.Text()},
                {"status_id", outcome.status_id},
                {"status", StatusName(outcome, kind.class_uid)},
                {"status_code", outcome.status_code},
                {"status_detail", outcome.status_detail},
                {"message", record.Copy({"/message", "/detail"})},
                {"metadata", MetadataOf(record)}};
  if (const auto local = InstantAt(record, "/system_timestamp")) {
    event["timezone_offset"] = local->offset_minutes;
  }
  event["actor"] = ActorOf(people);
  event["user"] = people.subject;
  if (kind.class_uid == 3002) AddAuthentication(record, surroundings.device, event, labels);
  AddThings(record, kind, surroundings, event, labels);
  AddSource(record, kind.class_uid, surroundings, event);
  event["device"] = surroundings.device;
  json profiles = json::array({"datetime"});
  if (!surroundings.device.is_null() ||
      IsOneOf(std::to_string(kind.class_uid), {"0", "2004", "6001", "6002"})) {
    profiles.push_back("host");
  }
  if (AddAuthorizations(record, event)) profiles.push_back("security_control");
  event["metadata"]["profiles"] = profiles;
  event["metadata"]["uid"] = identity;
  event["metadata"]["labels"] = labels;
  Places given_back = Settle(event);
  given_back.insert(outcome.said.begin(), outcome.said.end());
  json address = surroundings.src_endpoint.is_object() ? surroundings.src_endpoint["ip"] : json();
  Settle(address);
  json other_user;
  if (IsOneOf(std::to_string(kind.class_uid), {"0", "2004", "6002"})) {
    if (!UserOfResource(record).is_null()) {
      other_user = {{"name", record.Text("/resource/username")},
                    {"email_addr", record.Text("/resource/email")}};
    }
  } else if (kind.class_uid == 3004 && event["entity"].value("type_id", 0) == 2) {
    other_user = {{"name", event["entity"].value("name", json())},
                  {"email_addr", record.Copy("/resource/email")}};
  }
  event["observables"] = ObservablesOf(event, address, other_user);
  if (!event.contains("message")) event["message"] = MessageOf(record, event);
  AddStandIns(event);
  event["unmapped"] = Rest(record.dom(), given_back);
  Settle(event);
  return event;
}

bool IsDegraded(const json& event) {
  const json labels = event["metadata"].value("labels", json::array());
  return std::any_of(labels.begin(), labels.end(), [](const json& label) {
    const std::string text = label;
    return text.starts_with("time:") || text.starts_with("mapping:") || text == "ip:invalid" ||
           text == "json:dupkey";
  });
}

// What is no record has nothing but its bytes.
json Undecodable(const Instant& time, const std::string& identity, const std::string& raw) {
  return {{"category_uid", 0},
          {"category_name", "Uncategorized"},
          {"class_uid", 0},
          {"class_name", "Base Event"},
          {"activity_id", 99},
          {"activity_name", "undecodable"},
          {"type_uid", 99},
          {"type_name", "Base Event: Other"},
          {"message", "undecodable: Undecodable"},
          {"severity_id", 0},
          {"severity", "Unknown"},
          {"status_id", 99},
          {"status", "Undecodable"},
          {"time", time.Milliseconds()},
          {"time_dt", time.Text()},
          {"metadata",
           {{"version", "1.8.0"},
            {"product", {{"name", "JumpCloud Directory Insights"}, {"vendor_name", "JumpCloud"}}},
            {"log_name", "directory_insights"},
            {"log_provider", "JumpCloud"},
            {"profiles", {"datetime"}},
            {"uid", identity}}},
          {"raw_data", raw},
          {"raw_data_size", raw.size()}};
}

}  // namespace

std::vector<ReferenceEvent> NormalisePage(std::string_view page, std::string_view organisation,
                                          std::int64_t collected_ns, KeepOriginal keep_original) {
  std::vector<ReferenceEvent> events;
  IdentityMaker identities(organisation);
  std::int64_t ms = 0;  // of the last element that named its time
  for (const std::string& raw : ElementsOf(page)) {
    const Dom dom = Dom::parse(raw);
    const Record record(dom);
    const auto own_time = InstantAt(record, "/timestamp");
    if (own_time) ms = own_time->Milliseconds();
    ReferenceEvent event;
    event.time_ns = own_time ? own_time->Nanoseconds() : collected_ns;
    event.identity = identities.Of(raw, ms);
    Labels labels;
    const Instant time = TimeOf(record, collected_ns, labels);
    if (!dom.is_object()) {
      event.ocsf = Undecodable(time, event.identity, raw);
    } else {
      event.ocsf = EventOf(record, time, event.identity, labels);
      if (keep_original == KeepOriginal::kAlways ||
          (keep_original == KeepOriginal::kDegraded && IsDegraded(event.ocsf))) {
        event.ocsf["raw_data"] = raw;
        event.ocsf["raw_data_size"] = raw.size();
      }
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace cce::reference
