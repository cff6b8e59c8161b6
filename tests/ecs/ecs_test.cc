// Events of every type are valid ECS, and nothing of a record is lost in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "outputs/format/ecs_format.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/ecs/ecs_validator.h"
#include "tests/events/mutation.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Faults(std::string_view line) {
  return ecs::FindFaults(line, "jumpcloud");
}

json ToEcs(const json& record) {
  const std::vector<std::string> lines = Written("[" + record.dump() + "]", EcsFormat());
  EXPECT_THAT(lines, SizeIs(1)) << record;
  if (lines.empty()) return {};
  EXPECT_THAT(Faults(lines[0]), IsEmpty()) << record << "\n" << lines[0];
  return json::parse(lines[0]);
}

using Places = std::vector<std::string>;

// Where a member may be given back. The event is searched there for the very value.
const std::map<std::string, Places>& Fields() {
  static const Places kId = {"/user/target/id", "/user/id", "/group/id", "/host/id"};
  static const Places kName = {"/user/target/name", "/user/name", "/group/name", "/host/name"};
  static const Places kRole = {"/user/target/roles/0", "/user/roles/0"};
  static const auto in_geo = [](const std::string& name) {
    return Places{"/source/geo/" + name, "/client/geo/" + name};
  };
  static const std::map<std::string, Places> fields = {
      {"/id", {"/event/id"}},
      {"/event_type", {"/event/action"}},
      {"/service", {"/event/provider"}},
      {"/timestamp", {"/@timestamp"}},
      {"/organization", {"/organization/id"}},
      {"/provider", {"/organization/id"}},
      {"/message", {"/message"}},
      {"/detail", {"/message"}},
      {"/error_message", {"/event/reason"}},
      {"/result", {"/event/reason"}},
      {"/error_code", {"/error/code"}},
      {"/initiated_by", {"/source/user/name"}},
      {"/initiated_by/id", {"/source/user/id"}},
      {"/initiated_by/type", {"/source/user/roles/0"}},
      {"/initiated_by/username", {"/source/user/name"}},
      {"/initiated_by/name", {"/source/user/name"}},
      {"/initiated_by/email", {"/source/user/email"}},
      {"/jc_initiated_by_id", {"/source/user/id"}},
      {"/jc_initiated_by_email", {"/source/user/email"}},
      {"/username", {"/user/name", "/source/user/name"}},
      {"/resource/id", kId},
      {"/resource/object_id", kId},
      {"/resource/application_id", kId},
      {"/resource/app_id", kId},
      {"/resource/username", kName},
      {"/resource/name", kName},
      {"/resource/displayName", kName},
      {"/resource/display_label", kName},
      {"/resource/hostname", {"/host/hostname", "/user/target/name", "/group/name", "/host/name"}},
      {"/resource/email",
       {"/user/target/email", "/user/email", "/user/target/name", "/group/name", "/host/name"}},
      {"/resource/type", kRole},
      {"/resource/application_name", {"/service/name"}},
      {"/target_resource/name", {"/service/name"}},
      {"/application/id", {"/service/id"}},
      {"/application/name", {"/service/name", "/service/type", "/package/name"}},
      {"/application/display_label", {"/service/name", "/package/name"}},
      {"/application/sso_url", {"/url/full"}},
      {"/application/version", {"/package/version"}},
      {"/application/path", {"/package/path"}},
      {"/process_name", {"/process/name"}},
      {"/client_ip", {"/source/ip", "/client/ip"}},
      {"/src_ip", {"/source/ip"}},
      {"/asn", {"/source/as/number"}},
      {"/geoip/asn", {"/source/as/number"}},
      {"/geoip/country_code", in_geo("country_iso_code")},
      {"/geoip/country_code2", in_geo("country_iso_code")},
      {"/geoip/country_name", in_geo("country_name")},
      {"/geoip/region_name", in_geo("region_name")},
      {"/geoip/city", in_geo("city_name")},
      {"/geoip/city_name", in_geo("city_name")},
      {"/geoip/continent_code", in_geo("continent_code")},
      {"/geoip/timezone", in_geo("timezone")},
      {"/geoip/latitude", in_geo("location/lat")},
      {"/geoip/longitude", in_geo("location/lon")},
      {"/system/id", {"/host/id"}},
      {"/system/hostname", {"/host/hostname"}},
      {"/system/displayName", {"/host/name"}},
      {"/system/os", {"/host/os/name"}},
      {"/system/version", {"/host/os/version"}},
      {"/system_object_id", {"/host/id"}},
      {"/auth_context/system/id", {"/host/id"}},
      {"/auth_context/system/hostname", {"/host/hostname"}},
      {"/auth_context/system/displayName", {"/host/name"}},
      {"/auth_context/system/os", {"/host/os/name"}},
      {"/auth_context/system/version", {"/host/os/version"}},
      {"/association/id", kId},
      {"/association/name", kName},
      {"/association/email", kName},
      {"/association/connection/from/object_id", kId},
      {"/association/connection/to/object_id", kId},
      {"/association/connection/from/name",
       {"/user/target/name", "/group/name", "/host/name", "/host/hostname"}},
      {"/association/connection/to/name",
       {"/user/target/name", "/group/name", "/host/name", "/host/hostname"}},
      {"/association/connection/from/type", kRole},
      {"/association/connection/to/type", kRole},
      {"/workflow/id", kId},
      {"/workflow/name", kName},
      {"/channel_object_id", kId},
      {"/name", kName},
      {"/object_storage_item_version_name", {"/file/name"}},
      {"/object_storage_item_version_size", {"/file/size"}},
      {"/object_storage_item_version_sha_256_sum", {"/file/hash/sha256"}},
      {"/alert_title", {"/rule/name"}},
      {"/rule_id", {"/rule/id"}},
  };
  return fields;
}

