// librdkafka's transactional producer as its documentation shows it, without what the Kafka output
// adds.
#pragma once

#include <string>

#include "tests/kafka/client.h"

namespace cce::kafka_ground {

// Thread-compatible. Every call returns when the brokers have answered, and throws
// std::runtime_error with librdkafka's words.
class BareProducer {
 public:
  // Owns `transactional_id` from here on; ends the transaction of whoever had it.
  BareProducer(Properties client, const std::string& transactional_id);

  void Begin();
  // Queues a record; REQUIRES: between Begin and its end.
  void Produce(const std::string& topic, int partition, const std::string& value);
  // Returns when what is queued has reached the brokers.
  void Flush();
  void Commit();
  void Abort();

 private:
  const Client client_;
};

}  // namespace cce::kafka_ground
