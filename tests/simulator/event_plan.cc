#include "tests/simulator/event_plan.h"

#include <algorithm>
#include <tuple>

#include "tests/simulator/concat.h"
#include "tests/simulator/event_shapes.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

constexpr std::int64_t kSecond = kNanosecondsPerSecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

// Shares of the kinds of delay; the rest takes up to 5 s.
struct Delays {
  double minutes;  // 5 s to 5 min
  double tail;     // 5 min to the mix's `tail`
  double future;   // events whose own clock is ahead
};

constexpr Delays DelaysOf(DelayProfile profile) {
  switch (profile) {
    case DelayProfile::kNone:
      return {0, 0, 0};
    case DelayProfile::kRealistic:
      return {0.08, 0.001, 0.0005};
    case DelayProfile::kNasty:
      return {0.35, 0.02, 0.003};
  }
  return {0, 0, 0};
}

}  // namespace

absl::StatusOr<DelayProfile> ParseDelayProfile(std::string_view name) {
  if (name == "none") return DelayProfile::kNone;
  if (name == "realistic") return DelayProfile::kRealistic;
  if (name == "nasty") return DelayProfile::kNasty;
  return absl::InvalidArgumentError(
      Concat("delay profile '", name, "': expected none, realistic or nasty"));
}

bool InIndexOrder(const PlannedEvent& a, const PlannedEvent& b) {
  return std::tuple(ToMilliseconds(a.time), a.tiebreak) <
         std::tuple(ToMilliseconds(b.time), b.tiebreak);
}

EventPlanner::EventPlanner(std::uint64_t seed, const EventMix& mix) : seed_(seed), mix_(mix) {
  for (std::uint32_t shape = 0; shape < EventShapes().size(); ++shape) {
    shape_by_weight_.insert(shape_by_weight_.end(),
                            static_cast<std::size_t>(EventShapes()[shape].weight), shape);
  }
  if (mix_.tail_share < 0) mix_.tail_share = DelaysOf(mix_.delays).tail;
}

std::int64_t EventPlanner::DrawDelay(SeededRandom& random) const {
  if (mix_.delays == DelayProfile::kNone) return 0;
  const double kind = random.Unit();
  const double minutes = DelaysOf(mix_.delays).minutes;
  const std::int64_t tail = std::max(absl::ToInt64Nanoseconds(mix_.tail), 5 * kMinute);
  if (kind < mix_.tail_share) return random.Between(5 * kMinute, tail);
  if (kind < mix_.tail_share + minutes) return random.Between(5 * kSecond, 5 * kMinute);
  return random.Between(kSecond / 5, 5 * kSecond);
}

PlannedEvent EventPlanner::PlanOne(std::int64_t happened, SeededRandom& random) const {
  PlannedEvent event;
  event.tiebreak = random.Next();
  event.content_seed = random.Next();
  event.shape = shape_by_weight_[random.Below(shape_by_weight_.size())];
  event.visible_at = happened + DrawDelay(random);
  std::int64_t time = happened;
  if (random.Chance(DelaysOf(mix_.delays).future)) {
    time += random.Chance(0.8) ? random.Between(kSecond, 2 * kMinute)
                               : random.Between(2 * kMinute, 26 * kHour);
  }
  const EventShape& shape = EventShapes()[event.shape];
  event.with_id = !random.Chance(shape.without_id);
  if (random.Chance(mix_.hostile_rate)) {
    const auto kinds = static_cast<std::uint64_t>(Hostile::kCount) - 1;
    event.hostile = static_cast<Hostile>(1 + random.Below(kinds));
    event.time = time;
  } else {
    event.time = Truncate(time, shape.fraction);
  }
  return event;
}

std::vector<PlannedEvent> EventPlanner::Plan(std::int64_t start, std::int64_t end,
                                             std::size_t count) const {
  SeededRandom random(
      Mix(Mix(seed_, static_cast<std::uint64_t>(start)), static_cast<std::uint64_t>(end)));
  std::vector<PlannedEvent> events;
  events.reserve(count);
  const double width = static_cast<double>(end - start) / static_cast<double>(count + 1);
  while (events.size() < count) {
    // One event to each equal part of the stretch: no second of a steady stream is empty by chance.
    const double position = (static_cast<double>(events.size()) + random.Unit()) * width;
    const std::int64_t happened = start + static_cast<std::int64_t>(position);
    const PlannedEvent event = PlanOne(happened, random);
    events.push_back(event);
    if (random.Chance(mix_.burst_rate)) {
      const std::vector<PlannedEvent> burst =
          PlanBurst(event.time, 1 + random.Below(8), event.content_seed);
      for (const PlannedEvent& another : burst) {
        if (events.size() < count) events.push_back(another);
      }
    }
    if (random.Chance(mix_.twin_rate) && events.back().hostile == Hostile::kNone &&
        events.size() < count) {
      events.back().with_id = false;
      PlannedEvent twin = events.back();
      twin.tiebreak = random.Next();
      twin.visible_at = std::max(twin.visible_at, happened + DrawDelay(random));
      events.push_back(twin);
    }
  }
  return events;
}

std::vector<PlannedEvent> EventPlanner::PlanBurst(std::int64_t time, std::size_t count,
                                                  std::uint64_t seed) const {
  const std::int64_t millisecond = ToMilliseconds(time) * kNanosecondsPerMillisecond;
  SeededRandom random(Mix(seed_, seed));
  std::vector<PlannedEvent> events;
  events.reserve(count);
  while (events.size() < count) {
    PlannedEvent event = PlanOne(millisecond, random);
    // Shapes that know only seconds stay in the burst when the burst is on a whole second.
    const Fraction fraction = EventShapes()[event.shape].fraction;
    if (fraction == Fraction::kNone && millisecond % kSecond != 0) continue;
    event.time = millisecond;
    if (fraction == Fraction::kNanosecondsCut || event.hostile != Hostile::kNone) {
      const auto within = static_cast<std::int64_t>(random.Below(kNanosecondsPerMillisecond));
      event.time += within;
      event.visible_at += within;
    }
    events.push_back(event);
  }
  return events;
}

}  // namespace cce::simulator
