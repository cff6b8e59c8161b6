// The Kafka output against real brokers: what is its own. librdkafka's mock cluster is used for
// what a single broker cannot be without.
// clang-format off
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <limits>
#include <map>
#include <random>

#include "absl/cleanup/cleanup.h"
#include "cce/api/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/kafka/kafka_world.h"

namespace cce::kafka {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::int64_t kHourNs = 3'600'000'000'000;

const auto* const kCluster = ::testing::AddGlobalTestEnvironment(new SharedCluster);

// Of one device.
class KafkaOutputTest : public ::testing::Test {
 protected:
  absl::Status Recover(KafkaWorld& world, NumberedFeed& feed) {
    auto recovered = world.world().Await(world.output().Recover(feed.key()));
    if (recovered.ok()) feed.Resume(*recovered);
    return recovered.status();
  }
  absl::Status Recover() { return Recover(world_, feed_); }
  absl::Status Deliver(KafkaWorld& world, NumberedFeed& feed, int count) {
    auto [batch, step] = feed.Next(count);
    absl::Status status = Deliver(world, feed, std::move(batch), std::move(step));
    if (status.ok()) feed.Advance(count);
    return status;
  }
  absl::Status Deliver(KafkaWorld& world, NumberedFeed& feed, std::shared_ptr<const Batch> batch,
                       Step step) {
    return world.world().Await(
        world.output().Deliver(feed.key(), std::move(batch), std::move(step)));
  }
  absl::Status Deliver(int count) { return Deliver(world_, feed_, count); }
  // `ended` is set when the delivery ends, and outlives it.
  void Begin(const NumberedFeed& feed, std::shared_ptr<const Batch> batch, Step step,
             std::optional<absl::Status>& ended) {
    boost::asio::co_spawn(
        world_.world().io(), world_.output().Deliver(feed.key(), std::move(batch), std::move(step)),
        [&ended](std::exception_ptr, absl::Status status) { ended = std::move(status); });
  }
  void RestartAs(Delivery delivery) {
    world_.Crash(1);
    world_.options().delivery = delivery;
    world_.Start();
  }
  void MakeCheckpointTopicAnew() {
    world_.DeleteTopic(world_.options().checkpoint_topic);
    SharedCluster::Get().CreateTopic(world_.options().checkpoint_topic, KafkaWorld::kShards,
                                     {{"cleanup.policy", "compact"}});
  }

  bool Passed(std::string_view point) {
    const auto& passed = world_.world().crash_points().passed();
    return std::find(passed.begin(), passed.end(), point) != passed.end();
  }
  void ExpectRefusal(const absl::Status& status, const std::string& cause,
                     const std::string& remedy) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(cause));
    EXPECT_THAT(RemedyOf(status), HasSubstr(remedy));
  }

  // Ten events and one among them that no topic takes which has this limit.
  static constexpr char kLimit[] = "20000";
  static constexpr int kTooLong = 7;
  static std::string TooLong() {
    std::string text;
    std::mt19937 random(1);
    while (text.size() < 100'000) text.push_back(static_cast<char>('a' + random() % 26));
    return text;
  }
  std::pair<std::shared_ptr<const Batch>, Step> WithATooLongEvent() {
    auto text = std::make_shared<std::string>(TooLong());
    auto whole = feed_.MakeBatch(0, 11);
    auto batch = std::make_shared<Batch>(*whole);
    batch->events[kTooLong].bytes = *text;
    batch->holds = std::make_shared<
        std::pair<std::shared_ptr<const Batch>, std::shared_ptr<const std::string>>>(whole, text);
    return {batch, feed_.MakeStep(0, 11)};
  }
  void ExpectThatEachRefusedRecordIsFound();
  void ExpectOnlyTheTooLongEventInTheDeadLetters() {
    std::vector<std::string> expected = feed_.Lines(11);
    expected.erase(expected.begin() + kTooLong);
    EXPECT_TRUE(SameLines(world_.Lines("lyon"), expected));
    const auto letters = world_.Records(world_.options().dead_letter_topic);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].key, "lyon");
    const json letter = json::parse(*letters[0].value);
    EXPECT_EQ(letter["device"], "lyon");
    EXPECT_EQ(letter["size"], 100'000);
    EXPECT_THAT(letter["cause"].get<std::string>(), HasSubstr("refuses"));
    const auto counts = world_.world().Await(world_.store().Counts(feed_.key(), 0, 1));
    EXPECT_THAT(*counts, ElementsAre(MinuteCount{0, 10, 0, 1}));
  }

  // Blocks, counts and checkpoint, as far as they can be asked for.
  struct State {
    std::optional<Position> position;
    std::int64_t watermark_ns = 0;
    std::vector<IdentityBlock> blocks;
    std::vector<MinuteCount> counts;
    bool operator==(const State&) const = default;
  };
  State StateOf(const FeedKey& feed) {
    constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
    State state;
    const auto checkpoint = world_.world().Await(world_.store().Load(feed));
    if (checkpoint->has_value()) {
      state.position = (*checkpoint)->position;
      state.watermark_ns = (*checkpoint)->watermark_ns;
    }
    state.blocks = *world_.world().Await(world_.store().Blocks(feed, -kEnd, kEnd));
    state.counts = *world_.world().Await(world_.store().Counts(feed, -kEnd, kEnd));
    return state;
  }
  // An hour of event time each, of which the watermark leaves the last three.
  void DeliverHours(int from, int to) {
    for (int hour = from; hour < to; ++hour) {
      Step step{.position = absl::StrCat(hour), .watermark_ns = (hour - 3) * kHourNs};
      const Accounted event{NumberedFeed::IdentityOf(hour), hour * kHourNs};
      step.blocks = ToBlocks(absl::MakeConstSpan(&event, 1));
      ASSERT_TRUE(Deliver(world_, feed_, std::make_shared<Batch>(), std::move(step)).ok());
    }
  }

  KafkaWorld world_;
  NumberedFeed feed_{"archive", "lyon", 60};
};

