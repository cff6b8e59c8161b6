#include "outputs/format/ocsf_format.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cce/api/event.h"

namespace cce {
namespace {

using nlohmann::json;

constexpr Product kProduct = {
    .name = "Directory", .vendor_name = "Vendor", .log_name = "log", .log_provider = "Provider"};

void FillLogon(Event& event) {
  event.product = &kProduct;
  event.class_uid = 3002;
  event.activity_id = 1;
  event.activity_name = "Logon";
  event.severity_id = 1;
  event.time_ms = "1783325745921";
  event.time_text = "2026-07-06T08:15:45.921Z";
  event.raw = R"({"id":"a\"b"})";
  event.user.name = "bob";
  event.actor.name = "bob";
  event.service.name = "Portal";
  event.src_endpoint.ip = "192.0.2.1";
}

std::string Written(const Event& event, KeepOriginal keep = KeepOriginal::kDegraded,
                    Mark mark = {}) {
  Buffer out;
  OcsfFormat(keep).Write(event, mark, out);
  return std::string(out.view());
}

TEST(OcsfFormat, WritesALogon) {
  Event event;
  FillLogon(event);
  EXPECT_EQ(json::parse(Written(event)), json::parse(R"({
    "class_uid": 3002, "class_name": "Authentication",
    "category_uid": 3, "category_name": "Identity & Access Management",
    "activity_id": 1, "activity_name": "Logon",
    "type_uid": 300201, "type_name": "Authentication: Logon",
    "severity_id": 1, "severity": "Informational",
    "time": 1783325745921, "time_dt": "2026-07-06T08:15:45.921Z",
    "metadata": {"version": "1.8.0", "product": {"name": "Directory", "vendor_name": "Vendor"},
                 "uid": "00000000-0000-0000-0000-000000000000",
                 "log_name": "log", "log_provider": "Provider", "profiles": ["datetime"]},
    "status_id": 0, "status": "Unknown",
    "message": "Logon by bob: Unknown",
    "actor": {"user": {"name": "bob"}}, "user": {"name": "bob"},
    "src_endpoint": {"ip": "192.0.2.1"}, "service": {"name": "Portal"},
    "observables": [
      {"name": "src_endpoint.ip", "type_id": 2, "type": "IP Address", "value": "192.0.2.1"},
      {"name": "user.name", "type_id": 4, "type": "User Name", "value": "bob"}]})"));
}

TEST(OcsfFormat, KeepsTheOriginalAsItWasTold) {
  Event event;
  FillLogon(event);
  EXPECT_EQ(Written(event).find("raw_data"), std::string::npos);
  const json kept = json::parse(Written(event, KeepOriginal::kAlways));
  EXPECT_EQ(kept["raw_data"], event.raw);
  EXPECT_EQ(kept["raw_data_size"], event.raw.size());
  event.degraded = true;
  EXPECT_EQ(json::parse(Written(event))["raw_data"], event.raw);
  EXPECT_EQ(Written(event, KeepOriginal::kNever).find("raw_data"), std::string::npos);
}

TEST(OcsfFormat, KeepsTheBytesOfWhatCannotBeDecodedWhateverTheyAre) {
  Event event;
  FillLogon(event);
  event.class_uid = 0;
  event.kind = EventKind::kUndecodable;
  event.raw = "{\"a\":\"\x01\"\r\n";
  EXPECT_EQ(json::parse(Written(event, KeepOriginal::kNever))["raw_data"], event.raw);
  event.raw = "\xff\xfe";
  event.raw_is_utf8 = false;
  EXPECT_EQ(json::parse(Written(event))["raw_data"], "//4=");
}

TEST(OcsfFormat, MarksWhatIsLate) {
  Event event;
  FillLogon(event);
  event.auth_method = "session";
  EXPECT_EQ(json::parse(Written(event, KeepOriginal::kDegraded, Mark{true}))["metadata"]["labels"],
            json({"auth_method:session", "late"}));
}

TEST(OcsfFormat, DeclaresTheProfilesThatItUses) {
  Event event;
  FillLogon(event);
  event.device.uid = "d";
  event.authorizations.push_back({"DENY", "p", "Policy"});
  event.action_id = 2;
  event.disposition_id = 2;
  const json written = json::parse(Written(event));
  EXPECT_EQ(written["metadata"]["profiles"], json({"datetime", "host", "security_control"}));
  EXPECT_EQ(written["device"]["uid"], "d");
  EXPECT_EQ(written["action"], "Denied");
  EXPECT_EQ(written["disposition"], "Blocked");
}

TEST(OcsfFormat, HasRoomForTextsOfAnySize) {
  Event event;
  FillLogon(event);
  const std::string large(1'000'000, 'x');
  event.user.name = Token::OfRecord(large);
  event.actor.name = Token::OfRecord(large);
  event.actor.email = Token::OfRecord(large);
  event.message = {};
  event.target_name = Token::OfRecord(large);
  for (int i = 0; i < 1000; ++i) event.authorizations.push_back({"ALLOW", "", "p"});
  const json written = json::parse(Written(event));
  EXPECT_EQ(written["user"]["name"], large);
  EXPECT_EQ(written["authorizations"].size(), 1000u);
}

}  // namespace
}  // namespace cce
