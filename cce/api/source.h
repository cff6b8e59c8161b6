// What is known of one vendor's service, without doing anything about it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/http.h"
#include "cce/api/identity.h"
#include "cce/api/page.h"

namespace cce {

// Where a feed stands in a service's data. Text that its source wrote and only that source reads;
// it is stored, so a source reads what any released version of it wrote. Equal text, equal place.
using Position = std::string;

// The next question, and the place it is asked from: feeds whose `from` is equal share the answer.
struct Ask {
  HttpRequest request;
  Position from;
};

struct Answer {
  std::shared_ptr<const Page> page;
  Position next;

  // Nothing that follows from `next` asks for events older than this.
  absl::Time resumes_from;

  // Some event of the page has no time of its own: it may have been delivered before with another
  // time than its head has now.
  bool untimed = false;

  // Set when the page ends a pass: every event older than this and visible when the pass began has
  // been read. The next Ask may have to wait for the next tick.
  std::optional<absl::Time> complete_to;
};

// A single event that is too large to take, known by what its answer's headers say alone.
struct PassedOver {
  Position next;
  // The event's, wherever it is met again; no other event has it.
  Identity identity;
  std::int64_t time_ns = 0;  // of the event, ns since 1970 UTC, as well as it is known
};

// Pure: no I/O, no clock, no randomness; the same input gives the same output. Immutable, hence
// thread-safe. A source may be a log that is read in windows of event time or a snapshot that is
// read page by page; the engine knows neither windows nor cursors.
class Source {
 public:
  virtual ~Source() = default;

  // The organisation whose events these are: with the device's name, the feed's identity.
  virtual const std::string& organisation() const = 0;

  // How long the engine pauses between ticks.
  virtual absl::Duration poll_interval() const = 0;

  // Upper bound for the events of one page.
  virtual int page_size() const = 0;

  // The place of a feed that has never run. `now` is the service's clock.
  virtual Position Start(absl::Time now) const = 0;

  // The place from which everything since `from` is read (`cce device reset --from`).
  virtual Position StartAt(absl::Time from) const = 0;

  // A small question that shows whether the service answers and accepts the key. Its answer's Date
  // also sets the device's clock.
  virtual HttpRequest Probe(absl::Time now) const = 0;

  // OK if the answer to Probe shows that collection can go on; else as Read.
  virtual absl::Status ReadProbe(const HttpResponse& response) const = 0;

  // The question to ask at `position` for at most `limit` events, or nullopt if there is nothing to
  // ask before a later `tick`. `tick` is the service's clock, floored to the device's grid. Error:
  // kDataLoss if `position` is not readable.
  // REQUIRES: 1 <= limit <= page_size().
  virtual absl::StatusOr<std::optional<Ask>> Next(const Position& position, absl::Time tick,
                                                  int limit) const = 0;

  // Understands the answer to the Ask whose `from` is given. Errors say what the service said, as
  // trouble.h has it; kOutOfRange if a good answer's body was too large to take
  // (response.over_cap); kUnavailable if a body cannot be cut into elements. One unreadable element
  // is not an error.
  virtual absl::StatusOr<Answer> Read(const Position& from, int limit,
                                      HttpResponse response) const = 0;

  // The place behind a single event whose body is too large to take (response.over_cap).
  // kUnavailable if the headers do not say.
  virtual absl::StatusOr<PassedOver> Pass(const Position& from,
                                          const HttpResponse& response) const = 0;
};

}  // namespace cce
