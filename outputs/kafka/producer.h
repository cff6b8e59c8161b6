// A producer, and what it sends as one act.
//
// A transaction ends in doubt when its end has been asked for twice: librdkafka speaks the protocol
// in which a request that was given up and comes late ends whatever transaction is open then
// (KIP-890). So nobody uses a producer after anything but one clean commit: it is destroyed, and
// the next one with its transactional id finds out, and makes sure, how the transaction has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cce/api/identity.h"
#include "outputs/kafka/client.h"

namespace cce::kafka {

struct Destination {
  rd_kafka_topic_t* topic = nullptr;
  std::int32_t partitions = 0;
};

// The views live until the message has ended: at the next Flush or Commit that returns OK, or with
// the producer.
struct Message {
  rd_kafka_topic_t* topic = nullptr;
  std::int32_t partition = 0;
  std::string_view key;
  std::string_view value;
  bool tombstone = false;              // `value` is empty then
  const Identity* identity = nullptr;  // header cce-id; nullptr: none
  bool late = false;                   // header cce-late
};

struct Failure {
  std::size_t tag = 0;  // as Send was given it
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

// Thread-compatible; every call may block. After an error of anything that belongs to a transaction
// the producer is good for nothing but Flush, failures(), spoilt_by() and its destruction, which
// takes back what was not committed.
class Producer {
 public:
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;
  ~Producer();

  // Does not connect. `transactional_id` is empty for a producer without transactions.
  // `batch_bytes` is what brokers take in one request for one partition; 0: not known.
  // References outlive the producer.
  static absl::StatusOr<std::unique_ptr<Producer>> Open(const KafkaOptions& options,
                                                        const std::string& transactional_id,
                                                        std::int64_t batch_bytes, Log& log);

  // kNotFound if there is no such topic, after a second unless it is to be brief: brokers that make
  // topics by themselves take a moment for it. What was found is remembered, so that partitions
  // that are added are used by the next producer.
  absl::StatusOr<Destination> Find(const std::string& topic, bool is_brief = false);
  // Without asking: whether it is remembered, with a leader for every partition.
  bool Knows(const std::string& topic) const;
  // Whether the partition had a leader when Find asked. Nothing can be written to one that has
  // none, and all that is committed together waits for it until its time is up.
  // REQUIRES: Find has found the topic.
  bool HasLeader(const std::string& topic, std::int32_t partition) const;
  // Has Find ask again for topics that lacked leaders.
  // REQUIRES: no message of theirs is on its way.
  void ForgetLeaderless();

  // Fences whoever has used the transactional id, and ends what they left open.
  absl::Status Claim();

  absl::Status Begin();
  absl::Status Send(const Message& message, std::size_t tag);
  // Returns when every message has ended; OK if all of them are where they belong.
  absl::Status Flush();
  // OK: committed, and nothing of it is on its way any more.
  absl::Status Commit();

  // Messages that ended in an error since the last Begin or Forget; all of them once Flush returns.
  absl::Span<const Failure> failures() const { return failures_; }
  // Why the transaction is spoilt, as far as it knows itself: a right to write that is missing
  // fails no message.
  rd_kafka_resp_err_t spoilt_by() const { return spoilt_by_; }
  // REQUIRES: no message is on its way.
  void Forget();

  // The offset behind the last message that is known to be in that partition, of those sent since
  // the last Begin or Forget; 0 without one.
  std::int64_t EndOf(const std::string& topic, std::int32_t partition) const;

  // Another producer has claimed the transactional id, or the transaction's time was up.
  bool fenced() const;

  Client& client() { return *client_; }

 private:
  // Of one partition: messages that have not ended, and the offset behind those that have.
  struct Lane {
    std::int64_t messages = 0;
    std::int64_t bytes = 0;
    std::int64_t end = 0;
  };
  // By handles of topics_.
  using Lanes = std::map<std::pair<const rd_kafka_topic_t*, std::int32_t>, Lane>;

  explicit Producer(const KafkaOptions& options) : options_(options) {}

  // Whether a partition has.
  bool HasMoreThanABatch() const;
  absl::Status Explain(rd_kafka_error_t* error, std::string_view what);
  // Why an open transaction cannot go on.
  absl::Status ExplainSpoilt();
  rd_kafka_resp_err_t CauseOr(rd_kafka_resp_err_t otherwise) const;
  void Note(const rd_kafka_message_t& message);

  const KafkaOptions& options_;
  std::map<std::string, std::pair<Topic, Partitions>> topics_;
  std::vector<Failure> failures_;
  Lanes lanes_;
  // What makes a batch full, for librdkafka.
  std::int64_t batch_messages_ = 0;
  std::int64_t batch_bytes_ = 0;
  int end_requests_before_ = 0;
  bool open_ = false;  // a transaction is
  bool fenced_ = false;
  rd_kafka_resp_err_t spoilt_by_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  // Last: its destruction reports what has become of messages.
  std::unique_ptr<Client> client_;
};

}  // namespace cce::kafka
