#include "parsers/jumpcloud/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/status/status.h"
#include "cce/api/event.h"
#include "cce/api/trouble.h"
#include "parsers/jumpcloud/event_type_overrides.h"

namespace cce::jumpcloud {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::string_view kOrganisation = "64f0c0de5eed000000000a01";
constexpr std::int64_t kUntimedNs = 1'783'325'999'000'000'000;
constexpr std::int64_t kMs = 1'783'325'745'000;  // 2026-07-06T08:15:45Z

absl::StatusOr<ParsedPage> Parse(std::string_view body, const Passed& passed = {},
                                 bool redact = true) {
  return ParsePage(Bytes(body), OrganisationKey(kOrganisation), passed, kUntimedNs,
                   {.redact = redact});
}

// Of a format that has a place for all but changes.
std::string UnmappedOf(const Event& event) {
  std::string text(event.unmapped->Room(), ' ');
  AttributeSet written = AttributeSet::All();
  written.Remove(Attribute::kChanges);
  char* const end = event.unmapped->Write(written, nullptr, text.data());
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

Event Read(const ParsedPage& parsed, std::size_t i) {
  Event event;
  parsed.page->Read(i, event);
  return event;
}

TEST(Page, HasAHeadForEachRecordInTheOrderOfTheResponse) {
  const std::string body =
      R"([{"id":"a","timestamp":"2026-07-06T08:15:45.001Z"}, {"id":"b","timestamp":"2026-07-06T08:15:46Z"}])";
  const auto parsed = Parse(body);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const auto heads = parsed->page->heads();
  ASSERT_THAT(heads, SizeIs(2));
  EXPECT_EQ(heads[0].time_ns, (kMs + 1) * 1'000'000);
  EXPECT_EQ(heads[1].time_ns, (kMs + 1000) * 1'000'000);
  EXPECT_EQ(parsed->passed_after.ms, kMs + 1000);
  EXPECT_EQ(parsed->page->body().substr(heads[1].offset, heads[1].length),
            R"({"id":"b","timestamp":"2026-07-06T08:15:46Z"})");
  EXPECT_GE(parsed->page->MemoryUse(), body.size() + 2 * sizeof(EventHead));
}

TEST(Page, IsEmptyForNullAndForAnEmptyArray) {
  for (const char* body : {"null", " null\n", "[]", " [ ] "}) {
    const auto parsed = Parse(body, Passed{5, {{RecordHash{}, 2}}});
    ASSERT_TRUE(parsed.ok()) << body;
    EXPECT_THAT(parsed->page->heads(), SizeIs(0));
    EXPECT_EQ(parsed->passed_after.ms, 5);
    EXPECT_THAT(parsed->passed_after.counts, SizeIs(1));
  }
}

TEST(Page, ThatCannotBeCutIntoElementsIsAskedForAgain) {
  for (const char* body : {"", "{}", "nul", "<html>", R"([{"id":"a"})", R"([{"id":"a"},)",
                           R"([{"id":"a}])", "[] []"}) {
    const auto parsed = Parse(body);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kUnavailable) << body;
    EXPECT_TRUE(TroubleOf(parsed.status()).has_value()) << body;
  }
}

TEST(Page, KeepsABrokenElementsBytesAndTheRecordsAroundIt) {
  for (const std::string broken : {"7", "\"text\"", "null", "[{}]", R"({"id":NaN})",
                                   R"({"id":"\ud800"})", "{\"id\":\"\xff\"}", R"({"id":[1})"}) {
    const auto parsed = Parse(R"([{"id":"a"},)" + broken + R"(,{"id":"b"}])");
    ASSERT_TRUE(parsed.ok()) << broken;
    ASSERT_THAT(parsed->page->heads(), SizeIs(3)) << broken;
    const Event event = Read(*parsed, 1);
    EXPECT_EQ(event.kind, EventKind::kUndecodable);
    EXPECT_EQ(event.raw, broken);
    EXPECT_EQ(event.status.Expose(), "Undecodable");
    EXPECT_EQ(Read(*parsed, 0).original_event_uid.Expose(), "a");
    EXPECT_EQ(Read(*parsed, 2).original_event_uid.Expose(), "b");
  }
}

TEST(Page, CountsARecordWithoutAReadableTimeToThePrecedingMillisecond) {
  const auto parsed = Parse(
      R"([{"id":"0"},{"id":"a","timestamp":"2026-07-06T08:15:45Z"},{"id":"b"},{"id":"c","timestamp":5}])",
      Passed{kMs - 1, {}});
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(parsed->untimed, ElementsAre(UntimedElement{0, kMs - 1}, UntimedElement{2, kMs},
                                           UntimedElement{3, kMs}));
  const auto heads = parsed->page->heads();
  EXPECT_EQ(heads[1].time_ns, kMs * 1'000'000);
  for (const std::size_t i : {0u, 2u, 3u}) EXPECT_EQ(heads[i].time_ns, kUntimedNs);
  EXPECT_EQ(Read(*parsed, 3).time_ms.Expose(), std::to_string(kUntimedNs / 1'000'000));
}

