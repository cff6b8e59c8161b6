// The OCSF classes that a type can be given, and what their activities are in OCSF and ECS.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"

namespace cce::jumpcloud {

struct Activity {
  std::string_view name;      // OCSF's caption
  std::string_view ecs_type;  // as in EventType
};

struct EventClass {
  std::string_view name;  // as in schema.ocsf.io/1.8.0/classes/NAME
  std::int16_t class_uid;
  std::string_view ecs_category;
  absl::Span<const Activity> activities;  // that with activity_id 1 first
  std::string_view other_ecs_type;        // of an activity that OCSF does not have
};

// All of them, by class_uid.
absl::Span<const EventClass> EventClasses();

}  // namespace cce::jumpcloud