TEST_F(KafkaOutputTest, WritesARecordAnEventWhereTheJavaClientWould) {
  world_.options().topic = world_.options().cce_id;
  SharedCluster::Get().CreateTopic(world_.options().topic, 7);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(8).ok());
  const auto records = world_.Records(world_.options().topic, 7);
  ASSERT_EQ(records.size(), 8u);
  for (int n = 0; n < 8; ++n) {
    const kafka_ground::Record& record = records[static_cast<std::size_t>(n)];
    EXPECT_EQ(record.partition, PartitionOf("lyon", 7));
    EXPECT_EQ(record.key, "lyon");
    EXPECT_EQ(record.value, feed_.Line(n));
    const auto id = Pair("cce-id", ToText(NumberedFeed::IdentityOf(n)));
    if (n % 7 == 0) {
      EXPECT_THAT(record.headers, ElementsAre(id, Pair("cce-late", "true")));
    } else {
      EXPECT_THAT(record.headers, ElementsAre(id));
    }
  }
}

TEST_F(KafkaOutputTest, CommitsTogetherWhatIsReadyTogether) {
  world_.options().topic = world_.options().cce_id;
  SharedCluster::Get().CreateTopic(world_.options().topic, 1);
  world_.Start();
  std::vector<NumberedFeed> feeds;
  for (int i = 0; feeds.size() < 10; ++i) {
    const std::string device = absl::StrCat("device", i);
    if (PartitionOf(device, KafkaWorld::kShards) == 0) feeds.emplace_back("archive", device, 10);
  }
  int delivered = 0;
  for (NumberedFeed& feed : feeds) ASSERT_TRUE(Recover(world_, feed).ok());
  for (NumberedFeed& feed : feeds) {
    auto [batch, step] = feed.Next(10);
    boost::asio::co_spawn(world_.world().io(),
                          world_.output().Deliver(feed.key(), std::move(batch), std::move(step)),
                          [&](std::exception_ptr, absl::Status status) {
                            EXPECT_TRUE(status.ok()) << status;
                            ++delivered;
                          });
  }
  world_.world().RunFor(absl::Seconds(1));
  EXPECT_EQ(delivered, 10);
  const auto& passed = world_.world().crash_points().passed();
  EXPECT_LE(std::count(passed.begin(), passed.end(), kAfterCommit), 2);
  EXPECT_EQ(world_.Records(world_.options().topic).size(), 100u);
}

TEST_F(KafkaOutputTest, MakesTheCheckpointTopicIfItIsMissing) {
  world_.options().checkpoint_topic = world_.options().cce_id + ".made";
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  world_.Crash(1);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(feed_.read(), 5);
}

TEST_F(KafkaOutputTest, RefusesACheckpointTopicThatIsNotCompacted) {
  for (const char* policy : {"delete", "compact,delete"}) {
    KafkaWorld::SetTopic(world_.options().checkpoint_topic, {{"cleanup.policy", policy}});
    world_.Start();
    ExpectRefusal(Recover(), absl::StrCat("cleanup.policy ", policy), "cleanup.policy=compact");
  }
}

TEST_F(KafkaOutputTest, RefusesATopicThatKeepsADevicesLastEventOnly) {
  world_.options().topic = world_.options().cce_id;
  SharedCluster::Get().CreateTopic(world_.options().topic, 1, {{"cleanup.policy", "compact"}});
  world_.Start();
  ExpectRefusal(Recover(), "is compacted", "Set its cleanup.policy to delete");
}

TEST_F(KafkaOutputTest, DoesNotBeginWhileItIsNotToldHowTheCheckpointTopicIsKept) {
  world_.SetTopic(world_.options().checkpoint_topic, {{"cleanup.policy", "delete"}});
  world_.Connect(kafka_ground::Listener::kProxied);
  SharedCluster::Proxy().Inject(kafka_ground::Request::kDescribeConfigs,
                                {.kind = kafka_ground::Fault::Kind::kDisconnect, .times = 100});
  world_.Start();
  const absl::Status untold = Recover();
  EXPECT_TRUE(absl::IsUnavailable(untold)) << untold;
  EXPECT_THAT(std::string(untold.message()), HasSubstr("asking for the settings of "));
  SharedCluster::Proxy().Release();
  ExpectRefusal(Recover(), "has cleanup.policy delete", "cleanup.policy=compact");
}

