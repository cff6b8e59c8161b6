#include "outputs/kafka/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "outputs/kafka/errors.h"

namespace cce::kafka {
namespace {

// EndTxn (https://kafka.apache.org/protocol#protocol_api_keys).
constexpr std::int16_t kEndTxn = 26;

// How long a broker may take to be reached, and in which slices it is looked whether that can still
// succeed.
constexpr int kConnectMs = 10'000;
constexpr int kSliceMs = 250;
// Brokers that make topics by themselves take a moment for it.
constexpr int kMissingPauseMs = 100;
constexpr int kMissingTries = 10;

struct Property {
  const char* name;
  const char* value;
};

// https://github.com/confluentinc/librdkafka/blob/v2.0.2/CONFIGURATION.md
constexpr Property kDefaults[] = {
    {"socket.timeout.ms", "20000"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "500"},
    {"socket.keepalive.enable", "true"},
};
constexpr Property kOfProducers[] = {
    {"message.timeout.ms", "45000"},
    {"queue.buffering.max.messages", "1000000"},
    // Whether a record is too long is the broker's to say.
    {"message.max.bytes", "10000000"},
};
constexpr Property kOfTransactions[] = {{"transaction.timeout.ms", "60000"}};
constexpr Property kOfReaders[] = {
    {"fetch.wait.max.ms", "10"},
    {"fetch.message.max.bytes", "8388608"},
    {"queued.max.messages.kbytes", "65536"},
    {"fetch.error.backoff.ms", "50"},
};

// What is not a full batch waits for the flush behind the last message, which comes sooner.
constexpr std::int64_t kLingerMs = 10'000;

// What the guarantee rests on, and what this code relies on.
constexpr Property kFixed[] = {
    {"bootstrap.servers", "is `brokers`"},
    {"metadata.broker.list", "is `brokers`"},
    {"transactional.id", "follows from cce_id and the output's name"},
    {"enable.idempotence", "is always true"},
    {"enable.gapless.guarantee", "is always false"},
    {"acks", "is always all"},
    {"request.required.acks", "is always all"},
    {"max.in.flight", "is librdkafka's for idempotent producers"},
    {"max.in.flight.requests.per.connection", "is librdkafka's for idempotent producers"},
    {"retries", "is librdkafka's for idempotent producers"},
    {"message.send.max.retries", "is librdkafka's for idempotent producers"},
    {"partitioner", "is that of the Java client"},
    {"isolation.level", "is always read_committed"},
    {"group.id", "is not used"},
    {"enable.partition.eof", "is always true"},
    {"auto.offset.reset", "is always error"},
    {"enable.auto.commit", "is always false"},
    {"enable.auto.offset.store", "is always false"},
    {"delivery.report.only.error", "is always false"},
    {"produce.offset.report", "is always true"},
    {"plugin.library.paths", "would load code into cce"},
    {"test.mock.num.brokers", "would deliver to nobody"},
    {"log.queue", "is always false"},
};

absl::Status Wrong(const std::string& property, std::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("/properties/", property, ": ", std::string(reason)));
}

absl::Status Set(rd_kafka_conf_t* configuration, const std::string& name,
                 const std::string& value) {
  std::array<char, 512> text;
  if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), text.data(), text.size()) ==
      RD_KAFKA_CONF_OK) {
    return absl::OkStatus();
  }
  // librdkafka names the value, which may be a secret unless it is as short as a part of a word.
  constexpr std::size_t kShortest = 4;
  std::string reason(text.data());
  if (value.size() >= kShortest) reason = absl::StrReplaceAll(reason, {{value, "…"}});
  return Wrong(name, absl::StrCat("librdkafka says: ", reason));
}

template <std::size_t kCount>
absl::Status SetAll(rd_kafka_conf_t* configuration, const Property (&properties)[kCount]) {
  for (const auto& [name, value] : properties) {
    if (absl::Status set = Set(configuration, name, value); !set.ok()) return set;
  }
  return absl::OkStatus();
}

