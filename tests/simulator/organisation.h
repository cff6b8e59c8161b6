// One organisation: what happened in it up to some moment, and what goes on happening.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/simulator/event_plan.h"
#include "tests/simulator/event_store.h"
#include "tests/simulator/event_writer.h"
#include "tests/simulator/population.h"

namespace cce::simulator {

struct OrganisationOptions {
  std::string id = "5f1d0c0de000000000000001";
  std::uint64_t seed = 1;
  std::size_t events = 0;  // that happened before the organisation was created here ...
  absl::Duration span = absl::Hours(1);  // ... within this time; at least a second
  std::size_t burst = 0;                 // of them, how many share one millisecond
  double live_rate = 0;                  // events a second that happen from then on
  EventMix mix;
};

// Neither copied nor moved. Thread-compatible.
class Organisation {
 public:
  // `created` is where history ends and the live stream begins. The same options and the same
  // `created` make the same events.
  Organisation(const OrganisationOptions& options, absl::Time created);
  Organisation(const Organisation&) = delete;
  Organisation& operator=(const Organisation&) = delete;

  const std::string& id() const { return options_.id; }
  const EventStore& store() const { return store_; }

  // Lets happen what happens up to `now`. Cheap when nothing does.
  void Advance(absl::Time now);

  // Adds one event whose bytes are `record`; `service` is what a query's filter compares.
  void Inject(std::string_view record, std::string_view service, absl::Time time,
              absl::Time visible_at);

  // Adds the events of somebody's export: one JSON object a line, blank lines ignored. Each can be
  // seen at once. An event without a readable timestamp has the preceding one's; the first ones
  // without are refused. Errors: kInvalidArgument naming the line; nothing is added then.
  absl::Status Load(std::string_view lines);

 private:
  struct Ready {
    EventBlock::Entry entry;
    std::string record;
  };

  // Renders `events` in index order: those before `end` go into the store, the others to `future_`.
  void Add(std::vector<PlannedEvent> events, std::int64_t end);
  EventBlock::Entry Render(const PlannedEvent& event, std::string& record) const;
  void PublishFuture();

  const OrganisationOptions options_;
  const Population population_;
  const EventWriter writer_;
  const EventPlanner planner_;
  EventStore store_;
  std::vector<Ready> future_;    // what lies at or after next_slot_
  std::int64_t next_slot_ = 0;   // ns since 1970 UTC; every block in the store ends before it;
                                 // never comes without a live stream
  std::int64_t live_start_ = 0;  // ns since 1970 UTC
};

}  // namespace cce::simulator
