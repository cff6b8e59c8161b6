#include "outputs/kafka/shard.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "outputs/dead_letters/dead_letters.h"
#include "outputs/kafka/crash_points.h"
#include "outputs/kafka/dead_letters.h"
#include "outputs/kafka/errors.h"
#include "outputs/kafka/home.h"
#include "outputs/kafka/partition.h"
#include "outputs/kafka/records.h"
#include "outputs/kafka/topic_name.h"

namespace cce::kafka {

namespace asio = boost::asio;

namespace {

// A commit takes all that is ready, up to about so much.
constexpr std::size_t kMaxEvents = 20'000;
constexpr std::size_t kMaxBytes = 16u << 20;

// Each costs a second or so, after which others have their turn; where there are more, not they are
// at fault but the topic's limit.
constexpr std::size_t kMostRefused = 100;
// How long nobody looks for the refused records of a feed again that had more.
constexpr absl::Duration kLimitHolds = absl::Hours(1);

std::size_t SizeOf(const Batch& batch) {
  std::size_t size = 0;
  for (const BatchEvent& event : batch.events) size += event.bytes.size();
  return size;
}

absl::Status NotRecovered() {
  return TroubleError(
      absl::StatusCode::kUnavailable, "the checkpoint has to be looked up first",
      {.word = StatusWord::kOutputBlocked, .remedy = "Nothing; delivery goes on by itself."});
}

}  // namespace

Shard::Shard(const KafkaOptions& options, OutputWorld world, Ground ground, std::int32_t number)
    : options_(options),
      world_(std::move(world)),
      ground_(ground),
      number_(number),
      claimant_(absl::StrCat(absl::Hex(world_.context.random.Next(), absl::kZeroPad16))),
      blocking_(world_.make_blocking()) {}

Shard::~Shard() = default;

Task<absl::StatusOr<std::optional<Checkpoint>>> Shard::Recover(FeedKey feed) {
  const auto request = std::make_shared<Request>();
  request->feed = std::move(feed);
  co_await Ask(request);
  if (!request->status.ok()) co_return request->status;
  co_return std::move(request->found);
}

Task<absl::Status> Shard::Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step) {
  const auto request = std::make_shared<Request>();
  request->feed = std::move(feed);
  request->is_delivery = true;
  request->has_dead_letters = !batch->dead_letters.empty();
  request->batch = std::move(batch);
  request->step = std::move(step);
  co_await Ask(request);
  co_return request->status;
}

std::vector<OutputFigure> Shard::Figures() const {
  const std::string part = absl::StrCat(number_);
  return {{"cce_kafka_queue", "Calls that wait for the next commit.", part,
           static_cast<double>(queue_.load())},
          {"cce_kafka_commits_total", "Commits.", part, static_cast<double>(commits_.load())},
          {"cce_kafka_commit_seconds_total", "What commits have taken together.", part,
           static_cast<double>(commit_ns_.load()) * 1e-9},
          {"cce_kafka_retries_total",
           "Commits that failed or were in doubt, whose events are sent again.", part,
           static_cast<double>(retries_.load())}};
}

// What was given up for want of time may be at work still.
Task<> Shard::Close() {
  closing_ = world_.context.clock.MakeSleeper(world_.executor);
  while (working_) co_await closing_->Sleep(absl::InfiniteDuration());
  co_await Discard();
}

