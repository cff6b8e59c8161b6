#include "outputs/kafka/reader.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace cce::kafka {
namespace {

constexpr int kWaitMs = 500;
constexpr int kWaits = 60;
constexpr std::size_t kAtOnce = 500;

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> Reader::Open(const KafkaOptions& options,
                                                     const std::string& topic,
                                                     std::int32_t partition, std::int64_t from,
                                                     std::int64_t end, Log& log) {
  absl::StatusOr<Configuration> configuration = MakeConfiguration(options, Role::kReader);
  if (!configuration.ok()) return configuration.status();
  absl::StatusOr<std::unique_ptr<Client>> client =
      Client::Open(options, Role::kReader, *std::move(configuration), log);
  if (!client.ok()) return client.status();
  std::unique_ptr<Reader> reader(new Reader(partition, from, end));
  reader->client_ = *std::move(client);
  absl::StatusOr<Topic> made = reader->client_->MakeTopic(topic);
  if (!made.ok()) return made.status();
  if (rd_kafka_consume_start(made->get(), partition, from) != 0) {
    return reader->client_->Explain(rd_kafka_last_error(), absl::StrCat("reading ", topic));
  }
  reader->topic_ = *std::move(made);
  return reader;
}

Reader::~Reader() {
  if (topic_ != nullptr) rd_kafka_consume_stop(topic_.get(), partition_);
}

absl::StatusOr<bool> Reader::Next(const Take& take) {
  std::array<rd_kafka_message_t*, kAtOnce> messages;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  for (int waits = 0; waits < kWaits && at_ < end_; ++waits) {
    messages[0] = rd_kafka_consume(topic_.get(), partition_, kWaitMs);
    if (messages[0] == nullptr) continue;
    // Asked for several it waits until it has them all: good for an error that may pass, and for
    // nothing else.
    const bool failed = messages[0]->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
                        messages[0]->err != RD_KAFKA_RESP_ERR__PARTITION_EOF;
    const ssize_t more = rd_kafka_consume_batch(topic_.get(), partition_, failed ? kWaitMs : 0,
                                                messages.data() + 1, messages.size() - 1);
    const ssize_t count = 1 + std::max<ssize_t>(more, 0);
    absl::Status status;
    bool taken = false;
    for (ssize_t i = 0; i < count; ++i) {
      rd_kafka_message_t* const message = messages[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        // Control records and aborted ones are passed without being shown.
        at_ = std::max(at_, message->offset);
      } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        error = message->err;
      } else if (status.ok() && message->offset < end_) {
        std::optional<std::string_view> value;
        if (message->payload != nullptr) {
          value.emplace(static_cast<const char*>(message->payload), message->len);
        }
        status = take({static_cast<const char*>(message->key), message->key_len}, value);
        taken = true;
        at_ = std::max(at_, message->offset + 1);
      } else {
        at_ = std::max(at_, message->offset + 1);
      }
      rd_kafka_message_destroy(message);
    }
    if (!status.ok()) return status;
    if (taken) return true;
  }
  if (at_ >= end_) return false;
  return client_->Explain(error, "reading");
}

}  // namespace cce::kafka
