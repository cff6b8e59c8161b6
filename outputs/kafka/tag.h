// Up to where the engine's own state has taken in a partition of the checkpoint topic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "cce/api/checkpoint_store.h"

namespace cce::kafka {

struct Tag {
  // In place of an offset.
  static constexpr std::int64_t kIncomplete = -1;   // the state may lack some of the partition
  static constexpr std::int64_t kRecordsLost = -2;  // the partition lacks some of the state

  std::string cluster;
  std::string topic;
  std::int64_t offset = 0;   // of the next record to take in
  std::int64_t time_ns = 0;  // when it was written

  friend bool operator==(const Tag&, const Tag&) = default;
};

std::string TagKey(std::int32_t partition);
bool IsTagKey(std::string_view key);

OutputValue ToValue(std::int32_t partition, const Tag& tag);

// nullopt if there is none, or none that can be understood: the topic tells all.
std::optional<Tag> ReadTag(const std::vector<OutputValue>& values);

// Where to read on in a partition that holds [low, end) after `tag`.
struct Resumption {
  bool from_beginning = false;  // nothing of the state counts
  std::int64_t from = 0;
  bool lost = false;  // the topic has lost what the state has seen in it
};

// A tombstone is there for `tombstones_kept`, after which nobody learns what it deleted.
Resumption ResumeFrom(const std::optional<Tag>& tag, const std::string& cluster,
                      const std::string& topic, std::int64_t low, std::int64_t end, absl::Time now,
                      absl::Duration tombstones_kept);

}  // namespace cce::kafka