bool HasAt(const json& event, const std::string& place, const json& value) {
  const json::json_pointer at(place);
  return event.contains(at) && event[at] == value;
}

bool IsGivenBack(const json& event, const std::string& path, const json& value) {
  if (path == "/success" || path == "/sso_token_success") {
    return value.is_boolean() &&
           event["event"]["outcome"] == (value == true ? "success" : "failure");
  }
  std::string known = path;
  if (known.starts_with("/Geoip")) known[1] = 'g';
  while (known.starts_with("/geoip/geoip/")) known.erase(0, std::string_view("/geoip").size());
  const auto places = Fields().find(known);
  return places != Fields().end() &&
         std::any_of(places->second.begin(), places->second.end(),
                     [&](const std::string& place) { return HasAt(event, place, value); });
}

// Leaves of `record` (pruned) that are neither under jumpcloud.event at their place nor in the
// field that stands for them.
std::vector<std::string> Lost(const json& record, const json& event) {
  std::vector<std::string> lost;
  const json leaves = record.flatten();
  for (const auto& [path, value] : leaves.items()) {
    if (IsEmptyValue(value)) continue;  // the record itself was empty
    if (HasAt(event, "/jumpcloud/event" + path, value) || IsGivenBack(event, path, value)) continue;
    lost.push_back(path + " = " + value.dump());
  }
  return lost;
}

void ExpectWhole(const json& record) {
  const json event = ToEcs(record);
  EXPECT_THAT(Lost(Prune(record), event), IsEmpty()) << record << "\n" << event;
}

TEST(Ecs, IsValidForEveryType) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {MinimalEvent(type), FullEvent(type), EventAboutAThing(type)}) {
      ExpectWhole(event);
    }
  }
}

TEST(Ecs, IsValidForEveryClassAndActivityOfAnOperatorsFile) {
  for (const OverrideSample& sample : OverrideSamples()) {
    const jumpcloud::Reading reading = {.redact = false, .overrides = sample.overrides};
    for (const json& event :
         {MinimalEvent(sample.type), FullEvent(sample.type), EventAboutAThing(sample.type)}) {
      const std::vector<std::string> lines =
          Written("[" + event.dump() + "]", EcsFormat(), reading);
      ASSERT_THAT(lines, SizeIs(1)) << event;
      EXPECT_THAT(Faults(lines[0]), IsEmpty()) << lines[0];
    }
  }
}

