// The producer against librdkafka's mock cluster, which answers with any error. Nothing here proves
// that transactions are atomic: the mock shows its readers aborted records, too.
// clang-format off
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "outputs/kafka/producer.h"
#include "tests/fakes/virtual_world.h"

namespace cce::kafka {
namespace {

using ::testing::HasSubstr;

// Kafka's numbers for its requests (https://kafka.apache.org/protocol#protocol_api_keys).
constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kInitProducerId = 22;
constexpr std::int16_t kAddPartitionsToTxn = 24;
constexpr std::int16_t kEndTxn = 26;

class ProducerOnAMockCluster : public ::testing::Test {
 protected:
  ProducerOnAMockCluster() {
    char text[256];
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, text, sizeof text);
    mock_ = rd_kafka_mock_cluster_new(host_, 1);
    rd_kafka_mock_topic_create(mock_, "events", 2, 1);
    rd_kafka_mock_topic_create(mock_, "checkpoints", 1, 1);
    options_.name = "bus";
    options_.cce_id = "engine";
    options_.topic = "events";
    options_.checkpoint_topic = "checkpoints";
    options_.brokers = rd_kafka_mock_cluster_bootstraps(mock_);
    options_.properties = {{"retry.backoff.ms", "10"},
                           {"message.timeout.ms", "5000"},
                           {"socket.timeout.ms", "1000"},
                           {"transaction.timeout.ms", "10000"}};
  }
  ~ProducerOnAMockCluster() override {
    producer_.reset();
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(host_);
  }

  absl::Status Claim() {
    absl::StatusOr<std::unique_ptr<Producer>> opened =
        Producer::Open(options_, "cce.engine.bus.0", 0, log_);
    if (!opened.ok()) return opened.status();
    producer_ = *std::move(opened);
    for (const char* topic : {"events", "checkpoints"}) {
      if (const auto found = producer_->Find(topic); !found.ok()) return found.status();
    }
    return producer_->Claim();
  }

  // One event and one checkpoint record; the producer is gone after anything but OK.
  absl::Status RunTransaction() {
    const int before = producer_->client().end_requests();
    absl::Status status = producer_->Begin();
    for (const char* topic : {"events", "checkpoints"}) {
      if (!status.ok()) break;
      status =
          producer_->Send({.topic = producer_->Find(topic)->topic, .key = "k", .value = "v"}, 0);
    }
    if (status.ok()) status = producer_->Commit();
    sent_ = producer_->client().end_requests() - before;
    if (!status.ok()) producer_.reset();
    return status;
  }

  // Commits so many events to the first partition and one to the second.
  void WriteMany(int count, const std::string& value) {
    EXPECT_TRUE(producer_->Begin().ok());
    rd_kafka_topic_t* const topic = producer_->Find("events")->topic;
    for (int i = 0; i <= count; ++i) {
      const std::int32_t partition = i == 0 ? 1 : 0;
      EXPECT_TRUE(
          producer_->Send({.topic = topic, .partition = partition, .key = "k", .value = value}, 0)
              .ok());
    }
    absl::Status written = producer_->Flush();
    if (written.ok()) written = producer_->Commit();
    EXPECT_TRUE(written.ok()) << written;
  }

  void Answer(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(mock_, request, errors.size(), errors.data());
  }

