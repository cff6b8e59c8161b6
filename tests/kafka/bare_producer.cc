#include "tests/kafka/bare_producer.h"

#include <utility>

namespace cce::kafka_ground {
namespace {

Properties WithId(Properties client, const std::string& transactional_id) {
  client["transactional.id"] = transactional_id;
  return client;
}

}  // namespace

BareProducer::BareProducer(Properties client, const std::string& transactional_id)
    : client_(MakeClient(RD_KAFKA_PRODUCER, WithId(std::move(client), transactional_id))) {
  Check(rd_kafka_init_transactions(client_.get(), kPatienceMs), "owning " + transactional_id);
}

void BareProducer::Begin() { Check(rd_kafka_begin_transaction(client_.get()), "begin"); }

void BareProducer::Produce(const std::string& topic, int partition, const std::string& value) {
  rd_kafka_vu_t fields[4] = {};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = topic.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fields[1].u.i32 = partition;
  fields[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK;
  fields[3].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[3].u.mem = {const_cast<char*>(value.data()), value.size()};
  Check(rd_kafka_produceva(client_.get(), fields, 4), "produce");
}

void BareProducer::Flush() { Check(rd_kafka_flush(client_.get(), kPatienceMs), "flush"); }

void BareProducer::Commit() { Check(rd_kafka_commit_transaction(client_.get(), -1), "commit"); }

void BareProducer::Abort() { Check(rd_kafka_abort_transaction(client_.get(), -1), "abort"); }

}  // namespace cce::kafka_ground
