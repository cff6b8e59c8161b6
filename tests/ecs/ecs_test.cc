// Events of every type are valid ECS, and nothing of a record is lost in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
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

// Leaves of `record` (pruned) that are neither under jumpcloud.event at their place nor, as a whole
// value, in a field.
std::vector<std::string> Lost(const json& record, const json& event) {
  json fields = event;
  fields.erase("jumpcloud");
  std::set<json> given;
  const json flat = fields.flatten();
  for (const auto& [path, value] : flat.items()) given.insert(value);
  const json rest = event.value("/jumpcloud/event"_json_pointer, json::object());
  std::vector<std::string> lost;
  const json leaves = record.flatten();
  for (const auto& [path, value] : leaves.items()) {
    if (IsEmptyValue(value)) continue;  // the record itself was empty
    const json::json_pointer at(path);
    if (rest.contains(at) && rest[at] == value) continue;
    if (given.count(value) != 0) continue;
    const std::string outcome = event["event"]["outcome"];
    const bool is_outcome = (path == "/success" || path == "/sso_token_success") &&
                            outcome == (value == true ? "success" : "failure");
    if (!is_outcome) lost.push_back(path + " = " + value.dump());
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
  EXPECT_EQ(event["jumpcloud"]["event"], json({{"initiated_by", {{"type", "user"}}}}));
  record["success"] = false;
  EXPECT_THAT(ToEcs(record)["event"]["type"], ElementsAre("info"));
}

TEST(Ecs, TellsActorAndTargetApart) {
  const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                            {"event_type", "user_delete"},
                            {"initiated_by", {{"id", "a1"}, {"type", "admin"}, {"email", "ada@x"}}},
                            {"resource", {{"id", "u1"}, {"type", "user"}, {"username", "bob"}}}});
  EXPECT_EQ(event["user"]["id"], "a1");
  EXPECT_THAT(event["user"]["roles"], ElementsAre("admin"));
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
  const json event = ToEcs({{"timestamp", "2026-07-06T08:15:45Z"},
                            {"service", "systems"},
                            {"event_type", "login_attempt"},
                            {"system", {{"id", "s1"}, {"hostname", "ws"}}},
                            {"geoip", {{"country_code", "FR"}}},
                            {"src_ip", "203.0.113.4"},
                            {"client_ip", "192.0.2.1"}});
  EXPECT_EQ(event["source"]["ip"], "203.0.113.4");
  EXPECT_FALSE(event["source"].contains("geo"));
  EXPECT_EQ(event["client"]["ip"], "192.0.2.1");
  EXPECT_EQ(event["client"]["geo"]["country_iso_code"], "FR");
  EXPECT_EQ(event["host"]["hostname"], "ws");
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
  EXPECT_THAT(Faults("["), SizeIs(1));
}

}  // namespace
}  // namespace cce
