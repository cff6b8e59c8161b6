// A Kafka output in a virtual world, on real brokers and with a real state.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "cce/state/open_state.h"
#include "cce/system/posix_files.h"
#include "gtest/gtest.h"
#include "outputs/kafka/crash_points.h"
#include "outputs/kafka/kafka_output.h"
#include "outputs/kafka/partition.h"
#include "outputs/kafka/topic_name.h"
#include "tests/conformance/numbered_feed.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/fakes/virtual_world.h"
#include "tests/kafka/fault_proxy.h"
#include "tests/kafka/kafka_cluster.h"
#include "tests/kafka/reader.h"

namespace cce::kafka {

// Of a loop that waits for brokers.
class Patience {
 public:
  // Throws std::runtime_error once it is over.
  void Check(const std::string& doing) const {
    const auto waited = std::chrono::steady_clock::now() - begun_;
    if (waited > std::chrono::milliseconds(kafka_ground::kPatienceMs)) {
      throw std::runtime_error("in vain: " + doing);
    }
  }

 private:
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

// The cluster of this test program, behind a proxy too, which ends with it.
class SharedCluster : public ::testing::Environment {
 public:
  // Of the version that CCE_KAFKA_VERSION names, if it is set.
  SharedCluster() {
    if (const char* version = std::getenv("CCE_KAFKA_VERSION")) options_.version = version;
  }
  void SetUp() override {
    proxy_ = std::make_unique<kafka_ground::FaultProxy>(options_.brokers);
    options_.proxy = proxy_.get();
    options_.secured = true;
    cluster_ = std::make_unique<kafka_ground::KafkaCluster>(options_);
    Connect();
  }
  void TearDown() override {
    committed_.reset();
    uncommitted_.reset();
    cluster_.reset();
    proxy_.reset();
  }

  static kafka_ground::KafkaCluster& Get() { return *cluster_; }
  static kafka_ground::FaultProxy& Proxy() { return *proxy_; }

  // Looks among all of them: to ask for one may make it.
  static bool HasTopic(const std::string& topic) {
    const struct rd_kafka_metadata* metadata = nullptr;
    kafka_ground::Check(
        rd_kafka_metadata(committed_.get(), 1, nullptr, &metadata, kafka_ground::kPatienceMs),
        "looking for topics");
    const bool found =
        std::any_of(metadata->topics, metadata->topics + metadata->topic_cnt,
                    [&](const rd_kafka_metadata_topic& there) { return there.topic == topic; });
    rd_kafka_metadata_destroy(metadata);
    return found;
  }

  // Returns when no transaction is open in the topic, and it has leaders. A commit is final before
  // its mark stands in every partition.
  static void WaitForTransactions(const std::string& topic, int partitions) {
    const Patience patience;
    for (int partition = 0; partition < partitions;) {
      patience.Check("transactions of " + topic);
      std::int64_t low = 0;
      std::int64_t stable = 0;
      std::int64_t high = 0;
      const auto ask = [&](rd_kafka_t* client, std::int64_t& end) {
        return rd_kafka_query_watermark_offsets(client, topic.c_str(), partition, &low, &end,
                                                kafka_ground::kPatienceMs) ==
               RD_KAFKA_RESP_ERR_NO_ERROR;
      };
      if (!ask(committed_.get(), stable) || !ask(uncommitted_.get(), high)) {
        // A client that has once found no leader looks for one much later.
        Connect();
      } else if (stable == high) {
        ++partition;
      }
    }
  }

 private:
  static void Connect() {
    kafka_ground::Properties properties = cluster_->ClientProperties();
    committed_ = kafka_ground::MakeClient(RD_KAFKA_CONSUMER, properties);
    properties["isolation.level"] = "read_uncommitted";
    uncommitted_ = kafka_ground::MakeClient(RD_KAFKA_CONSUMER, properties);
  }

  kafka_ground::KafkaClusterOptions options_;
  inline static std::unique_ptr<kafka_ground::FaultProxy> proxy_;
  inline static std::unique_ptr<kafka_ground::KafkaCluster> cluster_;
  inline static kafka_ground::Client committed_;
  inline static kafka_ground::Client uncommitted_;
};

// One run of the program.
class KafkaProcess {
 public:
  // Each has a `seed` of its own.
  KafkaProcess(const KafkaOptions& options, const std::string& state_dir, std::uint64_t seed,
               std::function<std::unique_ptr<Blocking>(Clock&)> make_blocking)
      : world_(files_, seed),
        state_(OpenState({.state_dir = state_dir, .default_cce_id = "host"},
                         world_.context().blocking, world_.crash_points(),
                         world_.io().get_executor())),
        store_(*state_->store),
        output_(options, OutputWorld{.context = world_.context(),
                                     .store = store_,
                                     .format = format_,
                                     .executor = world_.io().get_executor(),
                                     .make_blocking = [this, make_blocking] {
                                       return make_blocking(world_.clock());
                                     }}) {}

