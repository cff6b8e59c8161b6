#include "tests/kafka/kafka_cluster.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/simulator/certificates.h"

namespace cce::kafka_ground {
namespace {

namespace fs = std::filesystem;

constexpr int kTransactionPartitions = 3;
constexpr char kClusterId[] = "MkU3OEVBNTcwNTJENDM2Qg";

// A loopback address of this process's own: while a broker is down, nobody else's connection takes
// its port.
std::string OwnAddress() {
  const auto pid = static_cast<unsigned>(getpid());
  return absl::StrCat("127.", 64 | (pid >> 16 & 63), ".", pid >> 8 & 255, ".", pid & 255);
}

// One that nobody listens on there.
std::uint16_t FreePort(const std::string& address) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const absl::Cleanup closing = [&] { close(descriptor); };
  sockaddr_in place{.sin_family = AF_INET};
  inet_pton(AF_INET, address.c_str(), &place.sin_addr);
  socklen_t size = sizeof place;
  auto* const general = reinterpret_cast<sockaddr*>(&place);
  if (bind(descriptor, general, size) != 0 || getsockname(descriptor, general, &size) != 0) {
    throw std::runtime_error("no free port at " + address);
  }
  return ntohs(place.sin_port);
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string Libraries(const std::string& version) {
  const std::string folder = absl::StrCat(CCE_KAFKA, "/", version);
  if (!fs::exists(folder + "/fetched")) {
    throw std::runtime_error("no Apache Kafka in " + folder + ": bash tests/kafka/install.sh");
  }
  return folder + "/lib/*";
}

// As java.lang.String.hashCode() of ASCII.
std::int32_t JavaHash(const std::string& text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  return static_cast<std::int32_t>(hash);
}

}  // namespace

KafkaCluster::KafkaCluster(KafkaClusterOptions options)
    : options_(std::move(options)),
      address_(OwnAddress()),
      java_libraries_(Libraries(options_.version)),
      temporary_(options_.parent.empty() ? TemporaryDirectory()
                                         : TemporaryDirectory(options_.parent)) {
  if (options_.secured) {
    const auto certificates = simulator::MakeCertificates(address_);
    if (!certificates.ok()) throw std::runtime_error(certificates.status().ToString());
    ca_file_ = folder_ + "/ca.pem";
    certificate_file_ = folder_ + "/certificate.pem";
    WriteFile(ca_file_, certificates->ca);
    WriteFile(certificate_file_, certificates->key + certificates->certificate);
  }
  for (int i = 0; i < options_.brokers; ++i) {
    const auto port = [&] { return FreePort(address_); };
    brokers_.push_back({.internal = port(),
                        .controller = port(),
                        .proxied = port(),
                        .tls = port(),
                        .sasl_plain = port(),
                        .scram = port(),
                        .folder = absl::StrCat(folder_, "/", i)});
  }
  if (options_.proxy != nullptr) {
    std::vector<std::string> behind;
    for (const Broker& broker : brokers_) {
      behind.push_back(absl::StrCat(address_, ":", broker.proxied));
    }
    options_.proxy->ForwardTo(behind);
  }
  for (int i = 0; i < options_.brokers; ++i) WriteConfiguration(i);
  Format();
  for (int i = 0; i < options_.brokers; ++i) Start(i);
  admin_ = MakeClient(RD_KAFKA_PRODUCER, ClientProperties());
  WaitFor(options_.brokers);
}

void KafkaCluster::WriteConfiguration(int broker) const {
  const Broker& self = Of(broker);
  const auto at = [&](const std::string& name, const std::string& place) {
    return absl::StrCat(name, "://", place);
  };
  const auto here = [&](std::uint16_t port) { return absl::StrCat(address_, ":", port); };
  std::vector<std::string> voters;
  for (std::size_t i = 0; i < brokers_.size(); ++i) {
    voters.push_back(absl::StrCat(i + 1, "@", here(brokers_[i].controller)));
  }
  std::vector<std::string> listeners = {at("INT", here(self.internal))};
  std::vector<std::string> advertised = listeners;
  std::string protocols = "INT:PLAINTEXT,CTL:PLAINTEXT";
  if (options_.proxy != nullptr) {
    listeners.push_back(at("PRX", here(self.proxied)));
    advertised.push_back(
        at("PRX", options_.proxy->addresses().at(static_cast<std::size_t>(broker))));
    protocols += ",PRX:PLAINTEXT";
  }
  if (options_.secured) {
    for (const std::string& listener : {at("TLS", here(self.tls)), at("PLN", here(self.sasl_plain)),
                                        at("SCR", here(self.scram))}) {
      listeners.push_back(listener);
      advertised.push_back(listener);
    }
    protocols += ",TLS:SSL,PLN:SASL_SSL,SCR:SASL_SSL";
  }
  listeners.push_back(at("CTL", here(self.controller)));

  const std::string all = std::to_string(options_.brokers);
  const std::string most = std::to_string(options_.brokers / 2 + 1);
  Properties properties = {
      {"process.roles", "broker,controller"},
      {"node.id", std::to_string(broker + 1)},
      {"controller.quorum.voters", absl::StrJoin(voters, ",")},
      {"listeners", absl::StrJoin(listeners, ",")},
      {"advertised.listeners", absl::StrJoin(advertised, ",")},
      {"listener.security.protocol.map", protocols},
      {"inter.broker.listener.name", "INT"},
      {"controller.listener.names", "CTL"},
      {"log.dirs", self.folder + "/data"},
      {"default.replication.factor", all},
      {"min.insync.replicas", most},
      {"unclean.leader.election.enable", "false"},
      {"auto.create.topics.enable", "false"},
      {"offsets.topic.replication.factor", all},
      {"offsets.topic.num.partitions", "1"},
      {"transaction.state.log.replication.factor", all},
      {"transaction.state.log.min.isr", most},
      {"transaction.state.log.num.partitions", std::to_string(kTransactionPartitions)},
      {"group.initial.rebalance.delay.ms", "0"},
      // The default of 128 MiB fills a small heap.
      {"log.cleaner.dedupe.buffer.size", "16777216"},
      {"num.network.threads", "2"},
      {"num.io.threads", "2"},
  };
  if (options_.secured) {
    const std::string scram = "listener.name.scr.", plain = "listener.name.pln.";
    const std::string modules = "org.apache.kafka.common.security.";
    properties.insert({
        {"ssl.keystore.type", "PEM"},
        {"ssl.keystore.location", certificate_file_},
        {"ssl.truststore.type", "PEM"},
        {"ssl.truststore.location", ca_file_},
        {"listener.name.tls.ssl.client.auth", "requested"},
        {plain + "sasl.enabled.mechanisms", "PLAIN"},
        {plain + "plain.sasl.jaas.config",
         absl::StrCat(modules, "plain.PlainLoginModule required user_", kUser, "=\"", kPassword,
                      "\";")},
        {scram + "sasl.enabled.mechanisms", "SCRAM-SHA-512"},
        {scram + "scram-sha-512.sasl.jaas.config",
         absl::StrCat(modules, "scram.ScramLoginModule required;")},
        {"authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"},
        {"super.users", "User:ANONYMOUS"},
    });
  }
  for (const auto& [name, value] : options_.properties) properties[name] = value;

  fs::create_directory(self.folder);
  std::ofstream out(self.folder + "/server.properties");
  for (const auto& [name, value] : properties) out << name << '=' << value << '\n';
}

std::unique_ptr<e2e::Child> KafkaCluster::Java(int broker,
                                               const std::vector<std::string>& arguments) const {
  // A test that is killed takes its brokers along.
  std::vector<std::string> words = {"--pdeathsig",
                                    "KILL",
                                    "java",
                                    "-Xmx384m",
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                                    "-cp",
                                    java_libraries_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return std::make_unique<e2e::Child>("/usr/bin/setpriv", words, Of(broker).folder + "/log");
}

void KafkaCluster::Format() {
  std::vector<std::unique_ptr<e2e::Child>> formatting;
  for (int i = 0; i < options_.brokers; ++i) {
    std::vector<std::string> words = {
        "kafka.tools.StorageTool",          "format", "-t", kClusterId, "-c",
        Of(i).folder + "/server.properties"};
    if (options_.secured) {
      words.insert(words.end(), {"--add-scram", absl::StrCat("SCRAM-SHA-512=[name=", kUser,
                                                             ",password=", kPassword, "]")});
    }
    formatting.push_back(Java(i, words));
  }
  for (int i = 0; i < options_.brokers; ++i) {
    if (formatting[static_cast<std::size_t>(i)]->Wait() != 0) {
      throw std::runtime_error("formatting a broker's folder: " + Log(i));
    }
  }
}

Properties KafkaCluster::ClientProperties(Listener listener) const {
  Properties properties = {{"bootstrap.servers", absl::StrJoin(Addresses(listener), ",")}};
  if (listener == Listener::kPlain || listener == Listener::kProxied) return properties;
  properties["ssl.ca.location"] = ca_file_;
  properties["security.protocol"] = listener == Listener::kTls ? "ssl" : "sasl_ssl";
  if (listener == Listener::kTls) return properties;
  properties["sasl.mechanism"] = listener == Listener::kScram ? "SCRAM-SHA-512" : "PLAIN";
  properties["sasl.username"] = kUser;
  properties["sasl.password"] = kPassword;
  return properties;
}

std::vector<std::string> KafkaCluster::Addresses(Listener listener) const {
  if (listener == Listener::kProxied) return options_.proxy->addresses();
  std::vector<std::string> addresses;
  for (const Broker& broker : brokers_) {
    const std::uint16_t port = listener == Listener::kTls         ? broker.tls
                               : listener == Listener::kSaslPlain ? broker.sasl_plain
                               : listener == Listener::kScram     ? broker.scram
                                                                  : broker.internal;
    addresses.push_back(absl::StrCat(address_, ":", port));
  }
  return addresses;
}

void KafkaCluster::CreateTopic(const std::string& topic, int partitions,
                               const Properties& configuration) {
  char reason[256] = "";
  rd_kafka_NewTopic_t* wanted =
      rd_kafka_NewTopic_new(topic.c_str(), partitions, options_.brokers, reason, sizeof reason);
  if (wanted == nullptr) throw std::runtime_error(reason);
  const absl::Cleanup freeing_wanted = [&] { rd_kafka_NewTopic_destroy(wanted); };
  for (const auto& [name, value] : configuration) {
    Check(rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str()), name);
  }
  rd_kafka_AdminOptions_t* const options =
      rd_kafka_AdminOptions_new(admin_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
  const absl::Cleanup freeing_options = [&] { rd_kafka_AdminOptions_destroy(options); };
  // Answered when the topic is there.
  Check(rd_kafka_AdminOptions_set_operation_timeout(options, kPatienceMs, reason, sizeof reason),
        reason);
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(admin_.get());
  const absl::Cleanup freeing_queue = [&] { rd_kafka_queue_destroy(queue); };
  rd_kafka_CreateTopics(admin_.get(), &wanted, 1, options, queue);
  rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, kPatienceMs);
  if (event == nullptr) throw std::runtime_error("no answer: creating " + topic);
  const absl::Cleanup freeing_event = [&] { rd_kafka_event_destroy(event); };
  Check(rd_kafka_event_error(event), "creating " + topic);
  std::size_t count = 0;
  const auto* const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  Check(rd_kafka_topic_result_error(results[0]), "creating " + topic);
}

void KafkaCluster::Allow(Resource resource, const std::string& prefix, Operation operation) {
  const Access access{
      .user = kUser, .resource = resource, .prefix = prefix, .operation = operation};
  const std::vector<std::string> addresses = Addresses(Listener::kPlain);
  GrantAccess(addresses.front(), access);
  for (const std::string& address : addresses) {
    while (!IsGranted(address, access)) {
    }
  }
}

int KafkaCluster::TransactionCoordinator(const std::string& transactional_id) {
  const std::int32_t hash = JavaHash(transactional_id);
  const int partition = (hash == INT32_MIN ? 0 : std::abs(hash)) % kTransactionPartitions;
  const struct rd_kafka_metadata* metadata = nullptr;
  Check(rd_kafka_metadata(admin_.get(), 1, nullptr, &metadata, kPatienceMs), "metadata");
  const absl::Cleanup freeing = [&] { rd_kafka_metadata_destroy(metadata); };
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic& topic = metadata->topics[i];
    if (std::string_view(topic.topic) != "__transaction_state") continue;
    for (int j = 0; j < topic.partition_cnt; ++j) {
      if (topic.partitions[j].id == partition && topic.partitions[j].leader > 0) {
        return topic.partitions[j].leader - 1;
      }
    }
  }
  throw std::runtime_error("nobody coordinates " + transactional_id);
}

void KafkaCluster::Kill(int broker) {
  Of(broker).child->Signal(SIGKILL);
  Of(broker).child->Wait();
}

void KafkaCluster::Start(int broker) {
  brokers_.at(static_cast<std::size_t>(broker)).child =
      Java(broker, {"kafka.Kafka", Of(broker).folder + "/server.properties"});
}

void KafkaCluster::WaitFor(int brokers) {
  constexpr int kStepMs = 20;
  for (int waited = 0; waited < kPatienceMs; waited += kStepMs) {
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(admin_.get(), 0, nullptr, &metadata, kStepMs) ==
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      const int joined = metadata->broker_cnt;
      rd_kafka_metadata_destroy(metadata);
      if (joined == brokers) return;
    }
    for (int i = 0; i < options_.brokers; ++i) {
      if (brokers == options_.brokers && Of(i).child->WaitFor(kStepMs / options_.brokers) != -1) {
        throw std::runtime_error("a broker has ended: " + Log(i));
      }
    }
  }
  throw std::runtime_error("the brokers do not join: " + Log(0));
}

std::string KafkaCluster::Log(int broker) const { return ReadFile(Of(broker).folder + "/log"); }

}  // namespace cce::kafka_ground
