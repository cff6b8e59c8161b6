// How a shard is claimed, and how the state comes to be what its partition says.
#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "outputs/kafka/crash_points.h"
#include "outputs/kafka/errors.h"
#include "outputs/kafka/home.h"
#include "outputs/kafka/partition.h"
#include "outputs/kafka/reader.h"
#include "outputs/kafka/records.h"
#include "outputs/kafka/shard.h"

namespace cce::kafka {
namespace {

// The partition is taken in by pieces of about this size.
constexpr std::size_t kMirrorBytes = 16u << 20;

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
  auto claim = [this] { return Claim(); };
  absl::StatusOr<Claimed> claimed = co_await RunBlocking(*blocking_, std::move(claim));
  if (!claimed.ok()) co_return claimed.status();
  if (!exactly_once()) co_return absl::OkStatus();
  absl::Status taken = co_await TakeIn(*claimed, std::move(tag));
  if (taken.ok()) taken = co_await PublishResets(*claimed);
  if (!taken.ok()) co_await Discard();
  co_return taken;
}

absl::StatusOr<Shard::Claimed> Shard::Claim() {
  Claimed claimed;
  // Outlives the producer, which sends from it.
  const std::vector<Record> records(1, ClaimRecord(claimant_));
  absl::StatusOr<std::unique_ptr<Producer>> producer =
      Producer::Open(options_, exactly_once() ? TransactionalId() : std::string(),
                     ground_.batch_bytes, world_.context.log);
  if (!producer.ok()) return producer.status();
  if (!exactly_once()) {
    producer_ = *std::move(producer);
    return claimed;
  }
  const absl::StatusOr<std::string> cluster = (*producer)->client().ClusterId();
  if (!cluster.ok()) return cluster.status();
  if (*cluster != ground_.cluster) {
    return Refusal(absl::StrCat("the brokers are of another cluster, ", *cluster, ", than before, ",
                                ground_.cluster),
                   "Look where the names in `brokers` lead; if that is meant, restart cce.");
  }
  const std::string& topic = options_.checkpoint_topic;
  const absl::StatusOr<Destination> checkpoints = (*producer)->Find(topic);
  if (absl::IsNotFound(checkpoints.status())) return RecordsLost(topic);
  if (!checkpoints.ok()) return checkpoints.status();
  if (checkpoints->partitions != ground_.shards) {
    return PartitionsChanged(topic, absl::StrCat(ground_.shards),
                             absl::StrCat(checkpoints->partitions));
  }
  const absl::StatusOr<bool> taken_over = IsTakenOver((*producer)->client());
  if (!taken_over.ok()) return taken_over.status();
  if (*taken_over) {
    fenced_ = Superseded(TransactionalId(), options_);
    world_.context.log.Error("another engine has taken over",
                             {{"output", options_.name}, {"transactional_id", TransactionalId()}});
    return fenced_;
  }
  if (absl::Status owned = (*producer)->Claim(); !owned.ok()) return owned;
  world_.context.crash_points.Pass(kAfterClaim);
  // A broker that has been deposed and does not know it may say that the partition ends earlier; it
  // takes no record.
  const absl::StatusOr<std::int64_t> behind = WriteRecords(**producer, records);
  if (!behind.ok()) return behind.status();
  claim_ = *behind - 1;
  claimed.end = claim_;
  world_.context.crash_points.Pass(kAfterClaimRecord);

  const absl::StatusOr<std::pair<std::int64_t, std::int64_t>> ends =
      (*producer)->client().QueryEnds(topic, number_);
  if (!ends.ok()) return ends.status();
  claimed.low = ends->first;
  producer_ = *std::move(producer);
  return claimed;
}

// True if another run of an engine has claimed the partition behind this one, which need not have
// noticed: it may have been without a network meanwhile. The last claim decides.
absl::StatusOr<bool> Shard::IsTakenOver(Client& client) {
  if (claim_ < 0) return false;
  const std::string& topic = options_.checkpoint_topic;
  const absl::StatusOr<std::pair<std::int64_t, std::int64_t>> ends =
      client.QueryEnds(topic, number_);
  if (!ends.ok()) return ends.status();
  const std::int64_t from = std::max(claim_ + 1, tag_.offset);
  // At most the mark that ended the last commit is there.
  if (ends->second <= from + 1) return false;
  const absl::StatusOr<std::unique_ptr<Reader>> reader =
      Reader::Open(options_, topic, number_, from, ends->second, world_.context.log);
  if (!reader.ok()) return reader.status();
  bool taken_over = false;
  const auto look = [&](std::string_view key, const std::optional<std::string_view>& value) {
    if (IsClaim(key)) taken_over = value != claimant_;
    return absl::OkStatus();
  };
  for (bool more = true; more;) {
    const absl::StatusOr<bool> read = (*reader)->Next(look);
    if (!read.ok()) return read.status();
    more = *read;
  }
  return taken_over;
}

absl::StatusOr<std::int64_t> Shard::WriteRecords(Producer& producer,
                                                 const std::vector<Record>& records) {
  absl::Status status = producer.Begin();
  if (status.ok()) status = SendRecords(producer, records, 0);
  if (status.ok()) status = producer.Flush();
  if (status.ok()) status = producer.Commit();
  if (!status.ok()) return status;
  const std::int64_t end = producer.EndOf(options_.checkpoint_topic, number_);
  if (end > 0) return end;
  return ToStatus(RD_KAFKA_RESP_ERR__TIMED_OUT,
                  "Kafka does not say where it has put the checkpoints", options_);
}

Task<absl::Status> Shard::TakeIn(Claimed claimed, std::optional<Tag> tag) {
  const std::string& topic = options_.checkpoint_topic;
  const absl::Time now = world_.context.clock.Now();
  const Resumption resumption = ResumeFrom(tag, ground_.cluster, topic, claimed.low, claimed.end,
                                           now, ground_.tombstones_kept);
  if (resumption.lost) {
    // What is added from here on must not make up for it.
    absl::Status noted = co_await NoteTag(Tag::kRecordsLost);
    if (!noted.ok()) co_return noted;
    co_return RecordsLost(topic);
  }
  tag_ = {ground_.cluster, topic, claimed.end + 1, absl::ToUnixNanos(now)};
  if (resumption.from_beginning) {
    absl::Status forgotten = co_await ForgetAll();
    if (!forgotten.ok()) co_return forgotten;
  } else if (claimed.end <= resumption.from + 1) {
    // At most the mark that ended the last commit is there.
    co_return absl::OkStatus();
  }

  const absl::StatusOr<absl::flat_hash_set<FeedKey>> away =
      co_await FindAway(world_.store, options_.name);
  if (!away.ok()) co_return away.status();
  std::unique_ptr<Reader> reader;
  auto open = [&]() -> absl::Status {
    absl::StatusOr<std::unique_ptr<Reader>> opened =
        Reader::Open(options_, topic, number_, resumption.from, claimed.end, world_.context.log);
    if (opened.ok()) reader = *std::move(opened);
    return opened.status();
  };
  absl::Status read = co_await RunBlocking(*blocking_, std::move(open));
  if (read.ok()) read = co_await MirrorAll(*reader, *away);
  // Its end waits for librdkafka's threads.
  auto close = [&] { return reader.reset(), 0; };
  co_await RunBlocking(*blocking_, std::move(close));
  if (!read.ok()) co_return read;
  world_.context.crash_points.Pass(kAfterMirror);
  co_return absl::OkStatus();
}

Task<absl::Status> Shard::NoteTag(std::int64_t offset) {
  const std::int64_t now = absl::ToUnixNanos(world_.context.clock.Now());
  OutputValue tag = ToValue(number_, {ground_.cluster, options_.checkpoint_topic, offset, now});
  Commit commit{options_.name, {}, {}, {}};
  commit.values.push_back(std::move(tag));
  co_return co_await world_.store.Write(std::move(commit));
}

Task<absl::Status> Shard::MirrorAll(Reader& reader, const absl::flat_hash_set<FeedKey>& away) {
  Mirror mirror(options_.name, ground_.shards);
  for (bool more = true; more;) {
    auto read = [&]() -> absl::Status {
      while (more && mirror.size() < kMirrorBytes) {
        const absl::StatusOr<bool> taken =
            reader.Next([&](std::string_view key, const std::optional<std::string_view>& value) {
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
    std::erase_if(commit.changes,
                  [&](const FeedChange& change) { return away.contains(change.feed); });
    for (const FeedChange& change : commit.changes) recovered_.erase(change.feed);
    if (!more) commit.values.push_back(ToValue(number_, tag_));
    absl::Status written = co_await world_.store.Write(std::move(commit));
    if (!written.ok()) co_return written;
  }
  co_return absl::OkStatus();
}

// What the state holds of this shard is not the partition's.
Task<absl::Status> Shard::ForgetAll() {
  recovered_.clear();
  absl::StatusOr<std::vector<FeedKey>> feeds = co_await world_.store.Feeds(options_.name);
  if (!feeds.ok()) co_return feeds.status();
  const absl::StatusOr<absl::flat_hash_set<FeedKey>> away =
      co_await FindAway(world_.store, options_.name);
  if (!away.ok()) co_return away.status();
  OutputValue tag = ToValue(
      number_, {ground_.cluster, options_.checkpoint_topic, Tag::kIncomplete, tag_.time_ns});
  Commit commit{options_.name, {}, {}, {}};
  commit.values.push_back(std::move(tag));
  for (FeedKey& feed : *feeds) {
    if (PartitionOf(feed.device, ground_.shards) != number_ || away->contains(feed)) continue;
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
    commit.values.push_back(ComesHome(*feed));
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
      options_, options_.checkpoint_topic, number_, claimed.low, claimed.end, world_.context.log);
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

  const absl::StatusOr<std::int64_t> end = WriteRecords(*producer_, records);
  if (!end.ok()) return end.status();
  tag_.offset = *end;
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
