// A destination that makes a batch and the feed's step durable in one act.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/checkpoint.h"
#include "cce/api/format.h"
#include "cce/api/identity.h"
#include "cce/api/task.h"

namespace cce {

struct BatchEvent {
  Identity identity;
  std::int64_t time_ns = 0;
  Mark mark;
  // The formatted line, without its end. One '\n' follows it in memory, and events that are
  // neighbours in the batch often are neighbours in memory: a file writes whole runs.
  std::string_view bytes;
  int severity_id = 0;  // OCSF's; 0 if it is not known
  // As the service spells them; empty if they are not known.
  std::string_view service;
  std::string_view type;
};

// Something of the service's that cannot be delivered to the destination; kept apart, counted.
struct DeadLetter {
  std::string cause;
  Position position;  // where the feed was; of a refused event, where it goes on behind its batch
  std::string_view bytes;  // BatchEvent::bytes, hence without secrets; empty if they were not taken
};

// The fresh events of one page for one feed, without those that its filter drops. Immutable once
// built.
struct Batch {
  std::vector<BatchEvent> events;
  std::vector<DeadLetter> dead_letters;
  // Keeps alive what the views point into.
  std::shared_ptr<const void> holds;
};

// What happens to an event on its way to a destination, in words for people.
struct Guarantee {
  std::string_view promise;  // "exactly once, over crashes and restarts"
  std::string_view reason;   // what follows "because"
};

// A delivery of which nothing has gone to the destination, or to its disk, for this long is
// returned.
inline constexpr absl::Duration kDeliveryBeginsWithin = absl::Seconds(10);

// A number of an output's own, as /metrics shows it.
struct OutputFigure {
  std::string_view name;  // "cce_kafka_commits_total"; ends in _total if it only grows
  std::string_view help;
  std::string part;  // of the output that it is of; may be empty
  double value = 0;
};

// Thread-safe: called from the executors of all devices. One call a feed at a time.
//
// The life of a feed: Recover, then Deliver any number of times. After anything but OK from Deliver
// the caller's idea of the feed is void and Recover comes next.
class Output {
 public:
  virtual ~Output() = default;

  virtual const std::string& name() const = 0;
  virtual const Format& format() const = 0;

  // Its Guarantee::promise.
  virtual std::string_view guarantee() const = 0;

  // The feed's last durable state, after waiting for and repairing whatever an interrupted Deliver
  // left; nullopt if it never delivered. kFailedPrecondition: the destination holds something that
  // is not this feed's; the remedy says what to do.
  virtual Task<absl::StatusOr<std::optional<Checkpoint>>> Recover(FeedKey feed) = 0;

  // Makes `batch` and `step` durable together or not at all; OK means durable. A batch without
  // events is only a step. Errors: kUnavailable, kResourceExhausted (try again after Recover),
  // kDataLoss (alarm, then the same), kFailedPrecondition (stop the feed).
  //
  // A batch is memory of this output's share, and the feed asks for no more than it has room for.
  // So whatever waits before it begins (a connection, a transaction's turn) waits for
  // kDeliveryBeginsWithin at most and is then kUnavailable: the page is fetched again later. Once
  // begun it takes as long as it takes. When Deliver returns, however it ends, the output holds
  // nothing of `batch` any more.
  virtual Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch,
                                     Step step) = 0;

  // What is to be known of it besides its feeds; the same names in the same order for each part.
  virtual std::vector<OutputFigure> Figures() const { return {}; }

  // Ends background work and closes what is open. No Deliver is in progress and none follows.
  virtual Task<> Close() = 0;
};

}  // namespace cce
