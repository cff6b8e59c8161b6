// A site whose only output, `bus`, is a topic of a Kafka cluster.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/site.h"
#include "tests/kafka/client.h"
#include "tests/kafka/kafka_cluster.h"

namespace cce::kafka_ground {

struct KafkaSiteOptions {
  Listener listener = Listener::kPlain;
  Properties properties;               // the output's, besides those that reach the brokers
  std::vector<std::string> simulator;  // arguments besides address, organisation and key
  int page_size = 500;
};

class KafkaSite {
 public:
  // Makes the topic, which is called after the running test; `cluster` outlives the site.
  KafkaSite(KafkaCluster& cluster, KafkaSiteOptions options);

  e2e::Site& site() { return *site_; }
  const std::string& topic() const { return topic_; }
  const std::string& checkpoint_topic() const { return checkpoint_topic_; }

  // An engine of the same name on another machine, which has the configuration and, when it starts
  // first, nothing else or what the first one's state is then. `cce run --until-caught-up`.
  enum class TwinState { kEmpty, kCopied };
  std::unique_ptr<e2e::Child> StartTwin(TwinState state = TwinState::kEmpty);

  // What has become visible in the topic and is a record of an event, without waiting for open
  // transactions.
  long CountVisible();

  // Waits until no transaction is open and compares the topic with the simulator's record.
  struct Figures : e2e::Site::Figures {
    std::chrono::milliseconds longest_gap{0};  // between records that follow each other
  };
  Figures Check();

 private:
  KafkaCluster& cluster_;
  const std::string topic_, checkpoint_topic_;
  std::unique_ptr<e2e::Site> site_;
};

}  // namespace cce::kafka_ground
