// What the Kafka output promises, seen from outside: the engine, real brokers, signals and a bad
// network.
//
// CCE_KAFKA_ROUNDS (default 1) multiplies how much goes wrong and the events meanwhile, and with
// more than one the ends of transactions are late by up to a minute:
// tests/kafka/soak.sh.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kafka/fault_proxy.h"
#include "tests/kafka/kafka_cluster.h"
#include "tests/kafka/kafka_site.h"

namespace cce::kafka_ground {
namespace {

using e2e::Child;
using testing::HasSubstr;

int Times(int by_default) {
  const char* const factor = std::getenv("CCE_KAFKA_ROUNDS");
  return by_default * (factor == nullptr ? 1 : std::atoi(factor));
}

// The service answers at its own pace, so that a backlog outlasts what is done to the engine.
std::vector<std::string> Backlog(long events, const char* delay) {
  return {"--events",
          std::to_string(events),
          "--span",
          "24h",
          "--delay-profile",
          "none",
          "--fault",
          std::string(R"({"fault": "slow", "count": -1, "delay": ")") + delay + R"("})"};
}

void ExpectEverythingOnce(KafkaSite& kafka) {
  const KafkaSite::Figures figures = kafka.Check();
  EXPECT_EQ(figures.exit_code, 0) << kafka.site().Log();
  EXPECT_GT(figures.visible, 0);
  EXPECT_EQ(figures.lost, 0);
  EXPECT_EQ(figures.doubled, 0);
  EXPECT_EQ(figures.delivered, figures.visible - figures.late - figures.pending);
  std::cout << "figures visible " << figures.visible << ", delivered " << figures.delivered
            << ", lost " << figures.lost << ", doubled " << figures.doubled << ", longest gap "
            << figures.longest_gap.count() << " ms\n";
}

// The rest of the backlog comes at once.
void CatchUp(KafkaSite& kafka) {
  kafka.site().Simulator("faults", R"({"clear": true})");
  EXPECT_EQ(kafka.site().StartEngine(true)->Wait(), 0) << kafka.site().Log();
}

// One broker behind a proxy, of each version.
class KafkaDelivery : public testing::TestWithParam<const char*> {
 public:
  static void TearDownTestSuite() { grounds.clear(); }

 protected:
  struct Ground {
    explicit Ground(const char* version) : cluster({.version = version, .proxy = &proxy}) {}
    FaultProxy proxy{1};
    KafkaCluster cluster;
  };
  static std::map<std::string, std::unique_ptr<Ground>> grounds;

  static Ground& Here() {
    std::unique_ptr<Ground>& ground = grounds[GetParam()];
    if (!ground) ground = std::make_unique<Ground>(GetParam());
    return *ground;
  }
  ~KafkaDelivery() override {
    proxy.Join();
    proxy.Release();
  }

  FaultProxy& proxy = Here().proxy;
  KafkaCluster& cluster = Here().cluster;
};

std::map<std::string, std::unique_ptr<KafkaDelivery::Ground>> KafkaDelivery::grounds;

INSTANTIATE_TEST_SUITE_P(Versions, KafkaDelivery, testing::Values(kKafka3, kKafka4),
                         [](const auto& test) {
                           return std::string(test.param[0] == '3' ? "Kafka3" : "Kafka4");
                         });

TEST_P(KafkaDelivery, BringsEveryEventOnce) {
  KafkaSite kafka(cluster, {.simulator = {"--events", "20000", "--span", "24h"}});
  EXPECT_EQ(kafka.site().StartEngine(true)->Wait(), 0) << kafka.site().Log();
  ExpectEverythingOnce(kafka);
}

TEST_P(KafkaDelivery, GoesOnWhereItWasWithItsStateAndWithout) {
  KafkaSite kafka(cluster, {.simulator = Backlog(Times(20'000), "20ms")});
  std::mt19937 random(3);
  for (int round = 0; round < Times(6); ++round) {
    const auto engine = round % 2 == 0 ? kafka.site().StartEngine(true) : kafka.StartTwin();
    engine->WaitFor(static_cast<int>(300 + random() % 700));
    engine->Signal(SIGKILL);
    engine->Wait();
  }
  CatchUp(kafka);
  ExpectEverythingOnce(kafka);
}

// KafkaGround.LetsALateEndCommitHalfOfTheNextTransaction shows what happens without the output's
// guard.
TEST_P(KafkaDelivery, IsNotTornByLateEndsOfTransactions) {
  KafkaSite kafka(cluster, {.listener = Listener::kProxied,
                            .properties = {{"socket.timeout.ms", "1000"}},
                            .simulator = Backlog(Times(40'000), "60ms"),
                            .page_size = 200});
  const auto engine = kafka.site().StartEngine(true);
  std::mt19937 random(5);
  // Transactions are open most of the time, and half written for much of it.
  proxy.Inject(Request::kProduce, {.kind = Fault::Kind::kDelay,
                                   .times = std::numeric_limits<int>::max(),
                                   .delay = std::chrono::milliseconds(200)});
  const auto longest_delay = static_cast<unsigned>(Times(1) == 1 ? 4'000 : 60'000);
  for (int round = 0; round < Times(5); ++round) {
    const int seen = proxy.CountRequests(Request::kEndTxn);
    proxy.Inject(Request::kEndTxn, {.kind = Fault::Kind::kDelay,
                                    .delay = std::chrono::milliseconds(random() % longest_delay)});
    // Its retry, the end of what claims the id anew, and that of events again.
    proxy.WaitForRequests(Request::kEndTxn, seen + 4);
  }
  ASSERT_EQ(engine->WaitFor(0), -1) << "too little backlog: " << kafka.site().Log();
  proxy.Release();
  kafka.site().Simulator("faults", R"({"clear": true})");
  EXPECT_EQ(engine->Wait(), 0) << kafka.site().Log();
  ExpectEverythingOnce(kafka);
}

constexpr long kSleepersBacklog = 20'000;

// An engine that was not dead but asleep, while another of its name delivered the rest.
void ExpectTheSleeperStops(KafkaSite& kafka, KafkaSite::TwinState state) {
  const auto engine = kafka.site().StartEngine(false);
  while (kafka.CountVisible() == 0) ASSERT_EQ(engine->WaitFor(20), -1) << kafka.site().Log();
  engine->Signal(SIGSTOP);
  ASSERT_LT(kafka.CountVisible(), kSleepersBacklog) << "too little backlog to take over";
  kafka.site().Simulator("faults", R"({"clear": true})");
  EXPECT_EQ(kafka.StartTwin(state)->Wait(), 0) << kafka.site().Log();
  ExpectEverythingOnce(kafka);

  engine->Signal(SIGCONT);
  const std::string cause = "another engine has taken over";
  for (int tries = 0; tries < 300 && kafka.site().Log().find(cause) == std::string::npos; ++tries) {
    ASSERT_EQ(engine->WaitFor(100), -1) << kafka.site().Log();
    kafka.site().RunCce({"status"});
  }
  EXPECT_THAT(kafka.site().Log(), HasSubstr(cause));
  engine->Signal(SIGTERM);
  engine->Wait();
  ExpectEverythingOnce(kafka);
}

TEST_P(KafkaDelivery, StopsAnEngineThatWasTakenOverByOneWithoutState) {
  KafkaSite kafka(cluster, {.simulator = Backlog(kSleepersBacklog, "250ms")});
  ExpectTheSleeperStops(kafka, KafkaSite::TwinState::kEmpty);
}

TEST_P(KafkaDelivery, StopsAnEngineThatWasTakenOverByOneWithACopyOfItsState) {
  KafkaSite kafka(cluster, {.simulator = Backlog(kSleepersBacklog, "250ms")});
  ExpectTheSleeperStops(kafka, KafkaSite::TwinState::kCopied);
}

class KafkaCluster3 : public testing::TestWithParam<const char*> {};

TEST_P(KafkaCluster3, LosesAndDoublesNothingWhileBrokersAndEngineAreKilled) {
  // A dead broker is noticed after 9 s by default.
  KafkaCluster cluster({.version = GetParam(),
                        .brokers = 3,
                        .properties = {{"broker.session.timeout.ms", "3000"},
                                       {"broker.heartbeat.interval.ms", "500"}}});
  KafkaSite kafka(cluster, {.simulator = Backlog(Times(100'000), "150ms")});
  std::mt19937 random(17);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low));
  };
  std::map<std::string, int> done;
  std::unique_ptr<Child> engine = kafka.site().StartEngine(true);
  for (int round = 0; round < Times(4); ++round) {
    engine->WaitFor(between(300, 2000));
    ASSERT_EQ(engine->WaitFor(0), -1) << "too little backlog: " << kafka.site().Log();
    const int broker = between(0, cluster.size());
    switch (round % 4) {
      case 0:
        ++done["brokers killed"];
        cluster.Kill(broker);
        engine->WaitFor(between(500, 4000));
        cluster.Start(broker);
        cluster.WaitFor(cluster.size());
        break;
      case 1:
        ++done["engines killed"];
        engine->Signal(SIGKILL);
        engine->Wait();
        engine = between(0, 2) == 0 ? kafka.site().StartEngine(true) : kafka.StartTwin();
        break;
      case 2:
        ++done["brokers stopped"];
        cluster.Signal(broker, SIGSTOP);
        engine->WaitFor(between(500, 6000));
        cluster.Signal(broker, SIGCONT);
        cluster.WaitFor(cluster.size());
        break;
      default:
        ++done["engines stopped"];
        engine->Signal(SIGSTOP);
        engine->WaitFor(between(500, 3000));
        engine->Signal(SIGCONT);
    }
  }
  kafka.site().Simulator("faults", R"({"clear": true})");
  EXPECT_EQ(engine->Wait(), 0) << kafka.site().Log();
  ExpectEverythingOnce(kafka);
  std::cout << "figures";
  for (const auto& [what, times] : done) std::cout << " " << what << " " << times;
  std::cout << "\n";
}

INSTANTIATE_TEST_SUITE_P(Versions, KafkaCluster3, testing::Values(kKafka3, kKafka4),
                         [](const auto& test) {
                           return std::string(test.param[0] == '3' ? "Kafka3" : "Kafka4");
                         });

}  // namespace
}  // namespace cce::kafka_ground
