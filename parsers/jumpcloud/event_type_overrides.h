// What an operator says that event types mean. It goes before the table that is compiled in, so
// that a type which JumpCloud has only just begun to send needs no new build.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"
#include "parsers/jumpcloud/event_types.h"

namespace cce::jumpcloud {

// Immutable, hence thread-safe.
class EventTypeOverrides {
 public:
  // `json` is a file of collection.event_types (README.md), valid against
  // EventTypeOverridesSchema(). kInvalidArgument: a line "/POINTER: what was found; what is
  // allowed" for each mistake that a schema cannot find.
  static absl::StatusOr<std::shared_ptr<const EventTypeOverrides>> Read(std::string_view json);

  // The type called `lower_case`, or nullptr. It lives as long as this.
  const EventType* Find(std::string_view lower_case) const;

  // No other overrides of this run have it, and none has 0: what is remembered of events that were
  // read with these is no use to events read with others.
  std::uint64_t number() const { return number_; }

 private:
  struct Override {
    EventType type;
    std::string activity_name;  // what type.activity_name shows, if it is the operator's own
  };

  EventTypeOverrides();

  const std::uint64_t number_;
  absl::node_hash_map<std::string, Override> by_name_;
};

// The JSON Schema of the file (event_types.schema.json).
std::string_view EventTypeOverridesSchema();

}  // namespace cce::jumpcloud
