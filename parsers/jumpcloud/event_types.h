// What each of JumpCloud's event types means. The list is a lower bound: JumpCloud emits types that
// its documentation does not have, so every lookup has an answer. event_type_overrides.h has what
// an operator adds to the list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace cce::jumpcloud {

// Where an event's activity comes from.
enum class ActivityBy : std::uint8_t { kTable, kChanges, kAssociation, kRequestType, kStatus };

struct EventType {
  std::string_view name;
  std::string_view service;  // several are separated by commas; empty if nobody says
  std::int16_t class_uid;
  std::int16_t activity_id;
  std::string_view activity_name;
  std::int8_t severity_id;  // the least, unless the event says one itself
  std::string_view ecs_category;
  std::string_view ecs_type;
  ActivityBy activity_by;
};

class EventTypeOverrides;

// All types of the table that is compiled in, sorted by name.
absl::Span<const EventType> KnownEventTypes();

// How a name was recognised.
enum class MatchedBy : std::uint8_t { kName, kFamily, kNothing };

struct TypeMatch {
  const EventType* type;  // never null
  MatchedBy by;
};

// The type called `name`, in any case of letters, of `overrides` (null: none) or else of the table;
// else by its ending; else the base event. `name` is JSON text without quotes. REQUIRES: eight
// bytes at name.data() may be read unless it is empty.
TypeMatch MatchEventType(std::string_view name, const EventTypeOverrides* overrides = nullptr);

}  // namespace cce::jumpcloud
