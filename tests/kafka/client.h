// librdkafka's client for tests: properties in, exceptions out.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>

namespace cce::kafka_ground {

// How long a test waits for an answer of a broker before it fails.
inline constexpr int kPatienceMs = 60'000;

using Properties = std::map<std::string, std::string>;

struct DestroysClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, DestroysClient>;

// Reconnects at once: a broker that starts is not waited for longer than it takes. Throws
// std::runtime_error with librdkafka's words.
Client MakeClient(rd_kafka_type_t type, const Properties& properties);

// Throws std::runtime_error with librdkafka's words unless `error` is none.
void Check(rd_kafka_resp_err_t error, const std::string& doing);
// As above; takes `error`.
void Check(rd_kafka_error_t* error, const std::string& doing);

}  // namespace cce::kafka_ground
