#include "tests/fakes/fake_service.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"

namespace cce {
namespace {

// "INDEX/TICK": everything before INDEX has been read; a short page ended the pass at TICK (ms).
struct Place {
  std::size_t index = 0;
  std::int64_t tick_ms = 0;
};

Place Parse(const Position& position) {
  const std::vector<std::string> parts = absl::StrSplit(position, '/');
  Place place;
  const bool read =
      absl::SimpleAtoi(parts[0], &place.index) && absl::SimpleAtoi(parts[1], &place.tick_ms);
  return read ? place : Place();
}

class FakePage : public Page {
 public:
  explicit FakePage(std::vector<FakeEvent> events) : events_(std::move(events)) {
    for (const FakeEvent& event : events_) {
      EventHead head;
      std::copy_n(event.id.begin(), std::min<std::size_t>(event.id.size(), 16),
                  head.identity.bytes.begin());
      head.time_ns = event.time_ns;
      heads_.push_back(head);
    }
  }

  std::string_view body() const override { return {}; }
  absl::Span<const EventHead> heads() const override { return heads_; }
  void Read(std::size_t index, Event& event) const override {
    event.original_event_uid = Token::OfRecord(events_[index].id);
    event.degraded = events_[index].id.starts_with('?');
    event.kind = events_[index].id.starts_with('!') ? EventKind::kUndecodable : EventKind::kEvent;
    event.log_source = "fake";
    event.severity_id = 0;
    const std::vector<absl::string_view> parts = absl::StrSplit(events_[index].id, '/');
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &event.severity_id)) return;
    event.log_source = Token::OfRecord(FromAbseil(parts[0]));
  }
  std::size_t MemoryUse() const override { return events_.size() * sizeof(FakeEvent); }

 private:
  std::vector<FakeEvent> events_;
  std::vector<EventHead> heads_;
};

}  // namespace

void FakeService::AddEvents(int count, absl::Time first) {
  for (int i = 0; i < count; ++i) {
    events.push_back(
        {absl::StrCat("e", events.size()), absl::ToUnixNanos(first + absl::Seconds(i))});
  }
}

Task<absl::StatusOr<HttpResponse>> FakeService::Send(HttpRequest request, std::string /*secret*/,
                                                     HttpLimits limits) {
  const bool probe = absl::StartsWith(request.url, "/probe/");
  if (probe) {
    ++probes;
  } else {
    requests.push_back(request.url);
  }
  if (answer_time > absl::ZeroDuration()) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    const std::unique_ptr<Sleeper> sleeper = clock_.MakeSleeper(executor);
    co_await sleeper->Sleep(answer_time);
  }
  HttpResponse response;
  response.status = 200;
  if (!next_statuses.empty()) {
    response.status = next_statuses.front();
    next_statuses.pop_front();
  }
  if (response.status == 0) co_return absl::UnavailableError("no route to host");
  if (tells_time) {
    response.headers.push_back(
        {"Date", absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", clock_.Now() + skew,
                                  absl::UTCTimeZone())});
  }
  std::int64_t asked_ms = 0;
  if (probe && absl::SimpleAtoi(request.url.substr(7), &asked_ms) &&
      absl::FromUnixMillis(asked_ms) > clock_.Now() + skew + absl::Minutes(10)) {
    response.status = 400;
  }
  response.over_cap = response.status != 200 && large_refusals;
  if (response.status != 200 || probe) co_return response;

  const std::vector<std::string> parts = absl::StrSplit(request.url, '/');
  std::size_t index = 0, limit = 0;
  if (!absl::SimpleAtoi(parts[1], &index) || !absl::SimpleAtoi(parts[2], &limit)) {
    co_return absl::InternalError("bad request");
  }
  const std::size_t end = std::min(index + limit, events.size());
  const std::size_t size = (end - std::min(index, end)) * bytes_per_event;
  if (end > index) {
    response.headers.push_back({"Last-Event-Time", absl::StrCat(events[end - 1].time_ns)});
  }
  if (size > limits.body_cap) {
    response.over_cap = true;
    co_return response;
  }
  std::string body;
  for (std::size_t i = index; i < end; ++i) {
    absl::StrAppend(&body, events[i].id, " ", events[i].time_ns, "\n");
  }
  response.body.Append(body);
  co_return response;
}

