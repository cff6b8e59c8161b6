// An event of any type, with as little and as much as JumpCloud may say.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "parsers/jumpcloud/event_classes.h"
#include "parsers/jumpcloud/event_type_overrides.h"
#include "parsers/jumpcloud/event_types.h"

namespace cce {

// The least that an event says.
inline nlohmann::json MinimalEvent(const jumpcloud::EventType& type) {
  return {{"event_type", type.name}, {"timestamp", "2026-07-06T08:15:45.921Z"}};
}

// All that rules look at, and a little that none knows.
inline nlohmann::json FullEvent(const jumpcloud::EventType& type) {
  nlohmann::json event = nlohmann::json::parse(R"json({
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
    "geoip": {"country_code": "FR", "country_name": "France", "region_code": "75", "region_name": "Ile-de-France", "city": "Paris",
              "continent_code": "EU", "timezone": "Europe/Paris", "latitude": 48.85, "longitude": "2.35"},
    "useragent": {"name": "Chrome", "version": "126.0", "device": "Mac", "os_name": "Mac OS X",
                  "os_version": "10.15.7", "os_full": "Mac OS X 10.15.7"},
    "auth_method": "api key", "mfa": true, "mfa_meta": {"type": "duo"},
    "auth_context": {
      "auth_methods": {"password": {"success": true}, "totp": {"success": false},
                       "jumpcloud_protect": {"success": true}},
      "jumpcloud_protect_device": {"id": "t1", "model": "Phone", "ip": "198.51.100.9"},
      "system": {"id": "s2", "hostname": "other", "os": "iOS", "version": "17"},
      "policies_applied": [{"id": "", "name": "Global", "metadata": {"action": "DENY"}}]},
    "success": false, "error_message": "no", "error_code": 49, "provider": null,
    "system": {"id": "s1", "hostname": "ws-1", "displayName": "WS 1", "os": "Windows", "version": "11"},
    "system_group": {"object_id": "g1", "name": "All"}, "process_name": "sshd",
    "windows_meta": {"elevated": true, "logon_type": "10"}, "connection_id": "k1",
    "dn": "uid=bob,ou=Users", "mech": "SIMPLE", "start_tls": false, "tls_established": false,
    "auth_type": "eap", "severity": "High", "changes": [{"field": "password"}],
    "message": "it happened", "request_type": "DeviceLock", "mdm_device_id": "d1", "windows_device_uuid": "d2",
    "workflow": {"id": "w1", "name": "Leave", "type": "access-workflow"}, "access_request_id": "r1",
    "association": {"op": "add", "action_source": "manual", "connection": {
      "from": {"name": "Sales", "type": "user_group", "object_id": "g2"},
      "to": {"name": "bob", "type": "user", "object_id": "b1"}}},
    "base": "ou=Users", "filter": "(uid=bob)", "channel_object_id": "n1", "name": "Channel", "type": "slack",
    "object_storage_item_object_id": "o1", "object_storage_item_version_name": "agent.pkg",
    "object_storage_item_version_size": 17800478239, "object_storage_item_version_sha_256_sum": "da30",
    "alert_id": "l1", "alert_title": "Too many", "rule_id": "u9", "category": "Security", "description": "more than usual",
    "unheard_of": {"of": [1, 2, {"this": "kind"}]}})json");
  event["event_type"] = type.name;
  const std::string services(type.service);
  event["service"] = services.substr(0, services.find(','));
  return event;
}

// The same about a thing.
inline nlohmann::json EventAboutAThing(const jumpcloud::EventType& type) {
  nlohmann::json event = FullEvent(type);
  event["resource"] = {{"id", "t1"},        {"type", "command"},       {"name", "rotate"},
                       {"source_id", "s9"}, {"source_type", "device"}, {"status", "failed"}};
  return event;
}

// A type that nobody knows, and an operator's file that gives it a meaning.
struct OverrideSample {
  jumpcloud::EventType type{};
  std::shared_ptr<const jumpcloud::EventTypeOverrides> overrides;
};

// One for each activity of each class, and for one of each class that OCSF does not have.
inline std::vector<OverrideSample> OverrideSamples() {
  std::vector<OverrideSample> samples;
  const auto add = [&](const jumpcloud::EventClass& of_class, int activity_id, const char* key,
                       std::string_view activity) {
    const nlohmann::json file = {
        {"nobody_knows", {{"class", of_class.name}, {key, activity}, {"severity", "low"}}}};
    OverrideSample sample;
    sample.type.name = "nobody_knows";
    sample.type.service = "quantum";
    sample.type.class_uid = of_class.class_uid;
    sample.type.activity_id = static_cast<std::int16_t>(activity_id);
    sample.type.activity_name = activity;
    sample.overrides = jumpcloud::EventTypeOverrides::Read(file.dump()).value();
    samples.push_back(sample);
  };
  for (const jumpcloud::EventClass& of_class : jumpcloud::EventClasses()) {
    for (std::size_t i = 0; i < of_class.activities.size(); ++i) {
      add(of_class, static_cast<int>(i) + 1, "activity", of_class.activities[i].name);
    }
    add(of_class, 99, "other_activity", "What Nobody Has Heard Of");
  }
  return samples;
}

}  // namespace cce
