#include "cce/api/http.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

TEST(HttpResponse, FindsAHeaderInAnyCaseOfLetters) {
  HttpResponse response;
  response.headers = {{"X-Search_After", "[1,\"a\"]"}};
  EXPECT_EQ(response.Header("x-search_after"), "[1,\"a\"]");
  EXPECT_EQ(response.Header("X-SEARCH_AFTER"), "[1,\"a\"]");
  EXPECT_EQ(response.Header("x-search-after"), std::nullopt);
}

TEST(HttpResponse, ReadsTheServersClock) {
  HttpResponse response;
  response.headers = {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}};
  EXPECT_EQ(response.Date(), absl::FromUnixSeconds(784111777));
}

TEST(HttpResponse, HasNoClockWithoutAReadableDate) {
  HttpResponse response;
  EXPECT_EQ(response.Date(), std::nullopt);
  response.headers = {{"Date", "yesterday"}};
  EXPECT_EQ(response.Date(), std::nullopt);
}

}  // namespace
}  // namespace cce
