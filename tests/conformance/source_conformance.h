// What every Source must do, whatever its vendor. A vendor's test supplies the source with a
// service in memory and instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Vendor, SourceConformance, testing::Values(&MakeVendorUnderTest));
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cce/api/source.h"
#include "cce/api/trouble.h"

namespace cce {

class SourceUnderTest {
 public:
  virtual ~SourceUnderTest() = default;

  // Another source with the same configuration at every call.
  virtual std::unique_ptr<Source> Make() const = 0;

  // The service's answer: the same to the same request. It is well.
  virtual HttpResponse Answer(const HttpRequest& request) const = 0;

  // How many events a pass from Start(tick()) has to read; at least three.
  virtual std::size_t events() const = 0;

  virtual absl::Time tick() const = 0;
};

inline HttpResponse Copy(const HttpResponse& response) {
  HttpResponse copy;
  copy.status = response.status;
  copy.headers = response.headers;
  copy.body.Append(response.body.view());
  copy.over_cap = response.over_cap;
  return copy;
}

// An error is a verdict: a code the engine acts on, a cause and a remedy.
inline void ExpectVerdict(const absl::Status& status) {
  ASSERT_FALSE(status.ok());
  const bool retried = status.code() == absl::StatusCode::kUnavailable ||
                       status.code() == absl::StatusCode::kResourceExhausted;
  EXPECT_TRUE(retried || IsRefusal(status)) << status;
  EXPECT_FALSE(status.message().empty());
  EXPECT_LE(status.message().size(), 600u) << status;
  const std::optional<Trouble> trouble = TroubleOf(status);
  ASSERT_TRUE(trouble.has_value()) << status;
  EXPECT_FALSE(trouble->remedy.empty()) << status;
  EXPECT_GE(trouble->retry_after, absl::ZeroDuration());
  EXPECT_LE(trouble->retry_after, absl::Hours(24));
  for (const char c : absl::StrCat(std::string(status.message()), trouble->remedy)) {
    const bool control = (c >= 0 && c < ' ') || c == 0x7f;
    EXPECT_FALSE(control) << status;
  }
}

class SourceConformance : public testing::TestWithParam<std::unique_ptr<SourceUnderTest> (*)()> {
 protected:
  // One pass from Start to the end, as a feed would make it.
  struct Pass {
    std::vector<Ask> asks;
    std::vector<Answer> answers;
    std::set<Identity> identities;
    std::size_t events = 0;
  };

  static constexpr std::size_t kMostPages = 100'000;

  // Every page is asked and read by a source of its own: nothing may rest on a source's memory.
  Pass MakePass(int limit) const {
    Pass pass;
    Position position = under_test_->Make()->Start(under_test_->tick());
    while (pass.asks.size() < kMostPages) {
      absl::StatusOr<std::optional<Ask>> ask =
          under_test_->Make()->Next(position, under_test_->tick(), limit);
      if (!ask.ok()) {
        ADD_FAILURE() << ask.status();
        return pass;
      }
      if (!*ask) return pass;
      absl::StatusOr<Answer> answer =
          under_test_->Make()->Read((*ask)->from, limit, under_test_->Answer((*ask)->request));
      if (!answer.ok()) {
        ADD_FAILURE() << answer.status();
        return pass;
      }
      for (const EventHead& head : answer->page->heads()) pass.identities.insert(head.identity);
      pass.events += answer->page->heads().size();
      position = answer->next;
      pass.asks.push_back(*std::move(*ask));
      pass.answers.push_back(*std::move(answer));
    }
    ADD_FAILURE() << "the pass does not end";
    return pass;
  }

  Ask FirstAsk(int limit) const {
    const std::unique_ptr<Source> source = under_test_->Make();
    return source->Next(source->Start(under_test_->tick()), under_test_->tick(), limit)
        .value()
        .value();
  }

  // On every call that reads an answer.
  void ExpectVerdicts(int status, const std::string& body) const {
    SCOPED_TRACE(absl::StrCat(status, " ", body.substr(0, 40)));
    const Ask ask = FirstAsk(2);
    HttpResponse response;
    response.status = status;
    response.headers = {{"Retry-After", "999999999999"}, {"Location", "https://a/\r\nb?c"}};
    response.body.Append(body);
    ExpectVerdict(source_->ReadProbe(response));
    ExpectVerdict(source_->Pass(ask.from, response).status());
    ExpectVerdict(source_->Read(ask.from, 2, std::move(response)).status());
  }