Task<> Shard::Ask(std::shared_ptr<Request> request) {
  request->waiter = world_.context.clock.MakeSleeper(world_.executor);
  waiting_.push_back(request);
  queue_ = waiting_.size();
  if (!std::exchange(working_, true)) {
    asio::co_spawn(world_.executor, Work(), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  if (request->is_delivery) {
    co_await request->waiter->Sleep(kDeliveryBeginsWithin);
    request->overdue = true;
    IsToBegin(*request);
  }
  while (!request->done) co_await request->waiter->Sleep(absl::InfiniteDuration());
}

bool Shard::IsToBegin(Request& request) {
  if (!request.done && request.overdue && !request.begun) {
    End(request, ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT,
                          "it was not its turn to be written to Kafka for ten seconds", options_));
  }
  return !request.done;
}

void Shard::End(Request& request, absl::Status status) {
  if (request.done) return;
  if (request.is_delivery && !status.ok()) recovered_.erase(request.feed);
  request.status = std::move(status);
  request.batch.reset();
  request.done = true;
  request.waiter->Wake();
}

Task<> Shard::Work() {
  // Behind what is ready to run on this executor, so that more can gather.
  co_await asio::post(world_.executor, asio::use_awaitable);
  while (!waiting_.empty()) {
    Group group = TakeGroup();
    co_await Serve(std::move(group));
  }
  working_ = false;
  if (closing_ != nullptr) closing_->Wake();
}

Shard::Group Shard::TakeGroup() {
  Group group;
  std::size_t events = 0;
  std::size_t bytes = 0;
  while (!waiting_.empty()) {
    const std::shared_ptr<Request>& next = waiting_.front();
    if (next->batch != nullptr) {
      events += next->batch->events.size();
      bytes += SizeOf(*next->batch);
    }
    if (!group.empty() && (events > kMaxEvents || bytes > kMaxBytes)) break;
    if (!next->done) group.push_back(next);
    waiting_.pop_front();
  }
  queue_ = waiting_.size();
  return group;
}

Task<> Shard::Serve(Group group) {
  absl::Status owned = co_await Own();
  Group deliveries;
  for (const std::shared_ptr<Request>& request : group) {
    if (!owned.ok()) {
      End(*request, owned);
    } else if (!request->is_delivery) {
      co_await LookUp(*request);
    } else {
      deliveries.push_back(request);
    }
  }
  if (deliveries.empty()) co_return;
  const auto unknown = std::stable_partition(
      deliveries.begin(), deliveries.end(), [this](const std::shared_ptr<Request>& request) {
        return producer_->Knows(TopicOf(request->feed)) &&
               (!request->has_dead_letters || producer_->Knows(options_.dead_letter_topic));
      });
  Group others(unknown, deliveries.end());
  deliveries.erase(unknown, deliveries.end());
  if (!deliveries.empty()) co_await CommitAll(std::move(deliveries));
  if (!others.empty()) co_await LocateAndCommit(std::move(others));
}

Task<> Shard::LocateAndCommit(Group group) {
  const absl::Status owned = co_await Own();
  std::vector<absl::Status> located(group.size(), owned);
  if (owned.ok()) {
    auto locate = [&] { return Locate(group); };
    located = co_await RunBlocking(*blocking_, std::move(locate));
  }
  Group found;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!located[i].ok()) {
      End(*group[i], located[i]);
    } else {
      found.push_back(group[i]);
    }
  }
  if (!found.empty()) co_await CommitAll(std::move(found));
}

Task<> Shard::LookUp(Request& request) {
  absl::Status at_home = co_await CheckAtHome(world_.store, request.feed);
  if (!at_home.ok()) {
    End(request, std::move(at_home));
    co_return;
  }
  absl::StatusOr<std::optional<Checkpoint>> found = co_await world_.store.Load(request.feed);
  if (found.ok()) {
    request.found = *std::move(found);
    recovered_.insert(request.feed);
  }
  End(request, found.status());
}

