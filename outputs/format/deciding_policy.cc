#include "outputs/format/deciding_policy.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "absl/strings/match.h"
#include "cce/api/text.h"

namespace cce {

namespace {

// The less, the more it decides.
std::int64_t AskRank(std::string_view decision, std::string_view, std::string_view) {
  constexpr std::string_view kDecisions[] = {"DENY", "ALLOW_WITH_MFA", "ALLOW"};
  const auto* const known =
      std::find_if(std::begin(kDecisions), std::end(kDecisions), [=](std::string_view one) {
        return absl::EqualsIgnoreCase(ForAbseil(decision), ForAbseil(one));
      });
  return known - std::begin(kDecisions);
}

}  // namespace

const Authorization* DecidingPolicy(const Event& event) {
  const Authorization* deciding = nullptr;
  std::int64_t least = 0;
  for (const Authorization& one : event.authorizations) {
    const std::int64_t rank = event.Ask(&AskRank, one.decision);
    if (deciding != nullptr && rank >= least) continue;
    deciding = &one;
    least = rank;
  }
  return deciding;
}

}  // namespace cce
