#include "tests/simulator/search_request.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

const std::int64_t kNow = *ParseTimestamp("2026-07-06T12:00:00Z");

absl::StatusOr<SearchRequest> Parse(std::string_view more, const SearchRules& rules = {}) {
  return ParseSearch(Concat(R"({"service":["all"],"start_time":"2026-07-06T10:00:00Z")", more, "}"),
                     rules, kNow);
}

std::string Refusal(std::string_view body) {
  const absl::StatusOr<SearchRequest> search = ParseSearch(body, {}, kNow);
  EXPECT_EQ(search.status().code(), absl::StatusCode::kInvalidArgument) << body;
  return std::string(search.status().message());
}

TEST(SearchRequest, NonsensicalLimitsAreTheDefaultAndLargeOnesTheMaximum) {
  EXPECT_EQ(Parse("")->query.limit, 1000u);
  EXPECT_EQ(Parse(R"(,"limit":7)")->query.limit, 7u);
  EXPECT_EQ(Parse(R"(,"limit":10000)")->query.limit, 10000u);
  EXPECT_EQ(Parse(R"(,"limit":10001)")->query.limit, 10000u);
  for (const char* limit : {"0", "-1", "\"50\"", "2.5", "null", "[]", "true"}) {
    EXPECT_EQ(Parse(Concat(",\"limit\":", limit))->query.limit, 1000u) << limit;
  }
}

TEST(SearchRequest, OnlyDescIsDescending) {
  EXPECT_FALSE(Parse("")->query.descending);
  EXPECT_TRUE(Parse(R"(,"sort":"DESC")")->query.descending);
  EXPECT_TRUE(Parse(R"(,"sort":"desc")")->query.descending);
  EXPECT_FALSE(Parse(R"(,"sort":"-timestamp")")->query.descending);
  EXPECT_FALSE(Parse(R"(,"sort":7)")->query.descending);
}

TEST(SearchRequest, EndIsExclusiveUnlessTheRulesSayOtherwise) {
  const std::string end = R"(,"end_time":"2026-07-06T11:00:00.0005Z")";
  const std::int64_t ms = *ParseTimestamp("2026-07-06T11:00:00Z") / kNanosecondsPerMillisecond;
  EXPECT_EQ(Parse(end)->query.range.end_ms, ms);
  SearchRules rules;
  rules.end_inclusive = true;
  EXPECT_EQ(Parse(end, rules)->query.range.end_ms, ms + 1);
}

TEST(SearchRequest, WithoutEndGoesUntilNow) {
  EXPECT_EQ(Parse("")->query.range.end_ms, kNow / kNanosecondsPerMillisecond);
  EXPECT_EQ(Parse("")->end, "");
}

TEST(SearchRequest, ACursorIsTheHeadersArray) {
  const auto search = Parse(R"(,"search_after":[1576181718000,"DZrPyW8BNsa9iKWoOm7h"])");
  EXPECT_EQ(search->query.after, (Cursor{1576181718000, "DZrPyW8BNsa9iKWoOm7h"}));
  for (const char* cursor :
       {R"("x")", R"([1.5,"x"])", R"(["1576181718000","x"])", "[1]", R"([1,"x",2])", "null"}) {
    EXPECT_FALSE(Parse(Concat(R"(,"search_after":)", cursor)).ok()) << cursor;
  }
}

TEST(SearchRequest, UnknownMembersAreIgnoredSilently) {
  EXPECT_TRUE(Parse(R"(,"sortOrder":"DESC","search_term_filter":{})").ok());
}

TEST(SearchRequest, WhatIsNotSimulatedIsRefusedRatherThanAnsweredWrongly) {
  for (const char* member : {"fields", "search_term", "q", "exact_match"}) {
    EXPECT_FALSE(Parse(Concat(",\"", member, "\":[]")).ok()) << member;
  }
}

TEST(SearchRequest, RefusesServicesAsTheServiceDoes) {
  EXPECT_NE(Refusal(R"({"service":"all","start_time":"2026-07-06T10:00:00Z"})").find("array"),
            std::string::npos);
  const std::string unknown =
      Refusal(R"({"service":["sso","admin"],"start_time":"2026-07-06T10:00:00Z"})");
  EXPECT_NE(unknown.find("admin"), std::string::npos);
  EXPECT_NE(unknown.find("saas_app_management"), std::string::npos);
  Refusal(R"({"start_time":"2026-07-06T10:00:00Z"})");
  Refusal(R"({"service":[],"start_time":"2026-07-06T10:00:00Z"})");
  Refusal(R"({"service":[1],"start_time":"2026-07-06T10:00:00Z"})");
}

TEST(SearchRequest, RefusesTimesAsTheServiceDoes) {
  Refusal(R"({"service":["all"]})");
  for (const char* start : {"\"\"", "\"2026-07-06\"", "\"2026-07-06T10:00:00Z\\n\"", "7", "null"}) {
    Refusal(Concat(R"({"service":["all"],"start_time":)", start, "}"));
  }
  EXPECT_NE(Refusal(R"({"service":["all"],"start_time":"2026-07-06T12:00:01Z"})").find("future"),
            std::string::npos);
  Refusal(R"({"service":["all"],"start_time":"2026-07-06T10:00:00Z","end_time":"soon"})");
  Refusal(R"({"service":["all"],"start_time":"2026-07-06T10:00:00Z","end_time":null})");
  EXPECT_EQ(Refusal(R"({"service":["all"],"start_time":"2026-07-06T10:02:00.5Z",)"
                    R"("end_time":"2026-07-06T10:00:00Z"})"),
            "Start Time not after End Time 2026-07-06T10:02:00Z > 2026-07-06T10:00:00Z");
  Refusal(R"({"service":["all"],"start_time":"2026-07-06T10:00:00Z",)"
          R"("end_time":"2026-07-06T10:00:00Z"})");
  Refusal("not JSON");
  Refusal("[]");
}

TEST(SearchRequest, BeyondThePlansHistoryIsAnotherRefusal) {
  SearchRules rules;
  rules.licensed_history = absl::Hours(1);
  EXPECT_EQ(Parse("", rules).status().code(), absl::StatusCode::kFailedPrecondition);
  rules.licensed_history = absl::Hours(3);
  EXPECT_TRUE(Parse("", rules).ok());
}

}  // namespace
}  // namespace cce::simulator