TEST(Ecs, HasElasticsCategoriesOfALogon) {
  json record = {{"timestamp", "2026-07-06T08:15:45.921Z"},
                 {"service", "directory"},
                 {"event_type", "user_login_attempt"},
                 {"success", true},
                 {"client_ip", "192.0.2.1"},
                 {"initiated_by", {{"id", "u1"}, {"type", "user"}, {"username", "bob"}}}};
  const json event = ToEcs(record);
  EXPECT_EQ(event["@timestamp"], "2026-07-06T08:15:45.921Z");
  EXPECT_THAT(event["event"]["category"], ElementsAre("authentication"));
  EXPECT_THAT(event["event"]["type"], ElementsAre("info", "start"));
  EXPECT_EQ(event["event"]["outcome"], "success");
  EXPECT_EQ(event["event"]["dataset"], "jumpcloud.events");
  EXPECT_EQ(event["user"]["name"], "bob");
  EXPECT_EQ(event["source"]["user"]["id"], "u1");
  EXPECT_EQ(event["source"]["ip"], "192.0.2.1");
  EXPECT_EQ(event["client"]["ip"], "192.0.2.1");
  EXPECT_THAT(event["related"]["user"], ElementsAre("bob", "u1"));
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
  record["success"] = false;
  EXPECT_THAT(ToEcs(record)["event"]["type"], ElementsAre("info"));
}

TEST(Ecs, TellsActorAndTargetApart) {
  const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                            {"event_type", "user_delete"},
                            {"initiated_by", {{"id", "a1"}, {"type", "admin"}, {"email", "ada@x"}}},
                            {"resource", {{"id", "u1"}, {"type", "user"}, {"username", "bob"}}}});
  EXPECT_EQ(event["user"]["id"], "a1");
  EXPECT_EQ(event["user"]["target"]["name"], "bob");
  EXPECT_THAT(event["event"]["type"], ElementsAre("user", "deletion"));
}

TEST(Ecs, CategorisesAnAssociationByWhatItAssociates) {
  const auto types = [](const std::string& from, const std::string& to) {
    const json side = {{"name", "n"}, {"object_id", "o"}};
    json connection = {{"from", side}, {"to", side}};
    connection["from"]["type"] = from;
    connection["to"]["type"] = to;
    return ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                  {"event_type", "association_change"},
                  {"association", {{"op", "add"}, {"connection", connection}}}})["event"]["type"];
  };
  EXPECT_THAT(types("user", "user_group"), ElementsAre("group", "user", "change"));
  EXPECT_THAT(types("user_group", "application"), ElementsAre("group", "change"));
  EXPECT_THAT(types("user", "system"), ElementsAre("user", "change"));
  EXPECT_THAT(types("policy", "system_group"), ElementsAre("change"));
}

TEST(Ecs, DoesNotTakeTheDevicesAddressForTheVisitors) {
  for (const char* type : {"login_attempt", "nothing_known"}) {
    const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                              {"service", "systems"},
                              {"event_type", type},
                              {"system", {{"id", "s1"}, {"hostname", "ws"}}},
                              {"geoip", {{"country_code", "FR"}}},
                              {"src_ip", "203.0.113.4"},
                              {"client_ip", "192.0.2.1"}});
    EXPECT_EQ(event["source"]["ip"], "203.0.113.4") << event;
    EXPECT_FALSE(event["source"].contains("geo")) << event;
    EXPECT_EQ(event["client"]["ip"], "192.0.2.1") << event;
    EXPECT_EQ(event["client"]["geo"]["country_iso_code"], "FR") << event;
    EXPECT_EQ(event["host"]["hostname"], "ws") << event;
  }
}

