// Nothing of a record is lost on its way: every leaf that is not empty is an attribute of the event
// or in `unmapped`, whatever the record looks like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/ocsf/normalised_page.h"
#include "tests/ocsf/ocsf_validator.h"
#include "tests/simulator/seeded_random.h"

namespace cce {
namespace {

using json = nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

bool IsEmptyValue(const json& value) {
  return value.is_null() || (value.is_string() && value.get<std::string>().empty()) ||
         (value.is_structured() && value.empty());
}

// `value` without what is empty, in all depths.
json Prune(const json& value) {
  if (!value.is_structured()) return value;
  json pruned = value.is_object() ? json::object() : json::array();
  for (const auto& [key, member] : value.items()) {
    json kept = Prune(member);
    if (IsEmptyValue(kept)) continue;
    if (value.is_object()) {
      pruned[key] = std::move(kept);
    } else {
      pruned.push_back(std::move(kept));
    }
  }
  return pruned;
}

// Where a member may be given back. The event is searched there for the very value.
const std::map<std::string, std::vector<std::string>>& Attributes() {
  static const std::map<std::string, std::vector<std::string>> attributes = {
      {"/id", {"/metadata/original_event_uid"}},
      {"/event_type", {"/metadata/event_code"}},
      {"/service", {"/metadata/log_source"}},
      {"/@version", {"/metadata/log_version"}},
      {"/timestamp", {"/metadata/original_time"}},
      {"/server_timestamp", {"/metadata/logged_time_dt"}},
      {"/organization", {"/metadata/tenant_uid"}},
      {"/provider", {"/metadata/tenant_uid"}},
      {"/correlation/id", {"/metadata/correlation_uid"}},
      {"/message", {"/message"}},
      {"/detail", {"/message"}},
      {"/error_message", {"/status_detail"}},
      {"/error_code", {"/status_code"}},
      {"/result", {"/status_detail"}},
      {"/status", {"/status"}},
      {"/severity", {"/severity"}},
      {"/priority", {"/severity"}},
      {"/resource/severity", {"/severity"}},
      {"/resource/priority", {"/severity"}},
      {"/initiated_by", {"/actor/user/name"}},
      {"/initiated_by/id", {"/actor/user/uid"}},
      {"/initiated_by/type", {"/actor/user/type"}},
      {"/initiated_by/user_id", {"/actor/user/uid_alt"}},
      {"/initiated_by/username", {"/actor/user/name"}},
      {"/initiated_by/name", {"/actor/user/name"}},
      {"/initiated_by/email", {"/actor/user/email_addr"}},
      {"/jc_initiated_by_id", {"/actor/user/uid"}},
      {"/jc_initiated_by_email", {"/actor/user/email_addr"}},
      {"/username", {"/user/name", "/actor/user/name"}},
      {"/resource/id", {"/user/uid"}},
      {"/resource/object_id", {"/user/uid"}},
      {"/resource/type", {"/user/type"}},
      {"/resource/username", {"/user/name"}},
      {"/resource/name", {"/user/name"}},
      {"/resource/displayName", {"/user/name"}},
      {"/resource/display_label", {"/user/name"}},
      {"/resource/email", {"/user/email_addr"}},
      {"/resource/application_name", {"/service/name"}},
      {"/target_resource/name", {"/service/name"}},
      {"/application/id", {"/service/uid"}},
      {"/application/name", {"/service/name", "/service/labels/0"}},
      {"/application/display_label", {"/service/name"}},
      {"/process_name", {"/service/name"}},
      {"/client_ip", {"/src_endpoint/ip", "/device/ip"}},
      {"/src_ip", {"/src_endpoint/ip"}},
      {"/asn", {"/src_endpoint/autonomous_system/number"}},
      {"/geoip/asn", {"/src_endpoint/autonomous_system/number"}},
      {"/geoip/country_code", {"/src_endpoint/location/country", "/device/location/country"}},
      {"/geoip/country_code2", {"/src_endpoint/location/country", "/device/location/country"}},
      {"/geoip/region_name", {"/src_endpoint/location/desc", "/device/location/desc"}},
      {"/geoip/city", {"/src_endpoint/location/city", "/device/location/city"}},
      {"/geoip/city_name", {"/src_endpoint/location/city", "/device/location/city"}},
      {"/geoip/latitude", {"/src_endpoint/location/lat", "/device/location/lat"}},
      {"/geoip/longitude", {"/src_endpoint/location/long", "/device/location/long"}},
      {"/mfa", {"/is_mfa"}},
      {"/connection_id", {"/session/uid"}},
      {"/windows_meta/logon_type", {"/logon_type_id", "/logon_type"}},
      {"/system/id", {"/device/uid"}},
      {"/system_object_id", {"/device/uid"}},
      {"/system/hostname", {"/device/hostname"}},
      {"/system/displayName", {"/device/name"}},
      {"/system/os", {"/device/os/name"}},
      {"/system/version", {"/device/os/version"}},
      {"/system_group/id", {"/device/groups/0/uid"}},
      {"/system_group/object_id", {"/device/groups/0/uid"}},
      {"/system_group/name", {"/device/groups/0/name"}},
      {"/auth_context/system/id", {"/device/uid"}},
      {"/auth_context/system/hostname", {"/device/hostname"}},
      {"/auth_context/system/displayName", {"/device/name"}},
      {"/auth_context/system/os", {"/device/os/name"}},
      {"/auth_context/system/version", {"/device/os/version"}},
  };
  return attributes;
}

// True if status_id says what the boolean said: a challenge is a token that was not granted yet.
bool IsStatusOf(const std::string& path, const json& value, const json& event) {
  if (!value.is_boolean()) return false;
  const json& status = event["status_id"];
  if (path == "/success") return status == (value.get<bool>() ? 1 : 2);
  if (path == "/sso_token_success")
    return value.get<bool>() ? status == 1 : status == 2 || status == 99;
  return false;
}

bool IsGivenBack(const std::string& path, const json& value, const json& event) {
  if (IsStatusOf(path, value, event)) return true;
  // The second spelling of geoip, and the one nested into itself.
  std::string known = path;
  if (known.rfind("/Geoip/", 0) == 0) known[1] = 'g';
  while (known.rfind("/geoip/geoip/", 0) == 0) known.erase(0, sizeof("/geoip") - 1);
  const auto attribute = Attributes().find(known);
  if (attribute == Attributes().end()) return false;
  for (const std::string& pointer : attribute->second) {
    const json::json_pointer at(pointer);
    if (event.contains(at) && event[at] == value) return true;
  }
  return false;
}

// Leaves of `record` (pruned) that `event` does not have.
std::vector<std::string> Lost(const json& record, const json& event) {
  std::vector<std::string> lost;
  const json unmapped = event.contains("unmapped") ? event["unmapped"] : json::object();
  const json leaves = record.flatten();
  for (const auto& [path, value] : leaves.items()) {
    if (IsEmptyValue(value)) continue;  // the record itself was empty
    const json::json_pointer at(path);
    const bool is_unmapped = unmapped.contains(at) && unmapped[at] == value;
    if (!is_unmapped && !IsGivenBack(path, value, event))
      lost.push_back(path + " = " + value.dump());
  }
  return lost;
}

void ExpectWhole(const json& record) {
  const std::vector<std::string> lines = ToOcsf("[" + record.dump() + "]");
  ASSERT_THAT(lines, SizeIs(1)) << record;
  const json event = json::parse(lines[0]);
  EXPECT_THAT(Lost(Prune(record), event), IsEmpty()) << record << "\n" << lines[0];
  EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << record << "\n" << lines[0];
}

class Mutation {
 public:
  explicit Mutation(std::uint64_t seed) : seed_(seed) {}

