#include "cce/status/board.h"

#include <algorithm>
#include <utility>

namespace cce {
namespace {

constexpr std::size_t kEpsMinutes = 5;

// A source names its services, so there are few; whatever it does, a feed stays bounded.
constexpr std::size_t kMostServices = 64;

template <class T>
void RaiseTo(std::optional<T>& value, const std::optional<T>& other) {
  if (other.has_value() && (!value.has_value() || *value < *other)) value = other;
}

}  // namespace

StatusBoard::StatusBoard(Clock& clock, std::string cce_id, std::string version)
    : clock_(clock),
      cce_id_(std::move(cce_id)),
      version_(std::move(version)),
      started_(clock.Now()) {}

void StatusBoard::Add(const Device& device) {
  const std::lock_guard lock(mutex_);
  DeviceEntry& entry = devices_[device.device_name];
  entry.device = device;
  for (const Feed& feed : device.feeds) entry.feeds.emplace_back().feed = feed;
}

void StatusBoard::Polled(std::string_view device, const absl::Status& result) {
  const absl::Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  auto it = devices_.find(device);
  if (it == devices_.end()) return;
  DeviceEntry& entry = it->second;
  entry.poll = result;
  entry.last_poll_time = now;
  ++entry.polls;
  if (result.ok()) return;
  ++entry.failed_polls;
  entry.last_error = std::string(result.message());
}

StatusBoard::FeedEntry* StatusBoard::Find(std::string_view device, std::string_view output) {
  const auto known = devices_.find(device);
  if (known == devices_.end()) return nullptr;
  std::vector<FeedEntry>& feeds = known->second.feeds;
  const auto feed = std::find_if(feeds.begin(), feeds.end(),
                                 [&](const FeedEntry& e) { return e.feed.output == output; });
  return feed == feeds.end() ? nullptr : &*feed;
}

void StatusBoard::DeliveryBegun(std::string_view device, std::string_view output) {
  const absl::Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  if (FeedEntry* const feed = Find(device, output)) feed->delivering_since = now;
}

void StatusBoard::Delivered(std::string_view device, std::string_view output,
                            const absl::Status& result, const Progress& progress) {
  const absl::Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  FeedEntry* const feed = Find(device, output);
  if (feed == nullptr) return;

  feed->delivery = result;
  feed->delivering_since.reset();
  if (!result.ok()) devices_.find(device)->second.last_error = std::string(result.message());
  feed->counts.delivered_events += progress.delivered;
  feed->counts.filtered_events += progress.filtered;
  feed->counts.late_caught += progress.late;
  feed->counts.duplicates_dropped += progress.duplicates;
  feed->counts.dead_letters += progress.dead_letters;
  feed->counts.degraded_events += progress.degraded;
  feed->counts.undecodable_events += progress.undecodable;
  // A device whose events an output has no use for is not silent.
  const std::uint64_t arrived = progress.delivered + progress.filtered;
  feed->hour.Add(now, arrived);
  feed->day.Add(now, arrived);
  if (arrived > 0) feed->usual_events = feed->day.Sum(now);
  RaiseTo(feed->last_event_time, progress.last_event_time);
  RaiseTo(feed->reached, progress.reached);
  RaiseTo(feed->counts.watermark, progress.watermark);
  for (const Service& service : progress.services) {
    auto known = feed->services.find(service.service);
    if (known == feed->services.end()) {
      if (feed->services.size() >= kMostServices) continue;
      known = feed->services.try_emplace(service.service).first;
    }
    RaiseTo(known->second.last_event_time, std::optional<absl::Time>(service.last_event_time));
    known->second.day.Add(now, service.events);
  }
}

void StatusBoard::SetReady(bool ready) {
  const std::lock_guard lock(mutex_);
  ready_ = ready;
}

bool StatusBoard::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

FeedStatus StatusBoard::Describe(const DeviceEntry& device, const FeedEntry& feed, absl::Time now) {
  FeedStatus status = feed.counts;
  status.output = feed.feed.output;
  status.format = feed.feed.format;
  status.guarantee = feed.feed.guarantee;
  if (feed.reached.has_value()) status.lag = std::max(absl::ZeroDuration(), now - *feed.reached);

  StatusFacts facts;
  facts.now = now;
  facts.poll_interval = device.device.poll_interval;
  facts.poll = device.poll;
  facts.delivery = feed.delivery;
  facts.output = feed.feed.output;
  if (feed.delivering_since.has_value()) {
    status.delivery = std::max(absl::ZeroDuration(), now - *feed.delivering_since);
    facts.delivering = *status.delivery;
  }
  facts.reached = feed.reached;
  facts.last_event_time = feed.last_event_time;
  facts.usual_events = feed.usual_events;
  status.verdict = Judge(facts);
  return status;
}

DeviceStatus StatusBoard::Describe(const DeviceEntry& entry, absl::Time now) const {
  DeviceStatus status;
  status.device_name = entry.device.device_name;
  status.device_type = entry.device.device_type;
  status.tenant = entry.device.tenant;
  status.cce_ip = entry.device.cce_ip;
  status.last_poll_time = entry.last_poll_time;
  status.polls = entry.polls;
  status.failed_polls = entry.failed_polls;
  status.last_error = entry.last_error;

  StatusFacts facts;
  facts.now = now;
  facts.poll_interval = entry.device.poll_interval;
  facts.poll = entry.poll;

  std::uint64_t last_minutes = 0;
  std::map<std::string_view, ServiceStatus> services;
  for (const FeedEntry& feed : entry.feeds) {
    status.feeds.push_back(Describe(entry, feed, now));
    const FeedStatus& described = status.feeds.back();
    status.late_caught = std::max(status.late_caught, described.late_caught);
    status.duplicates_dropped = std::max(status.duplicates_dropped, described.duplicates_dropped);
    status.events_last_hour = std::max(status.events_last_hour, feed.hour.Sum(now));
    status.events_last_day = std::max(status.events_last_day, feed.day.Sum(now));
    last_minutes = std::max(last_minutes, feed.hour.Sum(now, kEpsMinutes));
    RaiseTo(status.last_event_time, feed.last_event_time);
    facts.usual_events = std::max(facts.usual_events, feed.usual_events);
    RaiseTo(status.lag, described.lag);

    if (facts.delivery.ok() && !feed.delivery.ok()) {
      facts.delivery = feed.delivery;
      facts.output = feed.feed.output;
    }
    const absl::Duration delivering = described.delivery.value_or(absl::ZeroDuration());
    if (facts.delivery.ok() && delivering > facts.delivering) {
      facts.delivering = delivering;
      facts.output = feed.feed.output;
    }
    if (feed.reached.has_value() &&
        (!facts.reached.has_value() || *feed.reached < *facts.reached)) {
      facts.reached = feed.reached;
    }
    for (const auto& [name, service] : feed.services) {
      ServiceStatus& merged = services[name];
      merged.service = name;
      RaiseTo(merged.last_event_time, service.last_event_time);
      merged.events_last_day = std::max(merged.events_last_day, service.day.Sum(now));
    }
  }
  for (auto& [name, service] : services) status.services.push_back(std::move(service));

  status.eps = static_cast<double>(last_minutes) /
               absl::ToDoubleSeconds(static_cast<int>(kEpsMinutes) * absl::Minutes(1));
  facts.last_event_time = status.last_event_time;
  status.verdict = Judge(facts);
  return status;
}

void StatusBoard::AddOutput(const Output& output) {
  const std::lock_guard lock(mutex_);
  outputs_.push_back(&output);
}

EngineStatus StatusBoard::Snapshot() const {
  EngineStatus status;
  status.cce_id = cce_id_;
  status.version = version_;
  status.started = started_;
  status.now = clock_.Now();
  const std::lock_guard lock(mutex_);
  status.ready = ready_;
  status.devices.reserve(devices_.size());
  for (const auto& [name, entry] : devices_) status.devices.push_back(Describe(entry, status.now));
  for (const Output* output : outputs_)
    status.outputs.push_back({output->name(), output->Figures()});
  return status;
}

}  // namespace cce