bool Has(const KafkaOptions& options, std::string_view name, std::string_view alias) {
  return std::any_of(options.properties.begin(), options.properties.end(),
                     [&](const auto& property) {
                       const std::string own(absl::StripPrefix(property.first, "topic."));
                       return own == name || own == alias;
                     });
}

// What the configuration leaves open follows what it says: a message, and the requests that carry
// it, must have ended before their transaction does, and librdkafka does not wait longer between
// two connections at first than at last.
absl::Status Fit(const KafkaOptions& options, Role role, rd_kafka_conf_t* conf) {
  absl::Status set;
  const auto follow = [&](const char* name, std::string_view alias, std::int64_t value) {
    if (!Has(options, name, alias)) set.Update(Set(conf, name, absl::StrCat(value)));
  };
  const auto number = [conf](const char* name) { return NumberOf(conf, name); };
  follow("reconnect.backoff.max.ms", "",
         std::max(number("reconnect.backoff.max.ms"), number("reconnect.backoff.ms")));
  if (role == Role::kTransactional) {
    const std::int64_t whole = number("transaction.timeout.ms");
    follow("message.timeout.ms", "delivery.timeout.ms",
           std::min(number("message.timeout.ms"), whole * 3 / 4));
    follow("socket.timeout.ms", "", std::min(number("socket.timeout.ms"), whole / 3));
  }
  if (role != Role::kReader) {
    follow("linger.ms", "queue.buffering.max.ms",
           std::min(number("message.timeout.ms") / 2, kLingerMs));
  }
  return set;
}

// True if no more patience can help.
bool IsFinal(rd_kafka_resp_err_t heard) {
  return heard == RD_KAFKA_RESP_ERR__AUTHENTICATION || heard == RD_KAFKA_RESP_ERR__SSL;
}

Partitions ToPartitions(const rd_kafka_metadata_t& metadata) {
  const rd_kafka_metadata_topic_t& topic = metadata.topics[0];
  Partitions partitions{.count = topic.partition_cnt, .brokers = metadata.broker_cnt};
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
    const bool is_least = i == 0 || partition.replica_cnt < partitions.replicas;
    if (is_least) partitions.replicas = partition.replica_cnt;
    if (partition.leader < 0) partitions.without_leader.push_back(partition.id);
  }
  return partitions;
}

}  // namespace

absl::StatusOr<Configuration> MakeConfiguration(const KafkaOptions& options, Role role) {
  for (const auto& [name, value] : options.properties) {
    for (const Property& fixed : kFixed) {
      if (absl::StripPrefix(name, "topic.") == fixed.name) {
        return Wrong(name, absl::StrCat("cannot be set: it ", fixed.value, "; leave it out"));
      }
    }
  }
  Configuration configuration(rd_kafka_conf_new());
  rd_kafka_conf_t* const conf = configuration.get();
  // Else a client's end may take a second. Before 2.5.0 librdkafka has no such property.
  Set(conf, "enable.metrics.push", "false").IgnoreError();
  absl::Status set = SetAll(conf, kDefaults);
  set.Update(Set(conf, "bootstrap.servers", options.brokers));
  set.Update(Set(conf, "client.id", absl::StrCat("cce.", options.cce_id, ".", options.name)));
  if (role == Role::kReader) {
    set.Update(SetAll(conf, kOfReaders));
    set.Update(Set(conf, "isolation.level", "read_committed"));
    set.Update(Set(conf, "enable.partition.eof", "true"));
    // To go on elsewhere would be to leave checkpoints out.
    set.Update(Set(conf, "auto.offset.reset", "error"));
  } else {
    set.Update(SetAll(conf, kOfProducers));
    set.Update(Set(conf, "enable.idempotence", "true"));
    // Not every build of librdkafka has zstd.
    if (!Set(conf, "compression.codec", "zstd").ok()) {
      set.Update(Set(conf, "compression.codec", "lz4"));
    }
  }
  if (role == Role::kTransactional) set.Update(SetAll(conf, kOfTransactions));
  if (!set.ok()) return set;
  for (const auto& [name, value] : options.properties) {
    if (absl::Status own = Set(conf, name, value); !own.ok()) return own;
  }
  if (set = Fit(options, role, conf); !set.ok()) return set;
  if (role == Role::kReader) return configuration;
  if (NumberOf(conf, "message.timeout.ms") == 0) {
    return Wrong("message.timeout.ms", "0 is for ever; a message must end for others to be sent");
  }
  const std::int64_t longest = NumberOf(conf, "message.max.bytes");
  if (NumberOf(conf, "queue.buffering.max.kbytes") * 1024 < longest) {
    return Wrong("queue.buffering.max.kbytes",
                 absl::StrCat("has no room for a message of message.max.bytes, ", longest,
                              ": raise it to ", longest / 1024 + 1, ", or lower the other"));
  }
  return configuration;
}

