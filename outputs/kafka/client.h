// One of librdkafka's clients, with what it says and does aside.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cce/api/log.h"
#include "outputs/kafka/options.h"

namespace cce::kafka {

struct DestroyTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, DestroyTopic>;

struct DestroyConfiguration {
  void operator()(rd_kafka_conf_t* configuration) const { rd_kafka_conf_destroy(configuration); }
};
using Configuration = std::unique_ptr<rd_kafka_conf_t, DestroyConfiguration>;

enum class Role { kTransactional, kIdempotent, kReader };

// Of a topic, as the brokers said when they were asked.
struct Partitions {
  std::int32_t count = 0;
  std::vector<std::int32_t> without_leader;
  int replicas = 0;  // of the one that has fewest
  int brokers = 0;   // of the whole cluster
};

// What a client of that role is made with. kInvalidArgument: "/properties/NAME: the reason".
absl::StatusOr<Configuration> MakeConfiguration(const KafkaOptions& options, Role role);

// Whether librdkafka makes a client of it: what does not go together it says only then. Connects to
// nothing and reads no file, so that what security.*, ssl.* and sasl.* name is not looked at.
// kInvalidArgument: "/properties[/NAME]: the reason".
absl::Status CheckConfiguration(const KafkaOptions& options, Role role);

// A property of it that is an integer; 0 if it is none.
std::int64_t NumberOf(const rd_kafka_conf_t* configuration, const char* name);

// Thread-compatible, and its calls block. Destroys the client, of which nothing is left then: not a
// message in a queue, not a thread.
class Client {
 public:
  // Does not connect. `options` and `log` outlive the client.
  static absl::StatusOr<std::unique_ptr<Client>> Open(const KafkaOptions& options, Role role,
                                                      Configuration configuration, Log& log);
  ~Client();

  rd_kafka_t* get() { return client_; }

  // Waits for a connection, if need be. kNotFound: the topic is not there, for a second unless it
  // is to be brief.
  absl::StatusOr<Partitions> FindPartitions(rd_kafka_topic_t* topic, bool is_brief = false);
  // Where the committed records of a partition begin and end: [first, second). Asked of its leader.
  absl::StatusOr<std::pair<std::int64_t, std::int64_t>> QueryEnds(const std::string& topic,
                                                                  std::int32_t partition);
  // What the brokers call themselves together.
  absl::StatusOr<std::string> ClusterId();
  absl::StatusOr<Topic> MakeTopic(const std::string& name);

  // Called for each message that has ended, inside the calls of whoever uses the client.
  void SetOnDelivery(std::function<void(const rd_kafka_message_t&)> on_delivery) {
    on_delivery_ = std::move(on_delivery);
  }

  // `error` of doing `what` as the engine and the user need it, with what librdkafka said of its
  // connections meanwhile.
  absl::Status Explain(rd_kafka_resp_err_t error, std::string_view what);

  // To be called when something has gone well: errors from before it explain nothing that comes.
  void ForgetErrors();

  // How many requests have gone out that end a transaction.
  int end_requests() const { return end_requests_.load(); }

 private:
  explicit Client(const KafkaOptions& options, Log& log) : options_(options), log_(log) {}

  static void OnError(rd_kafka_t*, int error, const char* reason, void* self);
  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void OnLog(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static rd_kafka_resp_err_t OnNew(rd_kafka_t* client, const rd_kafka_conf_t*, void* self, char*,
                                   std::size_t);
  static rd_kafka_resp_err_t OnRequestSent(rd_kafka_t*, int, const char*, std::int32_t,
                                           std::int16_t api_key, std::int16_t, std::int32_t,
                                           std::size_t, void* self);

  const KafkaOptions& options_;
  Log& log_;
  std::atomic<int> end_requests_ = 0;
  std::function<void(const rd_kafka_message_t&)> on_delivery_;
  rd_kafka_t* client_ = nullptr;

  struct Heard {
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string reason;
  };
  std::mutex mutex_;
  Heard heard_ ABSL_GUARDED_BY(mutex_);  // the last error of connections
};

}  // namespace cce::kafka
