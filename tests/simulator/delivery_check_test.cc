#include "tests/simulator/delivery_check.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "cce/api/text.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/concat.h"
#include "tests/simulator/record_tokens.h"
#include "tests/simulator/request_log.h"
#include "tests/simulator/simulator.h"

namespace cce::simulator {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const absl::Time kCreated = absl::FromUnixSeconds(1'790'000'000);
constexpr std::string_view kOrganisation = "5f1d0c0de000000000000001";

// A collector that is right about everything, so that a test can make it wrong in one thing.
class Collector : public ::testing::Test {
 protected:
  Collector() : simulator_(SimulatorOptions{}) {
    OrganisationOptions options;
    options.events = 3000;
    options.mix.delays = DelayProfile::kNone;
    options.mix.hostile_rate = 0.02;
    options.mix.twin_rate = 0.01;
    EXPECT_TRUE(simulator_.AddOrganisation(options, kCreated).ok());
    simulator_.credentials().AddKey({"key", std::string(kOrganisation)});
  }

  void Inject(std::string_view record, absl::Time time, absl::Time visible_at) {
    simulator_.FindOrganisation(kOrganisation)->Inject(record, "sso", time, visible_at);
  }

  // Pages through a window as of `now`, at most `pages` pages.
  void Poll(absl::Time now, absl::Duration back = absl::Hours(30), std::size_t pages = 1000) {
    std::string cursor;
    for (bool more = true; more && pages > 0; --pages) {
      Request request;
      request.target = "/insights/directory/v1/events";
      request.headers = {{"x-api-key", "key"}};
      std::string start;
      AppendTimestamp(absl::ToUnixNanos(now - back), Fraction::kNanosecondsCut, start);
      std::string end;
      AppendTimestamp(absl::ToUnixNanos(now + absl::Hours(40)), Fraction::kNanosecondsCut, end);
      request.body = Concat(R"({"service":["all"],"start_time":")", start, R"(","end_time":")", end,
                            "\"", cursor, "}");
      const Response response = simulator_.Answer(request, now);
      more = response.status == 200 && *response.Header("x-result-count") == "1000";
      if (more) cursor = Concat(R"(,"search_after":)", *response.Header("x-search_after"));
    }
  }

  // Every record visible at `now`.
  std::vector<std::string> Records(absl::Time now) {
    std::vector<std::string> records;
    EventRange range;
    range.first_ms = std::numeric_limits<std::int64_t>::min();
    range.end_ms = std::numeric_limits<std::int64_t>::max();
    simulator_.FindOrganisation(kOrganisation)
        ->store()
        .ForEachVisible(range, absl::ToUnixNanos(now),
                        [&](const EventBlock& block, std::size_t index) {
                          records.emplace_back(block.Record(index));
                          return true;
                        });
    return records;
  }

  static std::string Raw(const std::string& record) { return OnOneLine(record) + "\n"; }

  // As the OCSF output writes it: empty values dropped, the bytes kept where something was odd.
  static std::string Ocsf(const std::string& record) {
    RecordReader reader;
    const RecordTokens tokens = reader.Read(record);
    std::string metadata;
    const auto add = [&](std::string_view key, std::string_view token) {
      if (Unquoted(token).empty()) return;
      const std::string quoted = Concat("\"", Unquoted(token), "\"");
      Append(metadata, metadata.empty() ? "" : ",", "\"", key, "\":", quoted);
    };
    add("original_event_uid", tokens.id);
    add("log_source", tokens.service);
    add("original_time", tokens.timestamp);
    std::string line =
        Concat(R"({"class_uid":0,"metadata":{"version":"1.8.0",)", R"("product":{"name":"x"})",
               metadata.empty() ? "" : ",", metadata, "}");
    if (!reader.IsObject(record) || tokens.service.empty() || tokens.timestamp.empty()) {
      const json text = record;
      std::string raw;
      try {
        raw = text.dump();
      } catch (const json::exception&) {
        raw = json(std::string(absl::Base64Escape(record))).dump();
      }
      Append(line, R"(,"raw_data":)", raw);
    }
    return line + "}\n";
  }

  CheckResult Check(const std::string& delivered, absl::Time now, CheckOptions options = {}) {
    return CheckAgainst(simulator_.Truth("", now), delivered, options);
  }

  CheckResult CheckAgainst(const std::string& truth, const std::string& delivered,
                           CheckOptions options = {}) {
    DeliveryCheck check(options);
    EXPECT_TRUE(check.AddTruth(truth).ok());
    std::string requests;
    for (const LoggedRequest& logged : simulator_.log()) AppendLine(logged, requests);
    EXPECT_TRUE(check.AddRequests(requests).ok());
    check.AddDelivered(delivered);
    return check.Result();
  }

  Simulator simulator_;
};

using Format = std::string (*)(const std::string&);

TEST_F(Collector, ADeliveryKnownByItsMomentAloneIsOfTheEventThatWasAskedFor) {
  const absl::Time time = kCreated - absl::Minutes(5);
  const absl::Time poll = kCreated + absl::Minutes(1);
  std::string timestamp;
  AppendTimestamp(absl::ToUnixNanos(time), Fraction::kNone, timestamp);
  const auto record = [&timestamp](std::string_view what) {
    return Concat(R"({"service":"sso","timestamp":")", timestamp, R"(","what":")", what, R"("})");
  };
  // Whichever comes first in the record of the truth, the poll has seen one of them only.
  Inject(record("late one"), time, poll + absl::Minutes(1));
  Inject(record("early one"), time, kCreated);
  Inject(record("late two"), time, poll + absl::Minutes(1));
  Poll(poll);
  std::string delivered;
  for (const std::string& seen : Records(poll)) delivered += Ocsf(seen);
  CheckOptions options;
  const CheckResult result =
      CheckAgainst(simulator_.Truth("", poll + absl::Minutes(2)), delivered, options);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.doubled, 0u);
  EXPECT_EQ(result.pending, 2u);
}

