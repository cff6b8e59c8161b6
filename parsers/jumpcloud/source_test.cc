#include "parsers/jumpcloud/source.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cce/api/event.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "parsers/jumpcloud/model_service.h"

namespace cce::jumpcloud {
namespace {

const absl::Time kNoon =
    absl::FromCivil(absl::CivilSecond(2026, 7, 6, 12, 0, 0), absl::UTCTimeZone());
constexpr absl::Duration kOverlap = absl::Minutes(10);
constexpr char kCursor[] = "[1783339199000,\"DZrPyW8BNsa9iKWoOm7h\"]";

Configuration Configured(const std::string& members = "") {
  return ParseConfiguration(absl::StrCat("{\"org_id\": \"", kModelOrganisation, "\"", members, "}"))
      .value();
}

JumpCloudSource MakeSource(const std::string& members = "", absl::Duration overlap = kOverlap) {
  return JumpCloudSource(Configured(members), overlap);
}

std::string Records(int count, const std::string& organisation = kModelOrganisation) {
  std::string body = "[";
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&body, i == 0 ? "" : ",", R"({"id":"a)", i, R"(","organization":")",
                    organisation, R"(","timestamp":"2026-07-06T11:59:59Z","service":"sso"})");
  }
  return body + "]";
}

HttpResponse Page(std::string_view body, std::vector<HttpHeader> headers) {
  HttpResponse response;
  response.status = 200;
  response.headers = std::move(headers);
  response.body.Append(body);
  return response;
}

HttpResponse FullPage(int count, const std::string& cursor = kCursor) {
  return Page(Records(count), {{"X-Result-Count", absl::StrCat(count)},
                               {"X-Limit", absl::StrCat(count)},
                               {"X-Search_after", cursor}});
}

// The Ask for the first page of a window that ends at noon.
Ask FirstAsk(const JumpCloudSource& source, int limit) {
  return source.Next(source.Start(kNoon), kNoon, limit).value().value();
}

absl::StatusOr<Answer> ReadFirst(HttpResponse response, int limit = 2) {
  const JumpCloudSource source = MakeSource();
  return source.Read(FirstAsk(source, limit).from, limit, std::move(response));
}

bool EndsTheWindow(const absl::StatusOr<Answer>& answer) {
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() && answer->complete_to.has_value();
}

void ExpectSenseless(const absl::StatusOr<Answer>& answer, const char* cause) {
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << answer.status();
  EXPECT_TRUE(absl::StrContains(answer.status().message(), cause)) << answer.status();
  EXPECT_TRUE(TroubleOf(answer.status()).has_value());
}

TEST(JumpCloudSource, AsksAsTheServiceDocuments) {
  const JumpCloudSource source = MakeSource(R"(, "region": "eu", "services": ["sso", "ldap"])");
  const HttpRequest request = FirstAsk(source, 500).request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.eu.jumpcloud.com/insights/directory/v1/events");
  EXPECT_EQ(request.secret_header, "x-api-key");
  EXPECT_EQ(request.body, R"({"service":["ldap","sso"],"start_time":"2026-07-05T12:00:00.000Z",)"
                          R"("end_time":"2026-07-06T12:00:00.000Z","limit":500,"sort":"ASC"})");
  std::set<std::string> headers;
  for (const HttpHeader& header : request.headers) {
    headers.insert(absl::StrCat(header.name, ": ", header.value));
  }
  EXPECT_EQ(headers,
            (std::set<std::string>{"Accept: application/json", "Content-Type: application/json",
                                   absl::StrCat("x-org-id: ", kModelOrganisation)}));
}

TEST(JumpCloudSource, AsksTheBaseUrlInsteadOfTheRegions) {
  const JumpCloudSource source = MakeSource(R"(, "base_url": "https://127.0.0.1:8443/")");
  EXPECT_EQ(FirstAsk(source, 1).request.url, "https://127.0.0.1:8443/insights/directory/v1/events");
}

TEST(JumpCloudSource, StartsWhereItsConfigurationSaysAndNeverInTheFuture) {
  const absl::Time now = kNoon + absl::Microseconds(1999);
  const auto start = [&](const std::string& text) {
    const Place place =
        ReadPosition(MakeSource(absl::StrCat(R"(, "start": ")", text, "\"")).Start(now)).value();
    return std::get<Rest>(place);
  };
  const absl::Time floored = kNoon + absl::Milliseconds(1);
  EXPECT_EQ(start("-1h").from, floored - absl::Hours(1));
  EXPECT_EQ(start("now").from, floored);
  EXPECT_EQ(start("2026-07-01T00:00:00.0009Z").from, kNoon - absl::Hours(5 * 24 + 12));
  EXPECT_EQ(start("2030-01-01T00:00:00Z").from, floored);
  EXPECT_EQ(start("now").end, start("now").from);
}

