// What the events of each service look like: keys in the order in which they are sent, types as odd
// as they were seen. event_writer.h fills them.
#pragma once

#include <string_view>

#include "absl/types/span.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {

enum class IdStyle { kObjectId, kUuid, kUpperCaseUuid };

struct EventShape {
  std::string_view service;
  std::string_view event_type;
  int weight;  // how often, relative to the others
  Fraction fraction;
  IdStyle id_style;
  double without_id;  // share of the events that have no id
  // JSON with <placeholders>; event_writer.cc lists them.
  std::string_view text;
};

// In an order that is part of what a seed means.
absl::Span<const EventShape> EventShapes();

// Every service that a query may name, "all" excluded, in the order in which the refusal of an
// unknown one lists them.
absl::Span<const std::string_view> KnownServices();

}  // namespace cce::simulator
