#include "tests/kafka/reader.h"

#include <stdexcept>

namespace cce::kafka_ground {
namespace {

constexpr int kPatienceMs = 60'000;

struct DestroysList {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroysList>;

int CountPartitions(rd_kafka_t* client, const std::string& topic) {
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const struct rd_kafka_metadata* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, handle, &metadata, kPatienceMs);
  rd_kafka_topic_destroy(handle);
  Check(error, "metadata of " + topic);
  const rd_kafka_resp_err_t topic_error = metadata->topics[0].err;
  const int count = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  Check(topic_error, topic);
  return count;
}

std::string Text(const void* bytes, std::size_t size) {
  return std::string(static_cast<const char*>(bytes), size);
}

Record Copy(const rd_kafka_message_t& message) {
  Record record{.partition = message.partition, .offset = message.offset};
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

}  // namespace

void ReadTopic(const Properties& client, const std::string& topic,
               const std::function<void(Record)>& take, Isolation isolation) {
  Properties properties = client;
  properties["group.id"] = "reader";
  properties["enable.auto.commit"] = "false";
  properties["enable.partition.eof"] = "true";
  properties["isolation.level"] =
      isolation == Isolation::kReadCommitted ? "read_committed" : "read_uncommitted";
  const Client consumer = MakeClient(RD_KAFKA_CONSUMER, properties);
  Check(rd_kafka_poll_set_consumer(consumer.get()), "reading");

  const int partitions = CountPartitions(consumer.get(), topic);
  // Of each partition: where its end was; -1 once that is reached.
  std::vector<std::int64_t> ends(static_cast<std::size_t>(partitions), -1);
  int open = 0;
  const PartitionList assigned(rd_kafka_topic_partition_list_new(partitions));
  for (int partition = 0; partition < partitions; ++partition) {
    std::int64_t low = 0, high = 0;
    Check(rd_kafka_query_watermark_offsets(consumer.get(), topic.c_str(), partition, &low, &high,
                                           kPatienceMs),
          "the end of " + topic);
    if (low == high) continue;
    ends[static_cast<std::size_t>(partition)] = high;
    ++open;
    rd_kafka_topic_partition_list_add(assigned.get(), topic.c_str(), partition)->offset = low;
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

}  // namespace cce::kafka_ground
