// What a Kafka output is configured with.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cce::kafka {

enum class Delivery { kExactlyOnce, kAtLeastOnce };

struct KafkaOptions {
  std::string name;     // the output's
  std::string cce_id;   // names this engine to Kafka
  std::string brokers;  // HOST:PORT, separated by commas
  std::string topic;
  Delivery delivery = Delivery::kExactlyOnce;
  std::string checkpoint_topic;  // exactly once only
  std::string dead_letter_topic;
  std::vector<std::pair<std::string, std::string>> properties;  // librdkafka's
};

}  // namespace cce::kafka