TEST(JumpCloudSource, PastesSearchAfterBackByteForByte) {
  for (const std::string cursor :
       {"[1783339199000,\"DZrPyW8BNsa9iKWoOm7h\"]", " [  1783339199000 ,\t\"a\\u00e9\\/\" ] ",
        "[1783339199000,\"\xc3\xa9\",null,{\"b\":1.50}]", "[17833391990000000000000001,\"x\"]",
        "[\"1783339199000\",7]"}) {
    const JumpCloudSource source = MakeSource();
    const absl::StatusOr<Answer> answer = ReadFirst(FullPage(2, cursor));
    ASSERT_TRUE(answer.ok()) << answer.status();
    const std::string body = source.Next(answer->next, kNoon, 2).value()->request.body;
    EXPECT_TRUE(absl::EndsWith(body, absl::StrCat(",\"search_after\":", cursor, "}"))) << body;
    EXPECT_FALSE(nlohmann::json::parse(body, nullptr, false).is_discarded());
  }
}

TEST(JumpCloudSource, GoesOnWithTheQueryOfTheWindowWhateverTheConfigurationSays) {
  const JumpCloudSource before = MakeSource(R"(, "services": ["sso"], "page_size": 100)");
  const Ask first = FirstAsk(before, 2);
  const Position position = before.Read(first.from, 2, FullPage(2)).value().next;

  const JumpCloudSource after =
      MakeSource(R"(, "services": ["ldap"], "start": "-1h")", absl::Hours(1));
  const Ask second = after.Next(position, kNoon + absl::Hours(3), 7).value().value();
  nlohmann::json expected = nlohmann::json::parse(first.request.body);
  expected["search_after"] = nlohmann::json::parse(kCursor);
  expected["limit"] = 7;
  EXPECT_EQ(nlohmann::json::parse(second.request.body), expected);

  const Answer last = after.Read(second.from, 7, Page("[]", {})).value();
  const Ask next_window = after.Next(last.next, kNoon + absl::Hours(3), 7).value().value();
  EXPECT_TRUE(absl::StrContains(next_window.request.body, R"("service":["ldap"])"));
}

TEST(JumpCloudSource, EndsTheWindowWithAShortPage) {
  const absl::StatusOr<Answer> answer = ReadFirst(
      Page(Records(1), {{"X-Result-Count", "1"}, {"X-Limit", "2"}, {"X-Search_after", kCursor}}));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->complete_to, kNoon);
  EXPECT_EQ(answer->resumes_from, kNoon - kOverlap);
  EXPECT_EQ(std::get<Rest>(ReadPosition(answer->next).value()), (Rest{kNoon - kOverlap, kNoon}));
}

TEST(JumpCloudSource, ResumesFromTheWindowsStartInsideIt) {
  const absl::StatusOr<Answer> answer = ReadFirst(FullPage(2));
  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->complete_to.has_value());
  EXPECT_EQ(answer->resumes_from, kNoon - absl::Hours(24));
}

TEST(JumpCloudSource, PagesByTheLimitThatCameBack) {
  EXPECT_FALSE(EndsTheWindow(ReadFirst(FullPage(2), 10)));
  const auto page = [](const char* limit) {
    return Page(Records(2),
                {{"X-Result-Count", "2"}, {"X-Limit", limit}, {"X-Search_after", kCursor}});
  };
  EXPECT_TRUE(EndsTheWindow(ReadFirst(page("1000"), 10)));
  EXPECT_FALSE(EndsTheWindow(ReadFirst(page("1000"), 2))) << "as many came as were asked for";
}

