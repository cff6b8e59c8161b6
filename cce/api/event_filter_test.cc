#include "cce/api/event_filter.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

TEST(EventFilter, PassesEverythingUnlessToldOtherwise) {
  EXPECT_TRUE(EventFilter().Passes("sso", 1));
  EXPECT_TRUE(EventFilter().Passes("", 0));
}

TEST(EventFilter, PassesTheServicesThatItNamesInAnyCaseOfLetters) {
  const EventFilter filter{.services = {"sso", "Radius"}};
  EXPECT_TRUE(filter.Passes("sso", 1));
  EXPECT_TRUE(filter.Passes("radius", 1));
  EXPECT_FALSE(filter.Passes("directory", 6));
  EXPECT_FALSE(filter.Passes("ss", 6));
}

TEST(EventFilter, PassesSeveritiesFromItsLeastOn) {
  const EventFilter filter{.min_severity = 3};
  EXPECT_FALSE(filter.Passes("sso", 1));
  EXPECT_FALSE(filter.Passes("sso", 2));
  for (const int severity_id : {3, 4, 5, 6}) EXPECT_TRUE(filter.Passes("sso", severity_id));
}

TEST(EventFilter, PassesWhatItCannotJudge) {
  const EventFilter filter{.services = {"sso"}, .min_severity = 6};
  EXPECT_TRUE(filter.Passes("", 6)) << "no service";
  EXPECT_TRUE(filter.Passes("sso", 0)) << "unknown";
  EXPECT_TRUE(filter.Passes("sso", 99)) << "a text of its own";
}

TEST(EventFilter, DropsWhatEitherOfItsRulesDrops) {
  const EventFilter filter{.services = {"sso"}, .min_severity = 2};
  EXPECT_TRUE(filter.Passes("sso", 2));
  EXPECT_FALSE(filter.Passes("sso", 1));
  EXPECT_FALSE(filter.Passes("directory", 2));
  EXPECT_FALSE(filter.Passes("directory", 99));
  EXPECT_FALSE(filter.Passes("", 1));
}

}  // namespace
}  // namespace cce
