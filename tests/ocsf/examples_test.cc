// Events of several services as a person reads them: what JumpCloud said, and what became of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/events/normalised_page.h"
#include "tests/ocsf/ocsf_validator.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;

// The event that `record` becomes, checked against the schema.
json Normalised(const std::string& record) {
  const std::vector<std::string> lines = ToOcsf("[" + record + "]");
  if (lines.size() != 1) return nullptr;
  EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
  return json::parse(lines[0]);
}

// Every member of `expected` is in `event`; objects are compared member by member.
void ExpectIn(const json& event, const json& expected) {
  const json flat = expected.flatten();
  for (const auto& [path, value] : flat.items()) {
    const json::json_pointer at(path);
    ASSERT_TRUE(event.contains(at)) << path << " is missing in " << event;
    EXPECT_EQ(event[at], value) << path;
  }
}

TEST(Example, AdminLogsInWithASecondFactor) {
  json event = Normalised(R"json({
    "service":"directory","event_type":"admin_login_attempt","organization":"64f0c0de5eed000000000a01",
    "@version":"1","id":"6a5c01","timestamp":"2026-07-06T08:15:45.921Z",
    "initiated_by":{"id":"a1","type":"admin","email":"ada@example.com"},
    "geoip":{"country_code":"FR","region_code":"75","region_name":"Paris","continent_code":"EU",
             "timezone":"Europe/Paris","latitude":48.85,"longitude":2.35},
    "useragent":{"name":"Chrome","version":"126.0","os_full":"Mac OS X 10.15.7"},
    "mfa":true,"mfa_meta":{"type":"totp"},"provider":null,"success":true,"client_ip":"192.0.2.10"})json");
  event["metadata"].erase("uid");
  EXPECT_EQ(event, json::parse(R"json({
    "class_uid": 3002, "class_name": "Authentication",
    "category_uid": 3, "category_name": "Identity & Access Management",
    "activity_id": 1, "activity_name": "Logon",
    "type_uid": 300201, "type_name": "Authentication: Logon",
    "severity_id": 1, "severity": "Informational", "status_id": 1, "status": "Success",
    "time": 1783325745921, "time_dt": "2026-07-06T08:15:45.921Z",
    "message": "admin_login_attempt by ada@example.com on JumpCloud Admin Portal: Success",
    "metadata": {
      "version": "1.8.0",
      "product": {"name": "JumpCloud Directory Insights", "vendor_name": "JumpCloud"},
      "event_code": "admin_login_attempt", "original_event_uid": "6a5c01",
      "log_name": "directory_insights", "log_provider": "JumpCloud", "log_source": "directory",
      "log_version": "1", "tenant_uid": "64f0c0de5eed000000000a01",
      "original_time": "2026-07-06T08:15:45.921Z", "profiles": ["datetime"]},
    "actor": {"user": {"type_id": 2, "type": "Admin", "uid": "a1", "email_addr": "ada@example.com"}},
    "user": {"type_id": 2, "type": "Admin", "uid": "a1", "email_addr": "ada@example.com"},
    "service": {"name": "JumpCloud Admin Portal"},
    "is_mfa": true, "auth_factors": [{"factor_type_id": 7, "factor_type": "OTP", "is_totp": true}],
    "src_endpoint": {
      "ip": "192.0.2.10",
      "location": {"country": "FR", "region": "FR-75", "continent": "Europe", "desc": "Paris",
                   "lat": 48.85, "long": 2.35}},
    "http_request": {"user_agent": "Chrome/126.0 (Mac OS X 10.15.7)"},
    "observables": [
      {"name": "src_endpoint.ip", "type_id": 2, "type": "IP Address", "value": "192.0.2.10"},
      {"name": "user.email_addr", "type_id": 5, "type": "Email Address", "value": "ada@example.com"},
      {"name": "http_request.user_agent", "type_id": 16, "type": "HTTP User-Agent",
       "value": "Chrome/126.0 (Mac OS X 10.15.7)"}],
    "unmapped": {
      "initiated_by": {"type": "admin"},
      "geoip": {"region_code": "75", "continent_code": "EU", "timezone": "Europe/Paris"},
      "useragent": {"name": "Chrome", "version": "126.0", "os_full": "Mac OS X 10.15.7"},
      "mfa_meta": {"type": "totp"}}})json"));
}

