// How a shard is claimed, and how the state comes to be what its partition says.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "outputs/kafka/crash_points.h"
#include "outputs/kafka/errors.h"
#include "outputs/kafka/partition.h"
#include "outputs/kafka/reader.h"
#include "outputs/kafka/records.h"
#include "outputs/kafka/shard.h"

namespace cce::kafka {
namespace {

// The partition is taken in by pieces of about this size.
constexpr std::size_t kMirrorBytes = 16u << 20;

constexpr int kQueryMs = 10'000;

}  // namespace

Task<absl::Status> Shard::Own() {
  if (producer_ != nullptr) co_return absl::OkStatus();
  if (!fenced_.ok()) co_return fenced_;
  if (closing_ != nullptr) co_return absl::UnavailableError("cce stops");
  std::optional<Tag> tag;
  if (exactly_once()) {
    absl::StatusOr<std::vector<OutputValue>> values =
        co_await world_.store.Values(options_.name, TagKey(number_));
    if (!values.ok()) co_return values.status();
    tag = ReadTag(*values);
  }
  auto claim = [&] { return Claim(tag); };
  absl::StatusOr<Claimed> claimed = co_await RunBlocking(*blocking_, std::move(claim));
  if (!claimed.ok()) co_return claimed.status();
  if (!exactly_once()) co_return absl::OkStatus();
  absl::Status taken = co_await TakeIn(*claimed, std::move(tag));
  if (taken.ok()) taken = co_await PublishResets(*claimed);
  if (!taken.ok()) co_await Discard();
  co_return taken;
}

absl::StatusOr<Shard::Claimed> Shard::Claim(const std::optional<Tag>& tag) {
  Claimed claimed;
  absl::StatusOr<std::unique_ptr<Producer>> producer =
      Producer::Open(options_, exactly_once() ? TransactionalId() : std::string(),
                     ground_.batch_bytes, world_.context.log);
  if (!producer.ok()) return producer.status();
  if (!exactly_once()) {
    producer_ = *std::move(producer);
    return claimed;
  }
  const std::string& topic = options_.checkpoint_topic;
  const absl::StatusOr<Destination> checkpoints = (*producer)->Find(topic);
  if (!checkpoints.ok()) return Missing(topic, checkpoints.status());
  if (checkpoints->partitions != ground_.shards) {
    return PartitionsChanged(topic, absl::StrCat(ground_.shards),
                             absl::StrCat(checkpoints->partitions));
  }
  if (fenced_by_somebody_) {
    fenced_by_somebody_ = false;
    const absl::StatusOr<bool> written = IsWrittenBehind((*producer)->client(), tag);
    if (!written.ok()) return written.status();
    if (*written) {
      fenced_ = Superseded(TransactionalId(), options_);
      world_.context.log.Error(
          "another engine has taken over",
          {{"output", options_.name}, {"transactional_id", TransactionalId()}});
      return fenced_;
    }
  }
  if (absl::Status owned = (*producer)->Claim(); !owned.ok()) return owned;
  world_.context.crash_points.Pass(kAfterClaim);

  const absl::StatusOr<std::pair<std::int64_t, std::int64_t>> ends =
      (*producer)->client().QueryEnds(topic, number_);
  if (!ends.ok()) return ends.status();
  std::tie(claimed.low, claimed.high) = *ends;
  rd_kafka_t* const client = (*producer)->client().get();
  char* const cluster = rd_kafka_clusterid(client, kQueryMs);
  if (cluster == nullptr) {
    return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "Kafka does not say which cluster it is",
                    options_);
  }
  claimed.cluster = cluster;
  rd_kafka_mem_free(client, cluster);
  producer_ = *std::move(producer);
  return claimed;
}