  VirtualWorld& world() { return world_; }
  SqliteStore& state() { return *state_->store; }
  LossyStore& store() { return store_; }
  KafkaOutput& output() { return output_; }

 private:
  PosixFiles files_;
  VirtualWorld world_;
  absl::StatusOr<State> state_;
  LossyStore store_;
  LineFormat format_;
  KafkaOutput output_;
};

// Some device of `shard` of so many.
inline std::string DeviceOf(std::int32_t shard, std::int32_t shards) {
  for (int i = 0;; ++i) {
    const std::string device = absl::StrCat("device", i);
    if (PartitionOf(device, shards) == shard) return device;
  }
}

// A shard's thread, before whose work something else may happen, which may take time.
class ShardThread : public InlineBlocking {
 public:
  ShardThread(std::function<absl::Duration()> before, Clock& clock)
      : before_(std::move(before)), clock_(clock) {}
  Task<> Run(absl::AnyInvocable<void()> work) override {
    const absl::Duration pause = before_();
    if (pause > absl::ZeroDuration()) {
      const auto sleeper = clock_.MakeSleeper(co_await boost::asio::this_coro::executor);
      co_await sleeper->Sleep(pause);
    }
    co_await InlineBlocking::Run(std::move(work));
  }

 private:
  const std::function<absl::Duration()> before_;
  Clock& clock_;
};

// Topics and an engine of its own. Each device has a topic, so that one can be blocked.
class KafkaWorld {
 public:
  static constexpr int kShards = 5;

  KafkaWorld() : KafkaWorld(Delivery::kExactlyOnce) {}
  explicit KafkaWorld(Delivery delivery) {
    const std::string number = absl::StrCat(++count_);
    options_.name = "archive";
    options_.cce_id = "world" + number;
    options_.topic = absl::StrCat("events", number, ".{device}");
    options_.delivery = delivery;
    options_.checkpoint_topic = "checkpoints" + number;
    options_.dead_letter_topic = "dead_letters" + number;
    Connect(kafka_ground::Listener::kPlain);
    MakeTopic("lyon");
    // The suite's two devices are in different shards then.
    SharedCluster::Get().CreateTopic(options_.checkpoint_topic, kShards,
                                     {{"cleanup.policy", "compact"}});
  }
  ~KafkaWorld() { process_.reset(); }

  // By which way the engine reaches the brokers.
  void Connect(kafka_ground::Listener listener) {
    options_.properties = {{"message.timeout.ms", "10000"}};
    for (const auto& [name, value] : SharedCluster::Get().ClientProperties(listener)) {
      if (name == "bootstrap.servers") {
        options_.brokers = value;
      } else {
        options_.properties.emplace_back(name, value);
      }
    }
  }

  void Start() {
    process_.reset();
    threads_ = 0;
    process_.emplace(options_, state_.path(), ++processes_, [this](Clock& clock) {
      // The first is the output's, then come the shards'.
      const int shard = threads_++ - 1;
      const auto before = [this, shard] {
        if (shard == blocked_) ClaimShard(shard);
        return shard >= 0 && pause_ ? pause_(shard) : absl::ZeroDuration();
      };
      return std::make_unique<ShardThread>(before, clock);
    });
  }
  // Every other time the engine comes up on another machine, which has nothing but the topics.
  void Crash(std::uint64_t seed) {
    process_.reset();
    if (seed % 2 == 0) LoseState();
  }
  void LoseState() {
    for (const auto& entry : std::filesystem::directory_iterator(state_.path())) {
      std::filesystem::remove(entry.path());
    }
  }

  KafkaOptions& options() { return options_; }
  VirtualWorld& world() { return process_->world(); }
  KafkaOutput& output() { return process_->output(); }
  LossyStore& store() { return process_->store(); }
  SqliteStore& state() { return process_->state(); }
  std::vector<std::string> crash_points() const {
    std::vector<std::string> points(kCrashPoints.begin(), kCrashPoints.end());
    points.insert(points.end(), kStateCrashPoints.begin(), kStateCrashPoints.end());
    return points;
  }

  std::string TopicOf(const std::string& device) const {
    return TopicName(options_.topic, "", device);
  }
  std::vector<kafka_ground::Record> Records(const std::string& topic, int partitions = 1) const {
    SharedCluster::WaitForTransactions(topic, partitions);
    return kafka_ground::ReadTopic(SharedCluster::Get().ClientProperties(), topic);
  }
  void MakeTopic(const std::string& device) {
    const std::string topic = TopicOf(device);
    if (!topics_.insert(topic).second) return;
    SharedCluster::Get().CreateTopic(topic, 1);
    SharedCluster::WaitForTransactions(topic, 1);
  }
  std::vector<std::string> Lines(const std::string& device) {
    MakeTopic(device);
    std::vector<std::string> lines;
    for (const kafka_ground::Record& record : Records(TopicOf(device))) {
      lines.push_back(record.value.value_or("tombstone"));
    }
    return lines;
  }