TEST(Ecs, CallsARoleWhatTheSourceCallsIt) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"event_type", "user_delete"},
                 {"initiated_by", {{"id", "a1"}, {"type", "Administrator"}}},
                 {"resource", {{"id", "u1"}, {"type", "systemuser"}}}};
  json event = ToEcs(record);
  EXPECT_THAT(event["user"]["roles"], ElementsAre("Administrator"));
  EXPECT_THAT(event["source"]["user"]["roles"], ElementsAre("Administrator"));
  EXPECT_THAT(event["user"]["target"]["roles"], ElementsAre("systemuser"));
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
  record["initiated_by"]["type"] = "robot";
  event = ToEcs(record);
  EXPECT_THAT(event["user"]["roles"], ElementsAre("robot"));
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
}

TEST(Ecs, MakesNobodyUpWhereNobodyIsNamed) {
  for (const char* type : {"user_login_attempt", "user_delete", "user_admin_granted",
                           "group_delete", "object_storage_delete"}) {
    const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"}, {"event_type", type}});
    for (const char* made_up : {"user", "related", "group", "file"}) {
      EXPECT_FALSE(event.contains(made_up)) << event;
    }
  }
  // Somebody may be called so.
  const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                            {"event_type", "user_login_attempt"},
                            {"initiated_by", {{"username", "unknown"}}}});
  EXPECT_EQ(event["user"]["name"], "unknown");
}

TEST(Ecs, SaysAllThatIsKnownOfAPlace) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"event_type", "user_login_attempt"},
                 {"initiated_by", {{"id", "u1"}}},
                 {"client_ip", "192.0.2.1"},
                 {"geoip",
                  {{"country_code", "FR"},
                   {"country_name", "France"},
                   {"region_name", "Ile-de-France"},
                   {"city", "Paris"},
                   {"continent_code", "EU"},
                   {"timezone", "Europe/Paris"},
                   {"latitude", 48.85},
                   {"longitude", 2.35}}}};
  json event = ToEcs(record);
  const json geo = {
      {"country_iso_code", "FR"},       {"country_name", "France"},
      {"region_name", "Ile-de-France"}, {"city_name", "Paris"},
      {"continent_code", "EU"},         {"continent_name", "Europe"},
      {"timezone", "Europe/Paris"},     {"location", {{"lat", 48.85}, {"lon", 2.35}}}};
  EXPECT_EQ(event["source"]["geo"], geo);
  EXPECT_EQ(event["client"]["geo"], geo);
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
  record["geoip"]["continent_code"] = "Europe";
  event = ToEcs(record);
  EXPECT_FALSE(event["source"]["geo"].contains("continent_code")) << "it is no code";
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"geoip", {{"continent_code", "Europe"}}}}));
}

TEST(Ecs, TellsAPlaceAndAUserAgentOfWhateverKindOfEvent) {
  for (const char* type : {"nothing_known", "software_add", "user_delete", "command_run"}) {
    const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                              {"event_type", type},
                              {"client_ip", "192.0.2.1"},
                              {"geoip", {{"country_code", "FR"}, {"timezone", "Europe/Paris"}}},
                              {"useragent", {{"name", "Chrome"}}}});
    EXPECT_EQ(event["source"]["geo"]["country_iso_code"], "FR") << event;
    EXPECT_EQ(event["client"]["geo"]["timezone"], "Europe/Paris") << event;
    EXPECT_EQ(event["user_agent"]["name"], "Chrome") << event;
    EXPECT_EQ(event["jumpcloud"]["event"], json({{"useragent", {{"name", "Chrome"}}}}));
  }
}

