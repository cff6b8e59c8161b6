// Nothing of a record is lost on its way: every leaf that is not empty is an attribute of the event
// or in `unmapped`, whatever the record looks like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/events/mutation.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"
#include "tests/ocsf/ocsf_validator.h"

namespace cce {
namespace {

using json = nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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
      {"/resource/id",
       {"/user/uid", "/entity/uid", "/group/uid", "/web_resources/0/uid", "/resources/0/uid",
        "/finding_info/uid", "/device/uid"}},
      {"/resource/object_id",
       {"/user/uid", "/entity/uid", "/group/uid", "/web_resources/0/uid", "/resources/0/uid",
        "/device/uid"}},
      {"/resource/type",
       {"/user/type", "/entity/type", "/web_resources/0/type", "/resources/0/type"}},
      {"/resource/username",
       {"/user/name", "/entity/name", "/web_resources/0/name", "/resources/0/name"}},
      {"/resource/name",
       {"/user/name", "/entity/name", "/group/name", "/web_resources/0/name", "/resources/0/name",
        "/device/name"}},
      {"/resource/displayName",
       {"/user/name", "/entity/name", "/group/name", "/web_resources/0/name", "/resources/0/name",
        "/device/name"}},
      {"/resource/display_label",
       {"/user/name", "/entity/name", "/web_resources/0/name", "/resources/0/name"}},
      {"/resource/email",
       {"/user/email_addr", "/user/name", "/entity/name", "/web_resources/0/name",
        "/resources/0/name"}},
      {"/resource/application_name", {"/service/name"}},
      {"/target_resource/name", {"/service/name"}},
      {"/application/id", {"/service/uid", "/entity/uid"}},
      {"/application/name", {"/service/name", "/service/labels/0", "/app/name", "/entity/name"}},
      {"/application/display_label", {"/service/name", "/app/name"}},
      {"/process_name", {"/service/name"}},
      {"/client_ip", {"/src_endpoint/ip", "/device/ip", "/evidences/0/src_endpoint/ip"}},
      {"/src_ip", {"/src_endpoint/ip", "/evidences/0/src_endpoint/ip"}},
      {"/asn",
       {"/src_endpoint/autonomous_system/number",
        "/evidences/0/src_endpoint/autonomous_system/number"}},
      {"/geoip/asn",
       {"/src_endpoint/autonomous_system/number",
        "/evidences/0/src_endpoint/autonomous_system/number"}},
      {"/geoip/country_code",
       {"/src_endpoint/location/country", "/device/location/country",
        "/evidences/0/src_endpoint/location/country"}},
      {"/geoip/country_code2",
       {"/src_endpoint/location/country", "/device/location/country",
        "/evidences/0/src_endpoint/location/country"}},
      {"/geoip/region_name",
       {"/src_endpoint/location/desc", "/device/location/desc",
        "/evidences/0/src_endpoint/location/desc"}},
      {"/geoip/city",
       {"/src_endpoint/location/city", "/device/location/city",
        "/evidences/0/src_endpoint/location/city"}},
      {"/geoip/city_name",
       {"/src_endpoint/location/city", "/device/location/city",
        "/evidences/0/src_endpoint/location/city"}},
      {"/geoip/latitude",
       {"/src_endpoint/location/lat", "/device/location/lat",
        "/evidences/0/src_endpoint/location/lat"}},
      {"/geoip/longitude",
       {"/src_endpoint/location/long", "/device/location/long",
        "/evidences/0/src_endpoint/location/long"}},
      {"/mfa", {"/is_mfa"}},
      {"/connection_id", {"/session/uid", "/src_endpoint/uid"}},
      {"/windows_meta/logon_type", {"/logon_type_id", "/logon_type"}},
      {"/resource/hostname",
       {"/entity/name", "/device/hostname", "/web_resources/0/name", "/resources/0/name"}},
      {"/resource/application_id", {"/entity/uid", "/web_resources/0/uid", "/resources/0/uid"}},
      {"/resource/app_id", {"/entity/uid", "/web_resources/0/uid", "/resources/0/uid"}},
      {"/resource/source_id", {"/resources/0/uid"}},
      {"/resource/source_type", {"/resources/0/type"}},
      {"/access_request_id", {"/metadata/correlation_uid"}},
      {"/request_type", {"/comment"}},
      {"/mdm_device_id", {"/entity/device/uid"}},
      {"/device_object_id", {"/entity/device/uid"}},
      {"/windows_device_uuid", {"/entity/device/uid_alt", "/entity/device/uid"}},
      {"/workflow/id", {"/entity/uid"}},
      {"/workflow/name", {"/entity/name"}},
      {"/workflow/type", {"/entity/type"}},
      {"/channel_object_id", {"/entity/uid"}},
      {"/name", {"/entity/name"}},
      {"/type", {"/entity/type"}},
      {"/base", {"/database/name"}},
      {"/dn", {"/database/name"}},
      {"/filter", {"/query_info/query_string"}},
      {"/object_storage_item_object_id", {"/file/uid"}},
      {"/object_storage_item_version_name", {"/file/name"}},
      {"/object_storage_item_version_size", {"/file/size"}},
      {"/object_storage_item_version_sha_256_sum", {"/file/hashes/0/value"}},
      {"/alert_id", {"/finding_info/uid"}},
      {"/alert_title", {"/finding_info/title"}},
      {"/rule_id", {"/finding_info/analytic/uid"}},
      {"/category", {"/finding_info/types/0"}},
      {"/description", {"/finding_info/desc"}},
      {"/application/version", {"/app/version"}},
      {"/application/path", {"/app/path"}},
      {"/application/publisher", {"/app/vendor_name"}},
      {"/association/id", {"/entity/uid"}},
      {"/association/name", {"/entity/name"}},
      {"/association/email", {"/entity/name"}},
      {"/association/type", {"/entity/type"}},
      {"/association/connection/from/object_id",
       {"/user/uid", "/group/uid", "/subgroup/uid", "/resources/0/uid", "/resource/uid",
        "/device/uid", "/entity/uid"}},
      {"/association/connection/from/name",
       {"/user/name", "/group/name", "/subgroup/name", "/resources/0/name", "/resource/name",
        "/device/hostname", "/entity/name"}},
      {"/association/connection/from/type",
       {"/resources/0/type", "/resource/type", "/entity/type"}},
      {"/association/connection/to/object_id",
       {"/user/uid", "/group/uid", "/subgroup/uid", "/resources/0/uid", "/resource/uid",
        "/device/uid", "/entity/uid"}},
      {"/association/connection/to/name",
       {"/user/name", "/group/name", "/subgroup/name", "/resources/0/name", "/resource/name",
        "/device/hostname", "/entity/name"}},
      {"/association/connection/to/type", {"/resources/0/type", "/resource/type", "/entity/type"}},
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

TEST(Conservation, HoldsForEveryType) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {FullEvent(type), EventAboutAThing(type)}) ExpectWhole(event);
  }
}

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
  VisitMutations(ShapedEvents(9), 42, 20'000, [](const json& record) { ExpectWhole(record); });
}

}  // namespace
}  // namespace cce
