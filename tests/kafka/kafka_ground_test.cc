// That the ground on which the Kafka output is tested bears: brokers, reader and fault proxy.
#include <compare>
#include <map>
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

struct Version {
  const char* kafka;
  int brokers;

  auto operator<=>(const Version&) const = default;
};

struct Ground {
  explicit Ground(Version version)
      : proxy(version.brokers),
        cluster({.version = version.kafka, .brokers = version.brokers, .proxy = &proxy}) {}
  FaultProxy proxy;
  KafkaCluster cluster;
};

class KafkaGround : public testing::TestWithParam<Version> {
 public:
  static void TearDownTestSuite() { grounds.clear(); }

 protected:
  KafkaGround() { cluster.CreateTopic(topic, 2); }
  ~KafkaGround() override {
    proxy.Join();
    proxy.Release();
  }

  std::vector<std::string> Visible() { return Values(ReadTopic(direct, topic)); }
  std::vector<std::string> Committed() {
    WaitUntilSettled(direct, topic);
    return Visible();
  }

 private:
  static std::map<Version, std::unique_ptr<Ground>> grounds;

  static Ground& Here() {
    std::unique_ptr<Ground>& ground = grounds[GetParam()];
    if (!ground) ground = std::make_unique<Ground>(GetParam());
    return *ground;
  }

 protected:
  FaultProxy& proxy = Here().proxy;
  KafkaCluster& cluster = Here().cluster;
  const Properties direct = cluster.ClientProperties();
  const Properties proxied = cluster.ClientProperties(Listener::kProxied);
  // Its own transactional id, too.
  const std::string topic = [] {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    return name.substr(0, name.find('/'));
  }();
};

std::map<Version, std::unique_ptr<Ground>> KafkaGround::grounds;

INSTANTIATE_TEST_SUITE_P(Versions, KafkaGround,
                         testing::Values(Version{kKafka3, 1}, Version{kKafka4, 1},
                                         Version{kKafka3, 3}),
                         [](const auto& test) {
                           return std::string(test.param.kafka[0] == '3' ? "Kafka3" : "Kafka4") +
                                  (test.param.brokers == 1 ? "Alone" : "OfThree");
                         });

TEST_P(KafkaGround, ShowsWhatIsCommittedAndNothingElse) {
  BareProducer producer(direct, topic);
  producer.Begin();
  producer.Produce(topic, 0, "first");
  producer.Produce(topic, 1, "second");
  producer.Commit();
  producer.Begin();
  producer.Produce(topic, 0, "aborted");
  producer.Flush();
  producer.Abort();
  producer.Begin();
  producer.Produce(topic, 1, "third");
  producer.Commit();
  WaitUntilSettled(direct, topic);
  producer.Begin();
  producer.Produce(topic, 0, "open");
  producer.Flush();

  EXPECT_THAT(Visible(), UnorderedElementsAre("first", "second", "third"));
  EXPECT_THAT(Values(ReadTopic(direct, topic, Isolation::kReadUncommitted)),
              UnorderedElementsAre("first", "second", "third", "aborted", "open"));
  producer.Commit();
  EXPECT_THAT(Committed(), UnorderedElementsAre("first", "second", "third", "open"));
}

TEST_P(KafkaGround, HoldsBackTheEndOfATransaction) {
  BareProducer producer(proxied, topic);
  producer.Begin();
  producer.Produce(topic, 0, "held");
  const int before = proxy.CountRequests(Request::kEndTxn);
  proxy.Inject(Request::kEndTxn, {.kind = Fault::Kind::kHold});
  std::thread committing([&] { producer.Commit(); });
  proxy.WaitForRequests(Request::kEndTxn, before + 1);
  EXPECT_THAT(Visible(), IsEmpty());
  proxy.Release();
  committing.join();
  EXPECT_THAT(Committed(), ElementsAre("held"));
}

TEST_P(KafkaGround, LosesAnAnswerSoThatTheEndIsSentTwice) {
  BareProducer producer(proxied, topic);
  producer.Begin();
  producer.Produce(topic, 0, "once");
  const int before = proxy.CountRequests(Request::kEndTxn);
  proxy.Inject(Request::kEndTxn, {.kind = Fault::Kind::kLoseAnswer});
  producer.Commit();
  EXPECT_GE(proxy.CountRequests(Request::kEndTxn), before + 2);
  EXPECT_THAT(Committed(), ElementsAre("once"));
}

TEST_P(KafkaGround, PartsClientsFromBrokersAndJoinsThem) {
  BareProducer producer(proxied, topic);
  producer.Begin();
  proxy.Part();
  producer.Produce(topic, 0, "later");
  EXPECT_THAT(Visible(), IsEmpty());
  proxy.Join();
  producer.Commit();
  EXPECT_THAT(Committed(), ElementsAre("later"));
}

TEST_P(KafkaGround, DropsRequestsAndEndsConnections) {
  Properties impatient = proxied;
  impatient["socket.timeout.ms"] = "1000";
  BareProducer producer(impatient, topic);
  producer.Begin();
  proxy.Inject(Request::kAddPartitionsToTxn, {.kind = Fault::Kind::kDisconnect});
  producer.Produce(topic, 0, "through");
  producer.Flush();
  proxy.Cut();
  const int before = proxy.CountRequests(Request::kEndTxn);
  proxy.Inject(Request::kEndTxn, {.kind = Fault::Kind::kDrop});
  producer.Commit();
  EXPECT_GE(proxy.CountRequests(Request::kEndTxn), before + 2);
  EXPECT_THAT(Committed(), ElementsAre("through"));
}

// The anomaly that Jepsen found (https://jepsen.io/analyses/bufstream-0.1.0) and that the Kafka
// output guards against: a request to end a transaction that its client has given up on ends the
// next one in its midst. Commit() says nothing.
TEST_P(KafkaGround, LetsALateEndCommitHalfOfTheNextTransaction) {
  Properties impatient = proxied;
  impatient["socket.timeout.ms"] = "1000";
  BareProducer producer(impatient, topic);
  producer.Begin();
  producer.Produce(topic, 0, "first");
  const int before = proxy.CountAnswers(Request::kEndTxn);
  proxy.Inject(Request::kEndTxn, {.kind = Fault::Kind::kHold});
  producer.Commit();
  EXPECT_THAT(Committed(), ElementsAre("first"));

  producer.Begin();
  producer.Produce(topic, 1, "half");
  producer.Flush();
  proxy.Release();
  proxy.WaitForAnswers(Request::kEndTxn, before + 2);
  EXPECT_THAT(Committed(), UnorderedElementsAre("first", "half"));
  EXPECT_THROW(producer.Abort(), std::runtime_error);
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
  WaitUntilSettled(cluster.ClientProperties(), "events");
  EXPECT_THAT(Values(ReadTopic(cluster.ClientProperties(), "events")),
              ElementsAre("allowed", "allowed", "allowed"));
}

}  // namespace
}  // namespace cce::kafka_ground
