// One device on its thread: asks its service once for all its feeds, keeps the service's clock, the
// page size that fits, and what the service refused.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cce/api/context.h"
#include "cce/api/http.h"
#include "cce/api/source.h"
#include "cce/api/task.h"
#include "cce/engine/budget.h"
#include "cce/engine/shared_page.h"

namespace cce {

struct DeviceOptions {
  std::string name;
  std::shared_ptr<const Source> source;
  std::string secret;
  std::size_t body_cap = 64u << 20;  // bytes of one page
  // Told how each request ended; may be empty.
  std::function<void(const absl::Status&)> on_poll;
};

// What an Ask brought, shared by the feeds that asked.
struct Fetched {
  std::shared_ptr<SharedPage> page;  // null if a single event was too large to take
  Position from;
  Position next;
  absl::Time resumes_from;
  bool untimed = false;  // as Answer has it
  std::optional<absl::Time> complete_to;
  EventHead passed_over;    // that event, where page is null
  std::string dead_letter;  // and why it was

  absl::Span<const EventHead> heads() const {
    return page != nullptr ? page->page().heads() : absl::MakeConstSpan(&passed_over, 1);
  }
};

// The feed that asks.
struct Asker {
  Sleeper& sleeper;
  Budget& requests;                   // its share, in which it waits for its turn
  std::shared_ptr<Reservation> room;  // for the page: charged for what that is, once it is known
  Urgency urgency = Urgency::kLive;
};

// Everything runs on `executor`. Ended by Stop; must outlive its feeds and, after Stop, whatever
// `executor` still runs.
class PolledDevice {
 public:
  PolledDevice(DeviceOptions options, HttpClient& http, Context& context,
               boost::asio::any_io_executor executor);

  const std::string& name() const { return options_.name; }
  const Source& source() const { return *options_.source; }

  // Wakes `sleeper` whenever something that a feed may wait for has happened. REQUIRES: `sleeper`
  // lives until RemoveFeed.
  void AddFeed(Sleeper& sleeper);
  void RemoveFeed(Sleeper& sleeper);

  // Learns the service's clock; OK at once if it is known. Errors: as Source::ReadProbe. `requests`
  // is the calling feed's share, as for Fetch.
  Task<absl::Status> Meet(Sleeper& sleeper, Budget& requests);

  // The page at `position`: from another feed's request if it is there or under way, else by
  // asking, once it is this feed's turn. Null: nothing to ask before NextTick. kOutOfRange: the
  // page was too large, or larger than `asker.room`, and the next attempt asks for less or needs
  // more room. kCancelled: stopped. The page is shared for as long as a feed holds it, and a feed
  // reserves memory for what it holds. REQUIRES: Meet has returned OK; `asker.room` has at least
  // PageEstimate.
  Task<absl::StatusOr<std::shared_ptr<Fetched>>> Fetch(Position position, Asker asker);

  // Begins what Fetch at `position` would do, without waiting for it; null if there is nothing to
  // ask or it is not this feed's turn. What it brings is there for Fetch while the caller holds the
  // result. A request that begins here keeps its room until it has ended, held or not.
  std::shared_ptr<const void> Prefetch(const Position& position, const Asker& asker);

  // True if `page`, Prefetch's, is what Fetch at `position` would find.
  bool IsAt(const Position& position, const std::shared_ptr<const void>& page) const;

  // The service's clock, as well as it is known; never ahead of it by more than its resolution of a
  // second.
  absl::Time ServiceNow() const { return context_.clock.Now() + clock_offset_; }

  // The service's time when this device was built: what "caught up" means.
  absl::Time StartedAt() const { return built_ + clock_offset_; }

  absl::Duration UntilNextTick() const;

  // What the next page will occupy at most, rendered lines included, if its events are as large as
  // those before: what to reserve for it.
  std::size_t PageEstimate() const;
  // `bytes` were held for a page of `events`.
  void NotePageUse(std::size_t events, std::size_t bytes);
  // Asks for less from now on; false at one event a page.
  bool HalveLimit();

  // How often in a row the service has refused, and how long until it is asked again.
  int refusals() const { return refusals_; }
  absl::Duration UntilProbe() const;

  // Every Fetch and Meet ends with kCancelled; no new request is made.
  void Stop();

 private:
  struct Entry {
    bool done = false;
    absl::StatusOr<std::shared_ptr<Fetched>> result = absl::InternalError("not fetched");
    std::vector<std::weak_ptr<Reservation>> rooms;  // of the feeds that wait for it
  };

  // An Ask and what it was made from.
  struct Question {
    Ask ask;
    int limit;
    absl::Time tick;
    std::size_t body_cap;
  };

  // What to ask at `position` for as many events as `room` is for.
  absl::StatusOr<std::optional<Question>> QuestionAt(const Position& position,
                                                     std::size_t room) const;
  // How many events to ask for.
  int AskedFor() const { return std::min(limit_, expected_); }
  void Charge(Entry& entry, const std::shared_ptr<Reservation>& room) const;
  // The entry of the page at `from`, or null if nobody holds one.
  std::shared_ptr<Entry> Find(const Position& from) const;
  // Starts the request for `question`. REQUIRES: nobody holds its page.
  std::shared_ptr<Entry> Begin(Question question, Reservation turn,
                               std::shared_ptr<Reservation> room);
  Task<> Load(std::shared_ptr<Entry> entry, Question question, Reservation turn,
              std::shared_ptr<Reservation> room);
  Task<absl::StatusOr<std::shared_ptr<Fetched>>> Request(Question question);
  Task<> Probe(Reservation turn);
  Task<> WaitInLine(Sleeper& sleeper);
  absl::StatusOr<std::shared_ptr<Fetched>> Understand(const Question& question,
                                                      HttpResponse response);
  // Halves the page size, or expects larger events; the kOutOfRange that Fetch ends with.
  absl::Status AskForLess(const Question& question);
  // What a single event that is too large becomes; `head` is its answer without the body.
  absl::StatusOr<std::shared_ptr<Fetched>> PassOver(const Question& question,
                                                    const HttpResponse& head);
  void NoteResult(const absl::Status& status);
  // How long the service still wants to be left alone; 0 if it does not.
  absl::Duration HoldLeft() const;
  // OK, or what the service said when it asked for a pause that is not over, with the rest of it.
  absl::Status Held() const;
  // False if the clock that `tick` came from was ahead of the service's.
  bool NoteDate(const HttpResponse& response, absl::Time tick);
  absl::Time Tick() const;
  void WakeFeeds();

  const DeviceOptions options_;
  HttpClient& http_;
  Context& context_;
  const boost::asio::any_io_executor executor_;
  const absl::Time built_;

  std::vector<Sleeper*> feeds_;
  bool stopped_ = false;

  bool met_ = false;
  bool probing_ = false;
  absl::Status probe_result_;
  absl::Duration clock_offset_ = absl::ZeroDuration();  // the service's clock less this machine's
  absl::Time newest_tick_ = absl::InfinitePast();

  // Pages that a feed holds, and requests under way.
  absl::flat_hash_map<Position, std::weak_ptr<Entry>> pages_;
  int in_line_ = 0;  // feeds that wait for their turn to ask

  int limit_;     // events of a page, that it does not become too large
  int expected_;  // events of the next page, at most
  double bytes_per_event_;

  // What told the device to wait, and from when on for how long.
  absl::Status hold_;
  absl::Time held_at_ = absl::InfinitePast();
  absl::Duration held_for_ = absl::ZeroDuration();

  int refusals_ = 0;
  absl::Status refusal_;
  absl::Time probe_at_ = absl::InfinitePast();
};

}  // namespace cce
