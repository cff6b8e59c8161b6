// What a user hears when brokers do not let the Kafka output in, or not do what it needs.
#include <signal.h>

#include <filesystem>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/kafka_cluster.h"
#include "tests/kafka/kafka_site.h"

namespace cce::kafka_ground {
namespace {

using testing::HasSubstr;
using testing::Not;

// One broker with TLS, passwords and access lists.
class KafkaRefusal : public testing::Test {
 public:
  static void SetUpTestSuite() {
    cluster = std::make_unique<KafkaCluster>(KafkaClusterOptions{.secured = true});
  }
  static void TearDownTestSuite() { cluster.reset(); }

 protected:
  static std::unique_ptr<KafkaCluster> cluster;

  // Runs the engine until its status has both words of the cause, which no remedy has, and the
  // remedy.
  void ExpectRefusal(KafkaSite& kafka, const std::string& cause, const std::string& remedy) {
    const auto engine = kafka.site().StartEngine(false);
    const std::string before = kafka.site().Log();
    const auto said = [&](const std::string& what) {
      return kafka.site().Log().find(what, before.size()) != std::string::npos;
    };
    for (int tries = 0; tries < 300 && !(said(cause) && said(remedy)); ++tries) {
      ASSERT_EQ(engine->WaitFor(100), -1) << kafka.site().Log();
      kafka.site().RunCce({"status"});
    }
    EXPECT_TRUE(said(cause) && said(remedy)) << kafka.site().Log();
    EXPECT_THAT(kafka.site().Log(), Not(HasSubstr(kPassword)));
    engine->Signal(SIGTERM);
    EXPECT_EQ(engine->Wait(), 0) << kafka.site().Log();
  }

  void ExpectDelivery(KafkaSite& kafka) {
    EXPECT_EQ(kafka.site().StartEngine(true)->Wait(), 0) << kafka.site().Log();
    const KafkaSite::Figures figures = kafka.Check();
    EXPECT_EQ(figures.exit_code, 0) << kafka.site().Log();
    EXPECT_GT(figures.delivered, 0);
  }

  static KafkaSiteOptions Through(Listener listener, Properties properties = {}) {
    return {.listener = listener,
            .properties = std::move(properties),
            .simulator = {"--events", "500", "--span", "2h"}};
  }
};

std::unique_ptr<KafkaCluster> KafkaRefusal::cluster;

TEST_F(KafkaRefusal, NamesTheAuthorityThatIsMissing) {
  KafkaSite blind(*cluster, Through(Listener::kTls, {{"ssl.ca.location", "/dev/null"}}));
  ExpectRefusal(blind, "ssl.ca.location failed", "Correct the output's properties");
  const std::string of_the_system = "/etc/ssl/certs/ca-certificates.crt";
  KafkaSite distrusting(*cluster, Through(Listener::kTls, {{"ssl.ca.location", of_the_system}}));
  ExpectRefusal(distrusting, "certificate verify failed", "ssl.ca.location");
  KafkaSite trusting(*cluster, Through(Listener::kTls));
  ExpectDelivery(trusting);
}

TEST_F(KafkaRefusal, NamesAWrongPasswordOfPlain) {
  KafkaSite kafka(*cluster, Through(Listener::kSaslPlain, {{"sasl.password", "wrong"}}));
  ExpectRefusal(kafka, "Authentication failed", "sasl.password");
}

TEST_F(KafkaRefusal, NamesAWrongPasswordOfScram) {
  KafkaSite kafka(*cluster, Through(Listener::kScram, {{"sasl.password", "wrong"}}));
  ExpectRefusal(kafka, "Authentication failed", "sasl.password");
}

// The rights that the README asks for, granted one after the other.
TEST_F(KafkaRefusal, NamesTheRightThatIsMissing) {
  KafkaSite kafka(*cluster, Through(Listener::kScram));
  const std::string remedy = "Let the output's user";
  const auto allow_topic = [&](const std::string& topic, Operation operation) {
    cluster->Allow(Resource::kTopic, topic, operation);
  };
  const std::string refused = ": Broker: Topic authorization failed";
  ExpectRefusal(kafka, "topic " + kafka.topic() + refused, remedy);
  allow_topic(kafka.topic(), Operation::kWrite);
  ExpectRefusal(kafka, "topic " + kafka.checkpoint_topic() + refused, remedy);
  allow_topic(kafka.checkpoint_topic(), Operation::kCreate);
  allow_topic(kafka.checkpoint_topic(), Operation::kDescribe);
  allow_topic(kafka.checkpoint_topic(), Operation::kDescribeConfigs);
  ExpectRefusal(kafka, "claiming its transactional id", remedy);
  cluster->Allow(Resource::kTransactionalId, "cce.", Operation::kWrite);
  ExpectRefusal(kafka, "writing: ", remedy);
  allow_topic(kafka.checkpoint_topic(), Operation::kWrite);
  ExpectDelivery(kafka);
  std::filesystem::remove_all(kafka.site().folder() + "/state");
  ExpectRefusal(kafka, "reading" + refused, remedy);
  allow_topic(kafka.checkpoint_topic(), Operation::kRead);
  ExpectDelivery(kafka);
}

}  // namespace
}  // namespace cce::kafka_ground
