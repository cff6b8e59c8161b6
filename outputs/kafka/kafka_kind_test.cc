#include "outputs/kafka/kafka_kind.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <cstddef>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "outputs/kafka/client.h"
#include "outputs/kafka/topic_name.h"

namespace cce::kafka {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<KafkaOptions> Read(std::string options) {
  return ReadOptions(
      {.name = "bus", .options = std::move(options), .state_dir = "/s", .cce_id = "engine"});
}

std::string Refusal(std::string options) {
  const auto read = Read(std::move(options));
  EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
  return std::string(read.status().message());
}

std::string WithProperty(const std::string& name, const std::string& value) {
  return absl::StrCat(R"({"brokers": "k:9092", "topic": "t", "properties": {")", name, R"(": ")",
                      value, R"("}})");
}

TEST(KafkaOptions, HaveDefaults) {
  const auto options =
      Read(R"({"type": "kafka", "brokers": "k1:9092,k2:9092", "topic": "events"})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->brokers, "k1:9092,k2:9092");
  EXPECT_EQ(options->topic, "events");
  EXPECT_EQ(options->delivery, Delivery::kExactlyOnce);
  EXPECT_EQ(options->checkpoint_topic, "cce.checkpoints.engine.bus");
  EXPECT_EQ(options->dead_letter_topic, "cce.dead_letters");
}

TEST(KafkaOptions, AreRead) {
  const auto options = Read(
      R"({"brokers": "k:9092", "topic": "e.{device}", "delivery": "at_least_once",
          "checkpoint_topic": "c", "dead_letter_topic": "d",
          "properties": {"linger.ms": 50, "socket.keepalive.enable": false,
                         "sasl.mechanism": "PLAIN"}})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->delivery, Delivery::kAtLeastOnce);
  EXPECT_EQ(options->checkpoint_topic, "c");
  EXPECT_EQ(options->dead_letter_topic, "d");
  EXPECT_EQ(options->properties.size(), 3u);
}

// As a producer has it; empty if librdkafka has no such property.
std::string Property(const KafkaOptions& options, const char* name, Role role = Role::kIdempotent) {
  const auto configuration = MakeConfiguration(options, role);
  if (!configuration.ok()) return configuration.status().ToString();
  std::array<char, 16> value = {};
  std::size_t size = value.size();
  rd_kafka_conf_get(configuration->get(), name, value.data(), &size);
  return value.data();
}

TEST(KafkaOptions, HaveMessagesWaitForAFullBatchUnlessToldOtherwise) {
  KafkaOptions options;
  EXPECT_EQ(Property(options, "linger.ms"), "10000");
  options.properties = {{"message.timeout.ms", "100"}};
  EXPECT_EQ(Property(options, "linger.ms"), "50");
  options.properties = {{"message.timeout.ms", "1"}};
  EXPECT_EQ(Property(options, "linger.ms"), "0");
  options.properties = {{"linger.ms", "7"}};
  EXPECT_EQ(Property(options, "linger.ms"), "7");
  options.properties = {{"queue.buffering.max.ms", "7"}};
  EXPECT_EQ(Property(options, "linger.ms"), "7");
}

TEST(KafkaOptions, LeaveATransactionTimeForItsMessagesAndRequests) {
  KafkaOptions options;
  const auto property = [&](const char* name) {
    return Property(options, name, Role::kTransactional);
  };
  EXPECT_EQ(property("message.timeout.ms"), "45000");
  EXPECT_EQ(property("socket.timeout.ms"), "20000");
  options.properties = {{"transaction.timeout.ms", "12000"}};
  EXPECT_EQ(property("message.timeout.ms"), "9000");
  EXPECT_EQ(property("socket.timeout.ms"), "4000");
  EXPECT_EQ(property("linger.ms"), "4500");
  options.properties = {{"transaction.timeout.ms", "900000"}};
  EXPECT_EQ(property("message.timeout.ms"), "45000");
  options.properties = {{"transaction.timeout.ms", "12000"}, {"delivery.timeout.ms", "11000"}};
  EXPECT_EQ(property("message.timeout.ms"), "11000");
}

TEST(KafkaOptions, WaitNoLongerBeforeTheFirstReconnectionThanBeforeTheLast) {
  KafkaOptions options;
  EXPECT_EQ(Property(options, "reconnect.backoff.max.ms"), "500");
  options.properties = {{"reconnect.backoff.ms", "2000"}};
  EXPECT_EQ(Property(options, "reconnect.backoff.max.ms"), "2000");
}