TEST(Ecs, NamesTheDeviceAndTheSystemOfAUserAgent) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"event_type", "user_login_attempt"},
                 {"useragent",
                  {{"name", "Chrome"},
                   {"version", "126.0.0.0"},
                   {"device", "Mac"},
                   {"os", "Mac OS"},
                   {"os_name", "Mac OS X"},
                   {"os_version", "10.15.7"},
                   {"os_full", "Mac OS X 10.15.7"}}}};
  json event = ToEcs(record);
  EXPECT_EQ(
      event["user_agent"],
      json({{"name", "Chrome"},
            {"version", "126.0.0.0"},
            {"device", {{"name", "Mac"}}},
            {"os", {{"name", "Mac OS X"}, {"version", "10.15.7"}, {"full", "Mac OS X 10.15.7"}}}}));
  record["useragent"] = {
      {"name", "Edge"}, {"major", "12"}, {"minor", "3"}, {"patch", "4"}, {"os", "Windows"}};
  EXPECT_EQ(ToEcs(record)["user_agent"],
            json({{"name", "Edge"}, {"version", "12.3.4"}, {"os", {{"name", "Windows"}}}}));
  record["useragent"] = {{"name", "Edge"}, {"major", "12"}, {"patch", "4"}};
  EXPECT_EQ(ToEcs(record)["user_agent"], json({{"name", "Edge"}, {"version", "12"}}));
  record["useragent"] = {{"device", "Other"}};
  EXPECT_EQ(ToEcs(record)["user_agent"], json({{"device", {{"name", "Other"}}}}));
}

TEST(Ecs, GivesAnAddressThatIsNoneAsItStands) {
  const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                            {"event_type", "user_login_attempt"},
                            {"client_ip", "174.16.38.486"}});
  EXPECT_EQ(event["source"], json({{"address", "174.16.38.486"}}));
  EXPECT_EQ(event["client"], json({{"address", "174.16.38.486"}}));
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"client_ip", "174.16.38.486"}}));
  EXPECT_THAT(event["tags"], ElementsAre("ip:invalid"));
}

TEST(Ecs, RelatesEveryAddress) {
  const json event = ToEcs(
      {{"timestamp", "2026-07-06T08:15:45Z"},
       {"event_type", "user_login_attempt"},
       {"client_ip", "192.0.2.1, 198.51.100.2, 192.0.2.1"},
       {"auth_context", {{"jumpcloud_protect_device", {{"id", "t1"}, {"ip", "203.0.113.3"}}}}}});
  EXPECT_EQ(event["source"]["ip"], "192.0.2.1");
  EXPECT_EQ(event["source"]["address"], "192.0.2.1, 198.51.100.2, 192.0.2.1");
  EXPECT_THAT(event["related"]["ip"], ElementsAre("192.0.2.1", "203.0.113.3", "198.51.100.2"));
}

TEST(Ecs, SaysWhichApplicationWasLoggedInToAndWhere) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"service", "sso"},
                 {"event_type", "sso_auth"},
                 {"application",
                  {{"id", "p1"},
                   {"name", "google"},
                   {"display_label", "Google Workspace"},
                   {"sso_url", "https://sso.example.com/saml2/google"}}}};
  const json event = ToEcs(record);
  EXPECT_EQ(event["url"]["full"], "https://sso.example.com/saml2/google");
  EXPECT_EQ(event["service"],
            json({{"id", "p1"}, {"name", "Google Workspace"}, {"type", "google"}}));
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
}

TEST(Ecs, NamesTheProcessThatSomebodyLoggedInThrough) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"service", "systems"},
                 {"event_type", "login_attempt"},
                 {"process_name", "sshd"},
                 {"system", {{"id", "s1"}}}};
  json event = ToEcs(record);
  EXPECT_EQ(event["process"]["name"], "sshd");
  EXPECT_FALSE(event.contains("service")) << event;
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
  record["application"] = {{"name", "vpn"}};
  event = ToEcs(record);
  EXPECT_EQ(event["process"]["name"], "sshd");
  EXPECT_EQ(event["service"]["name"], "vpn");
  EXPECT_FALSE(event.contains("jumpcloud")) << event;
  record.erase("application");
  record.erase("process_name");
  EXPECT_FALSE(ToEcs(record).contains("service")) << "none is named";
}

