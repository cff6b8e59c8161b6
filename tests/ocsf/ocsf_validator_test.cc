#include "tests/ocsf/ocsf_validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace cce::ocsf {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

json Logon() {
  return json::parse(R"({
    "class_uid": 3002, "class_name": "Authentication",
    "category_uid": 3, "category_name": "Identity & Access Management",
    "activity_id": 1, "activity_name": "Logon",
    "type_uid": 300201, "type_name": "Authentication: Logon",
    "severity_id": 1, "severity": "Informational", "time": 1783325745921,
    "metadata": {"version": "1.8.0", "profiles": ["datetime"], "product": {"name": "P"}},
    "user": {"name": "u"}, "service": {"name": "s"},
    "observables": [{"name": "user.name", "type_id": 4, "type": "User Name", "value": "u"}],
    "unmapped": {"any": {"thing": 1}}})");
}

std::vector<std::string> Faults(const json& event) { return FindFaults(event.dump()); }

TEST(OcsfValidator, AcceptsAnEventThatKeepsEveryRule) { EXPECT_THAT(Faults(Logon()), IsEmpty()); }

TEST(OcsfValidator, FindsEachKindOfFault) {
  json event = Logon();
  event.erase("user");
  EXPECT_THAT(Faults(event),
              ElementsAre("user: is required", "observables: user.name is not in the event"));

  event = Logon();
  event.erase("service");
  EXPECT_THAT(Faults(event), ElementsAre(": needs one of service, dst_endpoint"));

  event = Logon();
  event["colour"] = "red";
  EXPECT_THAT(Faults(event), ElementsAre("colour: is no attribute"));

  event = Logon();
  event["device"] = {{"type_id", 0}, {"uid", "d"}};
  EXPECT_THAT(Faults(event), ElementsAre("device: belongs to a profile that is not declared"));

  event = Logon();
  event["time"] = "today";
  EXPECT_THAT(Faults(event), ElementsAre("time: is no integer"));

  event = Logon();
  event["severity_id"] = 42;
  EXPECT_THAT(Faults(event), ElementsAre("severity_id: 42 is not defined"));

  event = Logon();
  event["severity"] = "Info";
  EXPECT_THAT(Faults(event), ElementsAre("severity_id: text is not Informational"));

  event = Logon();
  event["status_id"] = 99;
  EXPECT_THAT(Faults(event), ElementsAre("status_id: 99 without its text"));

  event = Logon();
  event["type_uid"] = 300202;
  event["type_name"] = "Authentication: Logoff";
  EXPECT_THAT(Faults(event), ElementsAre("type_uid: is not class_uid * 100 + activity_id"));

  event = Logon();
  event["observables"][0]["value"] = "x";
  EXPECT_THAT(Faults(event), ElementsAre("observables: user.name has another value"));

  event = Logon();
  event["src_endpoint"] = {{"ip", "10.0.0.256x"}};
  EXPECT_THAT(Faults(event), ElementsAre("src_endpoint.ip: is no address"));
}

TEST(OcsfValidator, SeesAMemberThatOccursTwiceOutsideUnmappedOnly) {
  std::string event = Logon().dump();
  event.insert(1, R"("time":1,)");
  EXPECT_THAT(FindFaults(event), ElementsAre("time: occurs twice in one object"));
  event = Logon().dump();
  event.replace(event.find(R"({"any")"), 1, R"({"any":2,)");
  EXPECT_THAT(FindFaults(event), IsEmpty());
}

}  // namespace
}  // namespace cce::ocsf
