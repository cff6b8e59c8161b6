#include "outputs/syslog/syslog_output.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "cce/api/trouble.h"
#include "outputs/dead_letters/dead_letters.h"
#include "outputs/syslog/crash_points.h"
#include "outputs/syslog/deadline.h"
#include "outputs/syslog/part_step.h"

namespace cce::syslog {

namespace asio = boost::asio;

namespace {

// The state's value for how long a device's file of dead letters is.
std::string DeadLetterKey(const std::string& device) { return "dead_letters/" + device; }

// Of an event of `sending`'s, whose batch is `batch`.
DeadLetter LetterOf(const Sending& sending, const Batch& batch, const Sending::Refused& refused) {
  return {.cause = refused.cause,
          .position = sending.position,
          .bytes = batch.events[refused.index].bytes};
}

absl::Status NotBegun() {
  return TroubleError(
      absl::StatusCode::kUnavailable, "the receiver has been taking nothing for ten seconds",
      {.word = StatusWord::kOutputBlocked,
       .remedy = "Check that the receiver is not overloaded or hung; delivery then goes on by "
                 "itself."});
}

}  // namespace

SyslogOutput::SyslogOutput(SyslogOptions options, OutputWorld world)
    : options_(std::move(options)),
      world_(std::move(world)),
      sender_(MakeSender(options_, world_)) {}

Guarantee GuaranteeOf(Transport transport) {
  switch (transport) {
    case Transport::kUdp:
      return {
          .promise = "none: sent and counted",
          .reason =
              "UDP says nothing of what arrives; a batch that is still being sent when the "
              "receiver's host refuses a message is sent again from its beginning, one that has "
              "gone out is not"};
    case Transport::kTcp:
    case Transport::kTls:
      return {.promise =
                  "at least once over a break of the network or a restart of cce, not over both "
                  "together, and not over a crash of the receiver",
              .reason =
                  "a batch counts once the receiver's kernel, or that of a proxy before it, has "
                  "acknowledged it, and nobody says when the receiver has read it; after a break "
                  "the same cce sends the last MiB again, but not what has gone out twice to a "
                  "receiver that then closes in order a connection that was idle and had lasted "
                  "half a minute, and less of it from break to break while no connection gets "
                  "through it"};
    case Transport::kRelp:
    case Transport::kRelpTls:
      break;
  }
  return {.promise = "at least once, over crashes and restarts: the receiver has taken it",
          .reason =
              "the receiver acknowledges every message before it counts, and what it has not "
              "acknowledged is sent again, so that after a break a window of messages may "
              "come twice; one that it refuses is sent again with one that it took, and "
              "if refused ten times while it takes others goes to the dead letters; whether they "
              "are on its disk is the receiver's affair"};
}

std::string_view SyslogOutput::guarantee() const { return GuaranteeOf(options_.transport).promise; }

Task<absl::StatusOr<std::optional<Checkpoint>>> SyslogOutput::Recover(FeedKey feed) {
  auto work = RecoverHere(std::move(feed));
  co_return co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<absl::Status> SyslogOutput::Deliver(FeedKey feed, std::shared_ptr<const Batch> batch,
                                         Step step) {
  auto work = DeliverHere(std::move(feed), std::move(batch), std::move(step));
  co_return co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<> SyslogOutput::Close() {
  auto work = sender_->Close();
  co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<absl::StatusOr<std::optional<Checkpoint>>> SyslogOutput::RecoverHere(FeedKey feed) {
  std::unique_ptr<Device>& device = devices_[feed.device];
  if (device == nullptr) device = std::make_unique<Device>();
  Device& its = *device;
  if (its.busy) {
    co_return absl::InternalError(absl::StrCat(feed.device, ": two calls of a feed at a time"));
  }
  its.busy = true;
  its.recovered = false;
  auto checkpoint = co_await RecoverDevice(its, std::move(feed));
  its.busy = false;
  its.recovered = checkpoint.ok();
  if (!checkpoint.ok()) co_return Explain(checkpoint.status());
  co_return std::move(checkpoint);
}

Task<absl::StatusOr<std::optional<Checkpoint>>> SyslogOutput::RecoverDevice(Device& device,
                                                                            FeedKey feed) {
  absl::Status ready = co_await sender_->Ready();
  if (!ready.ok()) co_return ready;
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = co_await world_.store.Load(feed);
  if (!checkpoint.ok()) co_return checkpoint.status();
  const std::string key = DeadLetterKey(feed.device);
  absl::StatusOr<std::vector<OutputValue>> values =
      co_await world_.store.Values(options_.name, key);
  if (!values.ok()) co_return values.status();
  std::optional<std::uint64_t> committed;
  for (const OutputValue& value : *values) {
    std::uint64_t bytes = 0;
    if (value.key != key || !value.value) continue;
    if (!absl::SimpleAtoi(*value.value, &bytes)) {
      co_return absl::DataLossError(absl::StrCat("the state's entry for ", key, " cannot be read"));
    }
    committed = bytes;
  }
  auto recover = [&] {
    return dead_letters::RecoverDeadLetters(
        world_.context.files, world_.context.log,
        dead_letters::DeadLetterPath(options_.state_dir, options_.name, feed.device), committed);
  };
  absl::StatusOr<std::uint64_t> end =
      co_await RunBlocking(world_.context.blocking, std::move(recover));
  if (!end.ok()) co_return end.status();
  if (committed != *end) {
    // Else nobody could tell lines of a delivery that fails from what was there before it.
    Commit commit{options_.name, {}, {}};
    commit.values.push_back({key, absl::StrCat(*end)});
    absl::Status noted = co_await world_.store.Write(std::move(commit));
    if (!noted.ok()) co_return noted;
  }
  device.dead_letter_bytes = *end;
  device.organisation = feed.organisation;
  co_return std::move(checkpoint);
}

Task<absl::Status> SyslogOutput::DeliverHere(FeedKey feed, std::shared_ptr<const Batch> batch,
                                             Step step) {
  const auto found = devices_.find(feed.device);
  if (found == devices_.end() || !found->second->recovered || found->second->busy ||
      found->second->organisation != feed.organisation) {
    co_return absl::InternalError(absl::StrCat(feed.device, ": Deliver without Recover"));
  }
  Device& device = *found->second;
  device.busy = true;
  absl::Status status =
      co_await DeliverBatch(device, std::move(feed), std::move(batch), std::move(step));
  device.busy = false;
  device.recovered = status.ok();
  co_return Explain(std::move(status));
}

Task<absl::Status> SyslogOutput::DeliverBatch(Device& device, FeedKey feed,
                                              std::shared_ptr<const Batch> batch, Step step) {
  Commit commit{options_.name, {}, {}};
  std::vector<DeadLetter> letters = batch->dead_letters;
  if (!batch->events.empty()) {
    const auto sending = std::make_shared<Sending>(world_.executor, batch, feed.organisation,
                                                   step.position.value_or(Position()));
    absl::Status sent = co_await SendEvents(device, feed, sending);
    // The sender may still have the sending, e.g. until its next write.
    sending->batch.reset();
    if (!sent.ok()) co_return sent;
    TakeOut(absl::MakeSpan(batch->events).first(sending->committed), step);
    for (const Sending::Refused& refused : sending->refused) {
      if (refused.index < sending->committed) continue;
      dead_letters::MoveToDeadLetters(batch->events[refused.index], step);
      letters.push_back(LetterOf(*sending, *batch, refused));
    }
  }
  absl::Status written = co_await WriteDeadLetters(device, feed.device, std::move(letters), commit);
  if (!written.ok()) co_return written;
  commit.steps.push_back({std::move(feed), std::move(step)});
  absl::Status committed = co_await world_.store.Write(std::move(commit));
  if (committed.ok()) world_.context.crash_points.Pass(kAfterCommit);
  co_return committed;
}

Task<absl::Status> SyslogOutput::WriteDeadLetters(Device& device, std::string name,
                                                  std::vector<DeadLetter> letters, Commit& commit) {
  if (letters.empty()) co_return absl::OkStatus();
  const std::string lines = dead_letters::DeadLetterLines(letters, world_.context.clock.Now());
  auto append = [&] {
    return dead_letters::AppendDeadLetters(
        world_.context.files, world_.context.log,
        dead_letters::DeadLetterPath(options_.state_dir, options_.name, name),
        device.dead_letter_bytes, lines);
  };
  absl::StatusOr<std::uint64_t> end =
      co_await RunBlocking(world_.context.blocking, std::move(append));
  if (!end.ok()) co_return end.status();
  world_.context.crash_points.Pass(kAfterDeadLetters);
  device.dead_letter_bytes = *end;
  commit.values.push_back({DeadLetterKey(name), absl::StrCat(*end)});
  co_return absl::OkStatus();
}

Task<absl::Status> SyslogOutput::SendEvents(Device& device, FeedKey feed,
                                            std::shared_ptr<Sending> sending) {
  sender_->Send(sending);
  const Deadline beginning(world_.context.clock, world_.executor, kDeliveryBeginsWithin,
                           [this, sending] {
                             if (sending->written > 0 || sending->is_over()) return;
                             sending->status = NotBegun();
                             sending->changed.Ring();
                             sender_->Changed();
                           });
  while (!sending->is_over()) {
    if (options_.is_relp() && sending->acknowledged > sending->committed) {
      absl::Status committed = co_await CommitPart(device, feed, sending);
      if (!committed.ok()) {
        sending->status = committed;
        sender_->Changed();
        co_return committed;
      }
      sender_->Changed();
    } else {
      co_await sending->changed.Wait();
    }
  }
  if (sending->status.ok()) {
    world_.context.crash_points.Pass(kAfterAcknowledgement);
  } else if (sending->acknowledged > sending->committed || !sending->taken_behind.empty()) {
    // Whatever becomes of it, the cause is the sending's.
    const absl::Status noted = co_await CommitPart(device, feed, sending);
    noted.IgnoreError();
  }
  co_return sending->status;
}

Task<absl::Status> SyslogOutput::CommitPart(Device& device, FeedKey feed,
                                            std::shared_ptr<Sending> sending) {
  const std::size_t begin = sending->committed;
  const std::size_t end = sending->acknowledged;
  const std::vector<BatchEvent>& events = sending->batch->events;
  const auto acknowledged = absl::MakeConstSpan(events).subspan(begin, end - begin);
  std::vector<BatchEvent> part(acknowledged.begin(), acknowledged.end());
  if (!sending->status.ok()) {
    for (const std::size_t index : sending->taken_behind) part.push_back(events[index]);
  }
  Step step = PartStep(part);
  std::vector<DeadLetter> letters;
  for (const Sending::Refused& refused : sending->refused) {
    if (refused.index < begin || refused.index >= end) continue;
    dead_letters::MoveToDeadLetters(events[refused.index], step);
    letters.push_back(LetterOf(*sending, *sending->batch, refused));
  }
  Commit commit{options_.name, {}, {}};
  absl::Status kept = co_await WriteDeadLetters(device, feed.device, std::move(letters), commit);
  if (!kept.ok()) co_return kept;
  commit.steps.push_back({std::move(feed), std::move(step)});
  absl::Status written = co_await world_.store.Write(std::move(commit));
  if (written.ok()) {
    sending->committed = end;
    world_.context.crash_points.Pass(kAfterPartCommit);
  }
  co_return written;
}

absl::Status SyslogOutput::Explain(absl::Status status) const {
  if (status.ok() || TroubleOf(status) || absl::IsInternal(status)) return status;
  const bool is_full = absl::IsResourceExhausted(status);
  const absl::StatusCode code =
      is_full || absl::IsDataLoss(status) ? status.code() : absl::StatusCode::kUnavailable;
  return TroubleError(
      code, std::string(status.message()),
      {.word = StatusWord::kOutputBlocked,
       .remedy = is_full ? absl::StrCat("Free space on the file system of ", options_.state_dir,
                                        "; delivery then goes on by itself.")
                         : absl::StrCat("Check the disk of ", options_.state_dir, ".")});
}

}  // namespace cce::syslog