TEST(Ecs, KnowsTheMachineThatARemoteSessionIsOn) {
  json record = {
      {"timestamp", "2026-07-06T08:15:45Z"},
      {"service", "systems"},
      {"event_type", "remote_session_start"},
      {"client_ip", "192.0.2.1"},
      {"resource", {{"id", "s1"}, {"type", "system"}, {"hostname", "ws-1"}, {"name", "WS 1"}}}};
  json event = ToEcs(record);
  EXPECT_EQ(event["host"],
            json({{"id", "s1"}, {"hostname", "ws-1"}, {"name", "WS 1"}, {"ip", {"192.0.2.1"}}}));
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"resource", {{"type", "system"}}}}));
  record["system"] = {{"id", "s2"}};
  EXPECT_EQ(ToEcs(record)["host"], json({{"id", "s2"}, {"ip", {"192.0.2.1"}}}));
}

TEST(Ecs, DoesNotTakeAnIdOfDeviceManagementForAHosts) {
  const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                            {"service", "mdm"},
                            {"event_type", "device_enrollment"},
                            {"windows_device_uuid", "0F0F"}});
  EXPECT_FALSE(event.contains("host")) << event;
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"windows_device_uuid", "0F0F"}}));
}

TEST(Ecs, NamesTheRuleAndTheSeverityOfAnAlert) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"event_type", "alert_created"},
                 {"severity", "High"},
                 {"rule_id", "r1"},
                 {"alert_title", "Too many failures"}};
  json event = ToEcs(record);
  EXPECT_EQ(event["event"]["kind"], "alert");
  EXPECT_EQ(event["event"]["severity"], 4);
  EXPECT_EQ(event["rule"], json({{"id", "r1"}, {"name", "Too many failures"}}));
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"severity", "High"}}));
  record["severity"] = "severe";
  EXPECT_FALSE(ToEcs(record)["event"].contains("severity")) << "it is no number";
  record.erase("severity");
  EXPECT_FALSE(ToEcs(record)["event"].contains("severity")) << "the source says none";
}

TEST(Ecs, SaysWhatAUserHasBecome) {
  json record = {{"timestamp", "2026-07-06T08:15:45Z"},
                 {"event_type", "user_update"},
                 {"resource", {{"id", "u1"}, {"type", "user"}, {"username", "bob"}}},
                 {"changes",
                  {{{"field", "email"}, {"from", "bob@x"}, {"to", "rob@x"}},
                   {{"field", "username"}, {"to", "rob"}},
                   {{"field", "displayname"}, {"to", "Rob \"the\" Roe"}},
                   {{"field", "email"}, {"to", "later@x"}},
                   {{"field", "department"}, {"to", "IT"}}}}};
  json event = ToEcs(record);
  EXPECT_EQ(event["user"]["changes"],
            json({{"name", "rob"}, {"email", "rob@x"}, {"full_name", "Rob \"the\" Roe"}}));
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"changes", record["changes"]}}));
  record["changes"] = {{{"field", "email"}, {"to", ""}}, {{"field", "username"}, {"to", 7}}};
  EXPECT_FALSE(ToEcs(record)["user"].contains("changes"));
  record["changes"] = {{{"field", "email"}, {"to", "rob@x"}}};
  record["event_type"] = "group_update";
  EXPECT_FALSE(ToEcs(record).contains("user")) << "a group has no user's changes";
}

