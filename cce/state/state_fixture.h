// What the tests of this folder share: a store in a state directory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cce/state/open_state.h"
#include "cce/system/posix_files.h"
#include "tests/fakes/virtual_world.h"

namespace cce {

// A process that has the state open.
class Engine {
 public:
  explicit Engine(const StateOptions& options)
      : opened_(OpenState(options, world_.context().blocking, world_.crash_points(),
                          world_.io().get_executor())) {}
  explicit Engine(const std::string& state_dir)
      : Engine(StateOptions{.state_dir = state_dir, .default_cce_id = "host"}) {}

  absl::Status status() const { return opened_.status(); }
  SqliteStore& store() { return *opened_->store; }
  const std::string& cce_id() const { return opened_->cce_id; }
  VirtualWorld& world() { return world_; }

  absl::Status Write(Commit commit) { return world_.Await(store().Write(std::move(commit))); }
  absl::StatusOr<std::optional<Checkpoint>> Load(FeedKey feed) {
    return world_.Await(store().Load(std::move(feed)));
  }
  // The feed's position; "none" without one, the error's text if there is one.
  std::string Position(FeedKey feed) {
    const absl::StatusOr<std::optional<Checkpoint>> loaded = Load(std::move(feed));
    if (!loaded.ok()) return loaded.status().ToString();
    return *loaded ? (*loaded)->position : "none";
  }
  auto Blocks(FeedKey feed, std::int64_t from_ns, std::int64_t to_ns) {
    return world_.Await(store().Blocks(std::move(feed), from_ns, to_ns));
  }
  auto Counts(FeedKey feed, std::int64_t from, std::int64_t to) {
    return world_.Await(store().Counts(std::move(feed), from, to));
  }
  auto Values(std::string output, std::string prefix) {
    return world_.Await(store().Values(std::move(output), std::move(prefix)));
  }

 private:
  PosixFiles files_;
  VirtualWorld world_{files_};
  absl::StatusOr<State> opened_;
};

inline FeedKey Feed(std::string device) { return {"archive", std::move(device), "org"}; }

inline Commit PositionCommit(FeedKey feed, Position position) {
  Commit commit;
  commit.output = feed.output;
  commit.steps.push_back({std::move(feed), Step{.position = std::move(position)}});
  return commit;
}

// One block of `count` identities in [min_ns, max_ns], all in min_ns's minute.
inline IdentityBlock Block(std::int64_t min_ns, std::int64_t max_ns, std::uint32_t count,
                           std::uint8_t mark = 0) {
  IdentityBlock block{.min_ns = min_ns, .max_ns = max_ns};
  for (std::uint32_t i = 0; i < count; ++i) {
    block.identities.push_back(Identity::FromHash(
        {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), mark}));
  }
  block.minutes = {{min_ns / 60'000'000'000, count, 0, 0}};
  return block;
}

}  // namespace cce
