// What a topic holds, as one who reads it is shown it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/kafka/client.h"

namespace cce::kafka_ground {

struct Record {
  int partition = 0;
  std::int64_t offset = 0;
  std::int64_t time_ms = 0;  // when it was produced, by the producer's clock
  std::optional<std::string> key;
  std::optional<std::string> value;  // none: a tombstone
  std::vector<std::pair<std::string, std::string>> headers;
};

enum class Isolation { kReadCommitted, kReadUncommitted };

// Hands over every record of `topic` that stands before its end (of a reader of committed records:
// the last stable offset) as it is when this is called; in order within a partition. `client` are
// the properties that reach the brokers. Throws std::runtime_error.
void ReadTopic(const Properties& client, const std::string& topic,
               const std::function<void(Record)>& take,
               Isolation isolation = Isolation::kReadCommitted);

// All of them.
std::vector<Record> ReadTopic(const Properties& client, const std::string& topic,
                              Isolation isolation = Isolation::kReadCommitted);

// Returns when no transaction is open in `topic`. A commit is answered before readers see it, and
// the transaction of whoever was killed is open until the brokers lose patience. Throws
// std::runtime_error after two minutes.
void WaitUntilSettled(const Properties& client, const std::string& topic);

}  // namespace cce::kafka_ground
