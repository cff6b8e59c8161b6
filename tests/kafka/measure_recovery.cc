// How long the Kafka output takes to find out where it was, with ten million identities retained:
// after a restart, and on a machine that has nothing but the topics. One line a figure, NAME VALUE
// UNIT.
#include <chrono>
#include <iostream>

#include "tests/kafka/kafka_world.h"

namespace cce::kafka {
namespace {

constexpr int kBlocks = 1'000;
constexpr std::int64_t kMinuteNs = 60'000'000'000;

Step StepNumber(int number) {
  Step step{.position = absl::StrCat(number)};
  IdentityBlock& block = step.blocks.emplace_back();
  block.min_ns = number * kMinuteNs;
  block.max_ns = block.min_ns;
  for (std::size_t i = 0; i < IdentityBlock::kMaxIdentities; ++i) {
    // Not to be compressed.
    const std::uint64_t bits[] = {(i + 1) * 0x9e3779b97f4a7c15, (i + 7) * 0xc2b2ae3d27d4eb4f};
    std::array<std::uint8_t, 16> hash;
    std::memcpy(hash.data(), bits, sizeof bits);
    hash[0] = static_cast<std::uint8_t>(number);
    hash[1] = static_cast<std::uint8_t>(number >> 8);
    block.identities.push_back(Identity::FromHash(hash));
  }
  block.minutes = {{number, IdentityBlock::kMaxIdentities, 0, 0}};
  return step;
}

double SecondsToRecover(KafkaWorld& world, const FeedKey& feed) {
  world.Start();
  const auto begin = std::chrono::steady_clock::now();
  const auto found = world.world().Await(world.output().Recover(feed));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!found.ok() || !found->has_value() || (*found)->position != absl::StrCat(kBlocks - 1)) {
    std::cerr << "measure_recovery: not recovered: " << found.status() << "\n";
    std::exit(1);
  }
  return took.count();
}

int Measure() {
  SharedCluster cluster;
  cluster.SetUp();
  KafkaWorld world;
  const FeedKey feed{"archive", "lyon", "org"};
  world.Start();
  if (!world.world().Await(world.output().Recover(feed)).ok()) return 1;
  for (int i = 0; i < kBlocks; ++i) {
    const absl::Status delivered = world.world().Await(
        world.output().Deliver(feed, std::make_shared<const Batch>(), StepNumber(i)));
    if (!delivered.ok()) {
      std::cerr << "measure_recovery: " << delivered << "\n";
      return 1;
    }
  }
  world.Crash(1);
  std::cout << "kafka_restart_with_1e7_identities " << SecondsToRecover(world, feed) << " s\n";
  world.Crash(2);
  std::cout << "kafka_takeover_with_1e7_identities " << SecondsToRecover(world, feed) << " s\n";
  world.Crash(1);
  cluster.TearDown();
  return 0;
}

}  // namespace
}  // namespace cce::kafka

int main() { return cce::kafka::Measure(); }
