// How an event ended, in the words that ECS, CEF and LEEF share.
#pragma once

#include "cce/api/event.h"

namespace cce {

// "success", "failure" or "unknown", which is also how a finding ends.
Token OutcomeOf(const Event& event);

// OutcomeOf gives back the boolean that status_id was made of.
bool OutcomeIsWhole(const Event& event);

}  // namespace cce
