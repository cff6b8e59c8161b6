// Kafka's access control lists, asked for in Kafka's own protocol: librdkafka before 2.2 has no
// word for transactional ids there.
#pragma once

#include <cstdint>
#include <string>

namespace cce::kafka_ground {

// Kafka's numbers (org.apache.kafka.common.resource.ResourceType,
// org.apache.kafka.common.acl.AclOperation).
enum class Resource : std::int8_t { kTopic = 2, kGroup = 3, kCluster = 4, kTransactionalId = 5 };
enum class Operation : std::int8_t {
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDescribe = 8,
  kDescribeConfigs = 10,
  kIdempotentWrite = 12,
};

struct Access {
  std::string user;
  Resource resource = Resource::kTopic;
  std::string prefix;  // of the names of resources
  Operation operation = Operation::kRead;
};

// Asks the broker at `address` (HOST:PORT, without TLS) for it. Throws std::runtime_error.
void GrantAccess(const std::string& address, const Access& access);

// Whether that broker knows of it.
bool IsGranted(const std::string& address, const Access& access);

}  // namespace cce::kafka_ground
