#include "outputs/kafka/producer.h"

#include <algorithm>
#include <array>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "outputs/kafka/errors.h"

namespace cce::kafka {
namespace {

constexpr int kClaimMs = 20'000;
constexpr int kClaimTries = 2;
constexpr int kPollMs = 100;
constexpr int kAbortMs = 500;
// Until the transaction's own time is up.
constexpr int kAsLongAsItTakes = -1;

}  // namespace

absl::StatusOr<std::unique_ptr<Producer>> Producer::Open(const KafkaOptions& options,
                                                         const std::string& transactional_id,
                                                         std::int64_t batch_bytes, Log& log) {
  const Role role = transactional_id.empty() ? Role::kIdempotent : Role::kTransactional;
  absl::StatusOr<Configuration> configuration = MakeConfiguration(options, role);
  if (!configuration.ok()) return configuration.status();
  std::array<char, 512> text;
  const auto set = [&](const char* name, const std::string& value) {
    rd_kafka_conf_set(configuration->get(), name, value.c_str(), text.data(), text.size());
  };
  if (!transactional_id.empty()) set("transactional.id", transactional_id);
  if (batch_bytes > 0 && batch_bytes < NumberOf(configuration->get(), "batch.size")) {
    set("batch.size", absl::StrCat(batch_bytes));
  }
  std::unique_ptr<Producer> producer(new Producer(options));
  producer->batch_messages_ = NumberOf(configuration->get(), "batch.num.messages");
  producer->batch_bytes_ = NumberOf(configuration->get(), "batch.size");
  absl::StatusOr<std::unique_ptr<Client>> client =
      Client::Open(options, role, *std::move(configuration), log);
  if (!client.ok()) return client.status();
  producer->client_ = *std::move(client);
  producer->client_->SetOnDelivery(
      [self = producer.get()](const rd_kafka_message_t& message) { self->Note(message); });
  return producer;
}

Producer::~Producer() {
  // A client may not be used after its destruction, and a topic is of its client.
  const absl::Cleanup destroy_topics = [this] { topics_.clear(); };
  if (!open_) return;
  // librdkafka 2.0.2 aborts the process if a client that is being destroyed asks for a partition to
  // join the transaction, which it does not do in one that is being aborted. Whether the brokers
  // hear of it does not matter: the next claim of the id ends the transaction.
  if (rd_kafka_error_t* error = rd_kafka_abort_transaction(client_->get(), kAbortMs)) {
    rd_kafka_error_destroy(error);
  }
}

absl::StatusOr<Destination> Producer::Find(const std::string& topic, bool is_brief) {
  const auto known = topics_.find(topic);
  if (known != topics_.end()) {
    return Destination{known->second.first.get(), known->second.second.count};
  }
  absl::StatusOr<Topic> made = client_->MakeTopic(topic);
  if (!made.ok()) return made.status();
  absl::StatusOr<Partitions> partitions = client_->FindPartitions(made->get(), is_brief);
  if (!partitions.ok()) return partitions.status();
  const Destination destination{made->get(), partitions->count};
  topics_.emplace(topic, std::pair(*std::move(made), *std::move(partitions)));
  return destination;
}

bool Producer::Knows(const std::string& topic) const {
  const auto known = topics_.find(topic);
  return known != topics_.end() && known->second.second.without_leader.empty();
}

bool Producer::HasLeader(const std::string& topic, std::int32_t partition) const {
  const std::vector<std::int32_t>& without = topics_.at(topic).second.without_leader;
  return std::find(without.begin(), without.end(), partition) == without.end();
}

void Producer::ForgetLeaderless() {
  std::erase_if(topics_,
                [](const auto& topic) { return !topic.second.second.without_leader.empty(); });
}

absl::Status Producer::Claim() {
  for (int tries = 1;; ++tries) {
    rd_kafka_error_t* error = rd_kafka_init_transactions(client_->get(), kClaimMs);
    if (error == nullptr) return absl::OkStatus();
    if (rd_kafka_error_is_retriable(error) == 0 || tries == kClaimTries) {
      return Explain(error, "claiming its transactional id");
    }
    rd_kafka_error_destroy(error);
  }
}

absl::Status Producer::Begin() {
  Forget();
  end_requests_before_ = client_->end_requests();
  open_ = true;
  return Explain(rd_kafka_begin_transaction(client_->get()), "beginning a transaction");
}

void Producer::Forget() {
  failures_.clear();
  spoilt_by_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  lanes_.clear();
}

absl::Status Producer::Send(const Message& message, std::size_t tag) {
  std::array<rd_kafka_vu_t, 7> parts;
  std::size_t count = 0;
  const auto add = [&](rd_kafka_vtype_t type) -> auto& {
    parts[count].vtype = type;
    return parts[count++].u;
  };
  const auto add_header = [&](const char* name, const char* value, std::size_t size) {
    auto& header = add(RD_KAFKA_VTYPE_HEADER).header;
    header.name = name;
    header.val = value;
    header.size = static_cast<ssize_t>(size);
  };
  add(RD_KAFKA_VTYPE_RKT).rkt = message.topic;
  add(RD_KAFKA_VTYPE_PARTITION).i32 = message.partition;
  // librdkafka copies keys and headers, takes values as they are, and changes none of them.
  add(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(message.key.data()), message.key.size()};
  char* const value = message.tombstone ? nullptr : const_cast<char*>(message.value.data());
  add(RD_KAFKA_VTYPE_VALUE).mem = {value, message.value.size()};
  add(RD_KAFKA_VTYPE_OPAQUE).ptr = reinterpret_cast<void*>(tag);
  std::array<char, 36> id;
  if (message.identity != nullptr) {
    WriteText(*message.identity, id.data());
    add_header("cce-id", id.data(), id.size());
    if (message.late) add_header("cce-late", "true", 4);
  }
  for (;;) {
    rd_kafka_error_t* const error = rd_kafka_produceva(client_->get(), parts.data(), count);
    if (error == nullptr) {
      Lane& lane = lanes_[{message.topic, message.partition}];
      ++lane.messages;
      lane.bytes += static_cast<std::int64_t>(message.key.size() + message.value.size());
      return absl::OkStatus();
    }
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (open_ && code == RD_KAFKA_RESP_ERR__STATE) {
      // Not this message's doing.
      rd_kafka_error_destroy(error);
      return ExplainSpoilt();
    }
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      failures_.push_back({tag, code});
      return Explain(error, absl::StrCat("writing to ", rd_kafka_topic_name(message.topic)));
    }
    rd_kafka_error_destroy(error);
    if (HasMoreThanABatch()) {
      rd_kafka_poll(client_->get(), kPollMs);
    } else {
      // The queue is too small for a batch to become full.
      rd_kafka_flush(client_->get(), kPollMs);
    }
  }
}