TEST_F(Collector, ThatDeliversEverythingOnceIsFoundInnocentInBothFormats) {
  Poll(kCreated);
  for (const Format format : {Format(Raw), Format(Ocsf)}) {
    std::string delivered;
    for (const std::string& record : Records(kCreated)) delivered += format(record);
    const CheckResult result = Check(delivered, kCreated);
    EXPECT_EQ(result.visible, 3000u);
    EXPECT_EQ(result.delivered, 3000u);
    EXPECT_EQ(result.lost + result.doubled + result.late + result.pending + result.unknown, 0u)
        << testing::PrintToString(result.unknown_examples)
        << testing::PrintToString(result.lost_examples);
  }
}

TEST_F(Collector, IsCaughtForASingleEventThatItLosesOrDoubles) {
  Poll(kCreated);
  const std::vector<std::string> records = Records(kCreated);
  const std::string truth = simulator_.Truth("", kCreated);
  for (const Format format : {Format(Raw), Format(Ocsf)}) {
    std::vector<std::string> lines;
    for (const std::string& record : records) lines.push_back(format(record));
    for (std::size_t victim = 0; victim < records.size(); victim += 71) {
      std::string lossy, doubling;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i != victim) lossy += lines[i];
        doubling += lines[i];
      }
      doubling += lines[victim];
      const CheckResult loss = CheckAgainst(truth, lossy);
      ASSERT_EQ(loss.lost, 1u) << records[victim];
      ASSERT_EQ(loss.doubled, 0u) << records[victim];
      ASSERT_EQ(loss.lost_examples.size(), 1u);
      const CheckResult twice = CheckAgainst(truth, doubling);
      ASSERT_EQ(twice.lost, 0u) << records[victim];
      ASSERT_EQ(twice.doubled, 1u) << records[victim];
    }
  }
}

TEST_F(Collector, LosingOneTwinAndDoublingAnotherEventIsBothSeen) {
  Poll(kCreated);
  const std::vector<std::string> records = Records(kCreated);
  std::size_t twin = 0;
  for (std::size_t i = 1; i < records.size(); ++i) {
    if (records[i] == records[i - 1]) twin = i;
  }
  ASSERT_GT(twin, 0u);
  std::string delivered;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i != twin) delivered += Raw(records[i]);
  }
  delivered += Raw(records[0]);
  const CheckResult result = Check(delivered, kCreated);
  EXPECT_EQ(result.lost, 1u);
  EXPECT_EQ(result.doubled, 1u);
}

