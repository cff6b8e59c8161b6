// What the cluster must have before the first delivery.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/log.h"
#include "outputs/kafka/client.h"

namespace cce::kafka {

// What the topics are like.
struct Ground {
  std::string cluster;
  std::int32_t shards = 0;         // partitions of the checkpoint topic; 0 without one
  std::int64_t batch_bytes = 0;    // the event topic's max.message.bytes; 0: not to be learnt
  absl::Duration tombstones_kept;  // by the checkpoint topic, at least
};

// Blocks. Makes the checkpoint topic where it is missing. kFailedPrecondition with the remedy if
// the topics cannot serve, kUnavailable if the cluster is not to be reached.
absl::StatusOr<Ground> PrepareTopics(const KafkaOptions& options, Log& log);

// Blocks. Those of `partitions` of the checkpoint topic that something has been written to, or of
// which that cannot be told.
absl::StatusOr<std::set<std::int32_t>> FindWritten(const KafkaOptions& options,
                                                   const std::vector<std::int32_t>& partitions,
                                                   Log& log);

// kFailedPrecondition if brokers that speak `version` among each other ("3.5-IV2") are too old;
// what does not look like a version passes.
absl::Status CheckProtocolVersion(const std::string& version);

// Blocks. Makes the topic with the broker's defaults, if it is not there; errors as above.
absl::Status MakeDeadLetterTopic(Client& client, const KafkaOptions& options);

}  // namespace cce::kafka