  // Replaces, removes or adds at one random place.
  void Apply(json& record) {
    json* at = &record;
    for (;;) {
      if (at->is_structured() && !at->empty() && (at == &record || Draw(3) != 0)) {
        auto member = at->begin();
        std::advance(member, Draw(at->size()));
        if (Draw(4) == 0) {
          at->erase(member);
          return;
        }
        at = &*member;
        if (Draw(12) == 0) (*at).is_object() ? (*at)["added"] = Value() : *at;
        continue;
      }
      *at = Value();
      return;
    }
  }

  std::size_t Draw(std::size_t below) { return simulator::Mix(++seed_) % below; }

 private:
  json Value() {
    static const std::vector<json> values = {
        nullptr,
        "",
        json::object(),
        json::array(),
        true,
        false,
        0,
        -1,
        1.5,
        18446744073709551615u,
        "text",
        "true",
        "FALSE",
        "2026-07-06T08:15:45.921Z",
        "2026-07-06T10:15:45+02:00",
        "203.0.113.7",
        "::ffff:192.0.2.1",
        "[2001:db8::1]:443",
        "1.2.3.4, 5.6.7.8",
        "256.1.1.1",
        "sso",
        "ldap",
        "systems",
        "user_create",
        "sso_auth",
        "no_such_type",
        "admin",
        "robot",
        "10",
        "High",
        "DENY",
        "\"quoted\\\" \u00e9\n",
        json::parse(R"({"id":"x","type":"user","name":"n"})"),
        json::parse(R"([{"id":"","email":"e@example.com"},null,[]])"),
        json::parse(R"({"a":{"b":{"c":[1,"",{"d":null}]}}})")};
    return values[Draw(values.size())];
  }

  std::uint64_t seed_;
};

TEST(Conservation, HoldsForEveryShapeOfEvent) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) ExpectWhole(json::parse(event));
  }
}

TEST(Conservation, HoldsWhicheverMemberIsMissing) {
  for (const std::string& text : ShapedEvents(7)) {
    const json record = json::parse(text);
    for (const auto& [key, value] : record.items()) {
      json without = record;
      without.erase(key);
      ExpectWhole(without);
    }
  }
}

TEST(Conservation, HoldsForValuesOfEveryWrongKind) {
  const std::vector<json> kinds = {true, 7, "x", json::parse(R"({"x":[{"y":""},1]})"),
                                   json::parse(R"(["",{"z":2}])")};
  for (const std::string& text : ShapedEvents(8)) {
    const json record = json::parse(text);
    for (const auto& [key, value] : record.items()) {
      for (const json& kind : kinds) {
        json wrong = record;
        wrong[key] = kind;
        ExpectWhole(wrong);
      }
    }
  }
}

TEST(Conservation, HoldsForRandomMutations) {
  const std::vector<std::string> events = ShapedEvents(9);
  Mutation mutation(42);
  for (int i = 0; i < 20'000 && !testing::Test::HasFailure(); ++i) {
    json record = json::parse(events[mutation.Draw(events.size())]);
    for (std::size_t times = mutation.Draw(4) + 1; times > 0; --times) {
      if (record.is_object()) mutation.Apply(record);
    }
    if (record.is_object() && !record.empty()) ExpectWhole(record);
  }
}

}  // namespace
}  // namespace cce
