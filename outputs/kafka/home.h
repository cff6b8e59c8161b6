// Where an output's checkpoints are: in a topic, or with at_least_once in the engine's own state.
//
// What the state holds of a feed is a copy of one topic's records or the only record there is, and
// means nothing to another topic. So it is remembered where the output's checkpoints have been.
// Feeds that have theirs elsewhere are away: what is known of them stays as it is, and nobody
// delivers for them until the output is set up as it was or an operator says where they begin anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/task.h"

namespace cce::kafka {

struct Home {
  std::string topic;  // empty: the engine's own state
  std::string cluster;
  std::int32_t shards = 0;  // the topic's partitions
};

// Makes `home` the output's, and settles who is away. The engine's own state takes whatever it
// knows as its own, from a topic too. kFailedPrecondition with a remedy: the topic's partitions
// were changed, or the state is known not to have all of the topic it was a copy of.
// In the same act notes `tags` (outputs/kafka/tag.h), so that whoever relies on the state alone
// later knows what it has not seen.
Task<absl::Status> MoveTo(CheckpointStore& store, std::string output, Home home,
                          std::vector<OutputValue> tags);

Task<absl::StatusOr<absl::flat_hash_set<FeedKey>>> FindAway(CheckpointStore& store,
                                                            std::string output);

// OK if the feed is at home; otherwise kFailedPrecondition with the remedy.
Task<absl::Status> CheckAtHome(CheckpointStore& store, FeedKey feed);

// What brings a feed home that was reset.
OutputValue ComesHome(const FeedKey& feed);

}  // namespace cce::kafka
