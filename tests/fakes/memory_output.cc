#include "tests/fakes/memory_output.h"

#include <utility>

namespace cce {

int MemoryStore::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

Task<absl::Status> MemoryStore::Write(Commit commit) {
  const std::lock_guard lock(mutex_);
  ++commits_;
  for (FeedStep& entry : commit.steps) {
    State& state = feeds_[entry.feed];
    if (entry.step.position) state.checkpoint.position = *entry.step.position;
    state.checkpoint.watermark_ns = entry.step.watermark_ns;
    for (IdentityBlock& block : entry.step.blocks) state.blocks.push_back(std::move(block));
    std::erase_if(state.blocks, [&](const IdentityBlock& block) {
      return block.max_ns < state.checkpoint.watermark_ns;
    });
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<FeedChange>> MemoryStore::Foresee(FeedStep) {
  co_return absl::UnimplementedError("no state is kept elsewhere");
}

Task<absl::StatusOr<std::vector<FeedKey>>> MemoryStore::Feeds(std::string output) {
  const std::lock_guard lock(mutex_);
  std::vector<FeedKey> feeds;
  for (const auto& [key, state] : feeds_) {
    if (key.output == output) feeds.push_back(key);
  }
  co_return feeds;
}

Task<absl::StatusOr<std::optional<Checkpoint>>> MemoryStore::Load(FeedKey feed) {
  const std::lock_guard lock(mutex_);
  const auto found = feeds_.find(feed);
  if (found == feeds_.end() || found->second.checkpoint.position.empty()) co_return std::nullopt;
  co_return found->second.checkpoint;
}

Task<absl::StatusOr<std::vector<IdentityBlock>>> MemoryStore::Blocks(FeedKey feed,
                                                                     std::int64_t from_ns,
                                                                     std::int64_t to_ns) {
  const std::lock_guard lock(mutex_);
  std::vector<IdentityBlock> found;
  for (const IdentityBlock& block : feeds_[feed].blocks) {
    if (block.max_ns >= from_ns && block.min_ns <= to_ns) found.push_back(block);
  }
  co_return found;
}

Task<absl::StatusOr<std::vector<MinuteCount>>> MemoryStore::Counts(FeedKey, std::int64_t,
                                                                   std::int64_t) {
  co_return std::vector<MinuteCount>();
}

Task<absl::StatusOr<std::vector<OutputValue>>> MemoryStore::Values(std::string, std::string) {
  co_return std::vector<OutputValue>();
}

Task<absl::StatusOr<std::optional<Checkpoint>>> MemoryOutput::Recover(FeedKey feed) {
  ++recoveries;
  return store_.Load(std::move(feed));
}

Task<absl::Status> MemoryOutput::Deliver(FeedKey feed, std::shared_ptr<const Batch> batch,
                                         Step step) {
  if (on_deliver) on_deliver();
  Ending ending = Ending::kDone;
  if (!endings.empty()) {
    ending = endings.front();
    endings.pop_front();
  }
  if (ending == Ending::kRefused) co_return absl::UnavailableError("output down");
  if (ending == Ending::kLost) co_return absl::DataLossError("delivered bytes are gone");
  std::size_t count = batch->events.size();
  if (ending == Ending::kPrefix) {
    count /= 2;
    std::vector<Accounted> accounted;
    for (std::size_t i = 0; i < count; ++i) {
      accounted.push_back({batch->events[i].identity, batch->events[i].time_ns});
    }
    step.position.reset();
    step.blocks = ToBlocks(accounted);
  }
  for (std::size_t i = 0; i < count; ++i) {
    lines.emplace_back(batch->events[i].bytes);
    severities.push_back(batch->events[i].severity_id);
  }
  for (const DeadLetter& letter : batch->dead_letters) dead_letters.push_back(letter.cause);
  Commit commit;
  commit.output = name_;
  commit.steps.push_back({std::move(feed), std::move(step)});
  absl::Status written = co_await store_.Write(std::move(commit));
  if (ending != Ending::kDone) co_return absl::UnavailableError("connection broken");
  co_return written;
}

}  // namespace cce