absl::Status Producer::Flush() {
  // librdkafka has one request of five messages or more at a time on its way to a partition (its
  // idempotent producers count messages where five requests are allowed). While it flushes, or a
  // message is older than linger.ms, it does not sleep until the next one may go but asks without a
  // pause, on a processor that whoever answers may need. So it does not flush before about each
  // partition's last batch. Both loops end because messages do, at message.timeout.ms.
  while (HasMoreThanABatch()) rd_kafka_poll(client_->get(), kPollMs);
  rd_kafka_resp_err_t error;
  do {
    error = rd_kafka_flush(client_->get(), kPollMs);
  } while (error == RD_KAFKA_RESP_ERR__TIMED_OUT);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && failures_.empty()) return absl::OkStatus();
  return open_ ? ExplainSpoilt() : client_->Explain(CauseOr(error), "writing");
}

// A transaction that is spoilt says why to whoever would begin the next one.
absl::Status Producer::ExplainSpoilt() {
  rd_kafka_error_t* const spoilt = rd_kafka_begin_transaction(client_->get());
  if (spoilt != nullptr) return Explain(spoilt, "writing");
  return client_->Explain(CauseOr(RD_KAFKA_RESP_ERR__STATE), "writing");
}

absl::Status Producer::Commit() {
  absl::Status committed =
      Explain(rd_kafka_commit_transaction(client_->get(), kAsLongAsItTakes), "committing");
  if (!committed.ok()) return committed;
  open_ = false;
  client_->ForgetErrors();
  const int sent = client_->end_requests() - end_requests_before_;
  if (sent == 1) return absl::OkStatus();
  return ToStatus(
      RD_KAFKA_RESP_ERR__TIMED_OUT,
      absl::StrCat("Kafka, committing: the end of the transaction was asked for ", sent, " times"),
      options_);
}

bool Producer::fenced() const {
  // Who notices while messages are being sent is told of their errors only.
  std::array<char, 1> ignored;
  return fenced_ || rd_kafka_fatal_error(client_->get(), ignored.data(), ignored.size()) ==
                        RD_KAFKA_RESP_ERR__FENCED;
}

std::int64_t Producer::EndOf(const std::string& topic, std::int32_t partition) const {
  const auto known = topics_.find(topic);
  if (known == topics_.end()) return 0;
  const auto lane = lanes_.find({known->second.first.get(), partition});
  return lane == lanes_.end() ? 0 : lane->second.end;
}

absl::Status Producer::Explain(rd_kafka_error_t* error, std::string_view what) {
  if (error == nullptr) return absl::OkStatus();
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  const std::string text = absl::StrCat(std::string(what), ": ", rd_kafka_error_string(error));
  rd_kafka_error_destroy(error);
  spoilt_by_ = code;
  if (code == RD_KAFKA_RESP_ERR__FENCED) fenced_ = true;
  if (!fenced_) return client_->Explain(CauseOr(code), text);
  return TroubleError(
      absl::StatusCode::kUnavailable, absl::StrCat("Kafka, ", text),
      {.word = StatusWord::kOutputBlocked,
       .remedy = absl::StrCat("If it comes again, look for another engine with cce_id ",
                              options_.cce_id, ".")});
}

// Why a message has failed, where one has; those that were purged have because of another.
rd_kafka_resp_err_t Producer::CauseOr(rd_kafka_resp_err_t otherwise) const {
  for (const Failure& failure : failures_) {
    if (!IsConsequence(failure.error)) return failure.error;
  }
  return otherwise;
}

bool Producer::HasMoreThanABatch() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [this](const Lanes::value_type& lane) {
    return lane.second.messages > batch_messages_ || lane.second.bytes > batch_bytes_;
  });
}

void Producer::Note(const rd_kafka_message_t& message) {
  Lane& lane = lanes_[{message.rkt, message.partition}];
  --lane.messages;
  lane.bytes -= static_cast<std::int64_t>(message.key_len + message.len);
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    failures_.push_back({reinterpret_cast<std::size_t>(message._private), message.err});
    fenced_ = fenced_ || message.err == RD_KAFKA_RESP_ERR__FENCED ||
              message.err == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
              message.err == RD_KAFKA_RESP_ERR_PRODUCER_FENCED;
  } else if (message.offset >= 0) {
    lane.end = std::max(lane.end, message.offset + 1);
  }
}

}  // namespace cce::kafka
