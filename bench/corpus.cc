#include "bench/corpus.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "absl/strings/str_format.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/event_shapes.h"

namespace cce::bench {
namespace {

using simulator::Concat;
using simulator::EventShape;
using simulator::EventShapes;

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kMinBytes = 128'000'000;
// Of the events, those whose type parsers/jumpcloud/event_types.inc does not list.
constexpr double kMaxUnknownPercent = 5;

// Nothing lies in the future, so that a collector that asks until now gets all of it. Some events
// share a millisecond and some come twice without an id, as the service's do.
constexpr simulator::EventMix kMix = {.delays = simulator::DelayProfile::kNone,
                                      .hostile_rate = 0,
                                      .burst_rate = 0.002,
                                      .twin_rate = 0.002};

// What share of the events is each service's. The weights of tests/simulator/event_shapes.cc make
// it so; types and sizes are those of the shapes there.
struct Share {
  std::string_view service;
  double percent;
};
constexpr Share kShares[] = {
    {"directory", 25.8},
    {"sso", 17.7},
    {"systems", 15.4},
    {"ldap", 12.3},
    {"radius", 8.3},
    {"software", 8.1},
    {"mdm", 3.3},
    {"saas_app_management", 2.4},
    {"password_manager", 2.1},
    {"alerts", 1.0},
    {"workflows", 0.7},
    {"access_management", 0.6},
    {"object_storage", 0.6},
    {"reports", 0.6},
    {"asset_management", 0.5},
    {"notifications", 0.5},
};
constexpr double kTolerance = 0.3;  // in percentage points

bool IsKnown(std::string_view event_type) {
  std::string text(event_type);
  text.append(8, '\0');  // MatchEventType reads eight bytes at once
  const std::string_view name = std::string_view(text).substr(0, event_type.size());
  return jumpcloud::MatchEventType(name).by == jumpcloud::MatchedBy::kName;
}

double Percent(std::size_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// A corpus's events by what their shapes say.
struct Counts {
  explicit Counts(const std::vector<std::size_t>& events_of_shape) {
    for (std::size_t i = 0; i < events_of_shape.size(); ++i) {
      const EventShape& shape = EventShapes()[i];
      if (events_of_shape[i] == 0) continue;
      of_service[shape.service] += events_of_shape[i];
      types.insert(shape.event_type);
      if (!IsKnown(shape.event_type)) unknown += events_of_shape[i];
    }
  }

  std::map<std::string_view, std::size_t> of_service;
  std::set<std::string_view> types;
  std::size_t unknown = 0;
};

}  // namespace

Corpus::Corpus(std::int64_t start)
    : shift_(start - kStart),
      population_(kSeed, std::string(kOrganisation)),
      writer_(population_),
      planner_(kSeed, kMix),
      events_of_shape_(EventShapes().size()) {
  sizes_.reserve(kEvents);
  crypto_generichash_init(&hash_, nullptr, 0, crypto_generichash_BYTES);
}

void Corpus::ForEach(std::size_t page, absl::FunctionRef<void(std::string_view)> take) {
  const std::int64_t start = kStart + static_cast<std::int64_t>(page) * kSpanOfPage;
  std::vector<simulator::PlannedEvent> events =
      planner_.Plan(start, start + kSpanOfPage, kEventsOfPage);
  std::sort(events.begin(), events.end(), simulator::InIndexOrder);
  std::string text;
  for (const simulator::PlannedEvent& event : events) {
    text.clear();
    writer_.Write(event.shape, event.time + shift_, event.with_id, event.content_seed, text);
    ++events_of_shape_[event.shape];
    sizes_.push_back(text.size());
    crypto_generichash_update(&hash_, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
    take(text);
  }
}

std::string Corpus::Page(std::size_t page) {
  std::string body = "[";
  ForEach(page, [&](std::string_view event) {
    if (body.size() > 1) body += ',';
    body += event;
  });
  return body + "]";
}

absl::Status Corpus::Check() const {
  const std::size_t bytes = std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0});
  if (sizes_.size() != kEvents || bytes < kMinBytes) {
    return absl::FailedPreconditionError(Concat("the corpus has ", sizes_.size(), " events of ",
                                                bytes, " bytes instead of ", kEvents,
                                                " of at least ", kMinBytes));
  }
  const Counts counts(events_of_shape_);
  if (Percent(counts.unknown, kEvents) > kMaxUnknownPercent) {
    return absl::FailedPreconditionError(
        Concat(counts.unknown, " of the corpus's ", kEvents, " events are of unknown types"));
  }
  std::map<std::string_view, std::size_t> left = counts.of_service;
  for (const Share& share : kShares) {
    const std::size_t events = left[share.service];
    left.erase(share.service);
    if (std::abs(Percent(events, kEvents) - share.percent) > kTolerance) {
      return absl::FailedPreconditionError(
          Concat(events, " of the corpus's ", kEvents, " events are of service ", share.service,
                 ", which is not the share that bench/corpus.cc says"));
    }
  }
  if (!left.empty()) {
    return absl::FailedPreconditionError(
        Concat("bench/corpus.cc says nothing of service ", left.begin()->first));
  }
  return absl::OkStatus();
}

std::string Corpus::Describe() {
  std::sort(sizes_.begin(), sizes_.end());
  const auto size_at = [&](std::size_t percent) {
    return sizes_[(sizes_.size() - 1) * percent / 100];
  };
  const std::size_t bytes = std::accumulate(sizes_.begin(), sizes_.end(), std::size_t{0});
  unsigned char hash[crypto_generichash_BYTES];
  crypto_generichash_final(&hash_, hash, sizeof hash);
  const Counts counts(events_of_shape_);

  std::string text = absl::StrFormat(
      "# corpus: %d events of %d types, %.1f MB, hash %02x%02x%02x%02x; unknown types %.2f %%\n",
      sizes_.size(), counts.types.size(), static_cast<double>(bytes) / 1e6, hash[0], hash[1],
      hash[2], hash[3], Percent(counts.unknown, sizes_.size()));
  text += absl::StrFormat(
      "# corpus: bytes of an event: mean %d, smallest %d, median %d, 9 in 10 up to %d, largest "
      "%d\n",
      bytes / sizes_.size(), size_at(0), size_at(50), size_at(90), size_at(100));
  text += "# corpus: per cent of the events:";
  for (const Share& share : kShares) {
    const auto found = counts.of_service.find(share.service);
    const std::size_t events = found == counts.of_service.end() ? 0 : found->second;
    text += absl::StrFormat(" %s %.1f", std::string(share.service), Percent(events, sizes_.size()));
  }
  return text + "\n";
}

}  // namespace cce::bench