TEST(KafkaOptions, RefusePropertiesThatDoNotGoTogether) {
  for (const auto& [properties, reason] :
       {std::pair(R"("transaction.timeout.ms": 12000, "message.timeout.ms": 12001)",
                  "`message.timeout.ms` must be set <= `transaction.timeout.ms`"),
        {R"("transaction.timeout.ms": 12000, "socket.timeout.ms": 12101)", "`socket.timeout.ms`"},
        {R"("message.timeout.ms": 1000, "linger.ms": 1000.5)", "`linger.ms`"},
        {R"("reconnect.backoff.ms": 2000, "reconnect.backoff.max.ms": 1000)",
         "`reconnect.backoff.max.ms`"},
        {R"("fetch.message.max.bytes": 100000000, "receive.message.max.bytes": 1000)",
         "`receive.message.max.bytes`"}}) {
    EXPECT_THAT(Refusal(absl::StrCat(R"({"brokers": "k:9092", "topic": "t", "properties": {)",
                                     properties, "}}")),
                AllOf(HasSubstr("/properties: librdkafka says: "), HasSubstr(reason)));
  }
  EXPECT_TRUE(Read(R"({"brokers": "k:9092", "topic": "t", "properties":
                       {"security.protocol": "SASL_SSL", "ssl.ca.location": "/nowhere",
                        "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "u"}})")
                  .ok())
      << "files and libraries are looked at when it runs";
}

TEST(KafkaOptions, PushNoMetricsUnlessToldTo) {
  const bool can_push = rd_kafka_version() >= 0x020500ff;
  KafkaOptions options;
  EXPECT_EQ(Property(options, "enable.metrics.push"), can_push ? "false" : "");
  options.properties = {{"enable.metrics.push", "true"}};
  EXPECT_THAT(Property(options, "enable.metrics.push"),
              HasSubstr(can_push ? "true" : "/properties/enable.metrics.push"));
}

TEST(KafkaOptions, RefuseWhatCannotWorkAndSayWhatCan) {
  EXPECT_THAT(Refusal(R"({"topic": "t"})"), HasSubstr("/brokers"));
  EXPECT_THAT(Refusal(R"({"brokers": "k:9092"})"), HasSubstr("/topic"));
  EXPECT_THAT(Refusal(R"({"brokers": "k:9092", "topic": "a b"})"),
              AllOf(HasSubstr("/topic"), HasSubstr("letters")));
  EXPECT_THAT(Refusal(R"({"brokers": "k:9092", "topic": "t", "checkpoint_topic": "t"})"),
              HasSubstr("/checkpoint_topic"));
  EXPECT_THAT(Refusal(R"({"brokers": "k:9092", "topic": "t", "checkpoint_topic": "c",
                          "dead_letter_topic": "c"})"),
              HasSubstr("/dead_letter_topic"));
  EXPECT_THAT(Refusal(R"({"brokers": "k:9092", "topic": "t", "dead_letter_topic": "ü"})"),
              HasSubstr("/dead_letter_topic"));
  Refusal("[]");
  Refusal("nonsense");
}

TEST(KafkaOptions, RefusePropertiesThatTheDeliveryRestsOn) {
  for (const char* name :
       {"transactional.id", "enable.idempotence", "acks", "isolation.level", "auto.offset.reset",
        "bootstrap.servers", "partitioner", "max.in.flight", "retries", "topic.acks",
        "topic.auto.offset.reset", "test.mock.num.brokers"}) {
    EXPECT_THAT(
        Refusal(WithProperty(name, "x")),
        AllOf(HasSubstr(absl::StrCat("/properties/", name, ":")), HasSubstr("leave it out")));
  }
}

TEST(KafkaOptions, RefusePropertiesThatLibrdkafkaDoesNotTake) {
  EXPECT_THAT(Refusal(WithProperty("no.such.property", "x")),
              AllOf(HasSubstr("/properties/no.such.property"), HasSubstr("librdkafka says")));
  EXPECT_THAT(Refusal(WithProperty("linger.ms", "soon")), HasSubstr("/properties/linger.ms"));
  EXPECT_THAT(Refusal(WithProperty("linger.ms", "i")), HasSubstr("configuration"));
  EXPECT_THAT(Refusal(WithProperty("queue.buffering.max.kbytes", "9000")),
              AllOf(HasSubstr("/properties/queue.buffering.max.kbytes"), HasSubstr("9766")));
  for (const char* name : {"message.timeout.ms", "delivery.timeout.ms"}) {
    EXPECT_THAT(Refusal(WithProperty(name, "0")), HasSubstr("0 is for ever"));
  }
}

TEST(KafkaOptions, ShowNoValueOfAPropertyThatMayBeASecret) {
  for (const char* name : {"linger.ms", "sasl.password.of"}) {
    EXPECT_THAT(Refusal(WithProperty(name, "hunter2")),
                AllOf(HasSubstr(name), Not(HasSubstr("hunter2"))));
  }
}

TEST(KafkaSchema, IsDraft7AndListsEveryKey) {
  const auto schema = nlohmann::json::parse(Schema(), nullptr, false);
  ASSERT_TRUE(schema.is_object());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_FALSE(schema["additionalProperties"].get<bool>());
  for (const char* key : {"type", "brokers", "topic", "format", "only", "delivery",
                          "checkpoint_topic", "dead_letter_topic", "properties"}) {
    EXPECT_TRUE(schema["properties"].contains(key)) << key;
  }
}

TEST(TopicNames, ReplaceTenantAndDeviceByWhatATopicMayHold) {
  EXPECT_EQ(TopicName("events", "", "acme"), "events");
  EXPECT_EQ(TopicName("cce.{device}.events", "", "Acme-1.a"), "cce.Acme-1.a.events");
  EXPECT_EQ(TopicName("{device}", "", "a b_ü"), "a_20b_5f_c3_bc");
  EXPECT_EQ(TopicName("{tenant}.{device}", "north", "acme"), "north.acme");
  EXPECT_EQ(TopicName("{tenant}.{device}", "", "acme"), "no_5ftenant.acme");
  EXPECT_TRUE(DependsOnDevice("x{tenant}"));
  EXPECT_FALSE(DependsOnDevice("device"));
}

}  // namespace
}  // namespace cce::kafka
