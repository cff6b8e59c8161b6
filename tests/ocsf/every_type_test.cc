// Every event type that is known, alone and with everything that its service may say, is valid
// OCSF.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/ocsf/normalised_page.h"
#include "tests/ocsf/ocsf_validator.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

json Minimal(const jumpcloud::EventType& type) {
  return {{"event_type", type.name}, {"timestamp", "2026-07-06T08:15:45.921Z"}};
}

// All that rules look at, and a little that none knows.
json Full(const jumpcloud::EventType& type) {
  json event = json::parse(R"({
    "organization": "64f0c0de5eed000000000a01", "@version": "1", "id": "6a5c00000000000000000001",
    "timestamp": "2026-07-06T08:15:45Z", "server_timestamp": "2026-07-06T08:15:45.953462371Z",
    "system_timestamp": "2026-07-06T17:45:45+09:30", "correlation": {"id": "c1"},
    "initiated_by": {"id": "a1", "type": "admin", "username": "ada", "email": "ada@example.com",
                     "user_id": "u1", "source": "scim", "source_metadata": {"name": "okta"}},
    "resource": {"id": "b1", "type": "user", "username": "bob", "email": "bob@example.com"},
    "target_resource": {"type": "user_portal", "name": "APPLICATION"}, "username": "bob",
    "application": {"id": "p1", "name": "google", "display_label": "Google Workspace",
                    "sso_type": "saml", "sso_url": "https://sso.example.com/saml2/google"},
    "client_ip": "203.0.113.4:4711", "src_ip": "2001:db8::1", "asn": {"number": 64500, "organization": "Example"},
    "geoip": {"country_code": "FR", "region_code": "75", "region_name": "Paris", "city": "Paris",
              "continent_code": "EU", "timezone": "Europe/Paris", "latitude": 48.85, "longitude": "2.35"},
    "useragent": {"name": "Chrome", "version": "126.0", "os_full": "Mac OS X 10.15.7"},
    "auth_method": "api key", "mfa": true, "mfa_meta": {"type": "duo"},
    "auth_context": {
      "auth_methods": {"password": {"success": true}, "totp": {"success": false},
                       "jumpcloud_protect": {"success": true}},
      "jumpcloud_protect_device": {"id": "t1", "model": "Phone"},
      "system": {"id": "s2", "hostname": "other", "os": "iOS", "version": "17"},
      "policies_applied": [{"id": "", "name": "Global", "metadata": {"action": "DENY"}}]},
    "success": false, "error_message": "no", "error_code": 49, "provider": null,
    "system": {"id": "s1", "hostname": "ws-1", "displayName": "WS 1", "os": "Windows", "version": "11"},
    "system_group": {"object_id": "g1", "name": "All"}, "process_name": "sshd",
    "windows_meta": {"elevated": true, "logon_type": "10"}, "connection_id": "k1",
    "dn": "uid=bob,ou=Users", "mech": "SIMPLE", "start_tls": false, "tls_established": false,
    "auth_type": "eap", "severity": "High", "changes": [{"field": "password"}],
    "message": "it happened", "unheard_of": {"of": [1, 2, {"this": "kind"}]}})");
  event["event_type"] = type.name;
  const std::string services(type.service);
  event["service"] = services.substr(0, services.find(','));
  return event;
}

TEST(EveryType, IsValidOcsfWithTheLeastAndTheMostThatAnEventMaySay) {
  ASSERT_THAT(jumpcloud::KnownEventTypes(), SizeIs(385));
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {Minimal(type), Full(type)}) {
      const std::vector<std::string> lines = ToOcsf("[" + event.dump() + "]");
      ASSERT_THAT(lines, SizeIs(1)) << event;
      EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
    }
  }
}

TEST(EveryType, ComesOutInItsClassOrAsABaseEventUnderItsName) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    const json event = json::parse(ToOcsf("[" + Minimal(type).dump() + "]").at(0));
    const bool own = type.class_uid == 3001 || type.class_uid == 3002;
    EXPECT_EQ(event["class_uid"], own ? type.class_uid : 0) << type.name;
    EXPECT_EQ(event["activity_id"], own ? type.activity_id : 99) << type.name;
    EXPECT_EQ(event["activity_name"], std::string(own ? type.activity_name : type.name));
    EXPECT_EQ(event["metadata"]["event_code"], std::string(type.name));
    EXPECT_FALSE(event.contains("raw_data")) << "a known type is no degradation: " << type.name;
  }
}

TEST(EveryType, OfTheSimulatorsShapesIsValidOcsf) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) {
      const std::vector<std::string> lines = ToOcsf("[" + event + "]");
      ASSERT_THAT(lines, SizeIs(1)) << event;
      EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
    }
  }
}

}  // namespace
}  // namespace cce
