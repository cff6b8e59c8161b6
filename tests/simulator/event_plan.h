// Which events happen when, when they can be seen, and what each is: decided before a byte is
// written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/simulator/hostile_record.h"
#include "tests/simulator/seeded_random.h"

namespace cce::simulator {

// How long after they happened events can be seen.
enum class DelayProfile {
  kNone,       // at once, and no event lies in the future
  kRealistic,  // most within 5 s, some within minutes
  kNasty,      // many within minutes, some within hours, out of order, some in the future
};

// "none", "realistic", "nasty". Errors: kInvalidArgument.
absl::StatusOr<DelayProfile> ParseDelayProfile(std::string_view name);

struct EventMix {
  DelayProfile delays = DelayProfile::kRealistic;
  double tail_share = -1;  // of events that take up to `tail`; negative: the profile's own
  absl::Duration tail = absl::Hours(2);
  double hostile_rate = 0;
  double burst_rate = 0.002;  // share of events that start a handful within one millisecond
  double twin_rate = 0.002;   // share of events that come twice, byte for byte, without an id
};

struct PlannedEvent {
  std::int64_t time = 0;        // ns since 1970 UTC, as precise as its text will be
  std::int64_t visible_at = 0;  // ns since 1970 UTC
  std::uint64_t tiebreak = 0;
  std::uint64_t content_seed = 0;
  std::uint32_t shape = 0;  // index into EventShapes()
  bool with_id = true;
  Hostile hostile = Hostile::kNone;
};

// The order of the index: millisecond, then tiebreak.
bool InIndexOrder(const PlannedEvent& a, const PlannedEvent& b);

// Plans stretches of time. Thread-compatible.
class EventPlanner {
 public:
  EventPlanner(std::uint64_t seed, const EventMix& mix);

  // Exactly `count` events that happen in [start, end), in no order; some may say that they
  // happened later than `end`. The result depends on the seed and the arguments, not on earlier
  // calls. REQUIRES: start and end are whole seconds, start < end.
  std::vector<PlannedEvent> Plan(std::int64_t start, std::int64_t end, std::size_t count) const;

  // `count` events within one millisecond, the one that `time` is in. Bursts of different `seed`s
  // have no event in common.
  std::vector<PlannedEvent> PlanBurst(std::int64_t time, std::size_t count,
                                      std::uint64_t seed) const;

 private:
  PlannedEvent PlanOne(std::int64_t happened, SeededRandom& random) const;
  std::int64_t DrawDelay(SeededRandom& random) const;

  std::uint64_t seed_;
  EventMix mix_;
  std::vector<std::uint32_t> shape_by_weight_;
};

}  // namespace cce::simulator
