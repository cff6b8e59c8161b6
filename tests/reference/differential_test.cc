// What the product makes of a page is what the reference makes of it.
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "tests/events/mutation.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"
#include "tests/reference/comparison.h"
#include "tests/reference/normalise.h"
#include "tests/reference/reach.h"
#include "tests/simulator/seeded_random.h"

namespace cce {
namespace {

using nlohmann::json;

constexpr std::int64_t kWindowEnd = 1'783'330'000'123'456'789;

// Both make of `page` the same heads and the same events.
void Compare(const std::string& page, reference::Comparison& comparison,
             KeepOriginal keep_original = KeepOriginal::kDegraded) {
  const auto parsed = jumpcloud::ParsePage(Bytes(page), jumpcloud::OrganisationKey(kOrganisation),
                                           jumpcloud::Passed(), kWindowEnd, {.redact = false});
  ASSERT_TRUE(parsed.ok()) << page;
  const std::vector<std::string> lines = ToOcsf(*parsed->page, keep_original);
  const auto expected = reference::NormalisePage(page, kOrganisation, kWindowEnd, keep_original);
  ASSERT_EQ(lines.size(), expected.size()) << page;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const EventHead& head = parsed->page->heads()[i];
    EXPECT_EQ(ToText(head.identity), expected[i].identity) << page;
    EXPECT_EQ(head.time_ns, expected[i].time_ns) << page;
    comparison.Add(lines[i], expected[i], parsed->page->body().substr(head.offset, head.length));
  }
}

TEST(Reference, AgreesOnEveryTypeWithTheLeastAndTheMostThatAnEventMaySay) {
  reference::Comparison comparison;
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {MinimalEvent(type), FullEvent(type), EventAboutAThing(type)}) {
      Compare("[" + event.dump() + "]", comparison);
    }
  }
  EXPECT_EQ(comparison.events(), 3 * 385u);
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

TEST(Reference, AgreesOnEveryShapeOfTheSimulator) {
  reference::Comparison comparison;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) Compare("[" + event + "]", comparison);
  }
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

TEST(Reference, AgreesOnWhatIsMissingOrOfTheWrongKind) {
  const std::vector<json> values = {nullptr, "",  json::object(), json::array(), true,
                                    0,       1.5, "text",         {{"id", "x"}}, {"x"}};
  reference::Comparison comparison;
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    const json event = FullEvent(type);
    const json leaves = event.flatten();
    std::vector<std::string> places;
    for (const auto& [key, member] : event.items()) places.push_back("/" + key);
    for (const auto& [place, leaf] : leaves.items()) places.push_back(place);
    // Each type has another part of them.
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::size_t draw = i + comparison.events();
      if (draw % 5 != 0) continue;
      json changed = event;
      changed[json::json_pointer(places[i])] = values[draw / 5 % values.size()];
      Compare("[" + changed.dump() + "]", comparison);
    }
  }
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

// Every other member of `value`, in all depths, by `mutation`.
json HalfOf(const json& value, Mutation& mutation) {
  if (!value.is_object()) return value;
  json half = json::object();
  for (const auto& [key, member] : value.items()) {
    if (mutation.Draw(2) == 0) half[key] = HalfOf(member, mutation);
  }
  return half;
}