TEST_F(KafkaOutputTest, RefusesACheckpointTopicThatAnotherOutputUses) {
  KafkaWorld other;
  other.options().name = "other";
  other.options().checkpoint_topic = world_.options().checkpoint_topic;
  other.Start();
  NumberedFeed others("other", "lyon", 60);
  ASSERT_TRUE(Recover(other, others).ok());
  ASSERT_TRUE(Deliver(other, others, 5).ok());
  world_.Start();
  for (int i = 0; i < 2; ++i) {
    ExpectRefusal(Recover(), "holds checkpoints of an output other",
                  "Nothing but this output may write to " + world_.options().checkpoint_topic);
  }
}

TEST_F(KafkaOutputTest, RefusesATopicThatDoesNotExist) {
  world_.options().topic = "nowhere";
  world_.Start();
  ExpectRefusal(Recover(), "topic nowhere does not exist", "kafka-topics.sh --create");
}

TEST_F(KafkaOutputTest, RefusesACheckpointTopicWhosePartitionsWereChanged) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  world_.Crash(1);
  world_.AddPartitions(world_.options().checkpoint_topic, KafkaWorld::kShards + 1);
  world_.Start();
  ExpectRefusal(Recover(), "had 5 partitions and now has 6", "new checkpoint_topic");
  // Nor on another machine, where the device is looked for in its old partition by chance.
  world_.Crash(2);
  world_.Start();
  ASSERT_EQ(PartitionOf("lyon", 5), 3);
  NumberedFeed other("archive", DeviceOf(3, 6), 60);
  world_.MakeTopic(other.key().device);
  ExpectRefusal(Recover(world_, other), "had 5 partitions and now has 6", "");
}

TEST_F(KafkaOutputTest, NoticesThatTheCheckpointTopicWasMadeAnew) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Deliver(5).ok());
  world_.Crash(1);
  MakeCheckpointTopicAnew();
  world_.Start();
  // However much is added to it meanwhile.
  for (int i = 0; i < 10; ++i) {
    ExpectRefusal(Recover(), "has lost records", "a new checkpoint_topic");
  }
}

TEST_F(KafkaOutputTest, RefusesFeedsWhoseCheckpointsAreInAnotherTopicUntilItIsSetBack) {
  const std::string topic = world_.options().checkpoint_topic;
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  const State before = StateOf(feed_.key());
  world_.Crash(1);
  world_.options().checkpoint_topic = topic + ".next";
  for (int i = 0; i < 2; ++i) {
    world_.Start();
    ExpectRefusal(Recover(), absl::StrCat("checkpoint of lyon is in topic ", topic, " of Kafka"),
                  "cce device reset lyon --output archive --from TIME");
    NumberedFeed fresh("archive",
                       DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 60);
    world_.MakeTopic(fresh.key().device);
    ASSERT_TRUE(Recover(world_, fresh).ok()) << "a device that is new is in nobody's way";
    ASSERT_TRUE(Deliver(world_, fresh, 5).ok());
    world_.Crash(1);
  }
  world_.options().checkpoint_topic = topic;
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(StateOf(feed_.key()), before);
}

TEST_F(KafkaOutputTest, RefusesATopicWhosePartitionsWereChangedWhileItWasNotInUse) {
  const std::string topic = world_.options().checkpoint_topic;
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  world_.Crash(1);
  world_.options().checkpoint_topic = topic + ".next";
  world_.Start();
  EXPECT_FALSE(Recover().ok());
  world_.Crash(1);
  world_.AddPartitions(topic, KafkaWorld::kShards + 1);
  world_.options().checkpoint_topic = topic;
  world_.Start();
  ExpectRefusal(Recover(), "had 5 partitions and now has 6", "new checkpoint_topic");
}

TEST_F(KafkaOutputTest, AFeedThatWasResetGoesOnInTheOtherTopic) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  world_.Crash(1);
  world_.options().checkpoint_topic += ".next";
  world_.Start();
  EXPECT_FALSE(Recover().ok());
  ASSERT_TRUE(world_.world().Await(world_.state().Reset(feed_.key(), "2")).ok());
  for (const int crash : {1, 1, 2}) {
    world_.Crash(static_cast<std::uint64_t>(crash));
    world_.Start();
    const absl::Status recovered = Recover();
    ASSERT_TRUE(recovered.ok()) << recovered;
    EXPECT_EQ(StateOf(feed_.key()), State{.position = "2"});
  }
}

TEST_F(KafkaOutputTest, AtLeastOnceGoesOnFromTheTopicAndNotBackByItself) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  const State before = StateOf(feed_.key());
  RestartAs(Delivery::kAtLeastOnce);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(StateOf(feed_.key()), before);
  DeliverHours(10, 20);
  RestartAs(Delivery::kExactlyOnce);
  ExpectRefusal(Recover(), "is in the engine's own state", "cce device reset lyon");
  RestartAs(Delivery::kAtLeastOnce);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(feed_.read(), 19) << "nothing was forgotten";
}

