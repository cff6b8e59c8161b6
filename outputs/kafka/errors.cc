#include "outputs/kafka/errors.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"

namespace cce::kafka {

absl::Status Refusal(std::string_view cause, std::string remedy) {
  return TroubleError(absl::StatusCode::kFailedPrecondition, cause,
                      {.word = StatusWord::kOutputBlocked, .remedy = std::move(remedy)});
}

absl::Status ToStatus(rd_kafka_resp_err_t error, std::string_view cause,
                      const KafkaOptions& options) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return Refusal(
          cause,
          "Correct sasl.username, sasl.password, sasl.mechanism and security.protocol in "
          "the output's properties.");
    case RD_KAFKA_RESP_ERR__SSL:
      return Refusal(
          cause,
          "Check that the brokers' port speaks TLS, that ssl.ca.location in the output's "
          "properties names the authority that signed their certificates, and that they "
          "carry the names in `brokers`.");
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return Refusal(
          cause,
          absl::StrCat("Let the output's user write topic ", options.topic, ", read and write ",
                       options.checkpoint_topic, ", and use transactional ids that begin with cce.",
                       options.cce_id, ".", options.name,
                       ". (kafka-acls.sh --add --allow-principal User:NAME --producer "
                       "--transactional-id … --resource-pattern-type prefixed --topic …)"));
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return Refusal(cause, absl::StrCat("Create it (kafka-topics.sh --create --bootstrap-server ",
                                         options.brokers, " --topic …), or correct the name."));
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return Refusal(cause,
                     "Raise max.message.bytes of the output's topics: 1 MiB is needed at least.");
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
      return Refusal(cause,
                     "Raise the brokers' transaction.max.timeout.ms to a minute at least, or lower "
                     "transaction.timeout.ms in the output's properties.");
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
      return Refusal(cause,
                     "Exactly once needs brokers of version 3.6.1 or later; upgrade them, or set "
                     "\"delivery\": \"at_least_once\".");
    default:
      return TroubleError(absl::StatusCode::kUnavailable, cause,
                          {.word = StatusWord::kOutputBlocked,
                           .remedy = absl::StrCat("Check that the brokers at ", options.brokers,
                                                  " run and can be reached; delivery then goes on "
                                                  "by itself.")});
  }
}

absl::Status Superseded(std::string_view transactional_id, const KafkaOptions& options) {
  return Refusal(absl::StrCat("another engine has taken over ", std::string(transactional_id)),
                 absl::StrCat("Another engine runs with cce_id ", options.cce_id, " and an output ",
                              options.name,
                              ". Stop the other and restart this one, which then takes over "
                              "again; or give each a cce_id and a state_dir of its own."));
}

absl::Status PartitionsChanged(std::string_view topic, std::string_view had, std::string_view has) {
  return Refusal(absl::StrCat("the checkpoint topic ", std::string(topic), " had ",
                              std::string(had), " partitions and now has ", std::string(has),
                              ", so that devices would be looked for in the wrong ones"),
                 "Its partitions cannot be changed. Give the output a new checkpoint_topic, and "
                 "`cce device reset` each device to where it was.");
}

absl::Status RecordsLost(std::string_view topic) {
  return Refusal(
      absl::StrCat("the checkpoint topic ", std::string(topic),
                   " has lost records that cce committed"),
      "It was deleted, or a broker has lost its disk. Give the output a new checkpoint_topic, and "
      "`cce device reset` each device to where it was.");
}

bool IsOfRecordOrTopic(rd_kafka_resp_err_t error) {
  return IsRefusedRecord(error) || error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
         error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
}

bool IsConsequence(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

bool IsRefusedRecord(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
      return true;
    default:
      return false;
  }
}

}  // namespace cce::kafka
