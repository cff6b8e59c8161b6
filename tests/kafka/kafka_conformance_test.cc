// The Kafka output against real brokers: what every output must do.
#include "tests/conformance/output_conformance.h"
#include "tests/kafka/kafka_world.h"

namespace cce {
namespace {

const auto* const kCluster = ::testing::AddGlobalTestEnvironment(new kafka::SharedCluster);

class KafkaExactlyOnce : public kafka::KafkaWorld {
 public:
  static constexpr std::uint64_t kSeeds = 8;
};

class KafkaAtLeastOnce : public kafka::KafkaWorld {
 public:
  static constexpr bool kIsExactlyOnce = false;
  static constexpr std::uint64_t kSeeds = 8;

  KafkaAtLeastOnce() : KafkaWorld(kafka::Delivery::kAtLeastOnce) {}

  // The state is the only memory there is.
  void Crash(std::uint64_t seed) { KafkaWorld::Crash(seed | 1); }
  static std::vector<std::string> crash_points() {
    std::vector<std::string> points(kStateCrashPoints.begin(), kStateCrashPoints.end());
    for (const std::string_view point :
         {kafka::kAfterProduce, kafka::kAfterFlush, kafka::kAfterCommit, kafka::kAfterCache}) {
      points.emplace_back(point);
    }
    return points;
  }
  // Brokers refuse no single device; the state does.
  void Block(const std::string& device) { store().RefuseStepsOf(device); }
  void Unblock(const std::string&) { store().RefuseStepsOf(""); }
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(AtLeastOnce, OutputConformance, KafkaAtLeastOnce);
INSTANTIATE_TYPED_TEST_SUITE_P(ExactlyOnce, OutputConformance, KafkaExactlyOnce);

}  // namespace cce