TEST_F(KafkaOutputTest, AtLeastOnceGoesOnWhereTheTopicHasLostRecords) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  world_.Crash(1);
  MakeCheckpointTopicAnew();
  world_.Start();
  ExpectRefusal(Recover(), "has lost records", "");
  RestartAs(Delivery::kAtLeastOnce);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(feed_.read(), 9) << "the state has it all";
}

TEST_F(KafkaOutputTest, AtLeastOnceDoesNotBeginWithoutWhatTheTopicKnows) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  for (const std::string_view point : {kAfterClaim, kAfterForget}) {
    world_.Crash(2);
    world_.options().delivery = Delivery::kExactlyOnce;
    world_.Start();
    world_.world().crash_points().Arm(std::string(point));
    EXPECT_THROW(Recover().IgnoreError(), SimulatedCrash);
    RestartAs(Delivery::kAtLeastOnce);
    ExpectRefusal(Recover(), "does not know all checkpoints of topic", "back until every device");
    world_.Crash(1);
    world_.options().delivery = Delivery::kExactlyOnce;
    world_.options().checkpoint_topic += ".next";
    world_.Start();
    ExpectRefusal(Recover(), "does not know all checkpoints of topic", "back until every device");
    world_.options().checkpoint_topic.resize(world_.options().checkpoint_topic.size() - 5);
  }
  world_.options().delivery = Delivery::kExactlyOnce;
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  RestartAs(Delivery::kAtLeastOnce);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(feed_.read(), 9);
}

TEST_F(KafkaOutputTest, AFirstStartThatClaimedNothingBindsNobody) {
  const auto allow = [&](kafka_ground::Operation operation) {
    SharedCluster::Get().Allow(kafka_ground::Resource::kTopic, world_.options().checkpoint_topic,
                               operation);
  };
  allow(kafka_ground::Operation::kRead);
  allow(kafka_ground::Operation::kWrite);
  world_.options().cce_id = "unheard-of";
  world_.Connect(kafka_ground::Listener::kSaslPlain);
  world_.Start();
  ExpectRefusal(Recover(), "claiming its transactional id", "use transactional ids");
  world_.Connect(kafka_ground::Listener::kPlain);
  RestartAs(Delivery::kAtLeastOnce);
  ASSERT_TRUE(Recover().ok());
  EXPECT_TRUE(Deliver(5).ok());
}

TEST_F(KafkaOutputTest, AtLeastOnceDoesNotBeginWithoutWhatShardsThatWereNotUsedKnow) {
  const std::int32_t others = (PartitionOf("lyon", KafkaWorld::kShards) + 1) % KafkaWorld::kShards;
  NumberedFeed other("archive", DeviceOf(others, KafkaWorld::kShards), 60);
  world_.MakeTopic(other.key().device);
  world_.Start();
  ASSERT_TRUE(Recover(world_, other).ok());
  ASSERT_TRUE(Deliver(world_, other, 5).ok());
  world_.Crash(2);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  RestartAs(Delivery::kAtLeastOnce);
  ExpectRefusal(Recover(world_, other), "does not know all checkpoints of topic",
                "back until every device");
}

TEST_F(KafkaOutputTest, ARestartReadsTheDifferenceOnly) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  const State before = StateOf(feed_.key());
  world_.Crash(1);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_FALSE(Passed(kAfterForget));
  EXPECT_FALSE(Passed(kAfterMirror)) << "nothing was new";
  EXPECT_EQ(StateOf(feed_.key()), before);

  TemporaryDirectory copy;
  world_.Crash(1);
  fs::copy(world_.state_dir(), copy.path(), fs::copy_options::recursive);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(10, 20);
  const State after = StateOf(feed_.key());
  world_.Crash(1);
  world_.LoseState();
  fs::copy(copy.path(), world_.state_dir(), fs::copy_options::recursive);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_FALSE(Passed(kAfterForget));
  EXPECT_TRUE(Passed(kAfterMirror));
  EXPECT_EQ(StateOf(feed_.key()), after);
}

TEST_F(KafkaOutputTest, ATakeOverFindsIdentitiesCountsAndPosition) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  // So long that days are dropped, too.
  DeliverHours(0, 30);
  DeliverHours(100 * 24, 100 * 24 + 2);
  DeliverHours(191 * 24, 191 * 24 + 5);
  const State before = StateOf(feed_.key());
  EXPECT_GT(before.counts.size(), 2u);
  world_.Crash(2);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_TRUE(Passed(kAfterForget));
  EXPECT_EQ(StateOf(feed_.key()), before);
}

TEST_F(KafkaOutputTest, AResetOfTheStateIsOneOfTheTopicToo) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  DeliverHours(0, 10);
  NumberedFeed other("archive",
                     DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 60);
  world_.MakeTopic(other.key().device);
  ASSERT_TRUE(Recover(world_, other).ok());
  ASSERT_TRUE(Deliver(world_, other, 5).ok());
  const State others = StateOf(other.key());
  ASSERT_TRUE(world_.world().Await(world_.state().Reset(feed_.key(), "2")).ok());
  world_.Crash(1);
  for (const int crash : {1, 2}) {
    world_.Start();
    ASSERT_TRUE(Recover().ok());
    EXPECT_EQ(feed_.read(), 2);
    EXPECT_EQ(StateOf(feed_.key()), State{.position = "2"}) << "no identity, no count is left";
    ASSERT_TRUE(Recover(world_, other).ok());
    EXPECT_EQ(StateOf(other.key()), others);
    world_.Crash(static_cast<std::uint64_t>(crash));
  }
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(StateOf(feed_.key()), State{.position = "2"});
}

