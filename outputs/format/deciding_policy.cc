#include "outputs/format/deciding_policy.h"

#include <string_view>

#include "absl/strings/match.h"
#include "cce/api/text.h"

namespace cce {

const Authorization* DecidingPolicy(const Event& event) {
  for (const std::string_view decision : {"DENY", "ALLOW_WITH_MFA", "ALLOW"}) {
    for (const Authorization& one : event.authorizations) {
      if (absl::EqualsIgnoreCase(ForAbseil(event.Word(one.decision)), ForAbseil(decision)))
        return &one;
    }
  }
  return event.authorizations.empty() ? nullptr : &event.authorizations.front();
}

}  // namespace cce