TEST_F(Collector, IsNotBlamedForWhatNoFinishedWindowSaw) {
  Poll(kCreated, absl::Hours(30), /*pages=*/2);
  const CheckResult result = Check("", kCreated);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.pending, 3000u);
}

TEST_F(Collector, IsNotBlamedForAPageThatWasSpoilt) {
  simulator_.faults().Add(*ParseFault(R"({"fault":"truncated","count":-1})"));
  Poll(kCreated);
  EXPECT_EQ(Check("", kCreated).lost, 0u);
  simulator_.faults().Clear();
  Poll(kCreated);
  EXPECT_EQ(Check("", kCreated).lost, 3000u);
}

TEST_F(Collector, LateEventsAreCountedApart) {
  const std::string late = R"({"service":"sso","id":"late","timestamp":"2026-09-21T10:00:00Z"})";
  const std::string later = R"({"service":"sso","id":"slow","timestamp":"2026-09-21T14:13:00Z"})";
  const absl::Time seen = kCreated + absl::Minutes(5);
  Inject(late, kCreated - absl::Hours(4), seen);
  Inject(later, kCreated - absl::Seconds(20), seen);
  std::string delivered;
  for (const std::string& record : Records(kCreated)) delivered += Raw(record);
  Poll(kCreated);

  const CheckResult result = Check(delivered, seen);
  EXPECT_EQ(result.visible, 3002u);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.late, 1u);
  EXPECT_EQ(result.pending, 1u);
  CheckOptions until;
  until.until = absl::ToUnixNanos(kCreated);
  EXPECT_EQ(Check(delivered, seen, until).visible, 3000u);

  // A window that was asked for afterwards had them.
  Poll(seen);
  EXPECT_EQ(Check(delivered, seen).lost, 2u);
  EXPECT_EQ(Check(delivered + Raw(late) + Raw(later), seen).lost, 0u);
}

TEST_F(Collector, InventedLinesAreReported) {
  Poll(kCreated);
  const CheckResult result = Check("{\"service\":\"sso\",\"id\":\"x\"}\n", kCreated);
  EXPECT_EQ(result.unknown, 1u);
  EXPECT_EQ(result.unknown_examples.size(), 1u);
}

TEST_F(Collector, MaskedSecretsAreNoLoss) {
  // An event without id whose bytes the output changed is known by its service and timestamp.
  const std::string record =
      R"({"service":"sso","timestamp":"2026-09-21T10:00:00Z","changes":[{"to":"s3"}]})";
  const std::string masked =
      R"({"service":"sso","timestamp":"2026-09-21T10:00:00Z","changes":[{"to":"[redacted]"}]})";
  std::string delivered = Raw(masked);
  for (const std::string& one : Records(kCreated)) delivered += Raw(one);
  Inject(record, kCreated - absl::Hours(4), kCreated);
  Poll(kCreated);
  const CheckResult result = Check(delivered, kCreated);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.unknown, 0u);
}

TEST(DeliveryCheck, OfAnotherOrganisationIsLeftOut) {
  CheckOptions options;
  options.organisation = "ffffffffffffffffffffffff";
  DeliveryCheck check(options);
  ASSERT_TRUE(check
                  .AddTruth("{\"organisation\":\"5f1d0c0de000000000000001\",\"service\":\"sso\","
                            "\"id\":null,\"timestamp\":null,\"time\":1,\"visible_at\":1,"
                            "\"hash\":\"00\"}\n")
                  .ok());
  EXPECT_EQ(check.Result().visible, 0u);
}

TEST(DeliveryCheck, NamesTheLineThatItCannotRead) {
  DeliveryCheck check(CheckOptions{});
  EXPECT_NE(check.AddTruth("\nnonsense\n").message().find("line 2"), absl::string_view::npos);
  EXPECT_NE(check.AddRequests("{}\n").message().find("line 1"), absl::string_view::npos);
}

}  // namespace
}  // namespace cce::simulator
