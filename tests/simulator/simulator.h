// JumpCloud's Directory Insights, as far as a collector can tell.
//
// A pure library: no I/O, no clock, no thread. The same options, the same calls with the same
// `now`s give the same answers, byte for byte. reference: the Directory Insights API 1.0 document
// of JumpCloud (docs.jumpcloud.com/api/insights/directory/1.0) and what clients of it have
// observed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/simulator/credentials.h"
#include "tests/simulator/fault.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/organisation.h"
#include "tests/simulator/request_log.h"
#include "tests/simulator/search_request.h"

namespace cce::simulator {

// How the paging headers are written; a client must not care.
enum class HeaderCase { kDocumented, kLower, kUpper, kTitle };

// What an empty page says about the cursor.
enum class EmptyPageCursor { kAbsent, kBlank, kRequests };

// "documented", "lower", "upper", "title"; errors: kInvalidArgument.
absl::StatusOr<HeaderCase> ParseHeaderCase(std::string_view name);
// "absent", "blank", "requests"; errors: kInvalidArgument.
absl::StatusOr<EmptyPageCursor> ParseEmptyPageCursor(std::string_view name);

struct SimulatorOptions {
  std::uint64_t seed = 1;  // of request ids and faults
  SearchRules rules;
  HeaderCase header_case = HeaderCase::kDocumented;
  EmptyPageCursor empty_page_cursor = EmptyPageCursor::kAbsent;
  // Histograms leave out the minutes without events, instead of counting zero between the others.
  bool sparse_histogram = false;
  absl::Duration clock_skew =
      absl::ZeroDuration();  // how far the service's clock is ahead of `now`
  int token_lifetime_seconds = 3600;
};

struct Stats {
  std::uint64_t requests = 0;
  std::uint64_t pages = 0;       // answers to /events with status 200
  std::uint64_t events = 0;      // elements in them
  std::uint64_t body_bytes = 0;  // of every answer
};

// Thread-compatible.
class Simulator {
 public:
  explicit Simulator(const SimulatorOptions& options);

  // Creates an organisation, as of `created` on the caller's clock. Errors: kAlreadyExists.
  absl::Status AddOrganisation(const OrganisationOptions& options, absl::Time created);

  // nullptr when there is none of that id.
  Organisation* FindOrganisation(std::string_view id);

  Credentials& credentials() { return credentials_; }
  FaultPlan& faults() { return faults_; }

  // Answers one request; `now` never goes back. Paths under /_simulator/ are the tester's, not the
  // service's: admin.h.
  Response Answer(const Request& request, absl::Time now);

  // The truth about one organisation, or with "" about all: one line for each event that could be
  // seen by `now`, as truth.h writes it.
  std::string Truth(std::string_view organisation, absl::Time now);

  const std::deque<LoggedRequest>& log() const { return log_; }
  const Stats& stats() const { return stats_; }
  const std::vector<std::string>& organisation_ids() const { return organisation_ids_; }

  // The service's own time at the caller's `now`.
  absl::Time ServiceTime(absl::Time now) const { return now + options_.clock_skew; }

 private:
  Response AnswerSearch(const Request& request, absl::Time now, LoggedRequest& log);
  Response AnswerEvents(const Organisation& organisation, const SearchRequest& search,
                        std::int64_t now, const std::optional<Fault>& fault, LoggedRequest& log);
  Response AnswerInterval(const Organisation& organisation, const SearchRequest& search,
                          std::int64_t now, LoggedRequest& log);
  std::string HeaderName(std::string_view documented) const;

  const SimulatorOptions options_;
  Credentials credentials_;
  FaultPlan faults_;
  SeededRandom request_ids_;
  absl::flat_hash_map<std::string, std::unique_ptr<Organisation>> organisations_;
  std::vector<std::string> organisation_ids_;  // in order of creation
  std::deque<LoggedRequest> log_;
  Stats stats_;
};

}  // namespace cce::simulator
