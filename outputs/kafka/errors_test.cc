#include "outputs/kafka/errors.h"

#include "cce/api/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "outputs/kafka/topics.h"

namespace cce::kafka {
namespace {

using ::testing::HasSubstr;

const KafkaOptions kOptions = {.name = "bus",
                               .cce_id = "engine",
                               .brokers = "kafka1:9092",
                               .topic = "events",
                               .checkpoint_topic = "checkpoints"};

TEST(KafkaErrors, ThatSomebodyMustMendAreRefusalsWithTheRemedy) {
  const std::pair<rd_kafka_resp_err_t, const char*> kRefusals[] = {
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, "sasl.password"},
      {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, "sasl.password"},
      {RD_KAFKA_RESP_ERR__SSL, "ssl.ca.location"},
      {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "cce.engine.bus."},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "checkpoints"},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "kafka-topics.sh --create"},
      {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, "transaction.max.timeout.ms"},
      {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, "3.6.1"},
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "max.message.bytes"},
  };
  for (const auto& [error, remedy] : kRefusals) {
    const absl::Status status = ToStatus(error, "cause", kOptions);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(TroubleOf(status)->word, StatusWord::kOutputBlocked);
    EXPECT_THAT(RemedyOf(status), HasSubstr(remedy));
  }
}

TEST(KafkaErrors, ThatPassAreTriedAgain) {
  for (const rd_kafka_resp_err_t error :
       {RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING,
        RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, RD_KAFKA_RESP_ERR_UNKNOWN}) {
    const absl::Status status = ToStatus(error, "cause", kOptions);
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(RemedyOf(status), HasSubstr("kafka1:9092"));
  }
}

TEST(KafkaErrors, OfARecordAreToldFromThoseOfTheWay) {
  EXPECT_TRUE(IsRefusedRecord(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE));
  EXPECT_TRUE(IsRefusedRecord(RD_KAFKA_RESP_ERR_INVALID_RECORD));
  EXPECT_FALSE(IsRefusedRecord(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT));
  EXPECT_FALSE(IsRefusedRecord(RD_KAFKA_RESP_ERR__PURGE_QUEUE));
  EXPECT_FALSE(IsRefusedRecord(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  EXPECT_TRUE(IsOfRecordOrTopic(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  EXPECT_TRUE(IsOfRecordOrTopic(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE));
  EXPECT_FALSE(IsOfRecordOrTopic(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT));
}

TEST(BrokerVersion, MustBe36AtLeastWhereItCanBeTold) {
  for (const char* good : {"3.6-IV2", "3.9-IV0", "4.0-IV3", "10.0", "", "unknown"}) {
    EXPECT_TRUE(CheckProtocolVersion(good).ok()) << good;
  }
  for (const char* old : {"2.8-IV1", "3.5-IV2", "3.5"}) {
    const absl::Status refused = CheckProtocolVersion(old);
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << old;
    EXPECT_THAT(RemedyOf(refused), HasSubstr("at_least_once"));
  }
}

}  // namespace
}  // namespace cce::kafka
