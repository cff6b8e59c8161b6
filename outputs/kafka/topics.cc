#include "outputs/kafka/topics.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "outputs/kafka/errors.h"
#include "outputs/kafka/topic_name.h"

namespace cce::kafka {
namespace {

constexpr int kShards = 4;
constexpr int kAdminMs = 10'000;
constexpr absl::Duration kDefaultTombstonesKept = absl::Hours(24);
constexpr int kOldestBroker[] = {3, 6};

template <auto kDestroy>
struct Destroys {
  template <class T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};
using Event = std::unique_ptr<rd_kafka_event_t, Destroys<rd_kafka_event_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroys<rd_kafka_queue_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroys<rd_kafka_AdminOptions_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroys<rd_kafka_NewTopic_destroy>>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroys<rd_kafka_ConfigResource_destroy>>;
using Settings = std::map<std::string, std::string>;

absl::StatusOr<std::unique_ptr<Client>> Connect(const KafkaOptions& options, Log& log) {
  absl::StatusOr<Configuration> configuration = MakeConfiguration(options, Role::kIdempotent);
  if (!configuration.ok()) return configuration.status();
  return Client::Open(options, Role::kIdempotent, *std::move(configuration), log);
}

// Starts `call` with a queue for its answer, and waits for that.
template <class Call>
Event Ask(rd_kafka_t* client, rd_kafka_admin_op_t operation, Call call) {
  const Queue queue(rd_kafka_queue_new(client));
  const AdminOptions admin(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> text;
  rd_kafka_AdminOptions_set_request_timeout(admin.get(), kAdminMs, text.data(), text.size());
  call(admin.get(), queue.get());
  return Event(rd_kafka_queue_poll(queue.get(), 2 * kAdminMs));
}

rd_kafka_resp_err_t ErrorOf(const Event& event) {
  return event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
}

rd_kafka_resp_err_t Create(Client& client, const std::string& topic, int partitions,
                           const Settings& settings) {
  std::array<char, 256> text;
  // -1: as often replicated as the brokers do it by default.
  const NewTopic made(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, -1, text.data(), text.size()));
  if (made == nullptr) return RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
  for (const auto& [name, value] : settings) {
    rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  }
  rd_kafka_NewTopic_t* const topics[] = {made.get()};
  const Event event =
      Ask(client.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS,
          [&](const rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
            rd_kafka_CreateTopics(client.get(), const_cast<rd_kafka_NewTopic_t**>(topics), 1, admin,
                                  queue);
          });
  if (ErrorOf(event) != RD_KAFKA_RESP_ERR_NO_ERROR) return ErrorOf(event);
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  return error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS ? RD_KAFKA_RESP_ERR_NO_ERROR : error;
}

// The settings of a topic or broker; empty if the brokers do not show them. That they do not answer
// says nothing.
absl::StatusOr<Settings> Describe(Client& client, rd_kafka_ResourceType_t type,
                                  const std::string& name) {
  const Resource resource(rd_kafka_ConfigResource_new(type, name.c_str()));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  const Event event = Ask(client.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                          [&](const rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                            rd_kafka_DescribeConfigs(client.get(), resources, 1, admin, queue);
                          });
  Settings settings;
  const rd_kafka_resp_err_t error = ErrorOf(event);
  if (error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT) {
    return client.Explain(error, absl::StrCat("asking for the settings of ", name));
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return settings;
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** described = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1 || rd_kafka_ConfigResource_error(described[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return settings;
  }
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(described[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (const char* value = rd_kafka_ConfigEntry_value(entries[i])) {
      settings.emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
    }
  }
  return settings;
}

std::string TextOf(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

std::int64_t NumberOf(const Settings& settings, const std::string& name) {
  std::int64_t number = 0;
  return absl::SimpleAtoi(TextOf(settings, name), &number) ? number : 0;
}

absl::StatusOr<Partitions> FindPartitions(Client& client, const std::string& name) {
  absl::StatusOr<Topic> topic = client.MakeTopic(name);
  if (!topic.ok()) return topic.status();
  return client.FindPartitions(topic->get());
}

// A broker tells its version by the protocol that it would speak with others; those that show their
// settings and not this one are newer.
absl::Status CheckBrokers(Client& client, const KafkaOptions& options, Log& log) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client.get(), 0, nullptr, &metadata, kAdminMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return client.Explain(error, "asking for the brokers");
  const absl::Cleanup freeing = [&] { rd_kafka_metadata_destroy(metadata); };
  bool one_answers = metadata->broker_cnt == 0;
  bool are_seen = true;
  absl::Status silence;
  for (int i = 0; i < metadata->broker_cnt && are_seen; ++i) {
    const std::string broker = absl::StrCat(metadata->brokers[i].id);
    const absl::StatusOr<Settings> settings = Describe(client, RD_KAFKA_RESOURCE_BROKER, broker);
    if (!settings.ok()) {
      silence = settings.status();
      continue;
    }
    one_answers = true;
    are_seen = !settings->empty();
    const std::string version = TextOf(*settings, "inter.broker.protocol.version");
    if (absl::Status checked = CheckProtocolVersion(version); !checked.ok()) return checked;
  }
  if (!one_answers) return silence;
  if (!are_seen) {
    log.Warning("the brokers' version cannot be seen; it must be 3.6.1 or later",
                {{"output", options.name},
                 {"remedy", "let the output's user DescribeConfigs of the cluster"}});
  }
  return absl::OkStatus();
}

absl::Status CheckSettings(const KafkaOptions& options, const Settings& settings) {
  const std::string policy = TextOf(settings, "cleanup.policy");
  if (policy.empty() || policy == "compact") return absl::OkStatus();
  return Refusal(
      absl::StrCat("the checkpoint topic ", options.checkpoint_topic, " has cleanup.policy ",
                   policy, ", by which Kafka deletes checkpoints in time"),
      absl::StrCat("Set it to compact: kafka-configs.sh --bootstrap-server ", options.brokers,
                   " --alter --entity-type topics --entity-name ", options.checkpoint_topic,
                   " --add-config cleanup.policy=compact"));
}

// Made first and looked for then: brokers that make topics by themselves make them of those that
// are looked for, and not compacted.
absl::StatusOr<Partitions> FindOrMakeCheckpointTopic(Client& client, const KafkaOptions& options) {
  const std::string& topic = options.checkpoint_topic;
  const rd_kafka_resp_err_t error = Create(client, topic, kShards,
                                           {{"cleanup.policy", "compact"},
                                            {"segment.ms", "3600000"},
                                            {"min.cleanable.dirty.ratio", "0.1"}});
  absl::StatusOr<Partitions> found = FindPartitions(client, topic);
  if (!absl::IsNotFound(found.status())) return found;
  return Refusal(absl::StrCat("the checkpoint topic ", topic,
                              " is missing and cannot be made: ", rd_kafka_err2str(error)),
                 absl::StrCat("Make it: kafka-topics.sh --bootstrap-server ", options.brokers,
                              " --create --topic ", topic, " --partitions ", kShards,
                              " --config cleanup.policy=compact"));
}

}  // namespace

absl::Status CheckProtocolVersion(const std::string& version) {
  int major = 0;
  int minor = 0;
  const std::size_t dot = version.find('.');
  const std::size_t end = version.find_first_not_of("0123456789", dot + 1);
  if (dot == std::string::npos || !absl::SimpleAtoi(version.substr(0, dot), &major) ||
      !absl::SimpleAtoi(version.substr(dot + 1, end - dot - 1), &minor) ||
      std::pair(major, minor) >= std::pair(kOldestBroker[0], kOldestBroker[1])) {
    return absl::OkStatus();
  }
  return Refusal(absl::StrCat("the brokers run version ", major, ".", minor,
                              " of Kafka, which takes a late request for one of the next "
                              "transaction"),
                 "Upgrade them to 3.6.1 or later, or set \"delivery\": \"at_least_once\".");
}

absl::StatusOr<std::set<std::int32_t>> FindWritten(const KafkaOptions& options,
                                                   const std::vector<std::int32_t>& partitions,
                                                   Log& log) {
  const absl::StatusOr<std::unique_ptr<Client>> client = Connect(options, log);
  if (!client.ok()) return client.status();
  std::set<std::int32_t> written;
  bool answers = true;
  for (const std::int32_t partition : partitions) {
    absl::StatusOr<std::pair<std::int64_t, std::int64_t>> ends = absl::UnavailableError("");
    // Whoever asks next waits as long as the one before has.
    if (answers) ends = (*client)->QueryEnds(options.checkpoint_topic, partition);
    answers = ends.ok();
    if (!answers || ends->second > 0) written.insert(partition);
  }
  return written;
}

absl::StatusOr<Ground> PrepareTopics(const KafkaOptions& options, Log& log) {
  const absl::StatusOr<std::unique_ptr<Client>> opened = Connect(options, log);
  if (!opened.ok()) return opened.status();
  Client& client = **opened;

  Ground ground;
  ground.tombstones_kept = kDefaultTombstonesKept;
  if (!DependsOnDevice(options.topic)) {
    const absl::StatusOr<Partitions> events = FindPartitions(client, options.topic);
    if (absl::IsNotFound(events.status())) {
      return ToStatus(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                      absl::StrCat("topic ", options.topic, " does not exist"), options);
    }
    if (!events.ok()) return events.status();
    const absl::StatusOr<Settings> settings =
        Describe(client, RD_KAFKA_RESOURCE_TOPIC, options.topic);
    if (!settings.ok()) return settings.status();
    if (settings->empty()) {
      log.Warning("topic's settings cannot be seen; it must not be compacted",
                  {{"output", options.name}, {"topic", options.topic}});
    }
    if (absl::StrContains(TextOf(*settings, "cleanup.policy"), "compact")) {
      return Refusal(absl::StrCat("topic ", options.topic, " is compacted, by which Kafka deletes ",
                                  "all but a device's last event"),
                     "Set its cleanup.policy to delete, or use another topic.");
    }
    ground.batch_bytes = NumberOf(*settings, "max.message.bytes");
  }
  if (options.delivery == Delivery::kAtLeastOnce) return ground;

  if (absl::Status checked = CheckBrokers(client, options, log); !checked.ok()) return checked;
  absl::StatusOr<std::string> cluster = client.ClusterId();
  if (!cluster.ok()) return cluster.status();
  ground.cluster = *std::move(cluster);
  const absl::StatusOr<Partitions> shards = FindOrMakeCheckpointTopic(client, options);
  if (!shards.ok()) return shards.status();
  ground.shards = shards->count;
  if (shards->replicas == 1 && shards->brokers > 1) {
    log.Warning("the checkpoint topic is kept by one broker only, without which its devices stop",
                {{"output", options.name},
                 {"topic", options.checkpoint_topic},
                 {"remedy", "raise its replication factor to 3 (kafka-reassign-partitions.sh)"}});
  }
  const absl::StatusOr<Settings> settings =
      Describe(client, RD_KAFKA_RESOURCE_TOPIC, options.checkpoint_topic);
  if (!settings.ok()) return settings.status();
  if (absl::Status checked = CheckSettings(options, *settings); !checked.ok()) return checked;
  if (settings->empty()) {
    log.Warning("checkpoint topic's settings cannot be seen; it must be compacted",
                {{"output", options.name}, {"topic", options.checkpoint_topic}});
  } else {
    ground.tombstones_kept = absl::Milliseconds(NumberOf(*settings, "delete.retention.ms"));
  }
  return ground;
}

absl::Status MakeDeadLetterTopic(Client& client, const KafkaOptions& options) {
  const rd_kafka_resp_err_t error = Create(client, options.dead_letter_topic, 1, {});
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return Refusal(absl::StrCat("the topic for dead letters, ", options.dead_letter_topic,
                              ", is missing and cannot be made: ", rd_kafka_err2str(error)),
                 absl::StrCat("Make it: kafka-topics.sh --bootstrap-server ", options.brokers,
                              " --create --topic ", options.dead_letter_topic));
}

}  // namespace cce::kafka
