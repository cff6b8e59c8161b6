// What becomes of events whose class, activity or object depends on their payload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/events/normalised_page.h"
#include "tests/ocsf/ocsf_validator.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The event of type `type` with `members` besides a time; valid OCSF.
json Classified(const std::string& type, const std::string& members) {
  const std::vector<std::string> lines =
      ToOcsf(R"([{"timestamp":"2026-07-06T08:15:45.921Z","event_type":")" + type + "\"" +
             (members.empty() ? "" : "," + members) + "}]");
  EXPECT_THAT(lines, SizeIs(1));
  if (lines.empty()) return {};
  EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
  return json::parse(lines[0]);
}

json Associate(const std::string& op, const std::string& from, const std::string& to) {
  const auto side = [](const std::string& type) {
    return R"({"name":"the )" + type + R"(","type":")" + type + R"(","object_id":"id of )" + type +
           "\"}";
  };
  return Classified("association_change",
                    R"("association":{"op":")" + op +
                        R"(","action_source":"manual","connection":{"from":)" + side(from) +
                        R"(,"to":)" + side(to) + "}}");
}

TEST(Association, OfUserAndGroupChangesTheGroupWhicheverIsNamedFirst) {
  for (const json& event :
       {Associate("add", "user", "user_group"), Associate("add", "user_group", "user")}) {
    EXPECT_EQ(event["type_uid"], 300603);
    EXPECT_EQ(event["activity_name"], "Add User");
    EXPECT_EQ(event["user"]["name"], "the user");
    EXPECT_EQ(event["group"]["uid"], "id of user_group");
  }
  EXPECT_EQ(Associate("remove", "user", "user_group")["type_uid"], 300604);
}

TEST(Association, OfGroupsMakesTheFirstASubgroup) {
  const json event = Associate("add", "user_group", "user_group");
  EXPECT_EQ(event["type_uid"], 300607);
  EXPECT_EQ(event["subgroup"]["name"], "the user_group");
  EXPECT_EQ(Associate("remove", "user_group", "user_group")["type_uid"], 300608);
}

TEST(Association, OfGroupAndThingGivesThePrivilegeOfIt) {
  const json event = Associate("add", "user_group", "application");
  EXPECT_EQ(event["type_uid"], 300601);
  EXPECT_EQ(event["privileges"], json({"bind:application"}));
  EXPECT_EQ(event["resource"]["name"], "the application");
  EXPECT_EQ(event["resource"]["role_id"], 1);
  EXPECT_EQ(event["group"]["name"], "the user_group");
  EXPECT_EQ(Associate("remove", "application", "user_group")["type_uid"], 300602);
}

TEST(Association, OfUserAndThingGivesThePrivilegeOfIt) {
  const json event = Associate("add", "system", "user");
  EXPECT_EQ(event["type_uid"], 300501);
  EXPECT_EQ(event["privileges"], json({"bind:system"}));
  EXPECT_EQ(event["resources"][0]["uid"], "id of system");
  EXPECT_EQ(event["resources"][0]["role"], "Target");
  EXPECT_EQ(event["user"]["uid"], "id of user");
  EXPECT_EQ(Associate("remove", "user", "system")["type_uid"], 300502);
}

TEST(Association, OfDeviceAndGroupOfDevicesChangesTheGroup) {
  const json event = Associate("add", "system", "system_group");
  EXPECT_EQ(event["type_uid"], 300699);
  EXPECT_EQ(event["activity_name"], "Add Device");
  EXPECT_EQ(event["device"]["hostname"], "the system");
  EXPECT_EQ(Associate("remove", "system", "system_group")["activity_name"], "Remove Device");
}

TEST(Association, OfThingsOrWithoutPartiesUpdatesAnEntity) {
  const json things = Associate("add", "policy_group", "system_group");
  EXPECT_EQ(things["type_uid"], 300403);
  EXPECT_EQ(things["entity"]["name"], "the system_group");
  EXPECT_EQ(Associate("update", "user", "user_group")["type_uid"], 300403);
  const json flat =
      Classified("association_change", R"("association":{"type":"user_group","id":"g1"})");
  EXPECT_EQ(flat["type_uid"], 300403);
  EXPECT_EQ(flat["entity"]["uid"], "g1");
  EXPECT_EQ(flat["entity"]["type"], "Group");
}

