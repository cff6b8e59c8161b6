#include "cce/api/event_filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "cce/api/text.h"

namespace cce {

bool EventFilter::Passes(std::string_view service, int severity_id) const {
  if (severity_id != 0 && severity_id < min_severity) return false;
  return services.empty() || service.empty() ||
         std::any_of(services.begin(), services.end(), [service](const std::string& wanted) {
           return absl::EqualsIgnoreCase(wanted, ForAbseil(service));
         });
}

}  // namespace cce
