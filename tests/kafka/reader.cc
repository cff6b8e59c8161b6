#include "tests/kafka/reader.h"

#include <stdexcept>

#include "absl/cleanup/cleanup.h"

namespace cce::kafka_ground {
namespace {

struct DestroysList {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroysList>;

// Asks until the broker knows the topic: one may hear late of a topic that was just made. Polling
// `client` is the wait between two questions.
void AskUntilKnown(rd_kafka_t* client, const std::string& doing,
                   const std::function<rd_kafka_resp_err_t()>& ask) {
  constexpr int kStepMs = 50;
  for (int waited = 0;; waited += kStepMs) {
    const rd_kafka_resp_err_t error = ask();
    if (error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || waited >= kPatienceMs) {
      Check(error, doing);
      return;
    }
    rd_kafka_poll(client, kStepMs);
  }
}

int CountPartitions(rd_kafka_t* client, const std::string& topic) {
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const absl::Cleanup freeing = [&] { rd_kafka_topic_destroy(handle); };
  int count = 0;
  AskUntilKnown(client, topic, [&] {
    const struct rd_kafka_metadata* metadata = nullptr;
    Check(rd_kafka_metadata(client, 0, handle, &metadata, kPatienceMs), "metadata of " + topic);
    const rd_kafka_resp_err_t error = metadata->topics[0].err;
    count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    return error;
  });
  return count;
}

std::string Text(const void* bytes, std::size_t size) {
  return std::string(static_cast<const char*>(bytes), size);
}

Record Copy(const rd_kafka_message_t& message) {
  Record record{.partition = message.partition,
                .offset = message.offset,
                .time_ms = rd_kafka_message_timestamp(&message, nullptr)};
  if (message.key != nullptr) record.key = Text(message.key, message.key_len);
  if (message.payload != nullptr) record.value = Text(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, Text(value, size));
  }
  return record;
}

Client MakeReader(Properties properties, Isolation isolation) {
  properties["group.id"] = "reader";
  properties["enable.auto.commit"] = "false";
  properties["enable.partition.eof"] = "true";
  properties["fetch.wait.max.ms"] = "10";
  properties["isolation.level"] =
      isolation == Isolation::kReadCommitted ? "read_committed" : "read_uncommitted";
  Client reader = MakeClient(RD_KAFKA_CONSUMER, properties);
  Check(rd_kafka_poll_set_consumer(reader.get()), "reading");
  return reader;
}

struct Range {
  std::int64_t begin = 0, end = 0;
};

// What there is for this reader; asks the broker.
Range RangeOf(rd_kafka_t* reader, const std::string& topic, int partition) {
  Range range;
  AskUntilKnown(reader, "the end of " + topic, [&] {
    return rd_kafka_query_watermark_offsets(reader, topic.c_str(), partition, &range.begin,
                                            &range.end, kPatienceMs);
  });
  return range;
}

}  // namespace

void ReadTopic(const Properties& client, const std::string& topic,
               const std::function<void(Record)>& take, Isolation isolation) {
  const Client consumer = MakeReader(client, isolation);
  const int partitions = CountPartitions(consumer.get(), topic);
  // Of each partition: where its end was; -1 once that is reached.
  std::vector<std::int64_t> ends(static_cast<std::size_t>(partitions), -1);
  int open = 0;
  const PartitionList assigned(rd_kafka_topic_partition_list_new(partitions));
  for (int partition = 0; partition < partitions; ++partition) {
    const Range range = RangeOf(consumer.get(), topic, partition);
    if (range.begin == range.end) continue;
    ends[static_cast<std::size_t>(partition)] = range.end;
    ++open;
    rd_kafka_topic_partition_list_add(assigned.get(), topic.c_str(), partition)->offset =
        range.begin;
  }
  Check(rd_kafka_assign(consumer.get(), assigned.get()), "reading " + topic);

  while (open > 0) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(consumer.get(), kPatienceMs);
    if (message == nullptr) throw std::runtime_error("nothing more comes of " + topic);
    const rd_kafka_resp_err_t error = message->err;
    std::int64_t& end = ends.at(static_cast<std::size_t>(message->partition));
    const bool at_end = error == RD_KAFKA_RESP_ERR__PARTITION_EOF && message->offset >= end;
    // What was appended since is not asked for.
    const bool beyond = error == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= end;
    if (end >= 0 && (at_end || beyond)) {
      end = -1;
      --open;
    } else if (end >= 0 && error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      take(Copy(*message));
    }
    rd_kafka_message_destroy(message);
    if (error != RD_KAFKA_RESP_ERR__PARTITION_EOF) Check(error, "reading " + topic);
  }
}

std::vector<Record> ReadTopic(const Properties& client, const std::string& topic,
                              Isolation isolation) {
  std::vector<Record> records;
  ReadTopic(
      client, topic, [&](Record record) { records.push_back(std::move(record)); }, isolation);
  return records;
}

void WaitUntilSettled(const Properties& client, const std::string& topic) {
  const Client committed = MakeReader(client, Isolation::kReadCommitted);
  const Client all = MakeReader(client, Isolation::kReadUncommitted);
  const int partitions = CountPartitions(all.get(), topic);
  constexpr int kStepMs = 50;
  for (int waited = 0, partition = 0; waited < 2 * kPatienceMs; waited += kStepMs) {
    while (partition < partitions && RangeOf(committed.get(), topic, partition).end ==
                                         RangeOf(all.get(), topic, partition).end) {
      ++partition;
    }
    if (partition == partitions) return;
    rd_kafka_poll(all.get(), kStepMs);
  }
  throw std::runtime_error("a transaction stays open in " + topic);
}

}  // namespace cce::kafka_ground