// True if the partition has records that this engine has not written: its producer was not fenced
// by the end of its transaction's time alone.
absl::StatusOr<bool> Shard::IsWrittenBehind(Client& client, const std::optional<Tag>& tag) {
  if (!tag) return false;
  const std::string& topic = options_.checkpoint_topic;
  const absl::StatusOr<std::pair<std::int64_t, std::int64_t>> ends =
      client.QueryEnds(topic, number_);
  if (!ends.ok()) return ends.status();
  absl::StatusOr<std::unique_ptr<Reader>> reader =
      Reader::Open(options_, topic, number_, tag->offset, ends->second, world_.context.log);
  if (!reader.ok()) return reader.status();
  return (*reader)->Next([](auto, const auto&) { return absl::OkStatus(); });
}

Task<absl::Status> Shard::TakeIn(Claimed claimed, std::optional<Tag> tag) {
  const std::string& topic = options_.checkpoint_topic;
  const absl::Time now = world_.context.clock.Now();
  const Resumption resumption = ResumeFrom(tag, claimed.cluster, topic, claimed.low, claimed.high,
                                           now, ground_.tombstones_kept);
  if (resumption.lost) {
    co_return Refusal(
        absl::StrCat("the checkpoint topic ", topic, " has lost records that cce committed"),
        "If it was deleted and made anew, or a broker lost its disk, restore it; or give the "
        "output a new checkpoint_topic, and `cce device reset` each device to where it was.");
  }
  tag_ = {claimed.cluster, topic, claimed.high, absl::ToUnixNanos(now)};
  if (resumption.from_beginning) {
    absl::Status forgotten = co_await ForgetAll();
    if (!forgotten.ok()) co_return forgotten;
  } else if (claimed.high <= resumption.from + 1) {
    // At most the mark that ended the last commit is there.
    tag_ = *std::move(tag);
    co_return absl::OkStatus();
  }

  std::unique_ptr<Reader> reader;
  auto open = [&]() -> absl::Status {
    absl::StatusOr<std::unique_ptr<Reader>> opened =
        Reader::Open(options_, topic, number_, resumption.from, claimed.high, world_.context.log);
    if (opened.ok()) reader = *std::move(opened);
    return opened.status();
  };
  absl::Status opened = co_await RunBlocking(*blocking_, std::move(open));
  if (!opened.ok()) co_return opened;
  Mirror mirror(options_.name, ground_.shards);
  for (bool more = true; more;) {
    auto read = [&]() -> absl::Status {
      while (more && mirror.size() < kMirrorBytes) {
        const absl::StatusOr<bool> taken =
            reader->Next([&](std::string_view key, const std::optional<std::string_view>& value) {
              return mirror.Add(key, value);
            });
        if (!taken.ok()) return taken.status();
        more = *taken;
      }
      return absl::OkStatus();
    };
    absl::Status taken = co_await RunBlocking(*blocking_, std::move(read));
    if (!taken.ok()) co_return Unreadable(taken);
    Commit commit{options_.name, {}, {}, mirror.Take()};
    for (const FeedChange& change : commit.changes) recovered_.erase(change.feed);
    if (!more) commit.values.push_back(ToValue(number_, tag_));
    absl::Status written = co_await world_.store.Write(std::move(commit));
    if (!written.ok()) co_return written;
  }
  auto close = [&] { return reader.reset(), 0; };
  co_await RunBlocking(*blocking_, std::move(close));
  world_.context.crash_points.Pass(kAfterMirror);
  co_return absl::OkStatus();
}

// What the state holds of this shard is not the partition's.
Task<absl::Status> Shard::ForgetAll() {
  recovered_.clear();
  absl::StatusOr<std::vector<FeedKey>> feeds = co_await world_.store.Feeds(options_.name);
  if (!feeds.ok()) co_return feeds.status();
  Commit commit{options_.name, {}, {Deletion(number_)}, {}};
  for (FeedKey& feed : *feeds) {
    if (PartitionOf(feed.device, ground_.shards) != number_) continue;
    commit.changes.push_back({.feed = std::move(feed), .anew = true});
  }
  absl::Status written = co_await world_.store.Write(std::move(commit));
  if (written.ok()) world_.context.crash_points.Pass(kAfterForget);
  co_return written;
}