TEST(JumpCloudSource, ReadsHeaderNamesInAnyCaseAndTheirNumbersAsNumbers) {
  for (const auto& [count, limit, cursor] :
       {std::tuple{"x-result-count", "x-limit", "x-search_after"},
        std::tuple{"X-RESULT-COUNT", "X-LIMIT", "X-SEARCH_AFTER"},
        std::tuple{"X-Result-Count", "X-Limit", "X-Search_After"}}) {
    // As text, "9" is greater than "10".
    EXPECT_TRUE(EndsTheWindow(
        ReadFirst(Page(Records(9), {{count, "9"}, {limit, "10"}, {cursor, kCursor}}), 10)));
    EXPECT_FALSE(EndsTheWindow(
        ReadFirst(Page(Records(10), {{count, " 010 "}, {limit, "9"}, {cursor, kCursor}}), 10)));
  }
}

TEST(JumpCloudSource, CountsForItselfWhereHeadersAreMissingOrUnreadable) {
  for (const char* unreadable : {"", "many", "-1", "1e3", "99999999999999999999"}) {
    const std::vector<HttpHeader> headers = {
        {"X-Result-Count", unreadable}, {"X-Limit", unreadable}, {"X-Search_after", kCursor}};
    EXPECT_FALSE(EndsTheWindow(ReadFirst(Page(Records(2), headers), 2))) << unreadable;
    EXPECT_TRUE(EndsTheWindow(ReadFirst(Page(Records(2), headers), 3))) << unreadable;
  }
  EXPECT_FALSE(EndsTheWindow(ReadFirst(Page(Records(2), {{"X-Search_after", kCursor}}), 2)));
  EXPECT_TRUE(EndsTheWindow(ReadFirst(Page(Records(2), {{"X-Limit", "0"}}), 3)));
}

TEST(JumpCloudSource, TakesTheEmptyListForAnEmptyPageWithOrWithoutHeaders) {
  for (const char* body : {"[]", " [ ] "}) {
    EXPECT_TRUE(EndsTheWindow(ReadFirst(Page(body, {})))) << body;
    EXPECT_TRUE(EndsTheWindow(ReadFirst(
        Page(body, {{"X-Result-Count", "0"}, {"X-Limit", "2"}, {"X-Search_after", ""}}))));
  }
}

TEST(JumpCloudSource, TakesNullForAnEmptyPageOnlyIfTheCountSaysSo) {
  EXPECT_TRUE(EndsTheWindow(ReadFirst(Page("null", {{"X-Result-Count", "0"}}))));
  ExpectSenseless(ReadFirst(Page("null", {})), "is null");
  ExpectSenseless(ReadFirst(Page(" null\n", {{"X-Result-Count", "1"}})), "is null");
}

TEST(JumpCloudSource, EndsAWindowWhoseLastPageIsFullWithOneEmptyPage) {
  const JumpCloudSource source = MakeSource();
  const Position position = ReadFirst(FullPage(2)).value().next;
  const Ask ask = source.Next(position, kNoon, 2).value().value();
  EXPECT_TRUE(EndsTheWindow(source.Read(ask.from, 2, Page("[]", {}))));
}

TEST(JumpCloudSource, NeitherSkipsNorLoopsWhenAFullPageHasNoUsableCursor) {
  const auto with_cursor = [](const std::string& cursor) { return ReadFirst(FullPage(2, cursor)); };
  ExpectSenseless(ReadFirst(Page(Records(2), {{"X-Result-Count", "2"}, {"X-Limit", "2"}})),
                  "without the header X-Search_after");
  ExpectSenseless(with_cursor(""), "without the header X-Search_after");
  for (const char* cursor : {"null", "[]", "{}", "1783339199000", "[1783339199000,",
                             "[1],\"a\":[2]", "[\"\xff\"]", "[1783339199000,\"a\"]}"}) {
    ExpectSenseless(with_cursor(cursor), "unreadable X-Search_after");
  }
}

TEST(JumpCloudSource, NeverAsksForTheSamePageAgainAsIfItWereTheNext) {
  const JumpCloudSource source = MakeSource();
  const Ask second = source.Next(ReadFirst(FullPage(2)).value().next, kNoon, 2).value().value();
  ExpectSenseless(source.Read(second.from, 2, FullPage(2)), "repeats X-Search_after");
  ExpectSenseless(source.Read(second.from, 2, FullPage(2, "[1783339198999,\"z\"]")),
                  "goes back in time");
  EXPECT_TRUE(source.Read(second.from, 2, FullPage(2, "[1783339199000,\"a\"]")).ok());
}