TEST_F(KafkaOutputTest, AnEngineThatWasTakenOverStops) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  KafkaWorld other;
  other.options() = world_.options();
  other.Start();
  NumberedFeed same("archive", "lyon", 60);
  ASSERT_TRUE(Recover(other, same).ok());
  EXPECT_EQ(same.read(), 5);
  ASSERT_TRUE(Deliver(other, same, 7).ok());

  EXPECT_TRUE(absl::IsUnavailable(Deliver(5)));
  for (int i = 0; i < 2; ++i) {
    ExpectRefusal(Recover(), "another engine has taken over cce.", "restart this one");
  }
  ASSERT_TRUE(Deliver(other, same, 7).ok()) << "nobody has disturbed it";
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(19)));
}

TEST_F(KafkaOutputTest, AnEngineThatWasNotFencedSeesThatAnotherHasTakenOver) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  // Its producer is gone, as after an outage.
  world_.store().Refuse(true);
  EXPECT_FALSE(Deliver(5).ok());
  KafkaWorld other;
  other.options() = world_.options();
  other.Start();
  NumberedFeed same("archive", "lyon", 60);
  ASSERT_TRUE(Recover(other, same).ok());
  ASSERT_TRUE(Deliver(other, same, 7).ok());
  world_.store().Refuse(false);
  ExpectRefusal(Recover(), "another engine has taken over cce.", "Stop the other");
  ASSERT_TRUE(Deliver(other, same, 7).ok()) << "nobody has disturbed it";
}

TEST_F(KafkaOutputTest, OneWhoOnlyFencedIsNotTakenForOneWhoHasTakenOver) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  for (int i = 0; i < 3; ++i) {
    world_.ClaimShard(PartitionOf("lyon", KafkaWorld::kShards));
    EXPECT_TRUE(absl::IsUnavailable(Deliver(5)));
    ASSERT_TRUE(Recover().ok());
  }
  ASSERT_TRUE(Deliver(5).ok());
}

TEST_F(KafkaOutputTest, APartOfAnOpenTransactionIsNeverSeen) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  world_.world().crash_points().Arm(std::string(kAfterFlush));
  EXPECT_THROW(Deliver(5).IgnoreError(), SimulatedCrash);
  EXPECT_THAT(world_.Lines("lyon"), IsEmpty());
}

TEST_F(KafkaOutputTest, ARecordThatIsRefusedGoesToTheDeadLettersAndHoldsUpNobody) {
  KafkaWorld::SetTopic(world_.TopicOf("lyon"), {{"max.message.bytes", kLimit}});
  world_.Start();
  // Of the same shard.
  NumberedFeed other("archive",
                     DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 60);
  world_.MakeTopic(other.key().device);
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Recover(world_, other).ok());
  std::optional<absl::Status> first;
  auto [batch, step] = WithATooLongEvent();
  Begin(feed_, std::move(batch), std::move(step), first);
  const absl::Status second = Deliver(world_, other, 10);
  EXPECT_TRUE(second.ok()) << second;
  world_.world().RunFor(absl::Seconds(1));
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->ok()) << *first;
  ExpectOnlyTheTooLongEventInTheDeadLetters();
  EXPECT_TRUE(SameLines(world_.Lines(other.key().device), other.Lines(10)));
  EXPECT_TRUE(world_.world().log().Contains("record refused by Kafka"));
}

TEST_F(KafkaOutputTest, ADeliveryThatDoesNotBeginIsGivenBack) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  world_.Pause([](int) { return absl::Minutes(1); });
  auto [batch, step] = feed_.Next(5);
  const std::weak_ptr<const Batch> held = batch;
  const absl::Time called = world_.world().clock().Now();
  const absl::Status delivered = Deliver(world_, feed_, std::move(batch), std::move(step));
  EXPECT_TRUE(absl::IsUnavailable(delivered)) << delivered;
  EXPECT_THAT(RemedyOf(delivered), HasSubstr("brokers"));
  EXPECT_EQ(world_.world().clock().Now() - called, kDeliveryBeginsWithin);
  EXPECT_TRUE(held.expired());
  world_.Pause({});
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(feed_.read(), 0);
  ASSERT_TRUE(Deliver(5).ok());
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(5)));
}

TEST_F(KafkaOutputTest, CloseWaitsForWhatWasGivenBack) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  world_.Pause([](int) { return absl::Minutes(1); });
  const absl::Time called = world_.world().clock().Now();
  EXPECT_TRUE(absl::IsUnavailable(Deliver(5)));
  world_.Pause({});
  world_.world().Await(world_.output().Close());
  EXPECT_GE(world_.world().clock().Now() - called, absl::Minutes(1));
  EXPECT_THAT(world_.Lines("lyon"), IsEmpty());
}

