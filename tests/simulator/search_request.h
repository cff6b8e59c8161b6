// The body of a search, as the service reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/event_store.h"

namespace cce::simulator {

inline constexpr std::size_t kDefaultLimit = 1000;
inline constexpr std::size_t kMaximumLimit = 10000;

struct SearchRequest {
  PageQuery query;
  std::vector<std::string> services;  // as sent
  std::string start;                  // as sent
  std::string end;                    // as sent; "" when absent, which means until now
  std::string search_after;           // compact JSON; "" when absent
  std::int64_t interval_ms = 0;       // of a histogram's buckets; 0 when none was asked for
  std::int64_t zone_offset_ms = 0;    // by which the buckets are shifted
  std::string zone;                   // "-0500", "" for UTC
};

struct SearchRules {
  bool end_inclusive = false;
  // What the plan lets a search ask for; older is refused. Infinite: everything.
  absl::Duration licensed_history = absl::InfiniteDuration();
};

// Errors: kInvalidArgument, answered 400, and kFailedPrecondition, answered 402; the message is the
// answer's. `now` in ns since 1970 UTC.
absl::StatusOr<SearchRequest> ParseSearch(std::string_view body, const SearchRules& rules,
                                          std::int64_t now);

// Reads the histogram's members of the same body into `search`. Errors: kInvalidArgument.
absl::Status ParseInterval(std::string_view body, SearchRequest& search);

}  // namespace cce::simulator
