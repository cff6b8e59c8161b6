// How the service fails on purpose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/simulator/seeded_random.h"

namespace cce::simulator {

enum class FaultKind {
  // These answer instead of the service.
  kBadRequest,       // 400
  kUnauthorized,     // 401
  kPaymentRequired,  // 402
  kForbidden,        // 403
  kForbiddenHtml,    // 403, an HTML page
  kNotFound,         // 404
  kThrottled,        // 429, with Retry-After when `retry_after` is set
  kServerError,      // 500
  kUnavailable,      // 503
  kReset,            // the connection ends without an answer
  kNullBody,         // 200 with `null`
  kEmptyBody,        // 200 with nothing
  kHtmlBody,         // 200 with an HTML page, as captive portals send
  // These spoil an answer of the service.
  kTruncated,       // half of the body, then the end
  kDuplicates,      // up to three elements of the page come twice
  kNoCursor,        // a page without X-Search_after
  kRepeatedCursor,  // X-Search_after is the request's own
  kWrongCount,      // X-Result-Count is not the number of elements
  kForeignEvent,    // one more element, of another organisation
  kSlow,            // `delay` before the first byte
};

// "throttled", and so on; errors: kInvalidArgument listing the names.
absl::StatusOr<FaultKind> ParseFaultKind(std::string_view name);
std::string_view Name(FaultKind kind);

// One rule. It fires at the requests that it matches, `count` times, each time with probability
// `rate`.
struct Fault {
  FaultKind kind = FaultKind::kUnavailable;
  std::int64_t count = 1;  // negative: for ever
  double rate = 1;
  std::int64_t after = 0;          // so many matching requests are let through first
  std::string path;                // the request's path ends so; "" for every path
  std::string organisation;        // "" for every organisation
  bool only_mid_paging = false;    // requests with search_after only
  std::optional<int> retry_after;  // seconds
  absl::Duration delay = absl::Seconds(2);
};

// From JSON: {"fault": NAME, "count", "rate", "after", "path", "organisation", "mid_paging",
// "retry_after", "delay": "2s"}. With a rate and no count it fires for ever. Errors:
// kInvalidArgument.
absl::StatusOr<Fault> ParseFault(std::string_view json);

struct FaultTarget {
  std::string_view path;
  std::string_view organisation;
  bool mid_paging = false;
};

// Thread-compatible.
class FaultPlan {
 public:
  explicit FaultPlan(std::uint64_t seed) : random_(seed) {}

  void Add(Fault fault) { faults_.push_back(std::move(fault)); }
  void Clear() { faults_.clear(); }

  // The first fault that fires at this request, which uses it up; nullopt when none does.
  std::optional<Fault> Take(const FaultTarget& target);

 private:
  std::vector<Fault> faults_;
  SeededRandom random_;
};

}  // namespace cce::simulator
