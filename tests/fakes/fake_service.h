// A service small enough to see through: a list of events, read by index, in pages.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cce/api/clock.h"
#include "cce/api/event.h"
#include "cce/api/format.h"
#include "cce/api/http.h"
#include "cce/api/source.h"

namespace cce {

// One whose id begins with '?' is understood in part, with '!' not at all; "sso/3/NAME" is of
// service "sso" and severity_id 3, any other of service "fake" and severity_id 0.
struct FakeEvent {
  std::string id;
  std::int64_t time_ns = 0;
};

// The service's side. Answers at once, unless told otherwise.
class FakeService : public HttpClient {
 public:
  explicit FakeService(Clock& clock) : clock_(clock) {}

  std::vector<FakeEvent> events;
  std::size_t bytes_per_event = 10;            // counted against the body cap
  absl::Duration skew = absl::ZeroDuration();  // the service's clock less this machine's
  bool tells_time = true;                      // answers carry a Date
  absl::Duration answer_time = absl::ZeroDuration();
  bool large_refusals = false;        // a refusal's body is over the cap
  std::deque<int> next_statuses;      // each answers one request; then 200
  std::vector<std::string> requests;  // URLs, probes left out
  int probes = 0;

  // Adds `count` events, one a second from `first` on, named by their number.
  void AddEvents(int count, absl::Time first);

  Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request, std::string secret,
                                          HttpLimits limits) override;

 private:
  Clock& clock_;
};

// The client's side: reads "/INDEX" for as long as pages are full, then once a tick.
class FakeSource : public Source {
 public:
  explicit FakeSource(int page_size = 10, absl::Duration interval = absl::Minutes(1))
      : page_size_(page_size), interval_(interval) {}

  std::size_t overlap = 0;  // events that the next pass reads again
  bool untimed = false;     // of every answer

  const std::string& organisation() const override { return organisation_; }
  absl::Duration poll_interval() const override { return interval_; }
  int page_size() const override { return page_size_; }
  Position Start(absl::Time) const override { return "0/0"; }
  Position StartAt(absl::Time) const override { return "0/0"; }
  HttpRequest Probe(absl::Time now) const override;
  absl::Status ReadProbe(const HttpResponse& response) const override;
  absl::StatusOr<std::optional<Ask>> Next(const Position& position, absl::Time tick,
                                          int limit) const override;
  absl::StatusOr<Answer> Read(const Position& from, int limit,
                              HttpResponse response) const override;
  absl::StatusOr<PassedOver> Pass(const Position& from,
                                  const HttpResponse& response) const override;

 private:
  const std::string organisation_ = "org";
  const int page_size_;
  const absl::Duration interval_;
};

// Writes an event's id.
class FakeFormat : public Format {
 public:
  std::string_view name() const override { return "fake"; }
  void Write(const Event& event, const Mark& mark, Buffer& out) const override;
};

}  // namespace cce
