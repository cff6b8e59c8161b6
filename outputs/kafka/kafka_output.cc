#include "outputs/kafka/kafka_output.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "outputs/kafka/home.h"
#include "outputs/kafka/partition.h"
#include "outputs/kafka/tag.h"
#include "outputs/kafka/topics.h"

namespace cce::kafka {

namespace asio = boost::asio;

namespace {

// What has no remedy yet is the state's.
absl::Status Explained(absl::Status status) {
  if (status.ok() || TroubleOf(status) || absl::IsInternal(status)) return status;
  return TroubleError(status.code(), FromAbseil(status.message()),
                      {.word = StatusWord::kOutputBlocked,
                       .remedy = absl::IsResourceExhausted(status)
                                     ? "Free space on the file system of cce's state_dir; delivery "
                                       "then goes on by itself."
                                     : "Check the disk of cce's state_dir."});
}

}  // namespace

KafkaOutput::KafkaOutput(KafkaOptions options, OutputWorld world)
    : options_(std::move(options)),
      world_(std::move(world)),
      blocking_(world_.make_blocking()),
      preparation_ended_(world_.executor, asio::steady_timer::time_point::max()) {}

std::string_view KafkaOutput::guarantee() const {
  return options_.delivery == Delivery::kExactlyOnce ? kExactlyOnceGuarantee.promise
                                                     : kAtLeastOnceGuarantee.promise;
}

Task<absl::StatusOr<std::optional<Checkpoint>>> KafkaOutput::Recover(FeedKey feed) {
  auto work = RecoverHere(std::move(feed));
  co_return co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<absl::Status> KafkaOutput::Deliver(FeedKey feed, std::shared_ptr<const Batch> batch,
                                        Step step) {
  auto work = DeliverHere(std::move(feed), std::move(batch), std::move(step));
  co_return co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<> KafkaOutput::Close() {
  auto work = CloseHere();
  co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<absl::StatusOr<std::optional<Checkpoint>>> KafkaOutput::RecoverHere(FeedKey feed) {
  absl::Status prepared = co_await Prepare();
  if (!prepared.ok()) co_return Explained(std::move(prepared));
  Shard& shard = ShardOf(feed);
  absl::StatusOr<std::optional<Checkpoint>> found = co_await shard.Recover(std::move(feed));
  if (!found.ok()) co_return Explained(found.status());
  co_return std::move(found);
}

Task<absl::Status> KafkaOutput::DeliverHere(FeedKey feed, std::shared_ptr<const Batch> batch,
                                            Step step) {
  if (shards_.empty()) {
    co_return absl::InternalError(absl::StrCat(feed.device, ": Deliver without Recover"));
  }
  Shard& shard = ShardOf(feed);
  absl::Status delivered =
      co_await shard.Deliver(std::move(feed), std::move(batch), std::move(step));
  co_return Explained(std::move(delivered));
}

Task<> KafkaOutput::CloseHere() {
  co_await EndOfPreparation();
  for (const std::unique_ptr<Shard>& shard : shards_) co_await shard->Close();
}

// Those who come while it is tried take part in the result.
Task<absl::Status> KafkaOutput::Prepare() {
  if (!shards_.empty()) co_return absl::OkStatus();
  if (preparing_) {
    co_await EndOfPreparation();
    co_return prepared_;
  }
  preparing_ = true;
  prepared_ = co_await MakeShards();
  preparing_ = false;
  preparation_ended_.cancel();
  co_return prepared_;
}

Task<> KafkaOutput::EndOfPreparation() {
  while (preparing_) {
    co_await preparation_ended_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Task<absl::Status> KafkaOutput::MakeShards() {
  auto prepare = [this] { return PrepareTopics(options_, world_.context.log); };
  absl::StatusOr<Ground> ground = co_await RunBlocking(*blocking_, std::move(prepare));
  if (!ground.ok()) co_return ground.status();
  const bool exactly_once = options_.delivery == Delivery::kExactlyOnce;
  Home home;
  std::vector<OutputValue> tags;
  if (exactly_once) {
    home = {options_.checkpoint_topic, ground->cluster, ground->shards};
    absl::StatusOr<std::vector<OutputValue>> first = co_await FirstTags(*ground);
    if (!first.ok()) co_return first.status();
    tags = *std::move(first);
  }
  absl::Status moved =
      co_await MoveTo(world_.store, options_.name, std::move(home), std::move(tags));
  if (!moved.ok()) co_return moved;
  AddShards(*ground, exactly_once ? ground->shards : kProducers);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<OutputValue>>> KafkaOutput::FirstTags(Ground ground) {
  std::vector<std::int32_t> untagged;
  for (std::int32_t shard = 0; shard < ground.shards; ++shard) {
    absl::StatusOr<std::vector<OutputValue>> values =
        co_await world_.store.Values(options_.name, TagKey(shard));
    if (!values.ok()) co_return values.status();
    const std::optional<Tag> tag = ReadTag(*values);
    const bool is_of_here =
        tag && tag->topic == options_.checkpoint_topic && tag->cluster == ground.cluster;
    if (!is_of_here || tag->offset == Tag::kIncomplete) untagged.push_back(shard);
  }
  std::vector<OutputValue> tags;
  if (untagged.empty()) co_return tags;
  auto find = [&] { return FindWritten(options_, untagged, world_.context.log); };
  const absl::StatusOr<std::set<std::int32_t>> written =
      co_await RunBlocking(*blocking_, std::move(find));
  if (!written.ok()) co_return written.status();
  for (const std::int32_t shard : untagged) {
    const Tag tag{.cluster = ground.cluster,
                  .topic = options_.checkpoint_topic,
                  .offset = written->contains(shard) ? Tag::kIncomplete : 0,
                  .time_ns = absl::ToUnixNanos(world_.context.clock.Now())};
    tags.push_back(ToValue(shard, tag));
  }
  co_return tags;
}

void KafkaOutput::AddShards(Ground ground, std::int32_t count) {
  const std::lock_guard lock(mutex_);
  for (std::int32_t i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<Shard>(options_, world_, ground, i));
  }
}

std::vector<OutputFigure> KafkaOutput::Figures() const {
  const std::lock_guard lock(mutex_);
  std::vector<OutputFigure> figures;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    std::vector<OutputFigure> more = shard->Figures();
    std::move(more.begin(), more.end(), std::back_inserter(figures));
  }
  return figures;
}

Shard& KafkaOutput::ShardOf(const FeedKey& feed) {
  const auto count = static_cast<std::int32_t>(shards_.size());
  return *shards_[static_cast<std::size_t>(PartitionOf(feed.device, count))];
}

}  // namespace cce::kafka