absl::Status CheckConfiguration(const KafkaOptions& options, Role role) {
  KafkaOptions apart = options;
  apart.brokers.clear();
  std::erase_if(apart.properties, [](const auto& property) {
    const std::string& name = property.first;
    return name.starts_with("ssl.") || name.starts_with("sasl.") || name.starts_with("security.") ||
           name.starts_with("enable.ssl.") || name == "debug" || name == "enable.metrics.push";
  });
  apart.properties.emplace_back("log_level", "0");
  absl::StatusOr<Configuration> configuration = MakeConfiguration(apart, role);
  if (!configuration.ok()) return configuration.status();
  if (role == Role::kTransactional) {
    const absl::Status set = Set(configuration->get(), "transactional.id", "cce");
    if (!set.ok()) return set;
  }
  std::array<char, 512> text;
  rd_kafka_t* const client =
      rd_kafka_new(role == Role::kReader ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                   configuration->get(), text.data(), text.size());
  if (client == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("/properties: librdkafka says: ", text.data()));
  }
  configuration->release();
  rd_kafka_destroy(client);
  return absl::OkStatus();
}

std::int64_t NumberOf(const rd_kafka_conf_t* configuration, const char* name) {
  std::array<char, 32> text = {};
  std::size_t size = text.size();
  std::int64_t number = 0;
  const bool is_one =
      rd_kafka_conf_get(configuration, name, text.data(), &size) == RD_KAFKA_CONF_OK &&
      absl::SimpleAtoi(text.data(), &number);
  return is_one ? number : 0;
}

absl::StatusOr<std::unique_ptr<Client>> Client::Open(const KafkaOptions& options, Role role,
                                                     Configuration configuration, Log& log) {
  std::unique_ptr<Client> client(new Client(options, log));
  rd_kafka_conf_t* const conf = configuration.get();
  rd_kafka_conf_set_opaque(conf, client.get());
  if (role != Role::kReader) rd_kafka_conf_set_dr_msg_cb(conf, &Client::OnDelivery);
  rd_kafka_conf_set_error_cb(conf, &Client::OnError);
  rd_kafka_conf_set_log_cb(conf, &Client::OnLog);
  rd_kafka_conf_interceptor_add_on_new(conf, "cce", &Client::OnNew, client.get());
  std::array<char, 512> text;
  rd_kafka_t* made = rd_kafka_new(role == Role::kReader ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                                  conf, text.data(), text.size());
  if (made == nullptr) {
    // It has freed the interceptors, and would free them again with the configuration.
    configuration.release();
    return Refusal(absl::StrCat("librdkafka refuses its configuration: ", text.data()),
                   "Correct the output's properties.");
  }
  configuration.release();
  client->client_ = made;
  return client;
}