TEST_F(KafkaOutputTest, WhoHasCommittedDoesNotWaitForThoseWhoMustGoAlone) {
  KafkaWorld::SetTopic(world_.TopicOf("lyon"), {{"max.message.bytes", kLimit}});
  world_.Start();
  NumberedFeed other("archive",
                     DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 60);
  world_.MakeTopic(other.key().device);
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Recover(world_, other).ok());
  auto [batch, step] = WithATooLongEvent();
  std::optional<absl::Status> first;
  Begin(feed_, std::move(batch), std::move(step), first);
  world_.Pause([&](int) { return Passed(kAfterCommit) ? absl::Minutes(1) : absl::ZeroDuration(); });
  auto [others, next] = other.Next(10);
  const std::weak_ptr<const Batch> held = others;
  const absl::Status second = Deliver(world_, other, std::move(others), std::move(next));
  EXPECT_TRUE(second.ok()) << second;
  EXPECT_TRUE(held.expired());
  EXPECT_FALSE(first.has_value());
  ASSERT_TRUE(world_.world().RunUntil([&] { return first.has_value(); }, absl::Hours(2)));
  EXPECT_TRUE(first->ok()) << *first;
  ExpectOnlyTheTooLongEventInTheDeadLetters();
}

TEST_F(KafkaOutputTest, ATopicThatIsMissingCostsItsDeviceOnly) {
  world_.Start();
  NumberedFeed other("archive",
                     DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 60);
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Recover(world_, other).ok());
  std::optional<absl::Status> missing;
  auto [batch, step] = other.Next(10);
  Begin(other, std::move(batch), std::move(step), missing);
  EXPECT_TRUE(Deliver(5).ok());
  ASSERT_TRUE(missing.has_value());
  ExpectRefusal(*missing, absl::StrCat(world_.TopicOf(other.key().device), " does not exist"),
                "kafka-topics.sh --create");
  const auto& passed = world_.world().crash_points().passed();
  EXPECT_EQ(std::count(passed.begin(), passed.end(), kAfterProduce), 1) << "nobody was tried twice";
}

TEST_F(KafkaOutputTest, ATopicThatMayNotBeWrittenCostsItsDeviceOnly) {
  NumberedFeed other(
      "archive", DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 3'000);
  world_.MakeTopic(other.key().device);
  const auto allow = [&](const std::string& topic, kafka_ground::Operation operation) {
    SharedCluster::Get().Allow(kafka_ground::Resource::kTopic, topic, operation);
  };
  allow(world_.options().checkpoint_topic, kafka_ground::Operation::kRead);
  allow(world_.options().checkpoint_topic, kafka_ground::Operation::kWrite);
  allow(world_.TopicOf("lyon"), kafka_ground::Operation::kWrite);
  allow(world_.TopicOf(other.key().device), kafka_ground::Operation::kDescribe);
  SharedCluster::Get().Allow(kafka_ground::Resource::kTransactionalId,
                             absl::StrCat("cce.", world_.options().cce_id, "."),
                             kafka_ground::Operation::kWrite);
  world_.Connect(kafka_ground::Listener::kSaslPlain);
  world_.Start();
  // The second time it is known who is to blame.
  for (int times = 1; times <= 2; ++times) {
    ASSERT_TRUE(Recover().ok());
    ASSERT_TRUE(Recover(world_, other).ok());
    std::optional<absl::Status> refused;
    auto [batch, step] = other.Next(3'000);
    Begin(other, std::move(batch), std::move(step), refused);
    const absl::Status delivered = Deliver(5);
    EXPECT_TRUE(delivered.ok()) << delivered;
    ASSERT_TRUE(world_.world().RunUntil([&] { return refused.has_value(); }, absl::Hours(1)));
    ExpectRefusal(*refused, "Topic authorization failed", "Let the output's user write topic");
  }
  const auto& passed = world_.world().crash_points().passed();
  EXPECT_EQ(std::count(passed.begin(), passed.end(), kAfterCommit), 2);
}

TEST_F(KafkaOutputTest, EventsNeverGoToTheCheckpointTopic) {
  world_.options().topic = "{device}";
  world_.options().checkpoint_topic = "lyon";
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ExpectRefusal(Deliver(5), "would go to lyon, which is the checkpoint topic", "another topic");
}

TEST_F(KafkaOutputTest, TheServicesDeadLettersGoIntoTheSameTransaction) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  auto batch = std::make_shared<Batch>();
  batch->dead_letters.push_back({.cause = "page too large", .position = "5"});
  ASSERT_TRUE(Deliver(world_, feed_, batch, {.position = "6"}).ok());
  const auto letters = world_.Records(world_.options().dead_letter_topic);
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(json::parse(*letters[0].value)["cause"], "page too large");
}

class KafkaAtLeastOnce : public KafkaOutputTest {
 protected:
  KafkaAtLeastOnce() { world_.options().delivery = Delivery::kAtLeastOnce; }
};

TEST_F(KafkaAtLeastOnce, DeliversWithoutACheckpointTopic) {
  world_.options().checkpoint_topic = "nowhere";
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  while (!feed_.done()) ASSERT_TRUE(Deliver(7).ok());
  world_.Crash(1);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_TRUE(feed_.done());
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(60)));
  EXPECT_TRUE(SharedCluster::HasTopic(world_.TopicOf("lyon")));
  EXPECT_FALSE(SharedCluster::HasTopic("nowhere"));
}

