#include "cce/engine/polled_device.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "cce/engine/tick.h"

namespace cce {
namespace {

// Before a device's events have been seen; an event and its normalised line together are about 3
// KiB.
constexpr double kFirstBytesPerEvent = 4096;

// The least room for a page is this part of the largest body: among few events may be a large one.
constexpr std::size_t kLeastRoomPart = 32;

// Where a pass has ended, the next page is expected to be short: this many times the last one, but
// not less than this many events. Asking for more would reserve memory for what is not there.
constexpr int kTimesTheLast = 4;
constexpr int kShortPage = 250;

// The resolution of a Date header.
constexpr absl::Duration kDateResolution = absl::Seconds(1);

constexpr absl::Duration kLongestProbePause = absl::Minutes(5);

// The first probes come soon, because many refusals pass; then the service is left in peace.
absl::Duration ProbePause(int refusals) {
  if (refusals <= 1) return absl::Seconds(5);
  if (refusals == 2) return absl::Seconds(15);
  return kLongestProbePause;
}

absl::Status NoDate() {
  return TroubleError(
      absl::StatusCode::kUnavailable,
      "the service's answers have no Date header, without which its clock is not known",
      {StatusWord::kUnreachable, "Let the proxy between this machine and the service pass it on."});
}

}  // namespace

PolledDevice::PolledDevice(DeviceOptions options, HttpClient& http, Context& context,
                           boost::asio::any_io_executor executor)
    : options_(std::move(options)),
      http_(http),
      context_(context),
      executor_(std::move(executor)),
      built_(context.clock.Now()),
      limit_(options_.source->page_size()),
      expected_(limit_),
      bytes_per_event_(kFirstBytesPerEvent) {}

void PolledDevice::AddFeed(Sleeper& sleeper) { feeds_.push_back(&sleeper); }

void PolledDevice::RemoveFeed(Sleeper& sleeper) { std::erase(feeds_, &sleeper); }

void PolledDevice::WakeFeeds() {
  for (Sleeper* feed : feeds_) feed->Wake();
}

absl::Time PolledDevice::Tick() const {
  return TickAt(ServiceNow(), source().poll_interval(), options_.name);
}

absl::Duration PolledDevice::UntilNextTick() const {
  return Tick() + source().poll_interval() - ServiceNow();
}

absl::Duration PolledDevice::UntilProbe() const {
  const absl::Duration rest = probe_at_ - context_.clock.Now();
  // More than the longest pause is a clock that has been set back.
  return rest > kLongestProbePause ? absl::ZeroDuration() : std::max(rest, absl::ZeroDuration());
}

std::size_t PolledDevice::PageEstimate() const {
  return std::max(static_cast<std::size_t>(bytes_per_event_ * AskedFor()) + 1,
                  options_.body_cap / kLeastRoomPart);
}

void PolledDevice::NotePageUse(std::size_t events, std::size_t bytes) {
  // Small pages say little about large ones.
  constexpr std::size_t kEnough = 100;
  if (events < std::min(kEnough, static_cast<std::size_t>(limit_))) return;
  constexpr double kWeight = 0.25;
  const double seen = static_cast<double>(bytes) / static_cast<double>(events);
  bytes_per_event_ += kWeight * (seen - bytes_per_event_);
}

bool PolledDevice::HalveLimit() {
  if (limit_ == 1) return false;
  limit_ /= 2;
  return true;
}

void PolledDevice::Stop() {
  stopped_ = true;
  WakeFeeds();
}

Task<absl::Status> PolledDevice::Meet(Sleeper& sleeper, Budget& requests) {
  std::optional<Reservation> turn;
  while (!met_ && !stopped_) {
    if (!refusal_.ok() && UntilProbe() > absl::ZeroDuration()) co_return refusal_;
    if (!probing_) {
      absl::Status held = Held();
      if (!held.ok()) co_return held;
      if (!turn) turn = requests.Queue(1, Urgency::kLive, executor_, [this] { WakeFeeds(); });
      if (!turn->granted()) {
        co_await WaitInLine(sleeper);
        continue;
      }
      probing_ = true;
      boost::asio::co_spawn(executor_, Probe(*std::exchange(turn, std::nullopt)),
                            boost::asio::detached);
    }
    turn.reset();
    while (probing_ && !stopped_) co_await sleeper.Sleep(absl::InfiniteDuration());
    if (!met_ && !stopped_ && !probe_result_.ok()) co_return probe_result_;
  }
  co_return stopped_ ? absl::CancelledError("stopped") : absl::OkStatus();
}

Task<> PolledDevice::WaitInLine(Sleeper& sleeper) {
  ++in_line_;
  co_await sleeper.Sleep(absl::InfiniteDuration());
  --in_line_;
}

Task<> PolledDevice::Probe(Reservation /*turn*/) {
  HttpRequest request = source().Probe(ServiceNow());
  const HttpLimits limits{.body_cap = options_.body_cap};
  absl::StatusOr<HttpResponse> response =
      co_await http_.Send(std::move(request), options_.secret, limits);
  probe_result_ = response.status();
  if (response.ok()) {
    NoteDate(*response, absl::InfinitePast());
    probe_result_ = source().ReadProbe(*response);
    if (probe_result_.ok() && !response->Date()) probe_result_ = NoDate();
    met_ = probe_result_.ok();
  }
  NoteResult(probe_result_);
  probing_ = false;
  WakeFeeds();
}

void PolledDevice::NoteResult(const absl::Status& status) {
  const std::optional<Trouble> trouble = TroubleOf(status);
  // Only time ends a pause: another request's answer may be older than it.
  if (trouble && trouble->retry_after > HoldLeft()) {
    hold_ = status;
    held_at_ = context_.clock.Now();
    held_for_ = trouble->retry_after;
  }
  if (IsRefusal(status)) {
    refusal_ = status;
    probe_at_ = context_.clock.Now() + ProbePause(++refusals_);
  } else if (status.ok()) {
    refusal_ = absl::OkStatus();
    refusals_ = 0;
  }
  // While the service is left in peace, that is what is to be said of it.
  if (options_.on_poll) options_.on_poll(status.ok() ? Held() : status);
}

absl::Duration PolledDevice::HoldLeft() const {
  const absl::Duration passed = context_.clock.Now() - held_at_;
  // Less than nothing has passed on a clock that has been set back.
  if (passed < absl::ZeroDuration() || passed >= held_for_) return absl::ZeroDuration();
  return held_for_ - passed;
}

absl::Status PolledDevice::Held() const {
  const absl::Duration left = HoldLeft();
  if (left == absl::ZeroDuration()) return absl::OkStatus();
  std::optional<Trouble> trouble = TroubleOf(hold_);
  trouble->retry_after = left;
  // A refusal that another answer has overtaken is a pause like any other.
  const bool is_over = IsRefusal(hold_) && refusal_.ok();
  return TroubleError(is_over ? absl::StatusCode::kUnavailable : hold_.code(),
                      FromAbseil(hold_.message()), *trouble);
}

bool PolledDevice::NoteDate(const HttpResponse& response, absl::Time tick) {
  const std::optional<absl::Time> date = response.Date();
  if (!date) return true;
  const absl::Duration offset = *date - context_.clock.Now();
  const bool ahead = tick > *date + kDateResolution;
  // A Date is always behind the service's clock: by its resolution and the way of the answer. So
  // the furthest ahead is the best, until one shows that this machine's clock has been moved.
  if (!met_ || ahead || offset > clock_offset_) clock_offset_ = offset;
  return !ahead;
}

absl::StatusOr<std::optional<PolledDevice::Question>> PolledDevice::QuestionAt(
    const Position& position, std::size_t room) const {
  const absl::Time tick = Tick();
  const double fit = static_cast<double>(room) / bytes_per_event_;
  const int limit = static_cast<int>(std::clamp<double>(fit, 1, AskedFor()));
  absl::StatusOr<std::optional<Ask>> ask = source().Next(position, tick, limit);
  if (!ask.ok()) return ask.status();
  if (!ask->has_value()) return std::nullopt;
  return Question{.ask = **std::move(ask),
                  .limit = limit,
                  .tick = tick,
                  .body_cap = std::min(options_.body_cap, room)};
}

Task<absl::StatusOr<std::shared_ptr<Fetched>>> PolledDevice::Fetch(Position position, Asker asker) {
  std::optional<Reservation> turn;
  std::shared_ptr<Entry> entry;
  while (entry == nullptr) {
    if (stopped_) co_return absl::CancelledError("stopped");
    absl::StatusOr<std::optional<Question>> question = QuestionAt(position, asker.room->amount());
    if (!question.ok()) {
      NoteResult(question.status());
      co_return question.status();
    }
    if (Tick() < newest_tick_) {
      // With a clock that was set back nothing would be asked, and no answer would set it right.
      met_ = false;
      newest_tick_ = absl::InfinitePast();
      co_return absl::UnavailableError(
          "this machine's clock has been set back; asking the service for its time");
    }
    newest_tick_ = Tick();
    if (!question->has_value()) co_return nullptr;
    entry = Find((*question)->ask.from);
    if (entry != nullptr) break;
    absl::Status held = Held();
    if (!held.ok()) co_return held;
    if (!refusal_.ok() && UntilProbe() > absl::ZeroDuration()) co_return refusal_;
    if (!turn) turn = asker.requests.Queue(1, asker.urgency, executor_, [this] { WakeFeeds(); });
    if (turn->granted()) {
      // Of a refused device this is the probe; the other feeds wait for what it says.
      if (!refusal_.ok()) probe_at_ = context_.clock.Now() + ProbePause(refusals_ + 1);
      entry = Begin(**std::move(question), *std::move(turn), asker.room);
    } else {
      co_await WaitInLine(asker.sleeper);
    }
  }
  turn.reset();
  Charge(*entry, asker.room);
  while (!entry->done && !stopped_) co_await asker.sleeper.Sleep(absl::InfiniteDuration());
  if (!entry->done) co_return absl::CancelledError("stopped");
  if (!entry->result.ok()) co_return entry->result.status();
  // Whoever holds the page holds the entry, so that others find it.
  co_return std::shared_ptr<Fetched>(entry, entry->result->get());
}

std::shared_ptr<const void> PolledDevice::Prefetch(const Position& position, const Asker& asker) {
  if (stopped_ || !refusal_.ok() || !Held().ok()) return nullptr;
  absl::StatusOr<std::optional<Question>> question = QuestionAt(position, asker.room->amount());
  if (!question.ok() || !question->has_value()) return nullptr;
  std::shared_ptr<Entry> entry = Find((*question)->ask.from);
  if (entry == nullptr) {
    std::optional<Reservation> turn = asker.requests.TryReserve(1, asker.urgency);
    if (!turn) return nullptr;
    entry = Begin(**std::move(question), *std::move(turn), asker.room);
  }
  Charge(*entry, asker.room);
  return entry;
}

bool PolledDevice::IsAt(const Position& position, const std::shared_ptr<const void>& page) const {
  absl::StatusOr<std::optional<Question>> question = QuestionAt(position, 0);
  return question.ok() && question->has_value() && Find((*question)->ask.from) == page;
}

void PolledDevice::Charge(Entry& entry, const std::shared_ptr<Reservation>& room) const {
  if (!entry.done) {
    entry.rooms.push_back(room);
  } else if (entry.result.ok() && (*entry.result)->page != nullptr) {
    SharedPage& page = *(*entry.result)->page;
    const double lines_too = bytes_per_event_ * static_cast<double>(page.page().heads().size());
    room->Resize(std::max(static_cast<std::size_t>(lines_too), page.MemoryUse()));
    page.ChargeTo(room);
  }
}

std::shared_ptr<PolledDevice::Entry> PolledDevice::Find(const Position& from) const {
  const auto found = pages_.find(from);
  return found == pages_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<PolledDevice::Entry> PolledDevice::Begin(Question question, Reservation turn,
                                                         std::shared_ptr<Reservation> room) {
  absl::erase_if(pages_, [](const auto& page) { return page.second.expired(); });
  auto entry = std::make_shared<Entry>();
  pages_[question.ask.from] = entry;
  boost::asio::co_spawn(executor_,
                        Load(entry, std::move(question), std::move(turn), std::move(room)),
                        boost::asio::detached);
  // Who waits for a turn to ask the same has nothing to wait for any more.
  if (in_line_ > 0) WakeFeeds();
  return entry;
}

// `room` lives until it ends.
Task<> PolledDevice::Load(std::shared_ptr<Entry> entry, Question question, Reservation turn,
                          std::shared_ptr<Reservation> /*room*/) {
  const Position from = question.ask.from;
  entry->result = co_await Request(std::move(question));
  entry->done = true;
  turn = Reservation();
  for (const std::weak_ptr<Reservation>& waiting : std::exchange(entry->rooms, {})) {
    if (const std::shared_ptr<Reservation> room = waiting.lock()) Charge(*entry, room);
  }
  // An error is for those who wait now; whoever comes later asks again.
  if (!entry->result.ok() && Find(from) == entry) pages_.erase(from);
  WakeFeeds();
}

Task<absl::StatusOr<std::shared_ptr<Fetched>>> PolledDevice::Request(Question question) {
  const HttpLimits limits{.body_cap = question.body_cap};
  absl::StatusOr<HttpResponse> response =
      co_await http_.Send(question.ask.request, options_.secret, limits);
  absl::StatusOr<std::shared_ptr<Fetched>> fetched = absl::UnknownError("");
  if (response.ok()) {
    fetched = Understand(question, *std::move(response));
  } else {
    fetched = response.status();
  }
  NoteResult(absl::IsOutOfRange(fetched.status()) ? absl::OkStatus() : fetched.status());
  co_return fetched;
}

absl::StatusOr<std::shared_ptr<Fetched>> PolledDevice::Understand(const Question& question,
                                                                  HttpResponse response) {
  const bool in_time = NoteDate(response, question.tick);
  const std::size_t body = response.body.size();
  // Of an answer over the cap there is nothing else.
  const HttpResponse head{
      .status = response.status, .headers = response.headers, .over_cap = response.over_cap};
  absl::StatusOr<Answer> answer =
      source().Read(question.ask.from, question.limit, std::move(response));
  const bool too_large = absl::IsOutOfRange(answer.status());
  if (too_large && (question.limit > 1 || question.body_cap < options_.body_cap)) {
    return AskForLess(question);
  }
  if (!answer.ok() && !too_large) return answer.status();
  if (!in_time) {
    // A window that ends in the service's future would be passed before its events exist.
    return absl::UnavailableError(
        "this machine's clock has been ahead of the service's; asking again with the service's "
        "time");
  }
  if (too_large) return PassOver(question, head);
  if (question.limit == limit_ && body < options_.body_cap / 4) {
    limit_ = std::min(limit_ * 2, source().page_size());
  }
  const auto events = static_cast<int>(answer->page->heads().size());
  expected_ = answer->complete_to ? std::max(events * kTimesTheLast, kShortPage)
                                  : std::numeric_limits<int>::max();
  auto fetched = std::make_shared<Fetched>();
  fetched->page = std::make_shared<SharedPage>(std::move(answer->page));
  fetched->from = question.ask.from;
  fetched->next = std::move(answer->next);
  fetched->resumes_from = answer->resumes_from;
  fetched->untimed = answer->untimed;
  fetched->complete_to = answer->complete_to;
  return fetched;
}

absl::Status PolledDevice::AskForLess(const Question& question) {
  if (question.body_cap < options_.body_cap) {
    const double least = static_cast<double>(question.body_cap) / question.limit;
    bytes_per_event_ = 2 * std::max(bytes_per_event_, least);
  } else {
    limit_ = std::min(limit_, question.limit / 2);
    context_.log.Warning("page too large, asking for fewer events",
                         {{"device", options_.name}, {"limit", limit_}});
  }
  return absl::OutOfRangeError(absl::StrCat("a page of ", question.limit, " events is larger than ",
                                            question.body_cap, " bytes"));
}

absl::StatusOr<std::shared_ptr<Fetched>> PolledDevice::PassOver(const Question& question,
                                                                const HttpResponse& head) {
  absl::StatusOr<PassedOver> passed = source().Pass(question.ask.from, head);
  if (!passed.ok()) return passed.status();
  auto fetched = std::make_shared<Fetched>();
  fetched->from = question.ask.from;
  fetched->next = std::move(passed->next);
  fetched->passed_over = {.identity = passed->identity, .time_ns = passed->time_ns};
  fetched->resumes_from = absl::InfinitePast();
  fetched->dead_letter =
      absl::StrCat("a single event is larger than ", options_.body_cap, " bytes and was not taken");
  context_.log.Error("event too large, passed over", {{"device", options_.name}});
  return fetched;
}

}  // namespace cce