// What an event may say otherwise than FullEvent does.
const json& OtherWays() {
  static const json ways = json::parse(R"json([
    {"service": "ldap"}, {"service": "radius"}, {"service": "systems"}, {"service": "mdm"}, {"service": "notifications"},
    {"resource": {"type": "SYSTEM"}}, {"resource": {"type": "user_group"}}, {"resource": {"type": "Policy"}},
    {"resource": {"type": "administrator"}}, {"resource": {"type": "provider", "hostname": "ws-2"}},
    {"association": {"connection": {"from": {"name": "ws-3", "type": "system"}, "to": {"name": "All", "type": "system_group"}}}},
    {"association": {"connection": {"from": {"object_id": "b9", "type": "admin"}, "to": {"object_id": "p9", "type": "application"}}}},
    {"association": {"connection": null, "type": "folder", "email": "bob@example.com"}},
    {"target_resource": {"name": "console"}}, {"result": "Failed to do"}, {"status": "NotNow"}, {"outer": {"error_message": "outer"}},
    {"message_chain": {"response_code": 404, "response_message": "gone"}}, {"error_chain": [{"error_code": 5, "localized_description": "gone"}]},
    {"changes": [{"field": "Status", "to": "Closed"}, {"field": "suspended", "to": "TRUE"}, {"field": "roleName"}]},
    {"jc_initiated_by_email": "jc@example.com"}, {"jc_initiated_by_id": "jc1"}, {"system_object_id": "s9"}, {"number_of_results": 3},
    {"geoip": {"asn": 64500}}, {"mfa_meta": "{\"type\":\"sms\"}"}, {"sso_token_success": true}, {"sso_token_success": false}])json");
  return ways;
}

TEST(Reference, AgreesOnWhateverPartOfAnEventIsThere) {
  Mutation mutation(1);
  reference::Comparison comparison;
  for (int round = 0; round < 20; ++round) {
    for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
      for (const json& event : {FullEvent(type), EventAboutAThing(type)}) {
        json part = HalfOf(event, mutation);
        for (const json& way : OtherWays()) {
          if (mutation.Draw(8) == 0) part.merge_patch(way);
        }
        part["event_type"] = type.name;
        Compare("[" + part.dump() + "]", comparison);
      }
    }
  }
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

TEST(Reference, AgreesOnRecordsChangedAtRandom) {
  std::vector<std::string> events = ShapedEvents(7);
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    events.push_back(FullEvent(type).dump());
    events.push_back(EventAboutAThing(type).dump());
  }
  reference::Comparison comparison;
  VisitMutations(events, 1, 20'000,
                 [&](const json& record) { Compare("[" + record.dump() + "]", comparison); });
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

TEST(Reference, AgreesOnBytesChangedAtRandom) {
  const std::vector<std::string> events = ShapedEvents(5);
  constexpr std::string_view kBytes = "{}[]\":,\\ \n\tnt0-e.u19T_aZ";
  std::uint64_t seed = 1;
  const auto draw = [&seed](std::size_t below) { return simulator::Mix(++seed) % below; };
  reference::Comparison comparison;
  for (int i = 0; i < 40'000; ++i) {
    std::string page = "[" + events[draw(events.size())] + "]";
    const std::size_t at = draw(page.size());
    const char byte = kBytes[draw(kBytes.size())];
    if (draw(2) == 0) {
      page[at] = byte;
    } else {
      page.insert(at, 1, byte);
    }
    if (reference::CanJudge(page)) Compare(page, comparison);
  }
  EXPECT_GT(comparison.events(), 10'000u);
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

TEST(Reference, AgreesOnPagesOfManyRecordsAndOnWhatIsNone) {
  reference::Comparison comparison;
  Compare("[" + absl::StrJoin(ShapedEvents(3), " , ") + "]\n", comparison);
  Compare(R"([1, "text", null, [], [{}], {}, true, -1.5, {"a":1}, {"a":1}, {"id":null}])",
          comparison);
  const std::string untimed = R"({"event_type":"user_create"})";
  const std::string timed = R"({"timestamp":"2026-07-06T08:15:45.1Z","event_type":"user_create"})";
  Compare("[" + absl::StrJoin({untimed, timed, untimed, timed, untimed}, ",") + "]", comparison);
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

TEST(Reference, AgreesOnWhenTheOriginalIsKept) {
  reference::Comparison comparison;
  for (const auto keep : {KeepOriginal::kAlways, KeepOriginal::kDegraded, KeepOriginal::kNever}) {
    Compare("[" + absl::StrJoin(ShapedEvents(4), ",") + "]", comparison, keep);
    Compare(R"([{"event_type":"user_create","client_ip":"nowhere"}])", comparison, keep);
  }
  EXPECT_TRUE(comparison.AllEqual()) << comparison.Report();
}

}  // namespace
}  // namespace cce