// Feeds that could not commit come last, one by one, so that they cost the others nothing.
Task<> Shard::CommitAll(Group group) {
  Group together;
  Group alone;
  for (const std::shared_ptr<Request>& request : group) {
    if (!IsToBegin(*request)) continue;
    if (!recovered_.contains(request->feed)) {
      End(*request, NotRecovered());
    } else if (troubled_.contains(request->feed)) {
      alone.push_back(request);
    } else {
      request->begun = true;
      together.push_back(request);
    }
  }
  if (!together.empty()) {
    Outcome outcome;
    absl::Status committed = co_await Try(together, outcome);
    Group again;
    for (const std::shared_ptr<Request>& request : together) {
      if (committed.ok() || (!outcome.by_message && !IsSent(*request))) {
        End(*request, committed);
      } else {
        request->begun = !request->sent.empty();
        again.push_back(request);
      }
    }
    const auto suspects = std::stable_partition(again.begin(), again.end(),
                                                [this](const std::shared_ptr<Request>& request) {
                                                  return !troubled_.contains(request->feed);
                                                });
    alone.insert(alone.end(), suspects, again.end());
    alone.insert(alone.begin(), again.begin(), suspects);
  }
  absl::Status given_up;
  for (const std::shared_ptr<Request>& request : alone) {
    // Each try may take as long as Kafka needs to give up.
    if (given_up.ok()) given_up = co_await Own();
    if (!given_up.ok()) {
      End(*request, given_up);
    } else if (IsToBegin(*request)) {
      const absl::Status committed = co_await CommitAlone(request);
      if (absl::IsUnavailable(committed)) given_up = committed;
    }
  }
}

Task<absl::Status> Shard::CommitAlone(const std::shared_ptr<Request>& request) {
  request->begun = true;
  absl::Status status;
  if (!recovered_.contains(request->feed)) status = NotRecovered();
  Outcome outcome;
  if (status.ok()) {
    const Group group(1, request);
    status = co_await Try(group, outcome);
  }
  if (status.ok()) {
    troubled_.erase(request->feed);
    limited_.erase(request->feed);
  }
  if (!outcome.refused.empty()) {
    const absl::Time now = world_.context.clock.Now();
    if (request->refused.size() == kMostRefused) limited_[request->feed] = now;
    const auto limited = limited_.find(request->feed);
    if (limited != limited_.end() && absl::AbsDuration(now - limited->second) < kLimitHolds) {
      status = ToStatus(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                        absl::StrCat("Kafka refuses more than ", kMostRefused,
                                     " records of a page of ", request->feed.device),
                        options_);
    } else {
      status = co_await FindRefused(*request, std::move(outcome.refused));
      if (status.ok()) {
        waiting_.push_back(request);
        queue_ = waiting_.size();
        co_return absl::OkStatus();
      }
    }
  }
  End(*request, status);
  co_return status;
}

// At least once: whether the brokers have all of it.
bool Shard::IsSent(const Request& request) const {
  return !exactly_once() && !request.has_dead_letters && request.refused.empty() &&
         request.sent.size() == request.batch->events.size();
}

// One record that is refused takes those along that travel with it: halves are tried until it is
// found.
Task<absl::Status> Shard::FindRefused(Request& request, std::vector<std::size_t> suspects) {
  bool found = suspects.size() == 1;
  while (!found) {
    std::vector<std::size_t> half(
        suspects.begin(),
        suspects.begin() + static_cast<std::ptrdiff_t>((suspects.size() + 1) / 2));
    absl::Status owned = co_await Own();
    if (!owned.ok()) co_return owned;
    auto probe = [&] { return Probe(request, half); };
    absl::StatusOr<std::vector<std::size_t>> refused =
        co_await RunBlocking(*blocking_, std::move(probe));
    if (!refused.ok()) co_return refused.status();
    if (!refused->empty()) {
      suspects = *std::move(refused);
      found = suspects.size() == 1;
    } else if (half.size() == suspects.size()) {
      co_return ToStatus(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                         "Kafka takes each of the records, but not together", options_);
    } else {
      suspects.erase(suspects.begin(), suspects.begin() + static_cast<std::ptrdiff_t>(half.size()));
    }
  }
  request.refused.insert(suspects.front());
  world_.context.log.Warning("record refused by Kafka; it goes to the dead letters",
                             {{"output", options_.name},
                              {"device", request.feed.device},
                              {"event", ToText(request.batch->events[suspects.front()].identity)}});
  co_return absl::OkStatus();
}