TEST(Entity, IsWhatTheEventNames) {
  const json resource =
      Classified("policy_update", R"("resource":{"id":"p1","type":"policy","name":"Disk"})");
  EXPECT_EQ(resource["type_uid"], 300403);
  EXPECT_EQ(resource["entity"],
            json({{"type_id", 5}, {"type", "Policy"}, {"uid", "p1"}, {"name", "Disk"}}));
  const json other =
      Classified("command_run", R"("resource":{"id":"c1","type":"command","name":"x"})");
  EXPECT_EQ(other["entity"]["type_id"], 99);
  EXPECT_EQ(other["entity"]["type"], "command");
  const json workflow = Classified("workflow_update", R"("workflow":{"id":"w1","name":"Leave"})");
  EXPECT_EQ(workflow["entity"]["name"], "Leave");
  const json device = Classified("device_command", R"("system":{"id":"s1","hostname":"ws"})");
  EXPECT_EQ(device["entity"]["type_id"], 1);
  EXPECT_EQ(device["entity"]["name"], "ws");
}

TEST(Entity, OfAFlatAssociationHasItsNameAndTheTypeThatTheEventSpeaksOf) {
  const json folder = Classified("association_change",
                                 R"("association":{"id":"f1","type":"folder","name":"Shared"})");
  EXPECT_EQ(folder["entity"],
            json({{"type_id", 99}, {"type", "folder"}, {"uid", "f1"}, {"name", "Shared"}}));
  const json mail =
      Classified("association_change", R"("association":{"email":"bob@example.com"})");
  EXPECT_EQ(mail["entity"],
            json({{"type_id", 99}, {"type", "association"}, {"name", "bob@example.com"}}));
  const json nameless = Classified("association_change", R"("association":{"id":"f1"})");
  EXPECT_EQ(nameless["entity"]["type"], "association");
}

TEST(Entity, ThatIsADeviceIsAlsoTheEventsDevice) {
  const json event = Classified("system_update", R"("resource":{"id":"s1","type":"system",)"
                                                 R"("displayName":"WS 1","hostname":"ws-1"})");
  EXPECT_EQ(event["device"]["uid"], "s1");
  EXPECT_EQ(event["device"]["hostname"], "ws-1");
  const json enrolled = Classified("device_enrollment", R"("windows_device_uuid":"u1")");
  EXPECT_EQ(enrolled["entity"]["device"]["uid"], "u1");
  EXPECT_FALSE(enrolled["entity"]["device"].contains("uid_alt"));
  const json address =
      Classified("command_result", R"("service":"systems","client_ip":"192.0.2.1")");
  EXPECT_EQ(address["entity"]["type"], "command");
}

TEST(Entity, WithoutANameIsWhatTheTypeSpeaksOf) {
  const json event = Classified("iplist_delete", "");
  EXPECT_EQ(event["entity"]["name"], "iplist");
  EXPECT_EQ(event["entity"]["type"], "iplist");
  EXPECT_EQ(event["metadata"]["labels"], json({"entity:synthetic"}));
  EXPECT_FALSE(event.contains("raw_data"));
}

TEST(Entity, WithoutANameMakesUpNeitherUserNorDevice) {
  EXPECT_FALSE(Classified("system_update", "").contains("device"));
  EXPECT_FALSE(Classified("user_enabled", "").contains("observables"));
}

TEST(Entity, OfAManagedDeviceHasItsOwnIds) {
  const json event =
      Classified("mdm_command_result", R"("mdm_device_id":"m1","windows_device_uuid":"u1")");
  EXPECT_EQ(event["entity"]["device"]["uid"], "m1");
  EXPECT_EQ(event["entity"]["device"]["uid_alt"], "u1");
}

TEST(DeviceCommand, IsAnActivityByItsName) {
  const auto command = [](const std::string& name) {
    return Classified("mdm_command_result", R"("service":"mdm","request_type":")" + name + "\"");
  };
  EXPECT_EQ(command("InstalledApplicationList")["activity_id"], 2);
  EXPECT_EQ(command("DeviceInformation")["activity_id"], 2);
  EXPECT_EQ(command("InstallProfile")["activity_id"], 3);
  EXPECT_EQ(command("InstallProfile")["comment"], "InstallProfile");
  const json erase = command("EraseDevice");
  EXPECT_EQ(erase["activity_name"], "Erase Device");
  EXPECT_EQ(erase["severity_id"], 4);
  EXPECT_EQ(command("DeviceLock")["severity_id"], 3);
  EXPECT_EQ(command("ClearPasscode")["type_uid"], 300403);
  EXPECT_EQ(command("SomethingElse")["activity_name"], "SomethingElse");
  const json nested =
      Classified("mdm_command_result", R"("command":{"request_type":"EraseDevice"})");
  EXPECT_EQ(nested["activity_name"], "Erase Device");
}

