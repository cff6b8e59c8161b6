// Every event type that is known, alone and with everything that its service may say, is valid
// OCSF.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"
#include "tests/ocsf/ocsf_validator.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
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