TEST(Page, TellsTwinsWithoutAnIdApart) {
  const std::string twin = R"({"timestamp":"2026-07-06T08:15:45Z","n":1})";
  const auto parsed = Parse("[" + twin + "," + twin + "," + twin + "]");
  ASSERT_TRUE(parsed.ok());
  std::set<Identity> identities;
  for (const EventHead& head : parsed->page->heads()) identities.insert(head.identity);
  EXPECT_THAT(identities, SizeIs(3));
  ASSERT_THAT(parsed->passed_after.counts, SizeIs(1));
  EXPECT_EQ(parsed->passed_after.counts.begin()->second, 3u);
}

TEST(Page, TellsEqualElementsOfDifferentMillisecondsApart) {
  const auto parsed = Parse(
      R"([null,{"timestamp":"2026-07-06T08:15:45Z"},null,{},{"timestamp":"2026-07-06T08:15:46Z"},null,{}])");
  ASSERT_TRUE(parsed.ok());
  std::set<Identity> identities;
  for (const EventHead& head : parsed->page->heads()) identities.insert(head.identity);
  EXPECT_THAT(identities, SizeIs(7));
}

TEST(Page, ThatStartsInsideAMillisecondCountsOn) {
  const std::string twin = R"({"timestamp":"2026-07-06T08:15:45Z","n":1})";
  const auto whole = Parse("[" + twin + "," + twin + "," + twin + "]");
  const auto front = Parse("[" + twin + "]");
  ASSERT_TRUE(whole.ok() && front.ok());
  const auto back = Parse("[" + twin + "," + twin + "]", front->passed_after);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->page->heads()[0].identity, whole->page->heads()[1].identity);
  EXPECT_EQ(back->page->heads()[1].identity, whole->page->heads()[2].identity);
  EXPECT_EQ(back->passed_after, whole->passed_after);
}

TEST(Page, CountsAfreshInAnotherMillisecond) {
  const auto parsed = Parse(
      R"([{"timestamp":"2026-07-06T08:15:45Z"},{"timestamp":"2026-07-06T08:15:45.001Z","x":1}])");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->passed_after.ms, kMs + 1);
  EXPECT_THAT(parsed->passed_after.counts, SizeIs(1));
}

TEST(Page, NamesAnotherOrganisationButNotAMissingOne) {
  EXPECT_EQ(Parse(R"([{"organization":null},{},{"organization":""},{"organization":7},
                      {"organization":"64f0c0de5eed000000000a01"}])")
                ->other_organisation,
            "");
  EXPECT_EQ(Parse(R"([{},{"organization":"other"},{"organization":"third"}])")->other_organisation,
            "other");
}

TEST(Page, TakesTheFirstOfEqualKeys) {
  const auto parsed =
      Parse(R"([{"id":"a","id":"b","event_type":"user_create","event_type":"sso_auth"}])");
  ASSERT_TRUE(parsed.ok());
  const Event event = Read(*parsed, 0);
  EXPECT_EQ(event.original_event_uid.Expose(), "a");
  EXPECT_EQ(event.event_code.Expose(), "user_create");
  EXPECT_EQ(UnmappedOf(event), R"({"id":"b","event_type":"sso_auth"})");
  EXPECT_TRUE(event.degraded);
}

TEST(Page, ReadsOneEventAfterTheOtherIntoTheSameMemory) {
  const auto parsed = Parse(R"([{"id":"a","success":true,"x":{"y":[1,"",{}]}},{"id":"b"}])");
  ASSERT_TRUE(parsed.ok());
  Event event;
  for (int times = 0; times < 2; ++times) {
    parsed->page->Read(0, event);
    EXPECT_EQ(UnmappedOf(event), R"({"x":{"y":[1]}})");
    EXPECT_EQ(event.status_id, 1);
    parsed->page->Read(1, event);
    EXPECT_EQ(UnmappedOf(event), "");
    EXPECT_EQ(event.status_id, 0);
  }
}

