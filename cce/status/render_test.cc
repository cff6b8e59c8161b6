#include "cce/status/render.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

EngineStatus Example() {
  const absl::Time now = absl::FromUnixMillis(1'780'000'000'123);
  FeedStatus feed;
  feed.output = "archive";
  feed.format = "ocsf";
  feed.guarantee = "exactly once";
  feed.verdict = {StatusWord::kActive, "events arrive", ""};
  feed.delivered_events = 1234;
  feed.filtered_events = 6;
  feed.dead_letters = 1;
  feed.degraded_events = 3;
  feed.undecodable_events = 4;
  feed.duplicates_dropped = 5;
  feed.late_caught = 2;
  feed.watermark = now - absl::Hours(24);
  feed.lag = absl::Seconds(12);
  feed.delivery = absl::Seconds(7);

  DeviceStatus device;
  device.device_name = "acme";
  device.device_type = "jumpcloud";
  device.verdict = {StatusWord::kActive, "events arrive", ""};
  device.last_event_time = now - absl::Seconds(20);
  device.last_poll_time = now - absl::Seconds(2);
  device.lag = absl::Seconds(12);
  device.events_last_hour = 600;
  device.events_last_day = 1234;
  device.eps = 0.5;
  device.late_caught = 2;
  device.duplicates_dropped = 5;
  device.polls = 9;
  device.failed_polls = 1;
  device.services = {{"sso", now - absl::Seconds(20), 1234}};
  device.feeds = {feed};

  EngineStatus status;
  status.cce_id = "collector-1";
  status.version = "1.0";
  status.started = now - absl::Hours(1);
  status.now = now;
  status.ready = true;
  status.devices = {device};
  return status;
}

TEST(Render, WritesStatusAsTheContractHasIt) {
  EXPECT_EQ(ToJson(Example()), R"({
  "cce": {
    "cce_id": "collector-1",
    "version": "1.0",
    "started": "2026-05-28T19:26:40.123Z",
    "time": "2026-05-28T20:26:40.123Z",
    "ready": true
  },
  "devices": [
    {
      "device_name": "acme",
      "device_type": "jumpcloud",
      "tenant": null,
      "cce_ip": null,
      "status": "Active",
      "status_detail": "events arrive",
      "remedy": null,
      "last_event_time": "2026-05-28T20:26:20.123Z",
      "last_poll_time": "2026-05-28T20:26:38.123Z",
      "lag_seconds": 12,
      "events_last_hour": 600,
      "events_last_day": 1234,
      "eps": 0.5,
      "late_caught": 2,
      "duplicates_dropped": 5,
      "last_error": null,
      "services": [
        {
          "service": "sso",
          "last_event_time": "2026-05-28T20:26:20.123Z",
          "events_last_day": 1234
        }
      ],
      "feeds": [
        {
          "output": "archive",
          "format": "ocsf",
          "guarantee": "exactly once",
          "status": "Active",
          "status_detail": "events arrive",
          "delivered_events": 1234,
          "filtered_events": 6,
          "dead_letters": 1,
          "degraded_events": 3,
          "undecodable_events": 4,
          "watermark": "2026-05-27T20:26:40.123Z",
          "lag_seconds": 12
        }
      ]
    }
  ]
}
)");
}

TEST(Render, RepairsTextThatIsNotUtf8) {
  EngineStatus status = Example();
  status.devices[0].last_error = "bad \xff byte";
  EXPECT_THAT(ToJson(status), HasSubstr("bad \xEF\xBF\xBD byte"));
}

TEST(Render, WritesMetricsForPrometheus) {
  const std::string text = ToMetrics(Example());
  EXPECT_THAT(text, HasSubstr("# TYPE cce_delivered_events_total counter\n"
                              "cce_delivered_events_total{device=\"acme\",tenant=\"\","
                              "output=\"archive\"} 1234\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE cce_feed_lag_seconds gauge\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE cce_feed_delivery_seconds gauge\n"
                              "cce_feed_delivery_seconds{device=\"acme\",tenant=\"\","
                              "output=\"archive\"} 7\n"));
  EXPECT_THAT(text,
              HasSubstr("cce_device_status{device=\"acme\",tenant=\"\",status=\"Active\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("output=\"archive\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE cce_filtered_events_total counter\n"
                              "cce_filtered_events_total{device=\"acme\",tenant=\"\","
                              "output=\"archive\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("cce_undecodable_events_total{device=\"acme\",tenant=\"\","
                              "output=\"archive\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("cce_polls_total{device=\"acme\",tenant=\"\"} 9\n"));
}

TEST(Render, ShowsAnOutputsOwnFigures) {
  EngineStatus status;
  status.outputs = {{"bus", {{"cce_kafka_commits_total", "Commits.", "0", 7}}},
                    {"spare", {{"cce_kafka_commits_total", "Commits.", "", 2}}}};
  const std::string text = ToMetrics(status);
  EXPECT_THAT(text, HasSubstr("# TYPE cce_kafka_commits_total counter"));
  EXPECT_THAT(text, HasSubstr("cce_kafka_commits_total{output=\"bus\",part=\"0\"} 7"));
  EXPECT_THAT(text, HasSubstr("cce_kafka_commits_total{output=\"spare\"} 2"));
}

TEST(Render, LeavesOutMetricsThatAreNotKnown) {
  EngineStatus status = Example();
  status.devices[0].feeds[0].lag = std::nullopt;
  EXPECT_THAT(ToMetrics(status), Not(HasSubstr("cce_feed_lag_seconds{")));
}

TEST(Render, EscapesLabels) {
  EngineStatus status = Example();
  status.devices[0].device_name = "a\"b\\c\nd";
  EXPECT_THAT(ToMetrics(status), HasSubstr("device=\"a\\\"b\\\\c\\nd\""));
}

}  // namespace
}  // namespace cce