absl::StatusOr<std::vector<std::size_t>> Shard::Probe(Request& request,
                                                      const std::vector<std::size_t>& indices) {
  const absl::Cleanup withdraw = [this] {
    if (exactly_once()) producer_.reset();
  };
  Producer& producer = *producer_;
  const absl::StatusOr<Destination> to = FindEvents(request.feed);
  if (!to.ok()) return to.status();
  if (absl::Status begun = Begin(); !begun.ok()) return begun;
  absl::Status sent;
  std::vector<std::size_t> tried;
  for (const std::size_t index : indices) {
    if (!sent.ok()) break;
    sent = SendEvent(*to, request, index, index);
    tried.push_back(index);
  }
  sent.Update(producer.Flush());
  std::vector<std::size_t> refused;
  absl::flat_hash_set<std::size_t> failed;
  for (const Failure& failure : producer.failures()) {
    failed.insert(failure.tag);
    if (IsRefusedRecord(failure.error)) refused.push_back(failure.tag);
  }
  if (!exactly_once()) {
    for (const std::size_t index : tried) {
      if (!failed.contains(index)) request.sent.insert(index);
    }
  }
  if (!sent.ok() && refused.empty()) return sent;
  return refused;
}

absl::Status Shard::Begin() {
  if (exactly_once()) return producer_->Begin();
  producer_->Forget();
  return absl::OkStatus();
}

absl::Status Shard::SendEvent(const Destination& to, const Request& request, std::size_t index,
                              std::size_t tag) {
  const BatchEvent& event = request.batch->events[index];
  return producer_->Send({.topic = to.topic,
                          .partition = PartitionOf(request.feed.device, to.partitions),
                          .key = request.feed.device,
                          .value = event.bytes,
                          .identity = &event.identity,
                          .late = event.mark.late},
                         tag);
}

Task<absl::Status> Shard::Try(const Group& group, Outcome& outcome) {
  Commit commit{options_.name, {}, {}, {}};
  for (const std::shared_ptr<Request>& request : group) {
    FeedStep step{request->feed, request->step};
    for (const std::size_t index : request->refused) {
      dead_letters::MoveToDeadLetters(request->batch->events[index], step.step);
    }
    if (!exactly_once()) {
      commit.steps.push_back(std::move(step));
      continue;
    }
    absl::StatusOr<FeedChange> change = co_await world_.store.Foresee(std::move(step));
    if (!change.ok()) co_return change.status();
    commit.changes.push_back(*std::move(change));
  }
  auto write = [&] { return Write(group, commit.changes, outcome); };
  const absl::Time begun = world_.context.clock.Now();
  absl::Status written = co_await RunBlocking(*blocking_, std::move(write));
  if (!written.ok()) {
    ++retries_;
    co_return written;
  }
  ++commits_;
  commit_ns_ += absl::ToInt64Nanoseconds(world_.context.clock.Now() - begun);

  if (exactly_once()) {
    tag_.time_ns = absl::ToUnixNanos(world_.context.clock.Now());
    commit.values.push_back(ToValue(number_, tag_));
  }
  absl::Status cached = co_await world_.store.Write(std::move(commit));
  if (!cached.ok()) {
    // The state is behind the partition.
    co_await Discard();
    co_return cached;
  }
  world_.context.crash_points.Pass(kAfterCache);
  co_return absl::OkStatus();
}

std::vector<absl::Status> Shard::Locate(const Group& group) {
  std::vector<absl::Status> located;
  absl::Status unreachable;
  producer_->ForgetLeaderless();
  for (const std::shared_ptr<Request>& request : group) {
    // Whoever asks Kafka next waits as long as the one before has.
    absl::Status found = unreachable;
    if (found.ok()) found = FindEvents(request->feed).status();
    if (found.ok() && request->has_dead_letters) found = FindDeadLetters().status();
    if (absl::IsUnavailable(found)) unreachable = found;
    if (found.ok()) found = CheckLeaders(*request);
    located.push_back(std::move(found));
  }
  return located;
}