TEST_F(KafkaAtLeastOnce, APartitionWithoutALeaderCostsItsDevicesOnly) {
  NumberedFeed other("archive", DeviceOf(PartitionOf("lyon", kProducers), kProducers), 60);
  const std::string leaderless = world_.TopicOf(other.key().device);
  const kafka_ground::Client host = kafka_ground::MakeClient(RD_KAFKA_PRODUCER, {});
  rd_kafka_mock_cluster_t* const mock = rd_kafka_mock_cluster_new(host.get(), 2);
  const absl::Cleanup end = [&] {
    world_.Crash(1);
    rd_kafka_mock_cluster_destroy(mock);
  };
  rd_kafka_mock_topic_create(mock, world_.TopicOf("lyon").c_str(), 1, 1);
  rd_kafka_mock_topic_create(mock, leaderless.c_str(), 1, 1);
  rd_kafka_mock_partition_set_leader(mock, world_.TopicOf("lyon").c_str(), 0, 1);
  rd_kafka_mock_partition_set_leader(mock, leaderless.c_str(), 0, -1);
  world_.options().brokers = rd_kafka_mock_cluster_bootstraps(mock);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Recover(world_, other).ok());
  std::optional<absl::Status> refused;
  auto [batch, step] = other.Next(10);
  Begin(other, std::move(batch), std::move(step), refused);
  EXPECT_TRUE(Deliver(5).ok());
  ASSERT_TRUE(refused.has_value());
  EXPECT_TRUE(absl::IsUnavailable(*refused)) << *refused;
  EXPECT_THAT(std::string(refused->message()),
              HasSubstr("no broker leads partition 0 of topic " + leaderless));
  EXPECT_THAT(RemedyOf(*refused), HasSubstr("Check that the brokers"));
  const auto& passed = world_.world().crash_points().passed();
  EXPECT_EQ(std::count(passed.begin(), passed.end(), kAfterProduce), 1) << "nobody was tried twice";

  rd_kafka_mock_partition_set_leader(mock, leaderless.c_str(), 0, 2);
  ASSERT_TRUE(Recover(world_, other).ok());
  EXPECT_TRUE(Deliver(world_, other, 10).ok());

  // Its leader goes when it is known already: what the other broker has is enough for the others.
  rd_kafka_mock_broker_set_down(mock, 2);
  refused.reset();
  auto [second, next] = other.Next(10);
  Begin(other, std::move(second), std::move(next), refused);
  const absl::Status delivered = Deliver(5);
  EXPECT_TRUE(delivered.ok()) << delivered;
  ASSERT_TRUE(world_.world().RunUntil([&] { return refused.has_value(); }, absl::Hours(1)));
  EXPECT_TRUE(absl::IsUnavailable(*refused)) << *refused;
}

TEST_F(KafkaAtLeastOnce, AResetThatItHasTakenIsNotTakenAgainLater) {
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  ASSERT_TRUE(world_.world().Await(world_.state().Reset(feed_.key(), "2")).ok());
  world_.Crash(1);
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(feed_.read(), 2);
  ASSERT_TRUE(Deliver(10).ok());
  RestartAs(Delivery::kExactlyOnce);
  ExpectRefusal(Recover(), "is in the engine's own state", "cce device reset lyon");
}

TEST_F(KafkaAtLeastOnce, WhatComesTwiceHasTheSameIdAndNothingIsMissing) {
  for (const std::string_view point : {kAfterProduce, kAfterFlush, kAfterCommit, kAfterCache}) {
    world_.Start();
    ASSERT_TRUE(Recover().ok());
    ASSERT_TRUE(Deliver(5).ok());
    world_.world().crash_points().Arm(std::string(point));
    EXPECT_THROW(Deliver(5).IgnoreError(), SimulatedCrash) << point;
    world_.Crash(1);
  }
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Deliver(5).ok());
  std::map<std::string, std::string> by_id;
  for (const auto& record : world_.Records(world_.TopicOf("lyon"))) {
    const auto [known, fresh] = by_id.emplace(record.headers.at(0).second, *record.value);
    EXPECT_EQ(known->second, *record.value);
  }
  for (int n = 0; n < feed_.read(); ++n) {
    EXPECT_EQ(by_id[ToText(NumberedFeed::IdentityOf(n))], feed_.Line(n)) << n;
  }
}

