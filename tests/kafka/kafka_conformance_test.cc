// The Kafka output against real brokers: what every output must do.
#include "tests/conformance/output_conformance.h"
#include "tests/kafka/kafka_world.h"

namespace cce {
namespace {

const auto* const kCluster = ::testing::AddGlobalTestEnvironment(
    new kafka::SharedCluster(kafka_ground::KafkaClusterOptions()));

class KafkaExactlyOnce : public kafka::KafkaWorld {
 public:
  static constexpr std::uint64_t kSeeds = 8;
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(ExactlyOnce, OutputConformance, KafkaExactlyOnce);

}  // namespace cce
