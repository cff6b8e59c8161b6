// From a JumpCloud record to an event in OCSF's terms: which member becomes which attribute.
#pragma once

#include <cstdint>
#include <string_view>

#include "cce/api/event.h"
#include "parsers/jumpcloud/event_leaves.h"
#include "parsers/jumpcloud/event_time.h"
#include "parsers/jumpcloud/event_type_overrides.h"

namespace cce::jumpcloud {

// JumpCloud Directory Insights, as metadata.product.
const Product& DirectoryInsights();

// What Normalise does not find out itself.
struct Known {
  Identity identity;
  std::int64_t time_ns = 0;  // of `timestamp`; of a record without a readable time, another
  TimestampForm timestamp_form = TimestampForm::kOther;
  std::string_view raw;
  bool raw_has_line_break = false;
  const EventTypeOverrides* overrides = nullptr;  // null: none
};

// Fills `event` from `leaves`, which keep what is unmapped. REQUIRES: leaves.Read was called;
// `event` is cleared.
void Normalise(Leaves& leaves, const Known& known, Event& event);

// Fills `event` for an element that is not an object or not JSON.
void NormaliseUndecodable(const Known& known, Event& event);

}  // namespace cce::jumpcloud
