#include "outputs/kafka/kafka_kind.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/placeholders.h"
#include "nlohmann/json.hpp"
#include "outputs/kafka/client.h"
#include "outputs/kafka/kafka_output.h"
#include "outputs/kafka/topic_name.h"

namespace cce {
namespace kafka {
namespace {

constexpr std::size_t kLongestTopic = 249;

absl::Status Wrong(std::string_view key, std::string_view found, std::string_view allowed) {
  return absl::InvalidArgumentError(absl::StrCat("/", std::string(key), ": found \"",
                                                 std::string(found), "\"; ", std::string(allowed)));
}

// The text of `key`; `otherwise` without it.
std::string TextOf(const nlohmann::json& options, const std::string& key,
                   std::string otherwise = std::string()) {
  const auto found = options.find(key);
  return found != options.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

// Kafka's rule (org.apache.kafka.common.internals.Topic).
absl::Status CheckTopic(std::string_view key, const std::string& topic) {
  const bool legal = !topic.empty() && topic.size() <= kLongestTopic && topic != "." &&
                     topic != ".." &&
                     topic.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789._-") == std::string::npos;
  return legal ? absl::OkStatus()
               : Wrong(key, topic,
                       "a topic's name has letters, digits, '.', '_' and '-', at most 249");
}

}  // namespace

absl::StatusOr<KafkaOptions> ReadOptions(const OutputSettings& settings) {
  const nlohmann::json object = nlohmann::json::parse(settings.options, nullptr, false);
  if (!object.is_object()) return absl::InvalidArgumentError("the output is not a JSON object");
  KafkaOptions options;
  options.name = settings.name;
  options.cce_id = settings.cce_id;
  options.brokers = TextOf(object, "brokers");
  if (options.brokers.empty()) return Wrong("brokers", "", "\"HOST:PORT,HOST:PORT\" is required");
  options.topic = TextOf(object, "topic");
  absl::Status legal = CheckPlaceholders(options.topic);
  if (legal.ok()) legal = CheckTopic("topic", TopicName(options.topic, "tenant", "device"));
  if (!legal.ok()) {
    return Wrong("topic", options.topic,
                 "a topic's name has letters, digits, '.', '_' and '-', at most 249, and may hold "
                 "{tenant} and {device}");
  }
  if (TextOf(object, "delivery") == "at_least_once") options.delivery = Delivery::kAtLeastOnce;
  options.checkpoint_topic =
      TextOf(object, "checkpoint_topic",
             absl::StrCat("cce.checkpoints.", options.cce_id, ".", options.name));
  legal = CheckTopic("checkpoint_topic", options.checkpoint_topic);
  if (!legal.ok()) return legal;
  if (options.checkpoint_topic == options.topic) {
    return Wrong("checkpoint_topic", options.checkpoint_topic,
                 "the checkpoints need a topic of their own");
  }
  options.dead_letter_topic = TextOf(object, "dead_letter_topic", "cce.dead_letters");
  legal = CheckTopic("dead_letter_topic", options.dead_letter_topic);
  if (!legal.ok()) return legal;
  if (options.dead_letter_topic == options.checkpoint_topic) {
    return Wrong("dead_letter_topic", options.dead_letter_topic,
                 "the checkpoints need a topic of their own");
  }
  if (const auto properties = object.find("properties");
      properties != object.end() && properties->is_object()) {
    for (const auto& [name, value] : properties->items()) {
      options.properties.emplace_back(name,
                                      value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  const Role role =
      options.delivery == Delivery::kExactlyOnce ? Role::kTransactional : Role::kIdempotent;
  // As it is, first: errors of the properties that are not looked at together.
  absl::Status checked = MakeConfiguration(options, role).status();
  if (checked.ok()) checked = CheckConfiguration(options, role);
  if (checked.ok()) checked = CheckConfiguration(options, Role::kReader);
  if (!checked.ok()) return checked;
  return options;
}

}  // namespace kafka

OutputKind KafkaOutputKind() {
  return {
      .type = "kafka",
      .schema = kafka::Schema(),
      .check = [](const OutputSettings& settings) { return kafka::ReadOptions(settings).status(); },
      .claim = [](const OutputSettings& settings) -> std::optional<OutputClaim> {
        const absl::StatusOr<kafka::KafkaOptions> options = kafka::ReadOptions(settings);
        if (!options.ok() || options->delivery != kafka::Delivery::kExactlyOnce) {
          return std::nullopt;
        }
        return OutputClaim{"checkpoint_topic", options->checkpoint_topic};
      },
      .guarantee =
          [](const OutputSettings& settings) {
            const absl::StatusOr<kafka::KafkaOptions> options = kafka::ReadOptions(settings);
            return options.ok() && options->delivery == kafka::Delivery::kAtLeastOnce
                       ? kafka::kAtLeastOnceGuarantee
                       : kafka::kExactlyOnceGuarantee;
          },
      .make = [](OutputSettings settings,
                 OutputWorld world) -> absl::StatusOr<std::unique_ptr<Output>> {
        absl::StatusOr<kafka::KafkaOptions> options = kafka::ReadOptions(settings);
        if (!options.ok()) return options.status();
        return std::make_unique<kafka::KafkaOutput>(*std::move(options), std::move(world));
      },
  };
}

}  // namespace cce