// What an operator has reset in the state is reset in the partition.
Task<absl::Status> Shard::PublishResets(Claimed claimed) {
  absl::StatusOr<std::vector<OutputValue>> values =
      co_await world_.store.Values(options_.name, std::string(kResetPrefix));
  if (!values.ok()) co_return values.status();
  Commit commit{options_.name, {}, {}, {}};
  for (OutputValue& value : *values) {
    const std::optional<FeedKey> feed = ReadResetKey(options_.name, value.key);
    if (!feed || PartitionOf(feed->device, ground_.shards) != number_) continue;
    commit.changes.push_back(
        {.feed = *feed, .anew = true, .position = *std::move(value.value), .watermark_ns = 0});
    commit.values.push_back({std::move(value.key), std::nullopt});
    recovered_.erase(*feed);
    world_.context.log.Warning("feed was reset by an operator",
                               {{"output", options_.name}, {"device", feed->device}});
  }
  if (commit.changes.empty()) co_return absl::OkStatus();
  auto publish = [&] { return Publish(claimed, commit.changes); };
  absl::Status published = co_await RunBlocking(*blocking_, std::move(publish));
  if (!published.ok()) co_return published;
  commit.values.push_back(ToValue(number_, tag_));
  co_return co_await world_.store.Write(std::move(commit));
}

absl::Status Shard::Publish(const Claimed& claimed, const std::vector<FeedChange>& resets) {
  std::vector<Record> records;
  absl::Cleanup withdraw = [this] { producer_.reset(); };
  absl::flat_hash_set<std::string> there;
  const absl::StatusOr<std::unique_ptr<Reader>> reader = Reader::Open(
      options_, options_.checkpoint_topic, number_, claimed.low, claimed.high, world_.context.log);
  if (!reader.ok()) return reader.status();
  const auto take = [&](std::string_view key, const std::optional<std::string_view>& value) {
    const bool concerned =
        std::any_of(resets.begin(), resets.end(),
                    [key](const FeedChange& reset) { return IsOf(reset.feed, key); });
    if (concerned && value) there.emplace(key);
    if (concerned && !value) there.erase(std::string(key));
    return absl::OkStatus();
  };
  for (bool more = true; more;) {
    const absl::StatusOr<bool> read = (*reader)->Next(take);
    if (!read.ok()) return read.status();
    more = *read;
  }
  for (const FeedChange& reset : resets) {
    for (Record& record : ToRecords(reset, ground_.shards)) {
      there.erase(record.key);
      records.push_back(std::move(record));
    }
  }
  for (const std::string& key : there) records.push_back({key, std::nullopt});

  Producer& producer = *producer_;
  absl::Status status = producer.Begin();
  if (status.ok()) status = SendRecords(records, 0);
  if (status.ok()) status = producer.Commit();
  if (!status.ok()) return status;
  tag_.offset = std::max(tag_.offset, producer.EndOf(options_.checkpoint_topic));
  std::move(withdraw).Cancel();
  return absl::OkStatus();
}

Task<> Shard::Discard() {
  if (producer_ == nullptr) co_return;
  auto discard = [this] { return producer_.reset(), 0; };
  co_await RunBlocking(*blocking_, std::move(discard));
}

absl::Status Shard::Unreadable(const absl::Status& status) const {
  if (TroubleOf(status)) return status;
  return Refusal(FromAbseil(status.message()),
                 absl::StrCat("Nothing but this output may write to ", options_.checkpoint_topic,
                              ". Give it a topic of its own, or the version of cce and the topic "
                              "that belong together."));
}

std::string Shard::TransactionalId() const {
  return absl::StrCat("cce.", options_.cce_id, ".", options_.name, ".", number_);
}

}  // namespace cce::kafka
