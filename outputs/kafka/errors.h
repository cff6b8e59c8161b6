// What Kafka's errors mean to the engine and the user.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "outputs/kafka/options.h"

namespace cce::kafka {

// kFailedPrecondition where somebody must act before it can work; else kUnavailable. With a remedy
// in either case. `cause` is what happened, in plain words.
absl::Status ToStatus(rd_kafka_resp_err_t error, std::string_view cause,
                      const KafkaOptions& options);

// A refusal whose remedy is known where it is found.
absl::Status Refusal(std::string_view cause, std::string remedy);

// The refusal to go on where somebody else has.
absl::Status Superseded(std::string_view transactional_id, const KafkaOptions& options);

// The refusal of a checkpoint topic that has had another number of partitions.
absl::Status PartitionsChanged(std::string_view topic, std::string_view had, std::string_view has);

// The refusal of one that has lost what was committed.
absl::Status RecordsLost(std::string_view topic);

// True if the broker will never take this record.
bool IsRefusedRecord(rd_kafka_resp_err_t error);

// True if a record has failed for its own or its topic's sake, so that others need not.
bool IsOfRecordOrTopic(rd_kafka_resp_err_t error);

// True if a record was given up because another had failed.
bool IsConsequence(rd_kafka_resp_err_t error);

}  // namespace cce::kafka
