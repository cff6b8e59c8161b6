#include "tests/simulator/organisation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "absl/strings/ascii.h"
#include "cce/api/text.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/event_shapes.h"
#include "tests/simulator/record_tokens.h"
#include "tests/simulator/seeded_random.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

// The live stream is planned in steps; a step is a few pages at most and not too many blocks a day.
constexpr std::int64_t kSlot = 10 * kNanosecondsPerSecond;
constexpr std::size_t kEventsPerBlock = 16384;
constexpr std::size_t kBytesPerEvent = 900;
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

bool EntryInIndexOrder(const EventBlock::Entry& a, const EventBlock::Entry& b) {
  return std::tuple(a.milliseconds(), a.tiebreak) < std::tuple(b.milliseconds(), b.tiebreak);
}

}  // namespace

Organisation::Organisation(const OrganisationOptions& options, absl::Time created)
    : options_(options),
      population_(Mix(options.seed, 2), options.id),
      writer_(population_),
      planner_(options.seed, options.mix) {
  const std::int64_t end = Truncate(absl::ToUnixNanos(created), Fraction::kNone);
  live_start_ = end;
  next_slot_ = options.live_rate > 0 ? end : kForever;
  if (options.events == 0) return;
  const std::int64_t span = std::max<std::int64_t>(
      Truncate(absl::ToInt64Nanoseconds(options.span), Fraction::kNone), kNanosecondsPerSecond);
  const std::size_t burst = std::min(options.burst, options.events);
  std::vector<PlannedEvent> events = planner_.Plan(end - span, end, options.events - burst);
  const std::vector<PlannedEvent> together = planner_.PlanBurst(
      Truncate(end - span / 2, Fraction::kNone), burst, /*seed=*/Mix(options.seed));
  events.insert(events.end(), together.begin(), together.end());
  Add(std::move(events), next_slot_);
}

void Organisation::Advance(absl::Time now) {
  if (options_.live_rate <= 0) return;
  while (next_slot_ <= absl::ToUnixNanos(now)) {
    const std::int64_t start = next_slot_;
    const std::int64_t end = start + kSlot;
    const auto happened_before = [&](std::int64_t time) {
      const double seconds = static_cast<double>(time - live_start_) / kNanosecondsPerSecond;
      return static_cast<std::size_t>(std::floor(seconds * options_.live_rate));
    };
    next_slot_ = end;
    Add(planner_.Plan(start, end, happened_before(end) - happened_before(start)), end);
  }
}

EventBlock::Entry Organisation::Render(const PlannedEvent& event, std::string& record) const {
  EventBlock::Entry entry;
  entry.time = event.time;
  entry.visible_at = event.visible_at;
  entry.tiebreak = event.tiebreak;
  record.clear();
  if (event.hostile != Hostile::kNone) {
    WriteHostile(event.hostile, options_.id, event.time, event.content_seed, record);
    entry.service = ServiceBit(ServiceOf(event.hostile));
  } else {
    writer_.Write(event.shape, event.time, event.with_id, event.content_seed, record);
    entry.service = ServiceBit(EventShapes()[event.shape].service);
  }
  return entry;
}

