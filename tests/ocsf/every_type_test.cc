// Every event type that is known, alone and with everything that its service may say, is valid
// OCSF.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "parsers/jumpcloud/event_classes.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"
#include "tests/ocsf/ocsf_validator.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(EveryType, IsValidOcsfWithTheLeastAndTheMostThatAnEventMaySay) {
  ASSERT_THAT(jumpcloud::KnownEventTypes(), SizeIs(385));
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {MinimalEvent(type), FullEvent(type), EventAboutAThing(type)}) {
      const std::vector<std::string> lines = ToOcsf("[" + event.dump() + "]");
      ASSERT_THAT(lines, SizeIs(1)) << event;
      EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
    }
  }
}

TEST(EveryType, ComesOutInItsClass) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    const json event = json::parse(ToOcsf("[" + MinimalEvent(type).dump() + "]").at(0));
    EXPECT_EQ(event["class_uid"], type.class_uid) << type.name;
    EXPECT_EQ(event["activity_id"], type.activity_id) << type.name;
    EXPECT_EQ(event["activity_name"], std::string(type.activity_name)) << type.name;
    EXPECT_EQ(event["metadata"]["event_code"], std::string(type.name));
    EXPECT_FALSE(event.contains("raw_data")) << "a known type is no degradation: " << type.name;
  }
}

TEST(EveryType, OfAnOperatorsFileIsValidOcsfInEachClassWithEachActivity) {
  const OcsfFormat format(KeepOriginal::kDegraded);
  std::size_t entries = 0;
  for (const OverrideSample& sample : OverrideSamples()) {
    const jumpcloud::Reading reading = {.redact = false, .overrides = sample.overrides};
    for (const json& event :
         {MinimalEvent(sample.type), FullEvent(sample.type), EventAboutAThing(sample.type)}) {
      const std::vector<std::string> lines = Written("[" + event.dump() + "]", format, reading);
      ASSERT_THAT(lines, SizeIs(1)) << event;
      EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
      const json written = json::parse(lines[0]);
      EXPECT_EQ(written["class_uid"], sample.type.class_uid) << lines[0];
      EXPECT_EQ(written["activity_id"], sample.type.activity_id) << lines[0];
      EXPECT_EQ(written["activity_name"], std::string(sample.type.activity_name)) << lines[0];
      EXPECT_GE(written["severity_id"], 2) << lines[0];
      EXPECT_THAT(lines[0], Not(HasSubstr("mapping:"))) << "it is known";
      EXPECT_FALSE(written.contains("raw_data")) << "nor a degradation: " << lines[0];
    }
    ++entries;
  }
  EXPECT_EQ(entries, 3u + 12 + 7 + 13 + 2 + 8 + 8 + 8 + 10 + 17 + 11);
}

TEST(EveryType, MadeLikeAKnownOneIsValidOcsfAndSaysTheSame) {
  const OcsfFormat format(KeepOriginal::kDegraded);
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    const auto overrides =
        jumpcloud::EventTypeOverrides::Read(json{{"nobody_knows", {{"like", type.name}}}}.dump());
    ASSERT_TRUE(overrides.ok()) << overrides.status();
    const jumpcloud::Reading reading = {.redact = false, .overrides = *overrides};
    jumpcloud::EventType made = type;
    made.name = "nobody_knows";
    for (const json& event : {MinimalEvent(made), FullEvent(made), EventAboutAThing(made)}) {
      const std::vector<std::string> lines = Written("[" + event.dump() + "]", format, reading);
      ASSERT_THAT(lines, SizeIs(1)) << event;
      EXPECT_THAT(ocsf::FindFaults(lines[0]), IsEmpty()) << lines[0];
    }
    const json written =
        json::parse(Written("[" + MinimalEvent(made).dump() + "]", format, reading).at(0));
    EXPECT_EQ(written["class_uid"], type.class_uid);
    EXPECT_EQ(written["activity_id"], type.activity_id);
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
