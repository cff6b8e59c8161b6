// Outcome and severity of an event: what its payload says beyond its type.
#pragma once

#include <optional>

#include "cce/api/event.h"
#include "parsers/jumpcloud/event_record.h"

namespace cce::jumpcloud {

// True, false, or the same in letters of any case.
std::optional<bool> AsBool(const Record& record, json::At at);

// Fills status*, with the rules in the order of preference, and the profile security_control if
// there are authorizations. Of a finding, not status_id.
void FillStatus(Leaves& leaves, Event& event);

// Fills severity* from the vendor's own or from `type`, raised by how the event ended. REQUIRES:
// status and activity are filled.
void FillSeverity(Leaves& leaves, const EventType& type, Event& event);

}  // namespace cce::jumpcloud