  std::unique_ptr<SourceUnderTest> under_test_ = GetParam()();
  std::unique_ptr<Source> source_ = under_test_->Make();
};

inline void ExpectSame(const HttpRequest& a, const HttpRequest& b) {
  EXPECT_EQ(a.method, b.method);
  EXPECT_EQ(a.url, b.url);
  EXPECT_EQ(a.body, b.body);
  EXPECT_EQ(a.secret_header, b.secret_header);
  ASSERT_EQ(a.headers.size(), b.headers.size());
  for (std::size_t i = 0; i < a.headers.size(); ++i) {
    EXPECT_EQ(a.headers[i].name, b.headers[i].name);
    EXPECT_EQ(a.headers[i].value, b.headers[i].value);
  }
}

inline void ExpectSame(const Answer& a, const Answer& b) {
  EXPECT_EQ(a.next, b.next);
  EXPECT_EQ(a.resumes_from, b.resumes_from);
  EXPECT_EQ(a.complete_to, b.complete_to);
  ASSERT_EQ(a.page->heads().size(), b.page->heads().size());
  for (std::size_t i = 0; i < a.page->heads().size(); ++i) {
    EXPECT_EQ(a.page->heads()[i].identity, b.page->heads()[i].identity);
    EXPECT_EQ(a.page->heads()[i].time_ns, b.page->heads()[i].time_ns);
  }
}

TEST_P(SourceConformance, SaysTheSameForTheSameInput) {
  const std::unique_ptr<Source> other = under_test_->Make();
  const absl::Time tick = under_test_->tick();
  EXPECT_EQ(source_->organisation(), other->organisation());
  EXPECT_EQ(source_->Start(tick), other->Start(tick));
  EXPECT_EQ(source_->StartAt(tick), other->StartAt(tick));
  ExpectSame(source_->Probe(tick), other->Probe(tick));

  const Ask first = FirstAsk(2);
  const Ask second = FirstAsk(2);
  ExpectSame(first.request, second.request);
  EXPECT_EQ(first.from, second.from);
  const HttpResponse response = under_test_->Answer(first.request);
  ExpectSame(source_->Read(first.from, 2, Copy(response)).value(),
             other->Read(first.from, 2, Copy(response)).value());
}

TEST_P(SourceConformance, ReadsTheSameEventsWithPagesOfAnySize) {
  const Pass whole = MakePass(source_->page_size());
  ASSERT_GE(whole.events, 3u);
  EXPECT_EQ(whole.events, under_test_->events());
  EXPECT_EQ(whole.identities.size(), whole.events);
  for (const int limit : {1, 2, 3, 7}) {
    const Pass pass = MakePass(std::min(limit, source_->page_size()));
    EXPECT_EQ(pass.events, whole.events) << limit;
    EXPECT_EQ(pass.identities, whole.identities) << limit;
    ASSERT_FALSE(pass.answers.empty());
    EXPECT_EQ(pass.answers.back().next, whole.answers.back().next) << "the same place, other text";
  }
}

TEST_P(SourceConformance, KeepsTheLimitOutOfItsPositions) {
  EXPECT_EQ(FirstAsk(1).from, FirstAsk(source_->page_size()).from);
}

TEST_P(SourceConformance, AsksTheSameFromThePlaceItAskedFrom) {
  const Pass pass = MakePass(1);
  for (const Ask& ask : pass.asks) {
    const absl::StatusOr<std::optional<Ask>> again =
        source_->Next(ask.from, under_test_->tick(), 1);
    ASSERT_TRUE(again.ok() && again->has_value());
    EXPECT_EQ((*again)->from, ask.from);
    ExpectSame((*again)->request, ask.request);
  }
}

TEST_P(SourceConformance, EndsAPassAndWaitsForALaterTick) {
  const Pass pass = MakePass(2);
  ASSERT_FALSE(pass.answers.empty());
  const Answer& last = pass.answers.back();
  ASSERT_TRUE(last.complete_to.has_value());
  EXPECT_LE(*last.complete_to, under_test_->tick());
  EXPECT_FALSE(source_->Next(last.next, under_test_->tick(), 2).value().has_value());
  EXPECT_FALSE(
      source_->Next(last.next, under_test_->tick() - absl::Hours(1), 2).value().has_value());
  EXPECT_TRUE(source_->Next(last.next, under_test_->tick() + source_->poll_interval(), 2)
                  .value()
                  .has_value());
}

TEST_P(SourceConformance, NeverMovesBackWhereItResumes) {
  const Pass pass = MakePass(1);
  absl::Time before = absl::InfinitePast();
  for (const Answer& answer : pass.answers) {
    EXPECT_LE(before, answer.resumes_from);
    if (answer.complete_to) {
      EXPECT_LE(answer.resumes_from, *answer.complete_to);
    }
    before = answer.resumes_from;
  }
}

TEST_P(SourceConformance, PlacesHeadsInsideTheBody) {
  for (const Answer& answer : MakePass(3).answers) {
    for (const EventHead& head : answer.page->heads()) {
      EXPECT_LE(std::size_t{head.offset} + head.length, answer.page->body().size());
    }
    EXPECT_GE(answer.page->MemoryUse(), answer.page->body().size());
  }
}

TEST_P(SourceConformance, RefusesPositionsThatItDidNotWrite) {
  HttpResponse good;
  good.status = 200;
  std::vector<Position> damaged = {"",   " ",      "0",        "null",    "[]",
                                   "{}", "[[[[[[", "\xff\xfe", "position"};
  const Pass pass = MakePass(2);
  ASSERT_FALSE(pass.answers.empty());
  for (const Position& whole : {pass.answers.front().next, pass.answers.back().next}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      damaged.push_back(whole.substr(0, size));
  }
  for (const Position& position : damaged) {
    const absl::StatusOr<std::optional<Ask>> ask = source_->Next(position, under_test_->tick(), 1);
    EXPECT_EQ(ask.status().code(), absl::StatusCode::kDataLoss) << position;
    EXPECT_FALSE(source_->Read(position, 1, Copy(good)).ok());
    EXPECT_FALSE(source_->Pass(position, good).ok());
  }
}

TEST_P(SourceConformance, GivesAVerdictOnEveryRefusal) {
  const std::string bodies[] = {
      "",   R"({"message":"no"})",           "<html><title>no\nno</title></html>", "\x01\xff\x7f",
      "[]", R"({"message":{"message":[1]}})"};
  for (int status = 100; status < 600; ++status) {
    if (status == 200) continue;
    for (const std::string& body : bodies) ExpectVerdicts(status, body);
  }
  for (const int status : {302, 400, 401, 403, 429, 503}) {
    ExpectVerdicts(status, std::string(100'000, 'x'));
    ExpectVerdicts(status, std::string(50'000, '['));
  }
}

TEST_P(SourceConformance, TakesNoTruncatedBodyForAPage) {
  const Ask ask = FirstAsk(2);
  const HttpResponse whole = under_test_->Answer(ask.request);
  for (std::size_t size = 0; size < whole.body.size(); ++size) {
    HttpResponse cut = Copy(whole);
    cut.body.Clear();
    cut.body.Append(whole.body.view().substr(0, size));
    const absl::StatusOr<Answer> answer = source_->Read(ask.from, 2, std::move(cut));
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable) << size;
  }
}

TEST_P(SourceConformance, AsksForFewerWhenAPageIsTooLarge) {
  const Ask ask = FirstAsk(2);
  HttpResponse response = under_test_->Answer(ask.request);
  response.body.Clear();
  response.over_cap = true;
  EXPECT_EQ(source_->Read(ask.from, 2, std::move(response)).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST_P(SourceConformance, PassesOneEventThatIsTooLarge) {
  const Ask ask = FirstAsk(1);
  HttpResponse response = under_test_->Answer(ask.request);
  const Position next = source_->Read(ask.from, 1, Copy(response)).value().next;
  response.body.Clear();
  response.over_cap = true;
  EXPECT_EQ(source_->Pass(ask.from, response).value().next, next);
  response.headers.clear();
  EXPECT_EQ(source_->Pass(ask.from, response).status().code(), absl::StatusCode::kUnavailable);
}

TEST_P(SourceConformance, NamesTheHeaderOfTheSecretAndNeverFillsIt) {
  const HttpRequest probe = source_->Probe(under_test_->tick());
  const HttpRequest question = FirstAsk(1).request;
  for (const HttpRequest* request : {&probe, &question}) {
    EXPECT_FALSE(request->secret_header.empty());
    for (const HttpHeader& header : request->headers) {
      EXPECT_FALSE(absl::EqualsIgnoreCase(header.name, request->secret_header));
    }
  }
}

TEST_P(SourceConformance, AcceptsTheAnswerToItsProbe) {
  EXPECT_TRUE(source_->ReadProbe(under_test_->Answer(source_->Probe(under_test_->tick()))).ok());
}

}  // namespace cce