absl::Status Shard::CheckLeaders(const Request& request) {
  std::vector<std::string> topics(1, TopicOf(request.feed));
  if (request.has_dead_letters) topics.push_back(options_.dead_letter_topic);
  for (const std::string& topic : topics) {
    const absl::StatusOr<Destination> to = producer_->Find(topic);
    if (!to.ok()) return to.status();
    const std::int32_t partition = PartitionOf(request.feed.device, to->partitions);
    if (producer_->HasLeader(topic, partition)) continue;
    return ToStatus(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
                    absl::StrCat("no broker leads partition ", partition, " of topic ", topic),
                    options_);
  }
  return absl::OkStatus();
}

absl::StatusOr<Destination> Shard::FindEvents(const FeedKey& feed) {
  const std::string topic = TopicOf(feed);
  if (exactly_once() && topic == options_.checkpoint_topic) {
    return Refusal(absl::StrCat("the events of ", feed.device, " would go to ", topic,
                                ", which is the checkpoint topic"),
                   "Rename the device, or give the output another topic.");
  }
  absl::StatusOr<Destination> found = producer_->Find(topic, missing_.contains(topic));
  if (found.ok()) {
    missing_.erase(topic);
  } else if (absl::IsNotFound(found.status())) {
    missing_.insert(topic);
  }
  if (!found.ok()) return Missing(topic, found.status());
  return found;
}

absl::StatusOr<Destination> Shard::FindDeadLetters() {
  const std::string& topic = options_.dead_letter_topic;
  absl::StatusOr<Destination> found = producer_->Find(topic);
  if (!absl::IsNotFound(found.status())) return found;
  absl::Status made = MakeDeadLetterTopic(producer_->client(), options_);
  if (!made.ok()) return made;
  found = producer_->Find(topic);
  if (!found.ok()) return Missing(topic, found.status());
  return found;
}