TEST(Ecs, KnowsTheUserGroupOrDeviceThatAnEntityIs) {
  const auto about = [](const char* type) {
    return ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                  {"event_type", "something_created"},
                  {"initiated_by", {{"id", "a1"}}},
                  {"resource", {{"id", "e1"}, {"type", type}, {"name", "thing"}}}});
  };
  EXPECT_EQ(about("user")["user"]["target"], json({{"id", "e1"}, {"name", "thing"}}));
  EXPECT_THAT(about("user")["related"]["user"], ElementsAre("thing", "e1", "a1"));
  EXPECT_EQ(about("user_group")["group"], json({{"id", "e1"}, {"name", "thing"}}));
  EXPECT_EQ(about("system")["host"], json({{"id", "e1"}, {"name", "thing"}}));
  EXPECT_THAT(about("system")["related"]["hosts"], ElementsAre("thing"));
  const json other = about("policy");
  EXPECT_FALSE(other.contains("host") || other.contains("group") ||
               other["user"].contains("target"))
      << other;
  // Its own device comes first.
  const json both = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                           {"event_type", "something_created"},
                           {"system", {{"id", "s1"}}},
                           {"resource", {{"id", "e1"}, {"type", "system"}, {"name", "thing"}}}});
  EXPECT_EQ(both["host"], json({{"id", "s1"}}));
  EXPECT_EQ(both["jumpcloud"]["event"]["resource"]["id"], "e1");
}

TEST(Ecs, KnowsWhomAnEventOfAnUnknownTypeIsAbout) {
  const json event = ToEcs(
      {{"timestamp", "2026-07-06T08:15:45Z"},
       {"event_type", "nothing_known"},
       {"resource", {{"id", "u1"}, {"type", "user"}, {"username", "bob"}, {"email", "b@x"}}}});
  EXPECT_EQ(event["user"]["target"], json({{"id", "u1"}, {"name", "bob"}, {"email", "b@x"}}));
  EXPECT_THAT(event["related"]["user"], ElementsAre("bob", "b@x", "u1"));
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"resource", {{"type", "user"}}}}));
}

TEST(Ecs, KnowsTheFamilyOfAHostsSystem) {
  const auto family = [](const char* os) {
    return ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                  {"event_type", "command_run"},
                  {"system", {{"id", "s1"}, {"os", os}}}})["host"]["os"]
        .value("type", "");
  };
  EXPECT_EQ(family("Windows"), "windows");
  EXPECT_EQ(family("Debian GNU/Linux"), "linux");
  EXPECT_EQ(family("Mac OS X"), "macos");
  EXPECT_EQ(family("iOS"), "ios");
  EXPECT_EQ(family("Android"), "android");
  EXPECT_EQ(family("TempleOS"), "");
}

TEST(Ecs, KeepsAnUndecodableElement) {
  const std::vector<std::string> lines = Written("[7]", EcsFormat());
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(Faults(lines[0]), IsEmpty()) << lines[0];
  const json event = json::parse(lines[0]);
  EXPECT_EQ(event["event"]["kind"], "pipeline_error");
  EXPECT_EQ(event["event"]["original"], "7");
  EXPECT_TRUE(event["error"].contains("message"));
}

TEST(Ecs, LosesNothingOfAnyShape) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) ExpectWhole(json::parse(event));
  }
}

TEST(Ecs, LosesNothingByRandomMutations) {
  VisitMutations(ShapedEvents(9), 43, 10'000, [](const json& record) { ExpectWhole(record); });
}

TEST(EcsValidator, FindsEachKindOfFault) {
  const std::string good =
      R"({"@timestamp":"2026-07-06T08:15:45Z","ecs":{"version":"8.17.0"},"event":{"kind":"event")";
  EXPECT_THAT(Faults(good + "}}"), IsEmpty());
  EXPECT_THAT(Faults("{}"), SizeIs(3));
  EXPECT_THAT(Faults(good + R"(,"colour":"red"}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"source":{"ip":"300.1.1.1"}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"source":{"port":"80"}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"tags":"late"})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"tags":["a","a"]})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(,"category":["iam"],"type":["start"]}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(,"category":["cooking"]}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"jumpcloud":{"event":{"x":1}}})"), IsEmpty());
  EXPECT_THAT(Faults(good + R"(,"outcome":"fine"}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"host":{"os":{"type":"beos"}}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(,"severity":"4"}})"), SizeIs(1));
  EXPECT_THAT(Faults(good + R"(},"user":{"full_name":["Bob"]}})"), SizeIs(1));
  EXPECT_THAT(Faults("["), SizeIs(1));
}

}  // namespace
}  // namespace cce
