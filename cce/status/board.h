// Collection Status: what the engine knows of every device and feed at this moment.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cce/api/clock.h"
#include "cce/api/output.h"
#include "cce/status/sliding_count.h"
#include "cce/status/status_word.h"

namespace cce {

struct ServiceStatus {
  std::string service;
  std::optional<absl::Time> last_event_time;
  std::uint64_t events_last_day = 0;
};

struct FeedStatus {
  std::string output;
  std::string format;
  std::string guarantee;
  Verdict verdict;
  std::uint64_t delivered_events = 0;  // since the engine started, as every count here
  std::uint64_t filtered_events = 0;   // dropped by the output's filter
  std::uint64_t dead_letters = 0;
  std::uint64_t degraded_events = 0;     // delivered, but not all of it was understood
  std::uint64_t undecodable_events = 0;  // delivered as the bytes that came
  std::uint64_t duplicates_dropped = 0;
  std::uint64_t late_caught = 0;
  std::optional<absl::Time> watermark;
  std::optional<absl::Duration> lag;
  std::optional<absl::Duration> delivery;  // how long the one under way has lasted
};

// An event that goes to two outputs counts once: a device's counts are those of the feed that has
// the most, its lag and watermark those of the feed that is furthest behind. Its events are those
// that have arrived, whatever an output's filter lets pass.
struct DeviceStatus {
  std::string device_name;
  std::string device_type;
  std::string tenant;
  std::string cce_ip;
  Verdict verdict;
  std::optional<absl::Time> last_event_time;
  std::optional<absl::Time> last_poll_time;
  std::optional<absl::Duration> lag;
  std::uint64_t events_last_hour = 0;
  std::uint64_t events_last_day = 0;
  double eps = 0;  // over the last five minutes
  std::uint64_t late_caught = 0;
  std::uint64_t duplicates_dropped = 0;
  std::uint64_t polls = 0;
  std::uint64_t failed_polls = 0;
  std::string last_error;  // kept after it has passed; empty if there was none
  std::vector<ServiceStatus> services;
  std::vector<FeedStatus> feeds;
};

struct OutputStatus {
  std::string output;
  std::vector<OutputFigure> figures;
};

struct EngineStatus {
  std::string cce_id;
  std::string version;
  absl::Time started;
  absl::Time now;
  bool ready = false;
  std::vector<DeviceStatus> devices;  // sorted by name
  std::vector<OutputStatus> outputs;
};

// Thread-safe. Calls that name a device or output the board was not told of do nothing, so that a
// feed that ends late cannot bring a removed device back.
class StatusBoard {
 public:
  struct Feed {
    std::string output;
    std::string format;
    std::string guarantee;
  };
  struct Device {
    std::string device_name;
    std::string device_type;
    std::string tenant;
    std::string cce_ip;
    absl::Duration poll_interval;
    std::vector<Feed> feeds;
  };

  // What one page added to a feed, durable already.
  struct Service {
    std::string service;
    std::uint64_t events = 0;
    absl::Time last_event_time;
  };
  struct Progress {
    std::uint64_t delivered = 0;
    std::uint64_t filtered = 0;
    std::uint64_t late = 0;  // of the delivered
    std::uint64_t duplicates = 0;
    std::uint64_t dead_letters = 0;
    std::uint64_t degraded = 0;
    std::uint64_t undecodable = 0;
    std::optional<absl::Time> last_event_time;  // newest event time of delivered and filtered
    std::optional<absl::Time> reached;          // as StatusFacts::reached
    std::optional<absl::Time> watermark;
    std::vector<Service> services;  // delivered and filtered
  };

  // `clock` outlives the board.
  StatusBoard(Clock& clock, std::string cce_id, std::string version);

  // REQUIRES: no device of this name has been added.
  void Add(const Device& device);

  // `output` is there whenever a Snapshot is taken.
  void AddOutput(const Output& output);

  // A request to the service ended, well or not. Once per answer, probe or failure.
  void Polled(std::string_view device, const absl::Status& result);

  // A Deliver or Recover of the feed begins.
  void DeliveryBegun(std::string_view device, std::string_view output);

  // A Deliver or Recover of the feed ended. OK ends a blockage.
  void Delivered(std::string_view device, std::string_view output, const absl::Status& result,
                 const Progress& progress);

  // True once every device has been started: what /readyz answers.
  void SetReady(bool ready);

  EngineStatus Snapshot() const;
  bool ready() const;

 private:
  struct ServiceEntry {
    std::optional<absl::Time> last_event_time;
    SlidingCount<24> day{absl::Hours(1)};
  };
  struct FeedEntry {
    Feed feed;
    absl::Status delivery;                       // the last that ended
    std::optional<absl::Time> delivering_since;  // the one under way
    FeedStatus counts;
    std::optional<absl::Time> reached;
    std::optional<absl::Time> last_event_time;
    std::uint64_t usual_events = 0;
    SlidingCount<60> hour{absl::Minutes(1)};
    SlidingCount<24> day{absl::Hours(1)};
    std::map<std::string, ServiceEntry, std::less<>> services;
  };
  struct DeviceEntry {
    Device device;
    std::optional<absl::Status> poll;
    std::optional<absl::Time> last_poll_time;
    std::uint64_t polls = 0;
    std::uint64_t failed_polls = 0;
    std::string last_error;
    std::vector<FeedEntry> feeds;
  };

  // Null if the board was not told of it.
  FeedEntry* Find(std::string_view device, std::string_view output)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  DeviceStatus Describe(const DeviceEntry& entry, absl::Time now) const;
  static FeedStatus Describe(const DeviceEntry& device, const FeedEntry& feed, absl::Time now);

  Clock& clock_;
  const std::string cce_id_;
  const std::string version_;
  const absl::Time started_;

  mutable std::mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, DeviceEntry, std::less<>> devices_ ABSL_GUARDED_BY(mutex_);
  std::vector<const Output*> outputs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cce