TEST(AccessRequest, EndsAsItsStateSays) {
  const auto change = [](const std::string& type, const std::string& state) {
    return Classified(type,
                      R"("changes":[{"field":"access_request_state","to":")" + state + "\"}]");
  };
  EXPECT_EQ(change("access_management_association_change", "granted")["type_uid"], 300501);
  EXPECT_EQ(change("access_management_association_change", "EXPIRED")["type_uid"], 300502);
  EXPECT_EQ(change("access_management_association_change", "pending")["type_uid"], 300599);
  EXPECT_EQ(change("access_management_access_request_approval", "APPROVED")["activity_name"],
            "Approve");
  EXPECT_EQ(change("access_management_access_request_approval", "denied")["activity_name"],
            "Reject");
}

TEST(Alert, HasTheStatusesOfAFinding) {
  const json created =
      Classified("alert_created", R"("alert_id":"a1","alert_title":"Brute force",)"
                                  R"("severity":"critical","client_ip":"192.0.2.1")");
  EXPECT_EQ(created["type_uid"], 200401);
  EXPECT_EQ(created["status"], "New");
  EXPECT_EQ(created["severity_id"], 5);
  EXPECT_EQ(created["is_alert"], true);
  EXPECT_EQ(created["finding_info"]["title"], "Brute force");
  EXPECT_EQ(created["evidences"][0]["src_endpoint"]["ip"], "192.0.2.1");
  const auto changed = [](const std::string& status) {
    return Classified(
        "alert_status_updated",
        R"("id":"e1","changes":[{"field":"Status","from":"Open","to":")" + status + "\"}]");
  };
  EXPECT_EQ(changed("Resolved")["type_uid"], 200403);
  EXPECT_EQ(changed("Resolved")["status_id"], 4);
  EXPECT_EQ(changed("Acknowledged")["type_uid"], 200402);
  EXPECT_EQ(changed("Acknowledged")["status_id"], 2);
  EXPECT_EQ(changed("Snoozed")["status"], "Snoozed");
  EXPECT_EQ(changed("Snoozed")["finding_info"]["uid"], "e1");
  EXPECT_FALSE(changed("Snoozed").contains("is_alert"));
}

TEST(Alert, IsFoundByARuleOrACorrelationButNotByARequest) {
  const auto analytic_of = [](const std::string& members) {
    const json finding = Classified("alert_created", members)["finding_info"];
    return finding.contains("analytic") ? finding["analytic"]["uid"] : json();
  };
  EXPECT_EQ(analytic_of(R"("rule_id":"u9","correlation":{"id":"c1"})"), "u9");
  EXPECT_EQ(analytic_of(R"("correlation":{"id":"c1"})"), "c1");
  EXPECT_EQ(analytic_of(R"("access_request_id":"r1")"), nullptr);
}

TEST(LdapSearch, IsAQueryOfTheDirectory) {
  const json event = Classified("ldap_srch", R"json("service":"ldap","username":"svc",
      "connection_id":"k1","base":"ou=Users","filter":"(uid=bob)","error_code":32)json");
  EXPECT_EQ(event["type_uid"], 600504);
  EXPECT_EQ(event["database"]["name"], "ou=Users");
  EXPECT_EQ(event["query_info"]["query_string"], "(uid=bob)");
  EXPECT_EQ(event["src_endpoint"]["uid"], "k1");
  EXPECT_EQ(event["actor"]["user"]["name"], "svc");
  EXPECT_EQ(event["status_id"], 2);
}

TEST(LdapSearch, EndsAsItsCodeSaysWhichMayBeAText) {
  const auto status_of = [](const std::string& code) {
    return Classified("ldap_search", R"("service":"ldap","error_code":)" + code)["status_id"];
  };
  EXPECT_EQ(status_of("0"), 1);
  EXPECT_EQ(status_of("32"), 2);
  EXPECT_EQ(status_of("\"0\""), 1);
  EXPECT_EQ(status_of("\"32\""), 2);
  EXPECT_EQ(status_of("\"none\""), 0);
}

TEST(LdapSearch, KnowsWhatKindOfAccountSearches) {
  const json event = Classified("ldap_search", R"("service":"ldap","username":"svc",)"
                                               R"("initiated_by":{"type":"user"})");
  EXPECT_EQ(event["actor"]["user"], json({{"type_id", 1}, {"type", "User"}, {"name", "svc"}}));
}