TEST(JumpCloudSource, ARepeatedCursorOnAShortPageIsNothingSpecial) {
  const JumpCloudSource source = MakeSource();
  const Ask second = source.Next(ReadFirst(FullPage(2)).value().next, kNoon, 2).value().value();
  EXPECT_TRUE(
      EndsTheWindow(source.Read(second.from, 2, Page("[]", {{"X-Search_after", kCursor}}))));
}

TEST(JumpCloudSource, TakesACountAboveTheArraysForATruncatedAnswer) {
  ExpectSenseless(
      ReadFirst(Page(Records(2),
                     {{"X-Result-Count", "3"}, {"X-Limit", "3"}, {"X-Search_after", kCursor}})),
      "X-Result-Count is 3");
}

TEST(JumpCloudSource, AsksAgainWhenTheBodyIsNoListOfEvents) {
  for (const char* body : {"", "{}", "<html>Welcome to Hotel Wi-Fi</html>", "[{\"id\":\"a", "[",
                           "7", R"({"message":"x"})"}) {
    ExpectSenseless(ReadFirst(Page(body, {})), "not a whole list of events");
  }
}

TEST(JumpCloudSource, DeliversNothingOfAnotherOrganisation) {
  const absl::StatusOr<Answer> answer = ReadFirst(Page(Records(1, "64f0c0de5eed000000000b02"), {}));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(TroubleOf(answer.status())->word, StatusWord::kWrongOrganisation);
  EXPECT_TRUE(absl::StrContains(answer.status().message(), "64f0c0de5eed000000000b02"));
  EXPECT_TRUE(absl::StrContains(TroubleOf(answer.status())->remedy, "org_id"));

  EXPECT_EQ(MakeSource().ReadProbe(Page(Records(1, "64f0c0de5eed000000000b02"), {})).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(JumpCloudSource, PassesNullAndMissingOrganisations) {
  EXPECT_TRUE(ReadFirst(Page(R"([{"id":"a","organization":null},{"id":"b"}])", {}), 10).ok());
}

TEST(JumpCloudSource, GivesTheServicesVerdictOnAnyCall) {
  const JumpCloudSource source = MakeSource();
  const Position from = FirstAsk(source, 1).from;
  HttpResponse response;
  response.status = 401;
  EXPECT_EQ(source.ReadProbe(response).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(source.Pass(from, response).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(source.Read(from, 1, std::move(response)).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(JumpCloudSource, NamesAnElementWithoutATimeAlikeWhenTheNextWindowBeginsWithIt) {
  const JumpCloudSource source = MakeSource();
  const Answer first = source
                           .Read(FirstAsk(source, 10).from, 10,
                                 Page(R"([null,{"id":"a","timestamp":"2026-07-06T11:49:59Z"},null,)"
                                      R"({"id":"b","timestamp":"2026-07-06T11:55:00Z"},null])",
                                      {}))
                           .value();
  const Ask again = source.Next(first.next, kNoon + absl::Minutes(1), 10).value().value();
  const Answer second =
      source
          .Read(again.from, 10,
                Page(R"([null,{"id":"b","timestamp":"2026-07-06T11:55:00Z"},null])", {}))
          .value();
  const auto before = first.page->heads();
  const auto after = second.page->heads();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(after[i].identity, before[i + 2].identity) << i;
  EXPECT_TRUE(second.untimed);
  EXPECT_EQ(before[2].time_ns, absl::ToUnixNanos(kNoon)) << "known while a window can bring it";
}

TEST(JumpCloudSource, FindsAnElementWithoutATimeWhateverTheDigitsBeforeIt) {
  const JumpCloudSource source = MakeSource();
  const Answer first =
      source
          .Read(FirstAsk(source, 10).from, 10,
                Page(R"([{"id":"a","timestamp":"2026-07-06T11:49:59.123456789Z"},null])", {}))
          .value();
  const Ask again = source.Next(first.next, kNoon + absl::Minutes(1), 10).value().value();
  const Answer second = source.Read(again.from, 10, Page("[null]", {})).value();
  EXPECT_EQ(second.page->heads()[0].identity, first.page->heads()[1].identity);
}

TEST(JumpCloudSource, TakesALateElementWithoutATimeForAnotherThanTheOneBeforeTheWindow) {
  const JumpCloudSource source = MakeSource();
  const Answer first = source
                           .Read(FirstAsk(source, 10).from, 10,
                                 Page(R"([{"id":"x","timestamp":"2026-07-06T11:30:00Z"},null,)"
                                      R"({"id":"b","timestamp":"2026-07-06T11:45:00Z"},)"
                                      R"({"id":"c","timestamp":"2026-07-06T11:55:00Z"}])",
                                      {}))
                           .value();
  const Ask again = source.Next(first.next, kNoon + absl::Minutes(1), 10).value().value();
  const Answer second =
      source
          .Read(again.from, 10, Page(R"([null,{"id":"c","timestamp":"2026-07-06T11:55:00Z"}])", {}))
          .value();
  EXPECT_NE(second.page->heads()[0].identity, first.page->heads()[1].identity);
}

TEST(JumpCloudSource, ForgetsAnElementWithoutATimeBehindATimedOneOfALaterPage) {
  const JumpCloudSource source = MakeSource();
  const Answer page = source
                          .Read(FirstAsk(source, 2).from, 2,
                                Page(R"([{"id":"x","timestamp":"2026-07-06T11:30:00Z"},null])",
                                     {{"X-Search_after", kCursor}}))
                          .value();
  const Ask rest = source.Next(page.next, kNoon, 2).value().value();
  const auto last = [&](std::string_view body) {
    return source.Read(rest.from, 2, Page(body, {})).value();
  };
  const auto carried = [&](const Answer& answer) {
    return std::get<Rest>(ReadPosition(answer.next).value()).untimed_ms;
  };
  EXPECT_FALSE(carried(last(R"([{"id":"b","timestamp":"2026-07-06T11:45:00Z"}])")));
  EXPECT_TRUE(carried(last(R"([{"id":"c","timestamp":"2026-07-06T11:55:00Z"}])")));
}

TEST(JumpCloudSource, PassesAnEventTooLargeByTheHeadersAlone) {
  const JumpCloudSource source = MakeSource();
  const Position from = FirstAsk(source, 1).from;
  const auto pass = [&](std::vector<HttpHeader> headers) {
    HttpResponse response = Page("", std::move(headers));
    response.over_cap = true;
    return source.Pass(from, response);
  };
  const absl::StatusOr<PassedOver> passed =
      pass({{"X-Result-Count", "1"}, {"X-Limit", "1"}, {"X-Search_after", kCursor}});
  ASSERT_TRUE(passed.ok()) << passed.status();
  EXPECT_TRUE(
      absl::StrContains(source.Next(passed->next, kNoon, 1).value()->request.body, kCursor));
  EXPECT_TRUE(pass({{"X-Limit", "1"}, {"X-Search_after", kCursor}}).ok());

  const std::vector<std::vector<HttpHeader>> silent = {
      {},
      {{"X-Result-Count", "1"}, {"X-Limit", "1"}},
      {{"X-Search_after", kCursor}},
      {{"X-Limit", "1000"}, {"X-Search_after", kCursor}},
      {{"X-Result-Count", "1000"}, {"X-Limit", "1000"}, {"X-Search_after", kCursor}},
      {{"X-Result-Count", "0"}, {"X-Limit", "1"}, {"X-Search_after", kCursor}}};
  for (const std::vector<HttpHeader>& headers : silent) {
    EXPECT_EQ(pass(headers).status().code(), absl::StatusCode::kUnavailable);
  }
}

TEST(JumpCloudSource, NamesAnEventTooLargeAlikeInEveryWindowThatMeetsIt) {
  const JumpCloudSource source = MakeSource();
  const auto pass = [&](absl::Time tick, const std::string& cursor) {
    const Position from = source.Next(source.Start(kNoon), tick, 1).value()->from;
    HttpResponse response = Page("", {{"X-Limit", "1"}, {"X-Search_after", cursor}});
    response.over_cap = true;
    return source.Pass(from, response).value();
  };
  const PassedOver first = pass(kNoon, "[1783339199000,\"a\"]");
  EXPECT_EQ(first.time_ns, 1783339199000'000'000);
  EXPECT_EQ(pass(kNoon + absl::Minutes(1), "[1783339199000,\"a\"]").identity, first.identity);
  EXPECT_NE(pass(kNoon, "[1783339199000,\"b\"]").identity, first.identity);
}

TEST(JumpCloudSource, KeepsTheCountsOfAMillisecondThatItPassesAnEventOf) {
  const JumpCloudSource source = MakeSource();
  Paging paging = std::get<Paging>(ReadPosition(FirstAsk(source, 1).from).value());
  paging.search_after = kCursor;
  paging.passed = Passed{1783339199000, {{RecordHash{1}, 2}}};
  const auto passed = [&](const std::string& cursor) {
    HttpResponse response = Page("", {{"X-Result-Count", "1"}, {"X-Search_after", cursor}});
    response.over_cap = true;
    const Position next = source.Pass(ToPosition(paging), response).value().next;
    return std::get<Paging>(ReadPosition(next).value()).passed;
  };
  EXPECT_EQ(passed("[1783339199000,\"b\"]"), paging.passed);
  EXPECT_EQ(passed("[1783339199001,\"b\"]"), (Passed{1783339199001, {}}));
}

TEST(JumpCloudSource, ProbesWithAClockThatIsWrong) {
  const JumpCloudSource source = MakeSource();
  ModelService service;
  EXPECT_TRUE(source.ReadProbe(service.Answer(source.Probe(kNoon), kNoon)).ok());
  EXPECT_TRUE(
      source.ReadProbe(service.Answer(source.Probe(kNoon - absl::Hours(9999)), kNoon)).ok());
  EXPECT_TRUE(source.ReadProbe(service.Answer(source.Probe(kNoon + absl::Minutes(9)), kNoon)).ok());
  // Refused, but not for good: the answer's Date sets the clock of the next one.
  const absl::Status ahead =
      source.ReadProbe(service.Answer(source.Probe(kNoon + absl::Hours(1)), kNoon));
  EXPECT_EQ(ahead.code(), absl::StatusCode::kUnavailable) << ahead;
}

TEST(JumpCloudSource, AProbeThatFindsAnEventTooLargeIsGood) {
  HttpResponse response = Page("", {});
  response.over_cap = true;
  EXPECT_TRUE(MakeSource().ReadProbe(response).ok());
}

TEST(JumpCloudKind, MakesASourceOfADevicesSettings) {
  const SourceKind kind = JumpCloudKind();
  EXPECT_EQ(kind.type, "jumpcloud");
  DeviceSettings settings;
  settings.configuration = R"({"org_id": "a1", "poll_interval": "5m", "page_size": 77})";
  settings.overlap = kOverlap;
  const absl::StatusOr<std::unique_ptr<Source>> source = kind.make(settings);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ((*source)->organisation(), "a1");
  EXPECT_EQ((*source)->poll_interval(), absl::Minutes(5));
  EXPECT_EQ((*source)->page_size(), 77);

  settings.access_id = "client";
  EXPECT_EQ(kind.make(settings).status().code(), absl::StatusCode::kInvalidArgument);
  settings.access_id = "";
  settings.configuration = "{}";
  EXPECT_EQ(kind.make(settings).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(JumpCloudKind, MakesASourceThatMasksSecretsUnlessItsSettingsSayOtherwise) {
  const SourceKind kind = JumpCloudKind();
  DeviceSettings settings;
  settings.configuration = absl::StrCat("{\"org_id\": \"", kModelOrganisation, "\"}");
  for (const bool redact : {true, false}) {
    if (!redact) settings.redact = false;
    const std::unique_ptr<Source> source = kind.make(settings).value();
    const Ask ask = source->Next(source->Start(kNoon), kNoon, 2).value().value();
    const absl::StatusOr<Answer> answer = source->Read(
        ask.from, 2, Page(R"([{"id":"a","changes":[{"field":"apiKey","to":"s3"}]}])", {}));
    ASSERT_TRUE(answer.ok()) << answer.status();
    Event event;
    answer->page->Read(0, event);
    EXPECT_EQ(absl::StrContains(ForAbseil(event.raw), "s3"), !redact) << event.raw;
  }
}

// A history of the service and of a device that polls it, made from a seed.
class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    service_.end_inclusive = Chance();
    service_.null_when_empty = Chance();
    service_.cursor_when_empty = Chance();
    service_.most = Chance() ? 10'000 : UpTo(7) + 1;
    if (Chance()) service_.cursor_header = "x-search_after";
    overlap_ = absl::Milliseconds(UpTo(4000));
    limit_ = Chance() ? static_cast<int>(UpTo(4)) + 1 : 1000;

    const std::int64_t start = absl::ToUnixMillis(kNoon);
    const std::int64_t latest = absl::ToInt64Milliseconds(overlap_);
    for (std::int64_t i = UpTo(120); i > 0; --i) {
      const std::int64_t ms = start + UpTo(60'000);
      // As many as fill several pages may share a millisecond; some have no id and equal bytes.
      for (std::int64_t burst = UpTo(8) == 0 ? UpTo(30) : 0; burst >= 0; --burst) {
        const std::string tie = absl::StrCat(random_());
        const std::string id = UpTo(3) == 0 ? "" : absl::StrCat("id", random_());
        ModelEvent event = MakeModelEvent(ms, tie, id, ms + (Chance() ? 0 : UpTo(latest)));
        // Named by its id, yet looked for by its time, which is that of the record before it.
        if (UpTo(9) == 0) event.record = absl::StrCat(R"({"id":"untimed)", random_(), "\"}");
        service_.Add(std::move(event));
      }
    }
  }

  // Polls until everything is visible and read. Every page may be the last before a restart.
  void Run() {
    absl::Time now = kNoon;
    Position position = Source().StartAt(kNoon);
    const absl::Time end = kNoon + absl::Seconds(61) + overlap_;
    for (bool last = false; !last;) {
      now += absl::Milliseconds(UpTo(3000));
      absl::Time tick = now;
      if (UpTo(5) == 0) tick -= absl::Milliseconds(UpTo(20'000));
      last = tick >= end;
      const std::size_t most = 2 * service_.events.size() + 20;
      for (std::size_t page = 0; ReadPage(position, tick, now); ++page) {
        ASSERT_LE(page, most) << "the window does not end";
        if (UpTo(3) == 0) now += absl::Milliseconds(UpTo(2000));
      }
    }
    ExpectEveryEventOnce();
  }

 private:
  std::int64_t UpTo(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound)(random_);
  }
  bool Chance() { return UpTo(1) == 0; }

  JumpCloudSource Source() const { return MakeSource("", overlap_); }

  // False if there is nothing to ask.
  bool ReadPage(Position& position, absl::Time tick, absl::Time now) {
    absl::StatusOr<std::optional<Ask>> ask = Source().Next(position, tick, limit_);
    EXPECT_TRUE(ask.ok()) << ask.status();
    if (!ask.ok() || !*ask) return false;
    absl::StatusOr<Answer> answer =
        Source().Read((*ask)->from, limit_, service_.Answer((*ask)->request, now));
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return false;
    if (UpTo(9) == 0) return true;  // lost in a crash: asked again from the stored position
    std::set<Identity> known = Known(*answer);
    for (const EventHead& head : answer->page->heads()) {
      const auto first_ms = absl::ToUnixMillis(resumes_from_);
      EXPECT_GE(head.time_ns / 1'000'000, first_ms) << "older than what was said to come";
      if (known.insert(head.identity).second) delivered_.push_back(head);
    }
    EXPECT_GE(answer->resumes_from, resumes_from_);
    resumes_from_ = answer->resumes_from;
    position = answer->next;
    return true;
  }

  // What a feed finds to have been delivered of the page: it looks no further than it must.
  std::set<Identity> Known(const Answer& answer) const {
    std::int64_t from_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t to_ns = std::numeric_limits<std::int64_t>::min();
    for (const EventHead& head : answer.page->heads()) {
      from_ns = std::min(from_ns, head.time_ns);
      to_ns = std::max(to_ns, head.time_ns);
    }
    std::set<Identity> known;
    for (const EventHead& head : delivered_) {
      const bool is_near = head.time_ns >= from_ns && head.time_ns <= to_ns;
      const bool is_kept = absl::FromUnixNanos(head.time_ns) >= resumes_from_;
      if (is_kept && (is_near || answer.untimed)) known.insert(head.identity);
    }
    return known;
  }

  // Records that are equal byte by byte are distinct events nonetheless.
  void ExpectEveryEventOnce() {
    std::set<Identity> distinct;
    for (const EventHead& head : delivered_) distinct.insert(head.identity);
    EXPECT_EQ(distinct.size(), service_.events.size());
    EXPECT_EQ(delivered_.size(), service_.events.size()) << "delivered again";
  }

  std::mt19937_64 random_;
  ModelService service_;
  absl::Duration overlap_;
  int limit_ = 1;
  absl::Time resumes_from_ = absl::UnixEpoch();
  std::vector<EventHead> delivered_;
};

TEST(JumpCloudSource, ReadsEveryEventOnceWhateverTheClocksThePagesAndTheRestarts) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    History(seed).Run();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace cce::jumpcloud