constexpr char kSso[] =
    R"({"service":"sso","event_type":"sso_auth","timestamp":"2026-07-06T08:45:59Z",
  "initiated_by":{"id":"b1","type":"user","username":"zoe"},
  "application":{"id":"p1","name":"google","display_label":"Google Workspace","sso_type":"saml"},
  "auth_context":{"policies_applied":[{"id":"c1","name":"Global","metadata":{"action":"$ACTION"}}]},
  "error_message":"$ERROR","sso_token_success":$TOKEN,"client_ip":"203.0.113.20"})";

json Sso(const std::string& action, const std::string& error, const std::string& token) {
  std::string record = kSso;
  record.replace(record.find("$ACTION"), 7, action);
  record.replace(record.find("$ERROR"), 6, error);
  record.replace(record.find("$TOKEN"), 6, token);
  return Normalised(record);
}

TEST(Example, AnSsoLogonSucceedsByItsToken) {
  ExpectIn(Sso("ALLOW", "", "true"), json::parse(R"({
    "status_id": 1, "status": "Success", "auth_protocol_id": 5, "auth_protocol": "SAML",
    "service": {"name": "Google Workspace", "uid": "p1", "labels": ["google"]},
    "authorizations": [{"decision": "ALLOW", "policy": {"uid": "c1", "name": "Global"}}],
    "action_id": 1, "disposition_id": 1})"));
}

TEST(Example, AnSsoLogonThatWaitsForTheSecondFactorIsNoFailure) {
  ExpectIn(Sso("ALLOW_WITH_MFA", "", "false"), json::parse(R"({
    "status_id": 99, "status": "Challenge", "severity_id": 1,
    "action_id": 99, "action": "Challenge", "disposition_id": 23, "disposition": "Challenge"})"));
}

TEST(Example, AnSsoLogonFailsByAnErrorOrByADenial) {
  ExpectIn(Sso("ALLOW", "application unreachable", "false"), json::parse(R"({
    "status_id": 2, "status_detail": "application unreachable", "severity_id": 2})"));
  ExpectIn(Sso("DENY", "", "false"), json::parse(R"({
    "status_id": 2, "action_id": 2, "action": "Denied", "disposition_id": 2})"));
}

TEST(Example, ADeviceLoginTellsTheVisitorsAddressFromTheDevices) {
  ExpectIn(Normalised(R"({
    "service":"systems","event_type":"login_attempt","timestamp":"2026-07-06T08:52:00Z","success":false,
    "system":{"id":"s2","hostname":"web-01","displayName":"web-01"},"username":"root",
    "process_name":"sshd","src_ip":"198.51.100.66","client_ip":"203.0.113.40",
    "message":"Failed login for root","system_timestamp":"2026-07-06T10:52:00+02:00",
    "geoip":{"country_code":"US","region_code":"MA"},"windows_meta":{"logon_type":"10"}})"),
           json::parse(R"({
    "user": {"name": "root"}, "src_endpoint": {"ip": "198.51.100.66"},
    "device": {"ip": "203.0.113.40", "location": {"country": "US", "region": "US-MA"}},
    "dst_endpoint": {"uid": "s2", "hostname": "web-01"}, "service": {"name": "sshd"},
    "message": "Failed login for root", "timezone_offset": 120,
    "logon_type_id": 10, "logon_type": "Remote Interactive", "severity_id": 2})"));
}

TEST(Example, AnLdapBindInTheClearIsMarked) {
  ExpectIn(Normalised(R"({
    "service":"ldap","event_type":"ldap_bind","timestamp":"2026-07-06T08:51:00.25Z","success":true,
    "dn":"uid=svc-ldap,ou=Users","auth_method":"simple","mech":"SIMPLE","start_tls":false,
    "tls_established":false,"connection_id":"k1","error_code":0})"),
           json::parse(R"({
    "user": {"name": "svc-ldap"}, "auth_protocol": "LDAP", "is_cleartext": true, "severity_id": 2,
    "session": {"uid": "k1"}, "service": {"name": "JumpCloud LDAP"}, "status_code": "0",
    "metadata": {"labels": ["auth_method:simple"]}})"));
}

TEST(Example, AnLdapBindSaysByATextTooWhetherItIsInTheClear) {
  const json event = Normalised(R"({"service":"ldap","event_type":"ldap_bind",
    "timestamp":"2026-07-06T08:15:45Z","username":"bob","mech":"SIMPLE",
    "start_tls":"FALSE","tls_established":"false"})");
  EXPECT_EQ(event["is_cleartext"], true);
}