TEST(StoredObject, IsAFile) {
  const json event = Classified(
      "object_storage_create", R"("service":"object_storage","object_storage_item_object_id":"o1",)"
                               R"("object_storage_item_version_name":"agent.pkg",)"
                               R"("object_storage_item_version_size":17800478239,)"
                               R"("object_storage_item_version_sha_256_sum":"da30")");
  EXPECT_EQ(event["type_uid"], 600601);
  EXPECT_EQ(event["file"]["name"], "agent.pkg");
  EXPECT_EQ(event["file"]["size"], 17800478239);
  EXPECT_EQ(event["file"]["hashes"][0]["value"], "da30");
  EXPECT_EQ(event["src_endpoint"]["svc_name"], "jumpcloud:object_storage");
}

TEST(Software, IsAnApplication) {
  const json event = Classified(
      "software_add", R"("service":"software","system":{"id":"s1"},"application":)"
                      R"({"name":"Browser","version":"126","path":"/a","publisher":"Ex"})");
  EXPECT_EQ(event["type_uid"], 600201);
  EXPECT_EQ(event["app"],
            json({{"name", "Browser"}, {"version", "126"}, {"path", "/a"}, {"vendor_name", "Ex"}}));
  EXPECT_EQ(event["device"]["uid"], "s1");
}

TEST(Actor, IsOneWhoIsNamedInOnePlace) {
  const auto actor_of = [](const std::string& initiated_by) {
    return Classified("user_create",
                      R"("initiated_by":)" + initiated_by +
                          R"(,"jc_initiated_by_id":"j1",)"
                          R"("jc_initiated_by_email":"joe@example.com")")["actor"]["user"];
  };
  EXPECT_EQ(actor_of(R"({"username":"ada"})"), json({{"name", "ada"}}));
  EXPECT_EQ(actor_of("{}"), json({{"uid", "j1"}, {"email_addr", "joe@example.com"}}));
}

TEST(Logon, OfWhoeverActsIsAllThatIsKnownOfThem) {
  const json event = Classified(
      "radius_auth", R"("service":"radius","username":"ada","initiated_by":)"
                     R"({"id":"a1","user_id":"u1","username":"ada","email":"ada@example.com"})");
  EXPECT_EQ(event["user"], event["actor"]["user"]);
}

TEST(Logon, HasTheFactorThatATextNamesHoweverItIsSpelled) {
  for (const std::string text : {"totp", R"({\"type\":\"totp\"})", R"({ \"type\" : \"totp\" })",
                                 R"({\n\t\"type\":\"totp\"})"}) {
    const json event = Classified("user_login_attempt", R"("mfa_meta":")" + text + "\"");
    ASSERT_TRUE(event.contains("auth_factors")) << text;
    EXPECT_EQ(event["auth_factors"][0]["factor_type_id"], 7) << text;
  }
}

TEST(Logon, NamesTheServiceByItsAddressHoweverASlashIsSpelled) {
  for (const char* url : {R"(https://x/saml2/aws/)", R"(https:\/\/x\/saml2\/aws\/)"}) {
    const json event =
        Classified("sso_auth", R"("service":"sso","application":{"name":"","sso_url":")" +
                                   std::string(url) + "\"}");
    EXPECT_EQ(event["service"]["name"], "aws") << url;
    EXPECT_EQ(event["auth_protocol"], "SAML") << url;
  }
}

TEST(Resource, IsCalledAlikeInEveryClass) {
  const std::string resource = R"("resource":{"app_id":"x1","hostname":"ws-1","type":"vault"})";
  for (const auto& [type, place] :
       {std::pair("system_update", "/entity"), std::pair("user_admin_granted", "/resources/0"),
        std::pair("report_create", "/web_resources/0")}) {
    const json event = Classified(type, resource);
    const json::json_pointer at(place);
    ASSERT_TRUE(event.contains(at)) << event;
    EXPECT_EQ(event[at]["uid"], "x1") << type;
    EXPECT_EQ(event[at]["name"], "ws-1") << type;
  }
}

TEST(Resource, WithoutATypeIsSomebodyIfItHasTheNameOfOne) {
  const auto user_of = [](const std::string& username) {
    return Classified("user_create", R"("initiated_by":{"id":"a1"},"resource":{"id":"b1",)"
                                     R"("username":)" +
                                         username + "}")["user"]["uid"];
  };
  EXPECT_EQ(user_of("\"bob\""), "b1");
  EXPECT_EQ(user_of("7"), "a1");
}

TEST(VaultItem, IsAWebResource) {
  const json event = Classified("passwordmanager_item_reveal",
                                R"("resource":{"id":"i1","type":"item","name":"Bank"})");
  EXPECT_EQ(event["type_uid"], 600102);
  EXPECT_EQ(event["severity_id"], 2);
  EXPECT_EQ(event["web_resources"], json::parse(R"([{"uid":"i1","name":"Bank","type":"item"}])"));
}

}  // namespace
}  // namespace cce
