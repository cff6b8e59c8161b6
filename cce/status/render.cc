#include "cce/status/render.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "cce/api/trouble.h"

namespace cce {
namespace {

using Json = nlohmann::ordered_json;

Json Optional(const std::optional<absl::Time>& time) {
  if (!time.has_value()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", *time, absl::UTCTimeZone());
}

Json Optional(const std::optional<absl::Duration>& duration) {
  if (!duration.has_value()) return nullptr;
  return absl::ToInt64Seconds(*duration);
}

Json OrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json Feed(const FeedStatus& feed) {
  return {{"output", feed.output},
          {"format", feed.format},
          {"guarantee", feed.guarantee},
          {"status", ToText(feed.verdict.word)},
          {"status_detail", feed.verdict.detail},
          {"delivered_events", feed.delivered_events},
          {"filtered_events", feed.filtered_events},
          {"dead_letters", feed.dead_letters},
          {"degraded_events", feed.degraded_events},
          {"undecodable_events", feed.undecodable_events},
          {"watermark", Optional(feed.watermark)},
          {"lag_seconds", Optional(feed.lag)}};
}

Json Device(const DeviceStatus& device) {
  Json services = Json::array();
  for (const ServiceStatus& service : device.services) {
    services.push_back({{"service", service.service},
                        {"last_event_time", Optional(service.last_event_time)},
                        {"events_last_day", service.events_last_day}});
  }
  Json feeds = Json::array();
  for (const FeedStatus& feed : device.feeds) feeds.push_back(Feed(feed));
  return {{"device_name", device.device_name},
          {"device_type", device.device_type},
          {"tenant", OrNull(device.tenant)},
          {"cce_ip", OrNull(device.cce_ip)},
          {"status", ToText(device.verdict.word)},
          {"status_detail", device.verdict.detail},
          {"remedy", OrNull(device.verdict.remedy)},
          {"last_event_time", Optional(device.last_event_time)},
          {"last_poll_time", Optional(device.last_poll_time)},
          {"lag_seconds", Optional(device.lag)},
          {"events_last_hour", device.events_last_hour},
          {"events_last_day", device.events_last_day},
          {"eps", device.eps},
          {"late_caught", device.late_caught},
          {"duplicates_dropped", device.duplicates_dropped},
          {"last_error", OrNull(device.last_error)},
          {"services", std::move(services)},
          {"feeds", std::move(feeds)}};
}

class Metrics {
 public:
  using Labels = std::vector<prometheus::ClientMetric::Label>;

  // Everything added until the next call belongs to the metric `name`.
  void Begin(std::string name, prometheus::MetricType type, std::string help) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }

  void Add(Labels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == prometheus::MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_.back().metric.push_back(std::move(metric));
  }

  void Add(Labels labels, std::uint64_t value) {
    Add(std::move(labels), static_cast<double>(value));
  }

  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace

std::string ToJson(const EngineStatus& status) {
  Json devices = Json::array();
  for (const DeviceStatus& device : status.devices) devices.push_back(Device(device));
  const Json document = {{"cce",
                          {{"cce_id", status.cce_id},
                           {"version", status.version},
                           {"started", Optional(std::optional<absl::Time>(status.started))},
                           {"time", Optional(std::optional<absl::Time>(status.now))},
                           {"ready", status.ready}}},
                         {"devices", std::move(devices)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ToMetrics(const EngineStatus& status) {
  constexpr auto kCounter = prometheus::MetricType::Counter;
  constexpr auto kGauge = prometheus::MetricType::Gauge;
  Metrics metrics;

  metrics.Begin("cce_engine_info", kGauge, "Always 1; the labels name the engine.");
  metrics.Add({{"cce_id", status.cce_id}, {"version", status.version}}, 1.0);
  metrics.Begin("cce_engine_start_time_seconds", kGauge, "When the engine started, Unix time.");
  metrics.Add({}, absl::ToDoubleSeconds(status.started - absl::UnixEpoch()));

  const auto by_device = [&](auto&& add) {
    for (const DeviceStatus& device : status.devices) {
      add(device, Metrics::Labels{{"device", device.device_name}, {"tenant", device.tenant}});
    }
  };
  metrics.Begin("cce_device_status", kGauge,
                "Always 1; the label says what Collection Status says of the device.");
  by_device([&](const DeviceStatus& device, Metrics::Labels labels) {
    labels.push_back({"status", std::string(ToText(device.verdict.word))});
    metrics.Add(std::move(labels), 1.0);
  });
  metrics.Begin("cce_polls_total", kCounter,
                "Requests to the service that were answered or failed.");
  by_device([&](const DeviceStatus& device, const Metrics::Labels& labels) {
    metrics.Add(labels, device.polls);
  });
  metrics.Begin("cce_failed_polls_total", kCounter, "Requests to the service that failed.");
  by_device([&](const DeviceStatus& device, const Metrics::Labels& labels) {
    metrics.Add(labels, device.failed_polls);
  });
  metrics.Begin("cce_device_last_event_time_seconds", kGauge,
                "Time of the newest event collected, Unix time.");
  by_device([&](const DeviceStatus& device, const Metrics::Labels& labels) {
    if (!device.last_event_time.has_value()) return;
    metrics.Add(labels, absl::ToDoubleSeconds(*device.last_event_time - absl::UnixEpoch()));
  });

  const auto by_feed = [&](auto&& add) {
    by_device([&](const DeviceStatus& device, Metrics::Labels labels) {
      labels.push_back({"output", ""});
      for (const FeedStatus& feed : device.feeds) {
        labels.back().value = feed.output;
        add(feed, labels);
      }
    });
  };
  metrics.Begin("cce_delivered_events_total", kCounter, "Events made durable at the output.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.delivered_events);
  });
  metrics.Begin("cce_filtered_events_total", kCounter,
                "Events that the output's filter dropped; they are counted, not delivered.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.filtered_events);
  });
  metrics.Begin("cce_late_events_total", kCounter,
                "Events that an audit found and delivered late.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.late_caught);
  });
  metrics.Begin("cce_duplicate_events_total", kCounter,
                "Events read again and not delivered again.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.duplicates_dropped);
  });
  metrics.Begin("cce_dead_letters_total", kCounter,
                "Records kept apart because they could not be delivered.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.dead_letters);
  });
  metrics.Begin("cce_degraded_events_total", kCounter,
                "Events delivered of which not everything was understood.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.degraded_events);
  });
  metrics.Begin("cce_undecodable_events_total", kCounter,
                "Elements delivered as the bytes that came, because they are no event.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, feed.undecodable_events);
  });
  metrics.Begin("cce_feed_lag_seconds", kGauge, "How far delivery is behind.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    if (feed.lag.has_value()) metrics.Add(labels, absl::ToDoubleSeconds(*feed.lag));
  });
  metrics.Begin("cce_feed_delivery_seconds", kGauge,
                "How long the delivery under way has lasted; 0 if none is.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    metrics.Add(labels, absl::ToDoubleSeconds(feed.delivery.value_or(absl::ZeroDuration())));
  });
  metrics.Begin("cce_feed_watermark_seconds", kGauge,
                "Every event older than this Unix time is delivered and audited.");
  by_feed([&](const FeedStatus& feed, const Metrics::Labels& labels) {
    if (!feed.watermark.has_value()) return;
    metrics.Add(labels, absl::ToDoubleSeconds(*feed.watermark - absl::UnixEpoch()));
  });
  std::map<std::string_view, std::vector<std::pair<Metrics::Labels, OutputFigure>>> figures;
  for (const OutputStatus& output : status.outputs) {
    for (const OutputFigure& figure : output.figures) {
      Metrics::Labels labels = {{"output", output.output}};
      if (!figure.part.empty()) labels.push_back({"part", figure.part});
      figures[figure.name].emplace_back(std::move(labels), figure);
    }
  }
  for (const auto& [name, of_name] : figures) {
    metrics.Begin(std::string(name), name.ends_with("_total") ? kCounter : kGauge,
                  std::string(of_name.front().second.help));
    for (const auto& [labels, figure] : of_name) metrics.Add(labels, figure.value);
  }
  return metrics.Text();
}

}  // namespace cce