// With an id and without one, when the bytes are the identity; and by the slow way, which a broken
// element at the end makes necessary.
TEST(Page, ReadsEventsWithTheirSecretsMaskedUnderTheIdentityOfWhatTheServiceSent) {
  const std::vector<std::string> records = {
      R"({"id":"a","changes":[{"field":"apiKey","to":"s3"}]})",
      R"({"id":"b","changes":[{"field":"name","to":"x"}]})",
      R"({"timestamp":"2026-07-06T08:15:45Z","Changes":{"secret":{"from":"s3","to":"s4"}}})",
      R"({"timestamp":"2026-07-06T08:15:45Z","Changes":{"secret":{"from":"s4","to":"s3"}}})",
      R"({"id":"c","changes":[],"changes":[{"field":"apiKey","to":"s3"}]})"};
  const std::vector<std::string> masked = {
      R"({"id":"a","changes":[{"field":"apiKey","to":"[redacted]"}]})", records[1],
      R"({"timestamp":"2026-07-06T08:15:45Z","Changes":{"secret":{"from":"[redacted]","to":"[redacted]"}}})",
      R"({"timestamp":"2026-07-06T08:15:45Z","Changes":{"secret":{"from":"[redacted]","to":"[redacted]"}}})",
      R"({"id":"c","changes":[],"changes":[{"field":"apiKey","to":"[redacted]"}]})"};
  for (const char* end : {"]", ",NaN]"}) {
    std::string body;
    for (const std::string& record : records) body += (body.empty() ? "[" : ",") + record;
    const auto redacted = Parse(body + end);
    const auto whole = Parse(body + end, {}, false);
    ASSERT_TRUE(redacted.ok() && whole.ok());
    std::set<Identity> identities;
    Event event;
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(redacted->page->heads()[i].identity, whole->page->heads()[i].identity);
      identities.insert(redacted->page->heads()[i].identity);
      redacted->page->Read(i, event);
      EXPECT_EQ(event.raw, masked[i]);
      EXPECT_EQ(event.identity, redacted->page->heads()[i].identity);
      whole->page->Read(i, event);
      EXPECT_EQ(event.raw, records[i]);
    }
    EXPECT_THAT(identities, SizeIs(records.size()));
    EXPECT_EQ(redacted->passed_after, whole->passed_after);
    EXPECT_EQ(UnmappedOf(Read(*redacted, 0)),
              R"({"changes":[{"field":"apiKey","to":"[redacted]"}]})");
  }
}

TEST(Page, MasksWhatABrokenElementSaysOfASecretAndKeepsWhatOthersSay) {
  const std::string named = R"({"id":"a","changes":[{"field":"apiKey","to":"s3"}],"n":1,})";
  const auto parsed = Parse("[" + named + R"(,{"id":"b"},{"id":"c","n":NaN}])");
  ASSERT_TRUE(parsed.ok());
  Event event;
  parsed->page->Read(0, event);
  EXPECT_EQ(event.kind, EventKind::kUndecodable);
  EXPECT_EQ(event.raw,
            R"({"id":"[redacted]","changes":[{"field":"[redacted]","to":"[redacted]"}],"n":1,})");
  EXPECT_EQ(event.identity, parsed->page->heads()[0].identity);
  parsed->page->Read(2, event);
  EXPECT_EQ(event.raw, R"({"id":"c","n":NaN})");
  const auto whole = Parse("[" + named + "]", {}, false);
  ASSERT_TRUE(whole.ok());
  EXPECT_EQ(Read(*whole, 0).raw, named);
}

TEST(Page, KnowsARecordsWhiteSpaceApartFromItsNeighbours) {
  const std::string body = "[{\"a\":\t1},{\"x\":{\"b\": 1}},{\"x\":{\"b\":\n1}}]";
  const OrganisationKey key(kOrganisation);
  for (const auto& parse : {&ParsePage, &ParsePageSlowly}) {
    const auto parsed = parse(Bytes(body), key, Passed(), kUntimedNs, Reading());
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(Read(*parsed, 0).raw_has_line_break);
    EXPECT_FALSE(Read(*parsed, 1).raw_has_line_break);
    EXPECT_TRUE(Read(*parsed, 2).raw_has_line_break);
  }
}

TEST(Page, JudgesATypeThatAnOperatorHasSaidToBeABaseEvent) {
  const auto overrides = EventTypeOverrides::Read(
      R"({"noise":{"class":"base_event","other_activity":"Noise","severity":"informational"}})");
  ASSERT_TRUE(overrides.ok());
  const auto parsed =
      ParsePage(Bytes(R"([{"event_type":"noise"}])"), OrganisationKey(kOrganisation), Passed(),
                kUntimedNs, {.overrides = *overrides});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(DescribeWritten(Read(*parsed, 0)).severity_id, 1);
}

TEST(Page, CannotJudgeHowSevereAnUnknownTypeIs) {
  const auto severity_of = [](const std::string& record) {
    const auto parsed = Parse("[" + record + "]");
    EXPECT_TRUE(parsed.ok()) << record;
    return parsed.ok() ? DescribeWritten(Read(*parsed, 0)).severity_id : -1;
  };
  EXPECT_EQ(severity_of(R"({"event_type":"nothing_known"})"), 0);
  EXPECT_EQ(severity_of(R"({"event_type":"nothing_known","success":false})"), 0)
      << "a failure is low at least, and perhaps more";
  EXPECT_EQ(severity_of(R"({"id":"a"})"), 0) << "no type at all";
  EXPECT_EQ(severity_of(R"({"event_type":"nothing_known","severity":"low"})"), 2)
      << "it says so itself";
  EXPECT_EQ(severity_of(R"({"event_type":"something_deleted"})"), 2) << "its ending is known";
  EXPECT_EQ(severity_of(R"({"event_type":"user_create"})"), 1);
}

TEST(Page, ReadsAnEventOfAMegabyte) {
  const std::string large(1'000'000, 'x');
  const auto parsed = Parse(R"([{"id":"a","username":")" + large + R"("},{"id":"b"}])");
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(UnmappedOf(Read(*parsed, 0)), SizeIs(large.size() + 15));
}

}  // namespace
}  // namespace cce::jumpcloud
