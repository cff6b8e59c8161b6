#include "cce/engine/feed.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"

namespace cce {
namespace {

// An empty poll commits nothing; a quiet feed notes how far it is this often, so that a restart
// does not begin where the last event was.
constexpr absl::Duration kSettleEvery = absl::Hours(1);

// With --until-caught-up a refusal counts after this many probes, and lost data after as many
// recoveries.
constexpr int kProbesBeforeGivingUp = 3;

struct Span {
  std::int64_t from_ns;
  std::int64_t to_ns;
};

// The stretches of time that a page's events lie in. A stray timestamp makes a stretch of its own,
// not one that reaches over everything between.
std::vector<Span> SpansOf(absl::Span<const EventHead> heads) {
  std::vector<std::int64_t> times;
  times.reserve(heads.size());
  for (const EventHead& head : heads) times.push_back(head.time_ns);
  std::sort(times.begin(), times.end());
  std::vector<Span> spans;
  for (const std::int64_t time : times) {
    if (spans.empty() || IsWiderThanABlock(spans.back().to_ns, time)) {
      spans.push_back({time, time});
    }
    spans.back().to_ns = time;
  }
  return spans;
}

void Count(std::string_view service, absl::Time time,
           std::vector<FeedProgress::Service>& services) {
  const auto known = std::find_if(services.begin(), services.end(),
                                  [&](const auto& entry) { return entry.name == service; });
  if (known == services.end()) {
    services.push_back({std::string(service), 1, time});
  } else {
    ++known->events;
    known->last_event_time = std::max(known->last_event_time, time);
  }
}

absl::Duration RetryAfter(const absl::Status& cause) {
  const std::optional<Trouble> trouble = TroubleOf(cause);
  return trouble ? trouble->retry_after : absl::ZeroDuration();
}

}  // namespace

Feed::Feed(FeedOptions options, PolledDevice& device, Output& output, CheckpointStore& store,
           OutputShare& share, Context& context, boost::asio::any_io_executor executor)
    : options_(std::move(options)),
      device_(device),
      output_(output),
      store_(store),
      share_(share),
      context_(context),
      sleeper_(context.clock.MakeSleeper(executor)),
      outage_(share.outage, std::move(executor), sleeper_),
      backoff_(context.random),
      settled_time_(context.clock.Now()) {
  device_.AddFeed(*sleeper_);
}

Feed::~Feed() { device_.RemoveFeed(*sleeper_); }

void Feed::Stop() {
  stopping_ = true;
  sleeper_->Wake();
}

Task<absl::Status> Feed::Run() {
  absl::Status ended = co_await Collect();
  outage_.Leave();
  co_return ended;
}

Task<absl::Status> Feed::Collect() {
  while (!Done()) {
    absl::Status ended = co_await RunFromCheckpoint();
    room_.reset();
    ahead_.reset();
    if (GivesUpOn(ended)) co_return ended;
    if (absl::IsDataLoss(ended) && ++data_losses_ >= kProbesBeforeGivingUp &&
        options_.until_caught_up) {
      co_return ended;
    }
    if (!Done()) co_await PauseAtCheckpoint(ended);
    co_await AwaitTurn();
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Feed::RunFromCheckpoint() {
  if (options_.on_delivery_begun) options_.on_delivery_begun();
  absl::StatusOr<std::optional<Checkpoint>> found = co_await output_.Recover(options_.key);
  outage_.Note(Outage::Act::kRecover, found.status());
  if (options_.on_delivery) options_.on_delivery(found.status(), FeedProgress());
  if (!found.ok()) co_return found.status();
  absl::Status met = co_await MeetService();
  if (!met.ok()) co_return met;
  settled_ = found->has_value();
  at_ = settled_ ? **std::move(found)
                 : Checkpoint{.position = device_.source().Start(device_.ServiceNow())};
  // Whatever happens before the first batch is durable, a feed begins where it first began.
  absl::Status begun = co_await Settle();
  if (!begun.ok()) co_return begun;

  while (!Done()) {
    absl::StatusOr<std::shared_ptr<Fetched>> page = co_await NextPage(at_.position);
    if (absl::IsOutOfRange(page.status())) continue;
    if (!page.ok()) {
      room_.reset();
      // A place that cannot be read is read from the checkpoint again.
      if (Done() || GivesUpOn(page.status()) || absl::IsDataLoss(page.status()))
        co_return page.status();
      co_await PauseForService(page.status());
      absl::Status met_again = co_await MeetService();
      if (!met_again.ok()) co_return met_again;
      continue;
    }
    if (*page == nullptr) {
      outage_.NoteIdle();
      room_.reset();
      co_await sleeper_->Sleep(device_.UntilNextTick());
      continue;
    }
    absl::StatusOr<Fresh> fresh = co_await FindFresh(*page);
    if (!fresh.ok()) co_return fresh.status();
    absl::Status delivered = co_await Deliver(*std::move(page), *std::move(fresh));
    if (!delivered.ok()) co_return delivered;
    backoff_.Reset();
    data_losses_ = 0;
  }
  co_return co_await Settle();
}

Task<absl::Status> Feed::MeetService() {
  for (;;) {
    absl::Status met = co_await device_.Meet(*sleeper_, share_.requests);
    if (met.ok() || Done() || GivesUpOn(met)) co_return met;
    co_await PauseForService(met);
  }
}

Task<absl::StatusOr<std::shared_ptr<Fetched>>> Feed::NextPage(Position position) {
  // The page in hand and the one ahead fit, beside what is the live's alone.
  while (device_.PageEstimate() > share_.memory.share() / 3 && device_.HalveLimit()) {
  }
  std::optional<Ahead> ahead = std::exchange(ahead_, std::nullopt);
  if (ahead && device_.IsAt(position, ahead->page)) {
    room_ = std::move(ahead->room);
  } else {
    // A request that nobody waits for any more keeps its room; this page needs its own.
    ahead.reset();
    room_.reset();
    Reservation room = co_await share_.memory.Reserve(device_.PageEstimate(), urgency());
    room_ = std::make_shared<Reservation>(std::move(room));
  }
  Asker asker = AskerWith(room_);
  co_return co_await device_.Fetch(std::move(position), std::move(asker));
}

Asker Feed::AskerWith(std::shared_ptr<Reservation> room) {
  return {*sleeper_, share_.requests, std::move(room), urgency()};
}

// Two ticks, because a feed in step is behind by one while it waits for the next.
Urgency Feed::urgency() const {
  const bool in_step = device_.ServiceNow() - reached_ <= 2 * device_.source().poll_interval();
  return in_step ? Urgency::kLive : Urgency::kCatchUp;
}

Task<absl::StatusOr<Feed::Fresh>> Feed::FindFresh(std::shared_ptr<Fetched> fetched) {
  Fresh fresh;
  const absl::Span<const EventHead> heads = fetched->heads();
  std::vector<Span> spans = SpansOf(heads);
  if (fetched->untimed) {
    spans = {{at_.watermark_ns, std::numeric_limits<std::int64_t>::max()}};
  }
  absl::flat_hash_set<Identity> seen;
  seen.reserve(heads.size());
  for (const Span& span : spans) {
    absl::StatusOr<std::vector<IdentityBlock>> blocks =
        co_await store_.Blocks(options_.key, span.from_ns, span.to_ns);
    if (!blocks.ok()) co_return blocks.status();
    for (const IdentityBlock& block : *blocks) {
      seen.insert(block.identities.begin(), block.identities.end());
    }
  }
  for (std::uint32_t i = 0; i < heads.size(); ++i) {
    if (seen.insert(heads[i].identity).second) fresh.indices.push_back(i);
  }
  fresh.duplicates = heads.size() - fresh.indices.size();
  co_return fresh;
}

std::int64_t Feed::WatermarkAfter(absl::Time resumes_from) const {
  const absl::Time horizon = device_.ServiceNow() - options_.audit_horizon;
  return std::max(at_.watermark_ns, absl::ToUnixNanos(std::min(resumes_from, horizon)));
}

Task<absl::Status> Feed::Deliver(std::shared_ptr<Fetched> fetched, Fresh fresh) {
  const auto batch = std::make_shared<Batch>();
  FeedProgress progress;
  progress.duplicates = fresh.duplicates;
  std::vector<Accounted> accounted;
  if (fetched->page != nullptr) {
    SharedPage& page = *fetched->page;
    const std::vector<std::string_view> lines =
        page.Render(fresh.indices, output_.format(), Mark(), scratch_);
    batch->events.reserve(lines.size());
    accounted.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::uint32_t index = fresh.indices[i];
      const EventHead& head = page.page().heads()[index];
      const absl::Time time = absl::FromUnixNanos(head.time_ns);
      progress.last_event_time = std::max(progress.last_event_time.value_or(time), time);
      Count(page.ServiceOf(index), time, progress.services);
      const Understood understood = page.UnderstoodOf(index);
      const bool passes = understood == Understood::kNothing ||
                          options_.filter.Passes(page.ServiceOf(index), page.SeverityOf(index));
      accounted.push_back({.identity = head.identity,
                           .time_ns = head.time_ns,
                           .outcome = passes ? Outcome::kDelivered : Outcome::kFiltered});
      if (!passes) {
        ++progress.filtered;
        continue;
      }
      batch->events.push_back({.identity = head.identity,
                               .time_ns = head.time_ns,
                               .mark = Mark(),
                               .bytes = lines[i],
                               .severity_id = page.SeverityOf(index),
                               .service = page.ServiceOf(index),
                               .type = page.TypeOf(index)});
      progress.degraded += understood == Understood::kPartly;
      progress.undecodable += understood == Understood::kNothing;
    }
    room_->Resize(page.MemoryUse());
    device_.NotePageUse(page.page().heads().size(), page.MemoryUse());
  } else if (!fresh.indices.empty()) {
    batch->dead_letters.push_back({.cause = fetched->dead_letter, .position = fetched->from});
    accounted.push_back({.identity = fetched->passed_over.identity,
                         .time_ns = fetched->passed_over.time_ns,
                         .outcome = Outcome::kDeadLettered});
  }
  batch->holds = fetched;

  const Checkpoint next{.position = fetched->next,
                        .watermark_ns = WatermarkAfter(fetched->resumes_from)};
  if (std::optional<Reservation> room =
          share_.memory.TryReserve(device_.PageEstimate(), urgency())) {
    auto kept = std::make_shared<Reservation>(*std::move(room));
    std::shared_ptr<const void> page = device_.Prefetch(next.position, AskerWith(kept));
    if (page != nullptr) ahead_ = Ahead{std::move(kept), std::move(page)};
  }

  // An empty poll commits nothing.
  settled_ = !accounted.empty() || context_.clock.Now() - settled_time_ >= kSettleEvery;
  if (settled_) {
    progress.delivered = batch->events.size();
    progress.dead_letters = batch->dead_letters.size();
    Step step{.position = next.position,
              .watermark_ns = next.watermark_ns,
              .blocks = ToBlocks(accounted)};
    absl::Status delivered = co_await DeliverBatch(batch, std::move(step));
    if (!delivered.ok()) co_return delivered;
    settled_time_ = context_.clock.Now();
  }
  if (batch->events.empty()) outage_.NoteIdle();
  at_ = next;
  reached_ = std::max(reached_, fetched->complete_to.value_or(reached_));
  caught_up_ = options_.until_caught_up && fetched->complete_to.has_value() &&
               *fetched->complete_to >= device_.StartedAt();
  progress.complete_to = fetched->complete_to;
  progress.watermark = absl::FromUnixNanos(at_.watermark_ns);
  if (options_.on_delivery) options_.on_delivery(absl::OkStatus(), progress);
  co_return absl::OkStatus();
}

Task<absl::Status> Feed::Settle() {
  if (settled_) co_return absl::OkStatus();
  Step step{.position = at_.position, .watermark_ns = at_.watermark_ns};
  auto nothing = std::make_shared<const Batch>();
  absl::Status delivered = co_await DeliverBatch(std::move(nothing), std::move(step));
  settled_ = delivered.ok();
  if (settled_ && options_.on_delivery) options_.on_delivery(delivered, FeedProgress());
  co_return delivered;
}

Task<absl::Status> Feed::DeliverBatch(std::shared_ptr<const Batch> batch, Step step) {
  const Outage::Act act = batch->events.empty() ? Outage::Act::kStep : Outage::Act::kEvents;
  if (options_.on_delivery_begun) options_.on_delivery_begun();
  absl::Status delivered =
      co_await output_.Deliver(options_.key, std::move(batch), std::move(step));
  outage_.Note(act, delivered);
  if (delivered.ok()) co_return delivered;
  if (options_.on_delivery) options_.on_delivery(delivered, FeedProgress());
  // A feed that goes on says so where it pauses.
  if (Done()) {
    context_.log.Warning(
        "last delivery failed; the feed goes on from the one before at the next start",
        {{"device", options_.key.device},
         {"output", options_.key.output},
         {"cause", FromAbseil(delivered.message())},
         {"remedy", RemedyOf(delivered)}});
  }
  co_return delivered;
}

bool Feed::GivesUpOn(const absl::Status& status) const {
  if (!options_.until_caught_up || !IsRefusal(status)) return false;
  const bool by_output = device_.refusals() == 0;
  return by_output || device_.refusals() >= kProbesBeforeGivingUp;
}

Task<> Feed::AwaitTurn() {
  while (!Done()) {
    const absl::Duration pause = outage_.UntilTurn();
    if (pause == absl::ZeroDuration()) co_return;
    co_await sleeper_->Sleep(pause);
  }
}

Task<> Feed::PauseForService(absl::Status cause) {
  const bool refused = IsRefusal(cause) && device_.refusals() > 0;
  const absl::Duration pause = refused ? std::max(device_.UntilProbe(), RetryAfter(cause))
                                       : backoff_.Next() + RetryAfter(cause);
  LogPause("feed waits for the service", cause, pause);
  co_await Pause(pause, [this, refused] { return refused && device_.refusals() == 0; });
}

Task<> Feed::PauseAtCheckpoint(absl::Status cause) {
  const absl::Duration pause = backoff_.Next() + RetryAfter(cause);
  LogPause("feed waits and begins again at its checkpoint", cause, pause);
  co_await Pause(pause, [] { return false; });
}

Task<> Feed::Pause(absl::Duration pause, std::function<bool()> is_over) {
  const absl::Time until = context_.clock.Now() + pause;
  // The device wakes its feeds for other reasons too; a clock that is set back ends the pause.
  for (absl::Duration rest = pause; rest > absl::ZeroDuration() && rest <= pause;
       rest = until - context_.clock.Now()) {
    if (Done() || is_over()) co_return;
    co_await sleeper_->Sleep(rest);
  }
}

void Feed::LogPause(std::string_view what, const absl::Status& cause, absl::Duration pause) {
  context_.log.Warning(what,
                       {{"device", options_.key.device},
                        {"output", options_.key.output},
                        {"cause", FromAbseil(cause.message())},
                        {"remedy", RemedyOf(cause)},
                        {"seconds", absl::ToInt64Seconds(absl::Ceil(pause, absl::Seconds(1)))}});
}

}  // namespace cce
