#include "tests/simulator/simulator.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/concat.h"
#include "tests/simulator/record_tokens.h"

namespace cce::simulator {
namespace {

using nlohmann::json;

const absl::Time kCreated = absl::FromUnixSeconds(1'790'000'000);
constexpr std::string_view kOrganisation = "5f1d0c0de000000000000001";
constexpr std::string_view kOther = "5f1d0c0de000000000000002";
constexpr std::string_view kAll = R"("service":["all"])";

std::string Rfc3339(absl::Time time) {
  std::string text;
  AppendTimestamp(absl::ToUnixNanos(time), Fraction::kNanosecondsCut, text);
  return text;
}

std::string Since(absl::Duration ago) {
  return Concat(R"("start_time":")", Rfc3339(kCreated - ago), R"(")");
}

// Two organisations, a clock and a client that holds the first one's key.
class Service : public ::testing::Test {
 protected:
  explicit Service(SimulatorOptions options = {}) : simulator_(options) {
    OrganisationOptions organisation;
    organisation.events = 2500;
    organisation.mix.delays = DelayProfile::kNone;
    EXPECT_TRUE(simulator_.AddOrganisation(organisation, kCreated).ok());
    organisation.id = std::string(kOther);
    organisation.events = 10;
    EXPECT_TRUE(simulator_.AddOrganisation(organisation, kCreated).ok());
    simulator_.credentials().AddKey({"key", std::string(kOrganisation)});
    simulator_.credentials().AddKey({"runner", std::string(kOrganisation), Role::kCommandRunner});
    simulator_.credentials().AddKey({"msp", "", Role::kMultiTenant});
  }

  Response Ask(std::string_view path, std::string_view members) {
    Request request;
    request.target = Concat("/insights/directory/v1", path);
    request.headers = headers_;
    request.body = Concat("{", members, "}");
    return simulator_.Answer(request, now_);
  }

  Response Events(std::string_view more = "") {
    return Ask("/events", Concat(kAll, ",", Since(absl::Hours(2)), more));
  }

  void Fail(std::string_view fault) {
    absl::StatusOr<Fault> parsed = ParseFault(fault);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    simulator_.faults().Add(*parsed);
  }

  static std::string Message(const Response& response) {
    const json body = json::parse(response.body.Text(), nullptr, false);
    return body.is_object() ? body.value("message", "") : "";
  }

  Simulator simulator_;
  absl::Time now_ = kCreated;
  Headers headers_ = {{"X-API-Key", "key"}};
};

TEST_F(Service, PagesUntilTheShortPage) {
  std::string cursor;
  std::size_t total = 0, pages = 0;
  for (bool more = true; more; ++pages) {
    const Response page = Events(cursor);
    ASSERT_EQ(page.status, 200);
    const json events = json::parse(page.body.Text());
    EXPECT_EQ(*page.Header("x-result-count"), std::to_string(events.size()));
    EXPECT_EQ(*page.Header("x-limit"), "1000");
    EXPECT_EQ(*page.Header("x-sort"), "ASC");
    total += events.size();
    more = events.size() == 1000;
    cursor = Concat(R"(,"search_after":)", *page.Header("x-search_after"));
  }
  EXPECT_EQ(total, 2500u);
  EXPECT_EQ(pages, 3u);
}

TEST_F(Service, AFullLastPageCostsAnEmptyOne) {
  const Response first = Events(R"(,"limit":2500)");
  EXPECT_EQ(*first.Header("X-Result-Count"), "2500");
  const Response second =
      Events(Concat(R"(,"limit":2500,"search_after":)", *first.Header("X-Search_after")));
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body.Text(), "[]");
  EXPECT_EQ(*second.Header("X-Result-Count"), "0");
  EXPECT_FALSE(second.Header("X-Search_after").has_value());
}

TEST_F(Service, StartIsInclusiveAndEndIsNot) {
  simulator_.FindOrganisation(kOther)->Inject("{\"at\":1}", "sso", kCreated - absl::Hours(5),
                                              kCreated);
  simulator_.FindOrganisation(kOther)->Inject("{\"at\":2}", "sso", kCreated - absl::Hours(4),
                                              kCreated);
  headers_ = {{"x-api-key", "msp"}, {"x-org-id", std::string(kOther)}};
  const Response page = Ask("/events", Concat(kAll, ",", Since(absl::Hours(5)), R"(,"end_time":")",
                                              Rfc3339(kCreated - absl::Hours(4)), R"(")"));
  EXPECT_EQ(page.body.Text(), R"([{"at":1}])");
}

TEST_F(Service, AnEventIsThereOnceItIsVisible) {
  const absl::Time happened = kCreated - absl::Hours(5);
  simulator_.FindOrganisation(kOrganisation)
      ->Inject("{\"late\":true}", "sso", happened, kCreated + absl::Minutes(3));
  const auto ask = [&] {
    return Ask("/events", Concat(kAll, ",", Since(absl::Hours(5)), R"(,"end_time":")",
                                 Rfc3339(happened + absl::Seconds(1)), R"(")"))
        .body.Text();
  };
  EXPECT_EQ(ask(), "[]");
  now_ = kCreated + absl::Minutes(3) - absl::Nanoseconds(1);
  EXPECT_EQ(ask(), "[]");
  now_ = kCreated + absl::Minutes(3);
  EXPECT_EQ(ask(), "[{\"late\":true}]");
}

TEST_F(Service, CountAndHistogramAgreeWithTheEvents) {
  const std::string query = Concat(kAll, ",", Since(absl::Hours(2)));
  EXPECT_EQ(Ask("/events/count", query).body.Text(), R"({"count":2500})");
  const json histogram = json::parse(
      Ask("/events/interval", Concat(query, R"(,"interval_unit":"m","interval_value":"1")"))
          .body.Text());
  std::int64_t sum = 0, previous = 0;
  for (const json& bucket : histogram["buckets"]) {
    const std::int64_t key = bucket["key"];
    EXPECT_EQ(key % 60'000, 0);
    if (previous != 0) {
      EXPECT_EQ(key, previous + 60'000);
    }
    previous = key;
    sum += bucket["doc_count"].get<std::int64_t>();
  }
  EXPECT_EQ(sum, 2500);
}

TEST_F(Service, AHistogramIsCutIntoTheAskersHours) {
  const json histogram =
      json::parse(Ask("/events/interval",
                      Concat(kAll, ",", Since(absl::Hours(2)),
                             R"(,"interval_unit":"d","interval_value":"1","timezone":"-0530")"))
                      .body.Text());
  const std::int64_t key = histogram["buckets"][0]["key"];
  EXPECT_EQ((key - (5 * 60 + 30) * 60'000) % 86'400'000, 0);
  EXPECT_NE(histogram["buckets"][0]["key_as_string"].get<std::string>().find("T00:00:00.000-05:30"),
            std::string::npos);
}

TEST_F(Service, AHistogramOfTooManyBucketsIsRefused) {
  simulator_.FindOrganisation(kOrganisation)
      ->Inject("{}", "sso", kCreated - absl::Hours(24 * 50), kCreated);
  EXPECT_EQ(Ask("/events/interval",
                Concat(kAll, ",", Since(absl::Hours(24 * 60)), R"(,"interval_unit":"s")"))
                .status,
            500);
  EXPECT_EQ(
      Ask("/events/interval", Concat(kAll, ",", Since(absl::Hours(2)), R"(,"interval_unit":"y")"))
          .status,
      400);
}

TEST_F(Service, FiltersByService) {
  std::size_t sum = 0;
  for (const std::string_view service : KnownServices()) {
    if (service == "alert") continue;  // another name of alerts
    sum += json::parse(Ask("/events/count",
                           Concat(R"("service":[")", service, R"("],)", Since(absl::Hours(2))))
                           .body.Text())["count"]
               .get<std::size_t>();
  }
  EXPECT_EQ(sum, 2500u);
  for (const json& event :
       json::parse(Ask("/events", Concat(R"("service":["radius","sso"],)", Since(absl::Hours(2))))
                       .body.Text())) {
    EXPECT_TRUE(event["service"] == "radius" || event["service"] == "sso");
  }
}

TEST_F(Service, RefusesWithTheBodyThatWasCaptured) {
  const Response response = Ask("/events", Concat(kAll, R"(,"start_time":"2026-01-26T09:13:52Z",)",
                                                  R"("end_time":"2026-01-26T09:11:52Z")"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body.Text(),
            R"({"message":"Start Time not after End Time 2026-01-26T09:13:52Z \u003e )"
            R"(2026-01-26T09:11:52Z"})");
}

TEST_F(Service, KnowsItsKeys) {
  headers_.clear();
  EXPECT_EQ(Events().status, 401);
  headers_ = {{"x-api-key", "wrong"}};
  EXPECT_EQ(Events().body.Text(), R"({"message":"Unauthorized"})");
  headers_ = {{"x-api-key", "runner"}};
  EXPECT_EQ(Events().status, 403);
  headers_ = {{"x-api-key", "key"}};
  EXPECT_EQ(Events().status, 200);
}

TEST_F(Service, ARotatedKeyDiesAtOnceAndTheNewOneWorks) {
  EXPECT_EQ(Events().status, 200);
  ASSERT_TRUE(simulator_.credentials().RevokeKey("key").ok());
  EXPECT_EQ(Events().status, 401);
  simulator_.credentials().AddKey({"new key", std::string(kOrganisation)});
  headers_ = {{"x-api-key", "new key"}};
  EXPECT_EQ(Events().status, 200);
  EXPECT_EQ(simulator_.log().back().key, 3u);
  EXPECT_FALSE(simulator_.credentials().RevokeKey("unheard of").ok());
}

TEST_F(Service, KnowsWhoseOrganisationItIs) {
  const auto ask_as = [&](std::string_view key, std::string_view organisation) {
    headers_ = {{"x-api-key", std::string(key)}, {"x-org-id", std::string(organisation)}};
    return Events().status;
  };
  EXPECT_EQ(ask_as("key", kOrganisation), 200);
  EXPECT_EQ(ask_as("key", kOther), 403);
  EXPECT_EQ(ask_as("key", "nonsense"), 400);
  EXPECT_EQ(ask_as("key", "5f1d0c0de0000000000000ff"), 404);
  EXPECT_EQ(ask_as("msp", kOther), 200);
  headers_ = {{"x-api-key", "msp"}};
  EXPECT_EQ(Events().status, 401);
}

TEST_F(Service, HandsOutTokensThatExpire) {
  simulator_.credentials().AddServiceAccount({"client", "secret"});
  Request request;
  request.target = "/oauth2/token";
  request.body = "grant_type=client_credentials&scope=api";
  request.headers = {{"Authorization", "Basic Y2xpZW50Ondyb25n"}};
  EXPECT_EQ(simulator_.Answer(request, now_).status, 401);
  request.headers = {{"Authorization", "Basic Y2xpZW50OnNlY3JldA=="}};
  const json answer = json::parse(simulator_.Answer(request, now_).body.Text());
  headers_ = {{"Authorization", Concat("Bearer ", answer["access_token"].get<std::string>())},
              {"x-org-id", std::string(kOther)}};
  EXPECT_EQ(Events().status, 200);
  now_ += absl::Seconds(answer["expires_in"].get<int>());
  EXPECT_EQ(Events().status, 401);
}

TEST_F(Service, SaysItsOwnTime) {
  EXPECT_EQ(*Events().Header("date"), "Mon, 21 Sep 2026 14:13:20 GMT");
}

TEST_F(Service, OtherPathsAndMethodsAreNotFound) {
  EXPECT_EQ(Ask("/nothing", kAll).status, 404);
  Request request;
  request.method = "GET";
  request.target = "/insights/directory/v1/events";
  request.headers = headers_;
  EXPECT_EQ(simulator_.Answer(request, now_).status, 405);
}

TEST_F(Service, FailsInEveryWayItIsToldTo) {
  const auto fails = [&](std::string_view name, std::string_view more = "") {
    Fail(Concat(R"({"fault":")", name, "\"", more, "}"));
    return Events();
  };
  EXPECT_EQ(fails("bad_request").status, 400);
  EXPECT_EQ(fails("unauthorized").status, 401);
  EXPECT_EQ(fails("payment_required").status, 402);
  EXPECT_EQ(fails("forbidden").status, 403);
  const Response html = fails("forbidden_html");
  EXPECT_EQ(html.status, 403);
  EXPECT_EQ(html.body.Text().substr(0, 15), "<!DOCTYPE html>");
  EXPECT_EQ(fails("not_found").status, 404);
  EXPECT_FALSE(fails("throttled").Header("Retry-After").has_value());
  const Response throttled = fails("throttled", R"(,"retry_after":17)");
  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(*throttled.Header("Retry-After"), "17");
  EXPECT_EQ(fails("server_error").status, 500);
  EXPECT_EQ(fails("unavailable").status, 503);
  EXPECT_TRUE(fails("reset").reset);
  EXPECT_EQ(fails("null_body").body.Text(), "null");
  EXPECT_EQ(fails("empty_body").body.Text(), "");
  EXPECT_EQ(fails("html_body").status, 200);
  const Response truncated = fails("truncated");
  EXPECT_EQ(truncated.cut_after, truncated.body.size() / 2);
  EXPECT_FALSE(fails("no_cursor").Header("X-Search_after").has_value());
  EXPECT_EQ(*fails("wrong_count").Header("X-Result-Count"), "1001");
  EXPECT_EQ(fails("slow", R"(,"delay":"3s")").delay, absl::Seconds(3));
  EXPECT_EQ(Events().status, 200);
  EXPECT_EQ(simulator_.log()[7].fault, "throttled");
}

TEST_F(Service, FailsInTheMiddleOfPaging) {
  Fail(R"({"fault":"unauthorized","mid_paging":true})");
  const Response first = Events();
  EXPECT_EQ(first.status, 200);
  const std::string next = Concat(R"(,"search_after":)", *first.Header("x-search_after"));
  EXPECT_EQ(Events(next).status, 401);
  const Response second = Events(next);
  EXPECT_EQ(second.status, 200);

  Fail(R"({"fault":"repeated_cursor","mid_paging":true})");
  EXPECT_EQ(*Events(next).Header("x-search_after"), *first.Header("x-search_after"));
}

TEST_F(Service, RepeatsEventsInsideAPageWithoutLosingAny) {
  Fail(R"({"fault":"duplicates","count":-1})");
  std::multiset<std::string> seen;
  std::string cursor;
  for (bool more = true; more;) {
    const Response page = Events(cursor);
    const json events = json::parse(page.body.Text());
    EXPECT_EQ(*page.Header("x-result-count"), std::to_string(events.size()));
    EXPECT_LE(events.size(), 1000u);
    for (const json& event : events) seen.insert(event.dump());
    more = events.size() == 1000;
    cursor = Concat(R"(,"search_after":)", *page.Header("x-search_after"));
  }
  EXPECT_EQ(seen.size(), 2509u);
}

TEST_F(Service, SendsSomebodyElsesEvent) {
  Fail(R"({"fault":"foreign_event"})");
  const json events = json::parse(Events(R"(,"limit":5)").body.Text());
  ASSERT_EQ(events.size(), 6u);
  EXPECT_EQ(events[5]["organization"], "ffffffffffffffffffffffff");
}

TEST_F(Service, LogsWhatWasAskedAndAnswered) {
  Events(R"(,"limit":5,"end_time":"2027-01-01T00:00:00Z")");
  const LoggedRequest& logged = simulator_.log().back();
  EXPECT_EQ(logged.organisation, kOrganisation);
  EXPECT_EQ(logged.key, 0u);
  EXPECT_EQ(logged.start, Rfc3339(kCreated - absl::Hours(2)));
  EXPECT_EQ(logged.end, "2027-01-01T00:00:00Z");
  EXPECT_EQ(logged.first_ms, absl::ToUnixMillis(kCreated - absl::Hours(2)));
  EXPECT_EQ(logged.services, std::vector<std::string>{"all"});
  EXPECT_EQ(logged.limit, 5u);
  EXPECT_EQ(logged.status, 200);
  EXPECT_EQ(logged.count, 5u);
}

TEST_F(Service, TheTruthIsWhatCouldBeSeen) {
  simulator_.FindOrganisation(kOrganisation)
      ->Inject("{\"id\":7,\n\"timestamp\":null}", "", kCreated - absl::Hours(5),
               kCreated + absl::Minutes(1));
  std::string truth = simulator_.Truth(kOrganisation, now_);
  EXPECT_EQ(std::count(truth.begin(), truth.end(), '\n'), 2500);
  truth = simulator_.Truth(kOrganisation, now_ + absl::Minutes(1));
  EXPECT_EQ(std::count(truth.begin(), truth.end(), '\n'), 2501);
  const json first = json::parse(truth.substr(0, truth.find('\n')));
  EXPECT_EQ(first["organisation"], kOrganisation);
  EXPECT_EQ(first["id"], 7);
  EXPECT_TRUE(first["service"].is_null());
  EXPECT_TRUE(first["timestamp"].is_null());
  EXPECT_EQ(first["time"], absl::ToUnixNanos(kCreated - absl::Hours(5)));
  EXPECT_EQ(first["visible_at"], absl::ToUnixNanos(kCreated + absl::Minutes(1)));
  EXPECT_EQ(first["hash"], HashOf("{\"id\":7,\n\"timestamp\":null}"));
  EXPECT_EQ(first["line_hash"], HashOf("{\"id\":7, \"timestamp\":null}"));
  const std::string everything = simulator_.Truth("", now_);
  EXPECT_EQ(std::count(everything.begin(), everything.end(), '\n'), 2510);
}

TEST_F(Service, TheSameQuestionsGetTheSameBytes) {
  class Twin : public Service {
   public:
    void TestBody() override {}
    std::string Transcript() {
      std::string transcript;
      for (int i = 0; i < 3; ++i) {
        const Response response = Events();
        for (const auto& [name, value] : response.headers) Append(transcript, name, value, "\n");
        transcript += response.body.Text();
      }
      return transcript;
    }
  };
  EXPECT_EQ(Twin().Transcript(), Twin().Transcript());
}

SimulatorOptions Peculiar() {
  SimulatorOptions options;
  options.header_case = HeaderCase::kTitle;
  options.empty_page_cursor = EmptyPageCursor::kRequests;
  options.rules.end_inclusive = true;
  options.rules.licensed_history = absl::Hours(24);
  options.sparse_histogram = true;
  options.clock_skew = absl::Hours(1);
  return options;
}

class PeculiarService : public Service {
 protected:
  PeculiarService() : Service(Peculiar()) {}
};

TEST_F(PeculiarService, SwitchesChangeWhatTheyName) {
  const Response full = Events(R"(,"limit":1)");
  EXPECT_TRUE(std::any_of(full.headers.begin(), full.headers.end(),
                          [](const auto& header) { return header.first == "X-Search_After"; }));
  EXPECT_EQ(*full.Header("date"), "Mon, 21 Sep 2026 15:13:20 GMT");
  const std::string last = R"([1999999999999,"zzzzzzzzzzzzzzzzzzzz"])";
  EXPECT_EQ(*Events(Concat(R"(,"search_after":)", last)).Header("x-search_after"), last);
  EXPECT_EQ(Ask("/events", Concat(kAll, ",", Since(absl::Hours(30)))).status, 402);

  const absl::Time happened = kCreated - absl::Hours(5);
  simulator_.FindOrganisation(kOrganisation)->Inject("{}", "sso", happened, kCreated);
  EXPECT_EQ(Ask("/events", Concat(kAll, ",", Since(absl::Hours(6)), R"(,"end_time":")",
                                  Rfc3339(happened), R"(")"))
                .body.Text(),
            "[{}]");
  const json histogram = json::parse(
      Ask("/events/interval", Concat(kAll, ",", Since(absl::Hours(6)), R"(,"interval_unit":"m")"))
          .body.Text());
  EXPECT_EQ(histogram["buckets"][0]["doc_count"], 1);
  EXPECT_GT(histogram["buckets"][1]["doc_count"], 0);
}

}  // namespace
}  // namespace cce::simulator
