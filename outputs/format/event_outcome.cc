#include "outputs/format/event_outcome.h"

#include "cce/api/ocsf_ids.h"

namespace cce {

Token OutcomeOf(const Event& event) {
  if (event.class_uid == kFinding) return "unknown";
  if (event.status_id == kStatusSuccess) return "success";
  return event.status_id == kStatusFailure ? Token("failure") : Token("unknown");
}

bool OutcomeIsWhole(const Event& event) {
  return event.class_uid != kFinding &&
         (event.status_id == kStatusSuccess || event.status_id == kStatusFailure);
}

}  // namespace cce
