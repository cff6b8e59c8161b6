#include "tests/kafka/client.h"

#include <stdexcept>

namespace cce::kafka_ground {

Client MakeClient(rd_kafka_type_t type, const Properties& properties) {
  Properties all = {{"reconnect.backoff.ms", "20"},
                    {"reconnect.backoff.max.ms", "50"},
                    // Outages are what the tests are about.
                    {"log_level", "0"}};
  for (const auto& [name, value] : properties) all[name] = value;
  char reason[512];
  rd_kafka_conf_t* const configuration = rd_kafka_conf_new();
  // Else a client's end may take a second. Before 2.5.0 librdkafka has no such property.
  rd_kafka_conf_set(configuration, "enable.metrics.push", "false", nullptr, 0);
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(configuration, name.c_str(), value.c_str(), reason, sizeof reason) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(configuration);
      throw std::runtime_error(reason);
    }
  }
  Client client(rd_kafka_new(type, configuration, reason, sizeof reason));
  if (!client) {
    rd_kafka_conf_destroy(configuration);
    throw std::runtime_error(reason);
  }
  return client;
}

void Check(rd_kafka_resp_err_t error, const std::string& doing) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(doing + ": " + rd_kafka_err2str(error));
  }
}

void Check(rd_kafka_error_t* error, const std::string& doing) {
  if (error == nullptr) return;
  const std::string reason = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  throw std::runtime_error(doing + ": " + reason);
}

}  // namespace cce::kafka_ground