// One in librdkafka, two by the broker, of which one is the last.
void KafkaOutputTest::ExpectThatEachRefusedRecordIsFound() {
  KafkaWorld::SetTopic(world_.TopicOf("lyon"), {{"max.message.bytes", kLimit}});
  world_.options().properties.emplace_back("message.max.bytes", "150000");
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  auto whole = feed_.MakeBatch(0, 26);
  auto texts = std::make_shared<std::map<std::size_t, std::string>>();
  std::mt19937 random(1);
  for (const auto& [index, size] : {std::pair(3, 40'000), {8, 160'000}, {25, 40'000}}) {
    std::string& text = (*texts)[static_cast<std::size_t>(index)];
    // Hardly to be compressed.
    while (text.size() < static_cast<std::size_t>(size)) {
      text.push_back(static_cast<char>('0' + random() % 64));
    }
  }
  auto batch = std::make_shared<Batch>(*whole);
  std::vector<std::string> expected = feed_.Lines(26);
  for (auto text = texts->rbegin(); text != texts->rend(); ++text) {
    batch->events[text->first].bytes = text->second;
    expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(text->first));
  }
  batch->holds = std::make_shared<std::pair<decltype(whole), decltype(texts)>>(whole, texts);
  const absl::Status delivered = Deliver(world_, feed_, batch, feed_.MakeStep(0, 26));
  ASSERT_TRUE(delivered.ok()) << delivered;
  std::vector<std::string> lines = world_.Lines("lyon");
  std::sort(lines.begin(), lines.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(lines, expected);
  EXPECT_EQ(world_.Records(world_.options().dead_letter_topic).size(), 3u);
}

TEST_F(KafkaOutputTest, OthersCommitWhileRefusedRecordsAreLookedFor) {
  NumberedFeed other("archive",
                     DeviceOf(PartitionOf("lyon", KafkaWorld::kShards), KafkaWorld::kShards), 60);
  world_.MakeTopic(other.key().device);
  world_.SetTopic(world_.TopicOf(other.key().device), {{"max.message.bytes", kLimit}});
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  ASSERT_TRUE(Recover(world_, other).ok());
  auto [whole, step] = other.Next(20);
  auto batch = std::make_shared<Batch>(*whole);
  const std::string text = TooLong();
  for (const std::size_t index : {3u, 9u, 17u}) batch->events[index].bytes = text;
  world_.Pause([](int) { return absl::Milliseconds(100); });
  std::optional<absl::Status> ended;
  Begin(other, batch, std::move(step), ended);
  for (int found = 0; found < 3; ++found) {
    ASSERT_TRUE(Deliver(5).ok());
    EXPECT_FALSE(ended.has_value()) << found;
  }
  ASSERT_TRUE(world_.world().RunUntil([&] { return ended.has_value(); }, absl::Hours(1)));
  EXPECT_TRUE(ended->ok()) << *ended;
  EXPECT_EQ(world_.Lines(other.key().device).size(), 17u);
  EXPECT_EQ(world_.Records(world_.options().dead_letter_topic).size(), 3u);
}

TEST_F(KafkaOutputTest, FindsEachRecordThatIsRefused) { ExpectThatEachRefusedRecordIsFound(); }

TEST_F(KafkaAtLeastOnce, FindsEachRecordThatIsRefused) { ExpectThatEachRefusedRecordIsFound(); }

// Then not the records are at fault but the limit.
TEST_F(KafkaAtLeastOnce, APageWithMoreThanAHundredRefusedRecordsWaitsForAnotherLimit) {
  KafkaWorld::SetTopic(world_.TopicOf("lyon"), {{"max.message.bytes", kLimit}});
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  const auto whole = feed_.MakeBatch(0, 120);
  const std::string text = TooLong().substr(0, 40'000);
  auto batch = std::make_shared<Batch>(*whole);
  for (std::size_t index = 10; index < 111; ++index) batch->events[index].bytes = text;
  const auto found = [&] {
    const std::vector<std::string> lines = world_.world().log().lines();
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("record refused by Kafka") != line.npos;
    });
  };
  for (int tries = 0; tries < 2; ++tries) {
    ExpectRefusal(Deliver(world_, feed_, batch, feed_.MakeStep(0, 120)),
                  "more than 100 records of a page of lyon", "Raise max.message.bytes");
    EXPECT_EQ(found(), 100) << "nobody looks for them again";
    ASSERT_TRUE(Recover().ok());
  }
  EXPECT_THAT(world_.Records(world_.options().dead_letter_topic), IsEmpty());
  EXPECT_FALSE(StateOf(feed_.key()).position.has_value());
  KafkaWorld::SetTopic(world_.TopicOf("lyon"), {{"max.message.bytes", "1000000"}});
  const absl::Status delivered = Deliver(world_, feed_, batch, feed_.MakeStep(0, 120));
  EXPECT_TRUE(delivered.ok()) << delivered;
  EXPECT_THAT(world_.Records(world_.options().dead_letter_topic), IsEmpty());
}

TEST_F(KafkaAtLeastOnce, ARecordThatIsRefusedGoesToTheDeadLettersAndTheOthersComeOnce) {
  KafkaWorld::SetTopic(world_.TopicOf("lyon"), {{"max.message.bytes", kLimit}});
  world_.Start();
  ASSERT_TRUE(Recover().ok());
  auto [batch, step] = WithATooLongEvent();
  const absl::Status delivered = Deliver(world_, feed_, std::move(batch), std::move(step));
  ASSERT_TRUE(delivered.ok()) << delivered;
  std::vector<std::string> lines = world_.Lines("lyon");
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(std::unique(lines.begin(), lines.end()), lines.end());
  EXPECT_EQ(lines.size(), 10u);
  EXPECT_EQ(world_.Records(world_.options().dead_letter_topic).size(), 1u);
}

}  // namespace
}  // namespace cce::kafka
