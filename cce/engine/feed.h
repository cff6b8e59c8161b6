// One device to one output: the loop that the engine exists for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/context.h"
#include "cce/api/event.h"
#include "cce/api/event_filter.h"
#include "cce/api/output.h"
#include "cce/engine/backoff.h"
#include "cce/engine/outage.h"
#include "cce/engine/output_share.h"
#include "cce/engine/polled_device.h"

namespace cce {

// What a feed has done since it last said so; everything in it is durable.
struct FeedProgress {
  std::uint64_t delivered = 0;
  std::uint64_t filtered = 0;  // dropped by the filter, and accounted for
  std::uint64_t duplicates = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t degraded = 0;     // delivered, but not all of it was understood
  std::uint64_t undecodable = 0;  // delivered as the bytes that came
  // Of what has arrived, here and in `services`: whether it is filtered or not.
  std::optional<absl::Time> last_event_time;
  std::optional<absl::Time> complete_to;
  std::optional<absl::Time> watermark;
  struct Service {
    std::string name;
    std::uint64_t events = 0;
    absl::Time last_event_time;
  };
  std::vector<Service> services;
};

struct FeedOptions {
  FeedKey key;
  EventFilter filter;
  absl::Duration audit_horizon = absl::Hours(24);
  // End once a pass reaches the time at which the device was built.
  bool until_caught_up = false;
  // Told when a Recover or Deliver begins; may be empty.
  std::function<void()> on_delivery_begun;
  // Told how each Recover and Deliver ended; may be empty.
  std::function<void(const absl::Status&, const FeedProgress&)> on_delivery;
};

// Runs on its device's executor. References outlive it.
class Feed {
 public:
  Feed(FeedOptions options, PolledDevice& device, Output& output, CheckpointStore& store,
       OutputShare& share, Context& context, boost::asio::any_io_executor executor);
  ~Feed();

  // Collects until stopped, or until caught up if that was asked. Ends with the batch in hand
  // durable. The result: OK when stopped or caught up; what until_caught_up gives up on: a refusal,
  // or data that stays lost.
  Task<absl::Status> Run();

  void Stop();

 private:
  struct Fresh {
    std::vector<std::uint32_t> indices;
    std::uint64_t duplicates = 0;
  };

  struct Ahead {
    std::shared_ptr<Reservation> room;
    std::shared_ptr<const void> page;  // PolledDevice::Prefetch's, never null
  };

  Task<absl::Status> Collect();
  Task<absl::Status> RunFromCheckpoint();
  Task<absl::Status> MeetService();
  Task<absl::StatusOr<std::shared_ptr<Fetched>>> NextPage(Position position);
  Task<absl::StatusOr<Fresh>> FindFresh(std::shared_ptr<Fetched> fetched);
  Task<absl::Status> Deliver(std::shared_ptr<Fetched> fetched, Fresh fresh);
  // Says why, if it fails.
  Task<absl::Status> DeliverBatch(std::shared_ptr<const Batch> batch, Step step);
  // Makes the position durable where no batch has.
  Task<absl::Status> Settle();
  // Returns once this feed may try its output, if that is down.
  Task<> AwaitTurn();
  Task<> PauseForService(absl::Status cause);
  Task<> PauseAtCheckpoint(absl::Status cause);
  // Ends early when done or, looked at whenever this feed is woken, when `is_over` says so.
  Task<> Pause(absl::Duration pause, std::function<bool()> is_over);
  void LogPause(std::string_view what, const absl::Status& cause, absl::Duration pause);

  Asker AskerWith(std::shared_ptr<Reservation> room);
  Urgency urgency() const;
  std::int64_t WatermarkAfter(absl::Time resumes_from) const;
  bool Done() const { return stopping_ || caught_up_; }
  bool GivesUpOn(const absl::Status& status) const;

  const FeedOptions options_;
  PolledDevice& device_;
  Output& output_;
  CheckpointStore& store_;
  OutputShare& share_;
  Context& context_;
  const std::shared_ptr<Sleeper> sleeper_;
  Outage::Member outage_;
  Backoff backoff_;
  Event scratch_;

  Checkpoint at_;                              // where the next page is, in memory
  bool settled_ = true;                        // at_ is durable, or nothing is lost without it
  absl::Time settled_time_;                    // when it last was
  std::shared_ptr<Reservation> room_;          // for the page in hand
  std::optional<Ahead> ahead_;                 // the page being fetched meanwhile
  absl::Time reached_ = absl::InfinitePast();  // by the last pass that ended

  bool stopping_ = false;
  bool caught_up_ = false;
  int data_losses_ = 0;  // since a page was last delivered
};

}  // namespace cce