Client::~Client() {
  if (client_ == nullptr) return;
  if (rd_kafka_type(client_) == RD_KAFKA_PRODUCER) {
    rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

absl::StatusOr<Topic> Client::MakeTopic(const std::string& name) {
  Topic topic(rd_kafka_topic_new(client_, name.c_str(), nullptr));
  if (topic == nullptr) return Explain(rd_kafka_last_error(), absl::StrCat("topic ", name));
  return topic;
}

absl::StatusOr<Partitions> Client::FindPartitions(rd_kafka_topic_t* topic, bool is_brief) {
  const std::string what = absl::StrCat("topic ", rd_kafka_topic_name(topic));
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  int missing = 0;
  for (int waited = 0; waited < kConnectMs; waited += kSliceMs) {
    const rd_kafka_metadata_t* metadata = nullptr;
    error = rd_kafka_metadata(client_, 0, topic, &metadata, kSliceMs);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      error = metadata->topic_cnt == 1 ? metadata->topics[0].err
                                       : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      const Partitions found =
          error == RD_KAFKA_RESP_ERR_NO_ERROR ? ToPartitions(*metadata) : Partitions();
      rd_kafka_metadata_destroy(metadata);
      if (found.count > 0) {
        ForgetErrors();
        return found;
      }
      if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
          (is_brief || ++missing == kMissingTries)) {
        return absl::NotFoundError(absl::StrCat(what, " does not exist"));
      }
      if (error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
          error != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
        break;
      }
      rd_kafka_poll(client_, kMissingPauseMs);
    }
    rd_kafka_poll(client_, 0);
    const std::lock_guard lock(mutex_);
    if (IsFinal(heard_.error)) break;
  }
  return Explain(error, what);
}

absl::StatusOr<std::pair<std::int64_t, std::int64_t>> Client::QueryEnds(const std::string& topic,
                                                                        std::int32_t partition) {
  std::pair<std::int64_t, std::int64_t> ends;
  for (int waited = 0;; waited += kSliceMs) {
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        client_, topic.c_str(), partition, &ends.first, &ends.second, kConnectMs);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      ForgetErrors();
      return ends;
    }
    const bool leader_moves = error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
                              error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
                              error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
                              error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (!leader_moves || waited >= kConnectMs) {
      return Explain(error, absl::StrCat("asking for the end of ", topic));
    }
    rd_kafka_poll(client_, kSliceMs);
  }
}

absl::StatusOr<std::string> Client::ClusterId() {
  char* const id = rd_kafka_clusterid(client_, kConnectMs);
  if (id == nullptr) return Explain(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking which cluster it is");
  std::string copy(id);
  rd_kafka_mem_free(client_, id);
  return copy;
}

void Client::ForgetErrors() {
  rd_kafka_poll(client_, 0);
  const std::lock_guard lock(mutex_);
  heard_ = {};
}

absl::Status Client::Explain(rd_kafka_resp_err_t error, std::string_view what) {
  rd_kafka_poll(client_, 0);
  Heard heard;
  {
    const std::lock_guard lock(mutex_);
    heard = heard_;
  }
  std::string cause = absl::StrCat("Kafka, ", std::string(what), ": ", rd_kafka_err2str(error));
  // A call that waits in vain says no more than that it did.
  const bool waited =
      error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT ||
      error == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  if (waited && heard.error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    absl::StrAppend(&cause, " (", heard.reason, ")");
    if (IsFinal(heard.error)) error = heard.error;
  }
  return ToStatus(error, cause, options_);
}

void Client::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  static_cast<Client*>(opaque)->on_delivery_(*message);
}

void Client::OnError(rd_kafka_t*, int error, const char* reason, void* opaque) {
  auto* self = static_cast<Client*>(opaque);
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  const std::lock_guard lock(self->mutex_);
  // That all brokers are down is what follows from the errors before it.
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !self->heard_.reason.empty()) return;
  self->heard_ = {code, reason};
}

void Client::OnLog(const rd_kafka_t* client, int, const char* facility, const char* text) {
  static_cast<const Client*>(rd_kafka_opaque(client))
      ->log_.Debug("librdkafka", {{"facility", facility}, {"text", text}});
}

rd_kafka_resp_err_t Client::OnNew(rd_kafka_t* client, const rd_kafka_conf_t*, void* self, char*,
                                  std::size_t) {
  return rd_kafka_interceptor_add_on_request_sent(client, "cce", &Client::OnRequestSent, self);
}

rd_kafka_resp_err_t Client::OnRequestSent(rd_kafka_t*, int, const char*, std::int32_t,
                                          std::int16_t api_key, std::int16_t, std::int32_t,
                                          std::size_t, void* self) {
  if (api_key == kEndTxn) ++static_cast<Client*>(self)->end_requests_;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace cce::kafka
