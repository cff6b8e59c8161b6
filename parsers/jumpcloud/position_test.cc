#include "parsers/jumpcloud/position.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "cce/api/trouble.h"

namespace cce::jumpcloud {
namespace {

const absl::Time kNoon =
    absl::FromCivil(absl::CivilSecond(2026, 7, 6, 12, 0, 0), absl::UTCTimeZone());

Paging InsideAWindow() {
  Paging paging = OpenWindow(Window{kNoon, kNoon + absl::Milliseconds(60'001)}, {"radius", "sso"},
                             Rest{kNoon, kNoon});
  paging.search_after = "[ 1783339200123 ,\"DZrPyW8BNsa9iKWoOm7h\\u00e9\"]";
  paging.passed.ms = 1783339200123;
  RecordHash hash{};
  hash[0] = 0xab;
  paging.passed.counts[hash] = 3;
  hash[15] = 0x01;
  paging.passed.counts[hash] = 1;
  return paging;
}

TEST(Position, IsReadAsItWasWritten) {
  const Place rest = Rest{kNoon - absl::Milliseconds(1), kNoon};
  const Place inside = InsideAWindow();
  const Window window{kNoon, kNoon + absl::Hours(1)};
  const Place opened = OpenWindow(window, {"all"}, Rest{kNoon, kNoon});
  const Place untimed = Rest{kNoon, kNoon, 1783339199000};
  const Place opened_untimed = OpenWindow(window, {"all"}, std::get<Rest>(untimed));
  Paging found_untimed = InsideAWindow();
  found_untimed.untimed_ms = 1783339200123;
  for (const Place& place : {rest, inside, opened, untimed, opened_untimed, Place(found_untimed)}) {
    const absl::StatusOr<Place> again = ReadPosition(ToPosition(place));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, place);
    EXPECT_EQ(ToPosition(*again), ToPosition(place));
  }
}

// What a released version wrote stays readable: this text changes with the version only.
TEST(Position, HasTheTextOfVersion1) {
  EXPECT_EQ(ToPosition(Rest{kNoon, kNoon + absl::Minutes(10)}),
            R"({"end":"2026-07-06T12:10:00.000Z","from":"2026-07-06T12:00:00.000Z","v":1})");
  EXPECT_EQ(ToPosition(InsideAWindow()),
            R"({"end":"2026-07-06T12:01:00.001Z","ms":1783339200123,"passed":)"
            R"({"ab000000000000000000000000000000":3,"ab000000000000000000000000000001":1},)"
            R"("search_after":"[ 1783339200123 ,\"DZrPyW8BNsa9iKWoOm7h\\u00e9\"]",)"
            R"("services":["radius","sso"],"start":"2026-07-06T12:00:00.000Z","v":1})");
}

TEST(Position, BeforeTheFirstPageHasPassedNothingAtTheWindowsStart) {
  const Window window{kNoon, kNoon + absl::Hours(1)};
  const Paging opened = OpenWindow(window, {"all"}, Rest{kNoon, kNoon});
  EXPECT_EQ(opened.passed.ms, absl::ToUnixMillis(kNoon));
  EXPECT_TRUE(opened.passed.counts.empty());
  EXPECT_EQ(OpenWindow(window, {"all"}, Rest{kNoon, kNoon, 5}).passed.ms, 5);
}

TEST(Position, WhenUnreadableNamesTheReset) {
  const absl::Status status = ReadPosition("scribble").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(TroubleOf(status).has_value());
  EXPECT_TRUE(absl::StrContains(TroubleOf(status)->remedy, "cce device reset"));
}

TEST(Position, OfAnotherVersionIsRefused) {
  const std::string text =
      absl::StrReplaceAll(ToPosition(InsideAWindow()), {{"\"v\":1", "\"v\":2"}});
  const absl::Status status = ReadPosition(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), "version is 2")) << status;
}

TEST(Position, WithAMemberChangedIsRefused) {
  const std::string text = ToPosition(InsideAWindow());
  const std::pair<const char*, const char*> changes[] = {
      {"2026-07-06T12:00:00.000Z", "2026-07-06T12:00:00Z"},
      {"2026-07-06T12:00:00.000Z", "2026-07-06T13:00:00.000Z"},
      {"2026-07-06T12:00:00.000Z", "infinite-past"},
      {"\"start\"", "\"begin\""},
      {"[ 1783339200123 ,", "1783339200123 ,"},
      {"[\"radius\",\"sso\"]", "[]"},
      {"[\"radius\",\"sso\"]", "[1]"},
      {"[\"radius\",\"sso\"]", "\"all\""},
      {"\"ms\":1783339200123", "\"ms\":\"1783339200123\""},
      {":3,", ":-3,"},
      {":3,", ":4294967296,"},
      {"ab000000000000000000000000000000", "AB000000000000000000000000000000"},
      {"ab000000000000000000000000000000", "ab"},
  };
  for (const auto& [what, with] : changes) {
    const std::string changed = absl::StrReplaceAll(text, {{what, with}});
    ASSERT_NE(changed, text) << what;
    EXPECT_EQ(ReadPosition(changed).status().code(), absl::StatusCode::kDataLoss) << changed;
  }
  EXPECT_FALSE(ReadPosition(absl::StrReplaceAll(ToPosition(Rest{kNoon, kNoon}),
                                                {{"\"end\":\"2026", "\"end\":\"2025"}}))
                   .ok());
}

}  // namespace
}  // namespace cce::jumpcloud