  // Somebody else claims the device's transactional id whenever the shard does something.
  void Block(const std::string& device) { blocked_ = PartitionOf(device, kShards); }
  void Unblock(const std::string&) { blocked_ = -1; }
  void ClaimShard(int shard) const {
    kafka_ground::Properties properties = SharedCluster::Get().ClientProperties();
    properties["transactional.id"] =
        absl::StrCat("cce.", options_.cce_id, ".", options_.name, ".", shard);
    const kafka_ground::Client rival = kafka_ground::MakeClient(RD_KAFKA_PRODUCER, properties);
    kafka_ground::Check(rd_kafka_init_transactions(rival.get(), kafka_ground::kPatienceMs),
                        "claiming the id");
  }

  // How long the shards' threads do nothing before their next work.
  void Pause(std::function<absl::Duration(int shard)> pause) { pause_ = std::move(pause); }

  // In place of what is set. Returns when the brokers go by it.
  static void SetTopic(const std::string& topic, const kafka_ground::Properties& settings) {
    rd_kafka_ConfigResource_t* resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    for (const auto& [name, value] : settings) {
      rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
    }
    Administer([&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
      rd_kafka_AlterConfigs(client, &resource, 1, nullptr, queue);
    });
    rd_kafka_ConfigResource_destroy(resource);
    const Patience patience;
    for (const auto& [name, value] : settings) {
      while (SettingOf(topic, name) != value) patience.Check("setting " + name + " of " + topic);
    }
  }
  static std::string SettingOf(const std::string& topic, const std::string& name) {
    rd_kafka_ConfigResource_t* resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    std::string value;
    const auto take = [&](rd_kafka_event_t* event) {
      std::size_t count = 0;
      const rd_kafka_ConfigResource_t** const described = rd_kafka_DescribeConfigs_result_resources(
          rd_kafka_event_DescribeConfigs_result(event), &count);
      const rd_kafka_ConfigEntry_t** const entries =
          rd_kafka_ConfigResource_configs(described[0], &count);
      for (std::size_t i = 0; i < count; ++i) {
        if (rd_kafka_ConfigEntry_name(entries[i]) == name) {
          value = rd_kafka_ConfigEntry_value(entries[i]);
        }
      }
    };
    Administer(
        [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
          rd_kafka_DescribeConfigs(client, &resource, 1, nullptr, queue);
        },
        take);
    rd_kafka_ConfigResource_destroy(resource);
    return value;
  }
  static void AddPartitions(const std::string& topic, std::size_t total) {
    rd_kafka_NewPartitions_t* wanted = rd_kafka_NewPartitions_new(topic.c_str(), total, nullptr, 0);
    Administer([&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
      rd_kafka_CreatePartitions(client, &wanted, 1, nullptr, queue);
    });
    rd_kafka_NewPartitions_destroy(wanted);
  }
  static void DeleteTopic(const std::string& topic) {
    rd_kafka_DeleteTopic_t* unwanted = rd_kafka_DeleteTopic_new(topic.c_str());
    Administer([&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
      rd_kafka_DeleteTopics(client, &unwanted, 1, nullptr, queue);
    });
    rd_kafka_DeleteTopic_destroy(unwanted);
  }
  const std::string& state_dir() const { return state_.path(); }

 private:
  template <class Call>
  static void Administer(
      Call call, const std::function<void(rd_kafka_event_t*)>& take = [](rd_kafka_event_t*) {}) {
    const kafka_ground::Client client =
        kafka_ground::MakeClient(RD_KAFKA_PRODUCER, SharedCluster::Get().ClientProperties());
    rd_kafka_queue_t* const queue = rd_kafka_queue_new(client.get());
    call(client.get(), queue);
    rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, kafka_ground::kPatienceMs);
    ASSERT_NE(event, nullptr);
    kafka_ground::Check(rd_kafka_event_error(event), "administering topics");
    take(event);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
  }

  inline static int count_ = 0;
  inline static std::uint64_t processes_ = 0;

  TemporaryDirectory state_;
  KafkaOptions options_;
  absl::flat_hash_set<std::string> topics_;
  int threads_ = 0;
  int blocked_ = -1;
  std::function<absl::Duration(int)> pause_;
  std::optional<KafkaProcess> process_;
};

}  // namespace cce::kafka