TEST(Example, AUserUpdateIsWhatItsChangesSay) {
  const auto updated = [](const std::string& changes) {
    return Normalised(R"({"event_type":"user_update","timestamp":"2026-07-06T08:20:09Z",
      "resource":{"id":"b2","type":"user","username":"bob"},"changes":)" +
                      changes + "}");
  };
  ExpectIn(updated(R"([{"field":"manager","to":"x"}])"),
           {{"activity_id", 99}, {"activity_name", "Update"}});
  ExpectIn(updated(R"([{"field":"state","from":"ACTIVATED","to":"SUSPENDED"}])"),
           {{"activity_id", 5}});
  ExpectIn(updated(R"([{"field":"suspended","to":false}])"), {{"activity_id", 2}});
  ExpectIn(updated(R"([{"field":"account_locked","to":"true"}])"), {{"activity_id", 9}});
  ExpectIn(updated(R"([{"field":"x"},{"field":"password"}])"), {{"activity_id", 3}});
  ExpectIn(updated(R"([{"field":"totp_enabled","to":false}])"),
           {{"activity_id", 11}, {"severity_id", 3}, {"user", {{"uid", "b2"}, {"name", "bob"}}}});
  ExpectIn(updated(R"([{"field":"roleName","to":"Administrator"}])"),
           {{"activity_id", 99}, {"activity_name", "Role Change"}, {"severity_id", 3}});
}

TEST(Example, ALockoutWithoutAnActorIsJumpClouds) {
  ExpectIn(Normalised(R"({"event_type":"user_lockout","timestamp":"2026-07-06T08:24:00.44Z",
    "initiated_by":{},"resource":{"id":"b2","type":"user","username":"bob"},"success":true})"),
           json::parse(R"({
    "class_uid": 3001, "activity_id": 9, "actor": {"app_name": "JumpCloud"},
    "user": {"uid": "b2", "name": "bob"}, "severity_id": 3,
    "message": "user_lockout by JumpCloud on bob: Success"})"));
}

TEST(Example, AnUnknownTypeIsKeptWholeAndSearchable) {
  const std::string record =
      R"({"event_type":"quantum_shift","timestamp":"2026-07-06T08:24:00Z","client_ip":"192.0.2.9",)"
      R"("resource":{"type":"user","username":"bob"},"x":{"y":1}})";
  ExpectIn(Normalised(record), json::parse(R"({
    "class_uid": 0, "type_uid": 99, "activity_name": "quantum_shift", "status_id": 0,
    "metadata": {"labels": ["mapping:unknown"]},
    "observables": [{"type_id": 2, "type": "IP Address", "value": "192.0.2.9"},
                    {"type_id": 4, "type": "User Name", "value": "bob"}],
    "unmapped": {"client_ip": "192.0.2.9", "resource": {"username": "bob"}, "x": {"y": 1}}})"));
  EXPECT_EQ(Normalised(record)["raw_data"], record);
}

TEST(Example, HowSomebodySignedInIsALabelWhateverTheClass) {
  for (const std::string type : {"quantum_shift", "software_add", "user_create", "alert_created"}) {
    const json labels = Normalised(R"({"event_type":")" + type +
                                   R"(","timestamp":"2026-07-06T08:24:00Z",)"
                                   R"("auth_method":"api key"})")["metadata"]["labels"];
    EXPECT_NE(std::find(labels.begin(), labels.end(), "auth_method:api-key"), labels.end()) << type;
  }
}

TEST(Example, AVersionThatIsANumberIsWrittenAsTextAndKept) {
  ExpectIn(Normalised(R"({"event_type":"user_create","timestamp":"2026-07-06T08:24:00Z",
    "@version":1})"),
           json::parse(R"({"metadata": {"log_version": "1"}, "unmapped": {"@version": 1}})"));
}

TEST(Example, ABadAddressIsLabelledAndKept) {
  ExpectIn(Normalised(R"({"event_type":"user_login_attempt","timestamp":"2026-07-06T08:24:00Z",
    "username":"bob","client_ip":"174.16.38.486"})"),
           json::parse(R"({"metadata": {"labels": ["ip:invalid"]}, "user": {"name": "bob"},
    "unmapped": {"client_ip": "174.16.38.486"}})"));
}

TEST(Example, WhatIsNoJsonIsKeptByItsBytes) {
  ExpectIn(Normalised(R"({"id":NaN})"), json::parse(R"({
    "class_uid": 0, "status_id": 99, "status": "Undecodable", "severity_id": 0,
    "raw_data": "{\"id\":NaN}", "raw_data_size": 10})"));
}

}  // namespace
}  // namespace cce