HttpRequest FakeSource::Probe(absl::Time now) const {
  return HttpRequest{.url = absl::StrCat("/probe/", absl::ToUnixMillis(now))};
}

absl::Status FakeSource::ReadProbe(const HttpResponse& response) const {
  switch (response.status) {
    case 200:
      return absl::OkStatus();
    case 401:
      return TroubleError(absl::StatusCode::kUnauthenticated, "key refused",
                          {StatusWord::kAuthenticationFailed, "enter a valid key"});
    case 403:
      return TroubleError(absl::StatusCode::kPermissionDenied, "forbidden",
                          {StatusWord::kAuthenticationFailed, "", absl::Minutes(1)});
    case 429:
      return TroubleError(absl::StatusCode::kResourceExhausted, "slow down",
                          {StatusWord::kThrottled, "", absl::Seconds(90)});
    default:
      return absl::UnavailableError(absl::StrCat("status ", response.status));
  }
}

absl::StatusOr<std::optional<Ask>> FakeSource::Next(const Position& position, absl::Time tick,
                                                    int limit) const {
  const Place place = Parse(position);
  if (absl::ToUnixMillis(tick) <= place.tick_ms) return std::nullopt;
  const Position from = absl::StrCat(place.index, "/", absl::ToUnixMillis(tick));
  return Ask{.request = HttpRequest{.url = absl::StrCat("/", place.index, "/", limit)},
             .from = from};
}

absl::StatusOr<Answer> FakeSource::Read(const Position& from, int limit,
                                        HttpResponse response) const {
  const absl::Status status = ReadProbe(response);
  if (!status.ok()) return status;
  if (response.over_cap) return absl::OutOfRangeError("too large");
  const Place place = Parse(from);
  std::vector<FakeEvent> events;
  for (const absl::string_view line :
       absl::StrSplit(ForAbseil(response.body.view()), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    FakeEvent event{parts[0]};
    if (!absl::SimpleAtoi(parts[1], &event.time_ns)) return absl::UnavailableError("bad body");
    events.push_back(std::move(event));
  }
  const std::size_t count = events.size();
  Answer answer;
  const absl::Time tick = absl::FromUnixMillis(place.tick_ms);
  if (count < static_cast<std::size_t>(limit)) {
    answer.complete_to = tick;
    const std::size_t end = place.index + count;
    answer.next = absl::StrCat(end - std::min(overlap, end), "/", place.tick_ms);
  } else {
    answer.next = absl::StrCat(place.index + count, "/", place.tick_ms - 1);
  }
  answer.resumes_from = tick - absl::Minutes(10);
  answer.untimed = untimed;
  answer.page = std::make_shared<FakePage>(std::move(events));
  return answer;
}

absl::StatusOr<PassedOver> FakeSource::Pass(const Position& from,
                                            const HttpResponse& response) const {
  const Place place = Parse(from);
  PassedOver passed{.next = absl::StrCat(place.index + 1, "/", place.tick_ms - 1)};
  passed.identity.bytes[0] = 'p';
  passed.identity.bytes[1] = static_cast<std::uint8_t>(place.index);
  if (!absl::SimpleAtoi(ForAbseil(response.Header("Last-Event-Time").value_or("")),
                        &passed.time_ns)) {
    return absl::UnavailableError("does not say what was passed");
  }
  return passed;
}

void FakeFormat::Write(const Event& event, const Mark&, Buffer& out) const {
  out.Append(event.original_event_uid.Expose());
}

}  // namespace cce
