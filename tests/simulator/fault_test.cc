#include "tests/simulator/fault.h"

#include "gtest/gtest.h"

namespace cce::simulator {
namespace {

Fault Parsed(std::string_view json) {
  const absl::StatusOr<Fault> fault = ParseFault(json);
  EXPECT_TRUE(fault.ok()) << fault.status();
  return fault.value_or(Fault{});
}

constexpr FaultTarget kEvents = {"/insights/directory/v1/events", "org", false};
constexpr FaultTarget kMidPaging = {"/insights/directory/v1/events", "org", true};
constexpr FaultTarget kCount = {"/insights/directory/v1/events/count", "org", false};

TEST(FaultPlan, FiresAsOftenAsItWasTold) {
  FaultPlan plan(1);
  plan.Add(Parsed(R"({"fault":"unavailable","count":2,"after":1})"));
  EXPECT_FALSE(plan.Take(kEvents));
  EXPECT_TRUE(plan.Take(kEvents));
  EXPECT_TRUE(plan.Take(kEvents));
  EXPECT_FALSE(plan.Take(kEvents));
}

TEST(FaultPlan, FiresOnlyAtTheRequestsItMatches) {
  FaultPlan plan(1);
  plan.Add(Parsed(R"({"fault":"unauthorized","mid_paging":true,"organisation":"org"})"));
  plan.Add(Parsed(R"({"fault":"throttled","path":"/count","retry_after":3})"));
  EXPECT_FALSE(plan.Take(kEvents));
  EXPECT_FALSE(plan.Take({kEvents.path, "other", true}));
  EXPECT_EQ(plan.Take(kMidPaging)->kind, FaultKind::kUnauthorized);
  EXPECT_EQ(plan.Take(kCount)->retry_after, 3);
}

TEST(FaultPlan, FiresAtASeededRate) {
  const auto fired = [](std::uint64_t seed) {
    FaultPlan plan(seed);
    plan.Add(Parsed(R"({"fault":"server_error","rate":0.25})"));
    std::vector<bool> result;
    for (int i = 0; i < 2000; ++i) result.push_back(plan.Take(kEvents).has_value());
    return result;
  };
  const std::vector<bool> first = fired(1);
  EXPECT_EQ(first, fired(1));
  EXPECT_NE(first, fired(2));
  EXPECT_NEAR(static_cast<double>(std::count(first.begin(), first.end(), true)), 500, 80);
}

TEST(FaultPlan, AClearedPlanIsPeaceful) {
  FaultPlan plan(1);
  plan.Add(Parsed(R"({"fault":"reset","count":-1})"));
  EXPECT_TRUE(plan.Take(kEvents));
  plan.Clear();
  EXPECT_FALSE(plan.Take(kEvents));
}

TEST(Fault, IsRefusedWithWhatWouldBeUnderstood) {
  EXPECT_NE(ParseFault(R"({"fault":"gremlins"})").status().message().find("throttled"),
            absl::string_view::npos);
  EXPECT_NE(ParseFault(R"({"fault":"reset","times":3})").status().message().find("times"),
            absl::string_view::npos);
  EXPECT_FALSE(ParseFault(R"({"count":3})").ok());
  EXPECT_FALSE(ParseFault(R"({"fault":"slow","delay":"long"})").ok());
  EXPECT_FALSE(ParseFault("[]").ok());
}

}  // namespace
}  // namespace cce::simulator
