// Apache Kafka itself: one or three brokers of this test's own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/child.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/kafka/access.h"
#include "tests/kafka/client.h"
#include "tests/kafka/fault_proxy.h"

namespace cce::kafka_ground {

// The versions that tests/kafka/install.sh fetches.
inline constexpr char kKafka3[] = "3.9.1";
inline constexpr char kKafka4[] = "4.1.1";

// The ways in. The last three are there in a `secured` cluster only.
enum class Listener {
  kPlain,      // no TLS; whoever comes may do everything
  kProxied,    // the same, through the fault proxy
  kTls,        // TLS; whoever comes without a certificate may do everything
  kSaslPlain,  // TLS and PLAIN: kUser may do what Allow() lets it
  kScram,      // TLS and SCRAM-SHA-512: the same (on 4.x not with librdkafka before 2.6.1)
};

inline constexpr char kUser[] = "cce";
inline constexpr char kPassword[] = "correct-horse";

struct KafkaClusterOptions {
  std::string version = kKafka3;
  int brokers = 1;
  bool secured = false;
  FaultProxy* proxy = nullptr;  // not owned; for as many brokers; kProxied is there only with it
  Properties properties;        // of every broker, over what is set otherwise
  std::string parent;           // the folder that the brokers' is made in; empty: in memory
};

// Thread-compatible; used by the thread that made it, with which the brokers end, however that
// ends. Every wait gives up after a minute; std::runtime_error says what went wrong, with the
// broker's last words. A start takes 3 to 10 s and 300 MB a broker: a test program has one cluster
// for all its tests, which keep to topics and transactional ids of their own.
class KafkaCluster {
 public:
  // Returns when every broker has joined.
  explicit KafkaCluster(KafkaClusterOptions options);

  // librdkafka's properties that reach the brokers: bootstrap.servers and, where needed, TLS and
  // SASL.
  Properties ClientProperties(Listener listener = Listener::kPlain) const;
  // The addresses of the brokers' listener, HOST:PORT each.
  std::vector<std::string> Addresses(Listener listener = Listener::kPlain) const;
  const std::string& ca_file() const { return ca_file_; }

  // Replicated to every broker. `configuration` as in topic configs of Kafka's documentation.
  void CreateTopic(const std::string& topic, int partitions, const Properties& configuration = {});
  // Lets kUser do `operation` on the resources whose names begin with `prefix`.
  void Allow(Resource resource, const std::string& prefix, Operation operation);

  int size() const { return options_.brokers; }
  // Which broker finishes the transactions of `transactional_id` now. Broker numbers are 0 to
  // size() - 1.
  int TransactionCoordinator(const std::string& transactional_id);
  void Signal(int broker, int signal) const { Of(broker).child->Signal(signal); }
  // SIGKILL, and what it leaves.
  void Kill(int broker);
  // Starts a killed one, on its old ports and data.
  void Start(int broker);
  // Returns when brokers of this number have joined.
  void WaitFor(int brokers);
  // What this broker has printed: warnings and errors.
  std::string Log(int broker) const;

 private:
  struct Broker {
    std::uint16_t internal, controller, proxied, tls, sasl_plain, scram;  // ports
    std::string folder;
    std::unique_ptr<e2e::Child> child;
  };
  const Broker& Of(int broker) const { return brokers_.at(static_cast<std::size_t>(broker)); }
  void WriteConfiguration(int broker) const;
  std::unique_ptr<e2e::Child> Java(int broker, const std::vector<std::string>& arguments) const;
  void Format();

  const KafkaClusterOptions options_;
  const std::string address_;  // in 127.0.0.0/8, this process's own
  const std::string java_libraries_;
  const TemporaryDirectory temporary_;
  const std::string folder_ = temporary_.path();
  std::string ca_file_, certificate_file_;
  std::vector<Broker> brokers_;
  Client admin_;
};

}  // namespace cce::kafka_ground