  KafkaOptions options_;
  RecordingLog log_;
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* mock_ = nullptr;
  std::unique_ptr<Producer> producer_;
  int sent_ = 0;  // requests of the last transaction that end it
};

TEST_F(ProducerOnAMockCluster, CommitsWithOneRequest) {
  ASSERT_TRUE(Claim().ok());
  for (int i = 0; i < 3; ++i) {
    const absl::Status committed = RunTransaction();
    ASSERT_TRUE(committed.ok()) << committed;
    EXPECT_EQ(sent_, 1);
    EXPECT_EQ(producer_->EndOf("checkpoints", 0), i + 1);
  }
}

// Where what is not a full batch waited for anything but a flush, it would wait for a quarter of an
// hour.
TEST_F(ProducerOnAMockCluster, SendsMoreThanABatchAndMoreThanTheQueueHolds) {
  const std::string value(99, 'v');
  const auto plain = options_.properties;
  const std::vector<std::vector<std::pair<std::string, std::string>>> limits = {
      {{"batch.size", "10000"}},
      {{"batch.num.messages", "100"}},
      {{"queue.buffering.max.messages", "100"}},
      {{"batch.num.messages", "100"}, {"queue.buffering.max.messages", "300"}}};
  for (const auto& limit : limits) {
    SCOPED_TRACE(::testing::PrintToString(limit));
    options_.properties = plain;
    options_.properties.insert(options_.properties.end(), limit.begin(), limit.end());
    for (const char* name : {"transaction.timeout.ms", "message.timeout.ms"}) {
      options_.properties.emplace_back(name, "1000000");
    }
    options_.properties.emplace_back("linger.ms", "900000");
    producer_.reset();
    ASSERT_TRUE(Claim().ok());
    WriteMany(1, value);
    const std::int64_t first = producer_->EndOf("events", 0);
    const std::int64_t second = producer_->EndOf("events", 1);
    WriteMany(1'000, value);
    EXPECT_EQ(producer_->EndOf("events", 0), first + 1'000);
    EXPECT_EQ(producer_->EndOf("events", 1), second + 1);
  }
}

struct Case {
  std::int16_t request;
  std::vector<rd_kafka_resp_err_t> errors;
};

const std::vector<Case> kCases = {
    {kInitProducerId, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR__TRANSPORT}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED}},
    {kInitProducerId, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR__TRANSPORT}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}},
    {kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE}},
    {kProduce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION}},
    {kProduce, {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS}},
    {kProduce, {RD_KAFKA_RESP_ERR__TRANSPORT}},
    {kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED}},
    {kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE}},
    {kProduce, {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID}},
    {kProduce, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS}},
    {kEndTxn, {RD_KAFKA_RESP_ERR__TRANSPORT}},
    {kEndTxn, {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TRANSPORT}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED}},
    {kEndTxn, {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE}},
};

TEST_F(ProducerOnAMockCluster, EndsEveryErrorInACommitOrInAReplay) {
  int replays = 0;
  for (const Case& injected : kCases) {
    SCOPED_TRACE(absl::StrCat("request ", injected.request, ": ",
                              rd_kafka_err2name(injected.errors.front())));
    producer_.reset();
    if (injected.request == kInitProducerId) Answer(injected.request, injected.errors);
    absl::Status first = Claim();
    if (injected.request != kInitProducerId) {
      ASSERT_TRUE(first.ok()) << first;
      Answer(injected.request, injected.errors);
    }
    if (first.ok()) first = RunTransaction();
    if (first.ok()) {
      EXPECT_EQ(sent_, 1);
      continue;
    }
    ++replays;
    ASSERT_TRUE(Claim().ok());
    const absl::Status second = RunTransaction();
    EXPECT_TRUE(second.ok()) << second;
  }
  EXPECT_GT(replays, 15);
}

TEST_F(ProducerOnAMockCluster, IsNotUsedAnyMoreOnceAnEndHasBeenAskedForTwice) {
  for (const int times : {1, 2}) {
    ASSERT_TRUE(Claim().ok());
    Answer(kEndTxn, std::vector(static_cast<std::size_t>(times), RD_KAFKA_RESP_ERR__TRANSPORT));
    const absl::Status committed = RunTransaction();
    EXPECT_TRUE(absl::IsUnavailable(committed)) << committed;
    EXPECT_EQ(sent_, times + 1);
    EXPECT_THAT(std::string(committed.message()), HasSubstr(absl::StrCat(times + 1, " times")));
  }
}

TEST_F(ProducerOnAMockCluster, TakesAnEndThatWasGivenUpForOneInDoubt) {
  ASSERT_TRUE(Claim().ok());
  rd_kafka_mock_broker_push_request_error_rtts(mock_, 1, kEndTxn, 1, RD_KAFKA_RESP_ERR_NO_ERROR,
                                               1'500);
  const absl::Status committed = RunTransaction();
  EXPECT_TRUE(absl::IsUnavailable(committed)) << committed;
  EXPECT_EQ(sent_, 2);
}

TEST_F(ProducerOnAMockCluster, KnowsThatItWasFenced) {
  ASSERT_TRUE(Claim().ok());
  Answer(kEndTxn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});
  ASSERT_TRUE(producer_->Begin().ok());
  ASSERT_TRUE(
      producer_->Send({.topic = producer_->Find("events")->topic, .key = "k", .value = "v"}, 0)
          .ok());
  EXPECT_TRUE(absl::IsUnavailable(producer_->Commit()));
  EXPECT_TRUE(producer_->fenced());
}

}  // namespace
}  // namespace cce::kafka
