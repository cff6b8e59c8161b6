// That the ground on which the Kafka output is tested bears: brokers, reader and fault proxy.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/bare_producer.h"
#include "tests/kafka/fault_proxy.h"
#include "tests/kafka/kafka_cluster.h"
#include "tests/kafka/reader.h"

namespace cce::kafka_ground {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> Values(const std::vector<Record>& records) {
  std::vector<std::string> values;
  for (const Record& record : records) values.push_back(record.value.value_or("(tombstone)"));
  return values;
}

struct Ground {
  const char* version;
  int brokers;
};

class KafkaGround : public testing::TestWithParam<Ground> {};

TEST_P(KafkaGround, ShowsWhatIsCommittedAndNothingElse) {
  KafkaCluster cluster({.version = GetParam().version, .brokers = GetParam().brokers});
  cluster.CreateTopic("events", 2);
  BareProducer producer(cluster.ClientProperties(), "bare");
  producer.Begin();
  producer.Produce("events", 0, "first");
  producer.Produce("events", 1, "second");
  producer.Commit();
  producer.Begin();
  producer.Produce("events", 0, "aborted");
  producer.Flush();
  producer.Abort();
  producer.Begin();
  producer.Produce("events", 1, "third");
  producer.Commit();
  producer.Begin();
  producer.Produce("events", 0, "open");
  producer.Flush();

  const Properties client = cluster.ClientProperties();
  EXPECT_THAT(Values(ReadTopic(client, "events")),
              UnorderedElementsAre("first", "second", "third"));
  EXPECT_THAT(Values(ReadTopic(client, "events", Isolation::kReadUncommitted)),
              UnorderedElementsAre("first", "second", "third", "aborted", "open"));
  producer.Commit();
  EXPECT_THAT(Values(ReadTopic(client, "events")),
              UnorderedElementsAre("first", "second", "third", "open"));
}

INSTANTIATE_TEST_SUITE_P(Versions, KafkaGround,
                         testing::Values(Ground{kKafka3, 1}, Ground{kKafka4, 1}, Ground{kKafka3, 3},
                                         Ground{kKafka4, 3}),
                         [](const auto& test) {
                           return std::string(test.param.version[0] == '3' ? "Kafka3" : "Kafka4") +
                                  (test.param.brokers == 1 ? "Alone" : "OfThree");
                         });

// One broker behind the proxy.
class FaultProxyTest : public testing::Test {
 public:
  static void SetUpTestSuite() {
    proxy = std::make_unique<FaultProxy>(1);
    cluster = std::make_unique<KafkaCluster>(KafkaClusterOptions{.proxy = proxy.get()});
  }
  static void TearDownTestSuite() {
    cluster.reset();
    proxy.reset();
  }

 protected:
  static std::unique_ptr<FaultProxy> proxy;
  static std::unique_ptr<KafkaCluster> cluster;

  FaultProxyTest() { cluster->CreateTopic(topic, 1); }

  std::vector<std::string> Committed() {
    return Values(ReadTopic(cluster->ClientProperties(), topic));
  }

  const std::string topic = testing::UnitTest::GetInstance()->current_test_info()->name();
};

std::unique_ptr<FaultProxy> FaultProxyTest::proxy;
std::unique_ptr<KafkaCluster> FaultProxyTest::cluster;

TEST_F(FaultProxyTest, HoldsBackTheEndOfATransaction) {
  BareProducer producer(cluster->ClientProperties(Listener::kProxied), topic);
  producer.Begin();
  producer.Produce(topic, 0, "held");
  const int before = proxy->CountRequests(Request::kEndTxn);
  proxy->Inject(Request::kEndTxn, {.kind = Fault::Kind::kHold});
  std::thread committing([&] { producer.Commit(); });
  proxy->WaitForRequests(Request::kEndTxn, before + 1);
  EXPECT_THAT(Committed(), IsEmpty());
  proxy->Release();
  committing.join();
  EXPECT_THAT(Committed(), ElementsAre("held"));
}

TEST_F(FaultProxyTest, LosesAnAnswerSoThatTheEndIsSentTwice) {
  BareProducer producer(cluster->ClientProperties(Listener::kProxied), topic);
  producer.Begin();
  producer.Produce(topic, 0, "once");
  const int before = proxy->CountRequests(Request::kEndTxn);
  proxy->Inject(Request::kEndTxn, {.kind = Fault::Kind::kLoseAnswer});
  producer.Commit();
  EXPECT_EQ(proxy->CountRequests(Request::kEndTxn), before + 2);
  EXPECT_THAT(Committed(), ElementsAre("once"));
}

TEST_F(FaultProxyTest, PartsAndJoins) {
  BareProducer producer(cluster->ClientProperties(Listener::kProxied), topic);
  producer.Begin();
  proxy->Part();
  producer.Produce(topic, 0, "later");
  EXPECT_THAT(Committed(), IsEmpty());
  proxy->Join();
  producer.Commit();
  EXPECT_THAT(Committed(), ElementsAre("later"));
}

TEST(KafkaClusterTest, AsksForAPasswordAndForLeave) {
  KafkaCluster cluster({.secured = true});
  cluster.CreateTopic("events", 1);
  for (const Listener listener : {Listener::kTls, Listener::kSaslPlain, Listener::kScram}) {
    if (listener == Listener::kSaslPlain) {
      EXPECT_THROW(BareProducer(cluster.ClientProperties(listener), "cce.a"), std::runtime_error);
      cluster.Allow(Resource::kTransactionalId, "cce.", Operation::kWrite);
      cluster.Allow(Resource::kTopic, "events", Operation::kWrite);
    }
    BareProducer producer(cluster.ClientProperties(listener), "cce.a");
    producer.Begin();
    producer.Produce("events", 0, "allowed");
    producer.Commit();
  }
  EXPECT_THAT(Values(ReadTopic(cluster.ClientProperties(), "events")),
              ElementsAre("allowed", "allowed", "allowed"));
}

}  // namespace
}  // namespace cce::kafka_ground