void Organisation::Add(std::vector<PlannedEvent> events, std::int64_t end) {
  std::string record;
  // What was said to lie in the future and happens in this stretch is merged into it.
  std::vector<Ready> due;
  const auto still_future = std::partition(
      future_.begin(), future_.end(), [&](const Ready& ready) { return ready.entry.time >= end; });
  due.assign(std::make_move_iterator(still_future), std::make_move_iterator(future_.end()));
  bool future_changed = still_future != future_.end();
  future_.erase(still_future, future_.end());

  const auto beyond = std::partition(events.begin(), events.end(),
                                     [&](const PlannedEvent& event) { return event.time < end; });
  for (auto event = beyond; event != events.end(); ++event) {
    const EventBlock::Entry entry = Render(*event, record);
    future_.push_back({entry, record});
    future_changed = true;
  }
  events.erase(beyond, events.end());

  std::sort(events.begin(), events.end(), InIndexOrder);
  std::sort(due.begin(), due.end(),
            [](const Ready& a, const Ready& b) { return EntryInIndexOrder(a.entry, b.entry); });
  EventBlock block;
  block.Reserve(std::min(events.size() + due.size(), kEventsPerBlock),
                std::min(events.size() + due.size(), kEventsPerBlock) * kBytesPerEvent);
  auto waiting = due.begin();
  const auto append = [&](const EventBlock::Entry& entry, std::string_view bytes) {
    block.Append(entry, bytes);
    if (block.entries().size() < kEventsPerBlock) return;
    store_.Append(std::move(block));
    block = EventBlock();
    block.Reserve(kEventsPerBlock, kEventsPerBlock * kBytesPerEvent);
  };
  for (const PlannedEvent& event : events) {
    const EventBlock::Entry entry = Render(event, record);
    for (; waiting != due.end() && EntryInIndexOrder(waiting->entry, entry); ++waiting) {
      append(waiting->entry, waiting->record);
    }
    append(entry, record);
  }
  for (; waiting != due.end(); ++waiting) append(waiting->entry, waiting->record);
  if (!block.entries().empty()) store_.Append(std::move(block));
  if (future_changed) PublishFuture();
}

void Organisation::PublishFuture() {
  std::sort(future_.begin(), future_.end(),
            [](const Ready& a, const Ready& b) { return EntryInIndexOrder(a.entry, b.entry); });
  EventBlock block;
  for (const Ready& ready : future_) block.Append(ready.entry, ready.record);
  store_.SetFuture(std::move(block));
}

void Organisation::Inject(std::string_view record, std::string_view service, absl::Time time,
                          absl::Time visible_at) {
  EventBlock::Entry entry;
  entry.time = absl::ToUnixNanos(time);
  entry.visible_at = absl::ToUnixNanos(visible_at);
  entry.tiebreak = Mix(Mix(options_.seed, store_.size()), static_cast<std::uint64_t>(entry.time));
  entry.service = ServiceBit(service);
  if (entry.time < next_slot_) {
    store_.Insert(entry, record);
  } else {
    future_.push_back({entry, std::string(record)});
    PublishFuture();
  }
}

absl::Status Organisation::Load(std::string_view lines) {
  std::vector<Ready> loaded;
  std::optional<std::int64_t> preceding;
  RecordReader reader;
  std::size_t number = 0;
  while (!lines.empty()) {
    const std::size_t length = std::min(lines.find('\n'), lines.size());
    const std::string_view line =
        FromAbseil(absl::StripAsciiWhitespace(ForAbseil(lines.substr(0, length))));
    lines.remove_prefix(std::min(length + 1, lines.size()));
    ++number;
    if (line.empty()) continue;
    // A broken line would break every page that it is part of.
    if (!reader.IsObject(line)) {
      return absl::InvalidArgumentError(
          Concat("line ", number, " is not one JSON object; write each event on a line"));
    }
    const RecordTokens tokens = reader.Read(line);
    const std::optional<std::int64_t> time = ParseTimestamp(Unquoted(tokens.timestamp));
    if (!time && !preceding) {
      return absl::InvalidArgumentError(
          Concat("line ", number, " has no readable timestamp, nor has one before it"));
    }
    preceding = time ? time : preceding;
    Ready& ready = loaded.emplace_back();
    ready.record = line;
    ready.entry.time = *preceding;
    ready.entry.visible_at = std::numeric_limits<std::int64_t>::min();
    ready.entry.tiebreak = Mix(Mix(options_.seed, 3), number);
    ready.entry.service = ServiceBit(Unquoted(tokens.service));
  }

  // The store is rebuilt as one run, so that the file and what is there already interleave.
  store_.ForEach([&](const EventBlock& block, std::size_t index) {
    loaded.push_back({block.entries()[index], std::string(block.Record(index))});
    return true;
  });
  store_ = EventStore();
  future_ = std::move(loaded);
  Add({}, next_slot_);
  return absl::OkStatus();
}

}  // namespace cce::simulator