absl::Status Shard::Write(const Group& group, const std::vector<FeedChange>& changes,
                          Outcome& outcome) {
  std::vector<Record> records;
  std::vector<std::pair<const Request*, std::string>> letters;
  std::vector<std::pair<Request*, std::size_t>> lines;  // by tag
  bool ended = false;
  // What is on its way points into what is above.
  const absl::Cleanup withdraw = [&] {
    if (!ended) producer_.reset();
  };
  Producer& producer = *producer_;

  const absl::Time now = world_.context.clock.Now();
  for (const std::shared_ptr<Request>& request : group) {
    for (const DeadLetter& letter : request->batch->dead_letters) {
      letters.emplace_back(request.get(), DeadLetterValue(request->feed, letter, now));
    }
    for (const std::size_t index : request->refused) {
      const DeadLetter letter{.cause = "Kafka refuses the record",
                              .position = request->step.position.value_or(Position()),
                              .bytes = request->batch->events[index].bytes};
      letters.emplace_back(request.get(), DeadLetterValue(request->feed, letter, now));
    }
  }
  for (const FeedChange& change : changes) {
    std::vector<Record> more = ToRecords(change, ground_.shards);
    std::move(more.begin(), more.end(), std::back_inserter(records));
  }

  const auto is_sent = [](const std::shared_ptr<Request>& request) {
    return request->sent.size() == request->batch->events.size();
  };
  if (records.empty() && letters.empty() && std::all_of(group.begin(), group.end(), is_sent)) {
    // An empty transaction says nothing, not even whether the id is still ours.
    ended = true;
    return absl::OkStatus();
  }
  std::vector<Destination> to;
  for (const std::shared_ptr<Request>& request : group) {
    const absl::StatusOr<Destination> events = FindEvents(request->feed);
    if (!events.ok()) return events.status();
    to.push_back(*events);
  }
  Destination dead_letters;
  if (!letters.empty()) {
    const absl::StatusOr<Destination> found = FindDeadLetters();
    if (!found.ok()) return found.status();
    dead_letters = *found;
  }

  absl::Status status = Begin();
  for (std::size_t i = 0; i < group.size() && status.ok(); ++i) {
    Request& request = *group[i];
    for (std::size_t index = 0; index < request.batch->events.size() && status.ok(); ++index) {
      if (request.refused.contains(index) || request.sent.contains(index)) continue;
      status = SendEvent(to[i], request, index, lines.size());
      lines.emplace_back(&request, index);
    }
  }
  const std::size_t ours = lines.size();
  // Without a transaction nothing takes them back if an event is refused.
  if (status.ok() && !exactly_once() && !letters.empty()) status = producer.Flush();
  for (std::size_t i = 0; i < letters.size() && status.ok(); ++i) {
    const auto& [request, value] = letters[i];
    status = producer.Send({.topic = dead_letters.topic,
                            .partition = PartitionOf(request->feed.device, dead_letters.partitions),
                            .key = request->feed.device,
                            .value = value},
                           ours + i);
  }
  if (status.ok() && !records.empty()) {
    status = SendRecords(producer, records, ours + letters.size());
  }
  if (status.ok()) world_.context.crash_points.Pass(kAfterProduce);
  status.Update(producer.Flush());
  if (status.ok()) world_.context.crash_points.Pass(kAfterFlush);
  if (status.ok() && exactly_once()) status = producer.Commit();
  if (status.ok()) {
    ended = true;
    world_.context.crash_points.Pass(kAfterCommit);
    tag_.offset = std::max(tag_.offset, producer.EndOf(options_.checkpoint_topic, number_));
    return absl::OkStatus();
  }

  if (!producer.fenced() && IsOfRecordOrTopic(producer.spoilt_by())) {
    outcome.by_message = true;
    if (group.size() == 1) troubled_.insert(group.front()->feed);
  }
  absl::flat_hash_set<std::size_t> failed;
  for (const Failure& failure : producer.failures()) {
    failed.insert(failure.tag);
    if (IsConsequence(failure.error) || producer.fenced()) continue;
    outcome.by_message = outcome.by_message || IsOfRecordOrTopic(failure.error);
    if (failure.tag >= ours + letters.size()) continue;
    if (failure.tag >= ours) {
      troubled_.insert(letters[failure.tag - ours].first->feed);
      continue;
    }
    const auto& [request, index] = lines[failure.tag];
    troubled_.insert(request->feed);
    if (group.size() == 1 && IsRefusedRecord(failure.error)) outcome.refused.push_back(index);
  }
  if (!exactly_once()) {
    for (std::size_t tag = 0; tag < ours; ++tag) {
      if (!failed.contains(tag)) lines[tag].first->sent.insert(lines[tag].second);
    }
  }
  return status;
}

absl::Status Shard::SendRecords(Producer& producer, const std::vector<Record>& records,
                                std::size_t tag) {
  const absl::StatusOr<Destination> to = producer.Find(options_.checkpoint_topic);
  if (!to.ok()) return to.status();
  for (const Record& record : records) {
    absl::Status sent =
        producer.Send({.topic = to->topic,
                       .partition = number_,
                       .key = record.key,
                       .value = record.value ? std::string_view(*record.value) : std::string_view(),
                       .tombstone = !record.value},
                      tag);
    if (!sent.ok()) return sent;
  }
  return absl::OkStatus();
}

absl::Status Shard::Missing(const std::string& topic, const absl::Status& status) const {
  if (!absl::IsNotFound(status)) return status;
  return ToStatus(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                  absl::StrCat("topic ", topic, " does not exist"), options_);
}

std::string Shard::TopicOf(const FeedKey& feed) const {
  const std::string tenant = world_.tenant_of ? world_.tenant_of(feed.device) : std::string();
  return TopicName(options_.topic, tenant, feed.device);
}

}  // namespace cce::kafka
