// Records of Kafka topics, with the feeds' checkpoints in the same transactions or behind their
// acknowledgement.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cce/api/kinds.h"
#include "outputs/kafka/options.h"
#include "outputs/kafka/shard.h"

namespace cce::kafka {

inline constexpr Guarantee kExactlyOnceGuarantee = {
    .promise = "exactly once for readers of committed records, over crashes and restarts",
    .reason =
        "events and the feed's checkpoint are one transaction of Kafka, and whoever goes on "
        "fences who was there before and reads what was committed; a reader without "
        "isolation.level=read_committed sees records that were taken back"};
inline constexpr Guarantee kAtLeastOnceGuarantee = {
    .promise = "at least once; what comes twice has the same cce-id",
    .reason =
        "the checkpoint moves when the brokers have acknowledged the events; those that are "
        "acknowledged when others of their batch fail, or before a crash, are sent again"};

// At least once needs no checkpoint topic; devices are spread over so many producers then.
inline constexpr std::int32_t kProducers = 4;

// Its coroutines run on the world's executor, which is one thread's (or a strand), and everything
// below is touched there only; librdkafka is called on threads of the shards' own.
// REQUIRES: if it has been used, Close has ended before it is destroyed, or its executor never runs
// again.
class KafkaOutput final : public Output {
 public:
  KafkaOutput(KafkaOptions options, OutputWorld world);

  const std::string& name() const override { return options_.name; }
  const Format& format() const override { return world_.format; }
  std::string_view guarantee() const override;

  Task<absl::StatusOr<std::optional<Checkpoint>>> Recover(FeedKey feed) override;
  Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step) override;
  std::vector<OutputFigure> Figures() const override;
  Task<> Close() override;

 private:
  Task<absl::StatusOr<std::optional<Checkpoint>>> RecoverHere(FeedKey feed);
  Task<absl::Status> DeliverHere(FeedKey feed, std::shared_ptr<const Batch> batch, Step step);
  Task<> CloseHere();
  Task<absl::Status> Prepare();
  Task<> EndOfPreparation();
  Task<absl::Status> MakeShards();
  // For partitions of which the state does not know what they hold.
  Task<absl::StatusOr<std::vector<OutputValue>>> FirstTags(Ground ground);
  void AddShards(Ground ground, std::int32_t count);
  Shard& ShardOf(const FeedKey& feed);

  const KafkaOptions options_;
  const OutputWorld world_;
  const std::unique_ptr<Blocking> blocking_;
  mutable std::mutex mutex_;  // held where shards_ changes, and where another thread reads it
  std::vector<std::unique_ptr<Shard>> shards_;  // empty: not prepared
  bool preparing_ = false;
  absl::Status prepared_;  // how the last preparation ended
  boost::asio::steady_timer preparation_ended_;
};

}  // namespace cce::kafka
