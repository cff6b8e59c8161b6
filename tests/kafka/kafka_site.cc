#include "tests/kafka/kafka_site.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/kafka/reader.h"

namespace cce::kafka_ground {
namespace {

constexpr char kOutput[] = "bus";
constexpr int kPartitions = 4;

// Of the running test, and not given before.
std::string NewTopicName() {
  static int count = 0;
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = absl::StrCat(test->test_suite_name(), ".", test->name(), ".", ++count);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::string Definition(const KafkaCluster& cluster, const KafkaSiteOptions& options,
                       const std::string& topic, const std::string& checkpoint_topic) {
  Properties properties = cluster.ClientProperties(options.listener);
  const std::string brokers = properties["bootstrap.servers"];
  properties.erase("bootstrap.servers");
  for (const auto& [name, value] : options.properties) properties[name] = value;
  return nlohmann::json({{"type", "kafka"},
                         {"brokers", brokers},
                         {"topic", topic},
                         {"format", "ocsf"},
                         {"checkpoint_topic", checkpoint_topic},
                         {"dead_letter_topic", topic + ".dead_letters"},
                         {"properties", properties}})
      .dump();
}

}  // namespace

KafkaSite::KafkaSite(KafkaCluster& cluster, KafkaSiteOptions options)
    : cluster_(cluster), topic_(NewTopicName()), checkpoint_topic_("checkpoints." + topic_) {
  cluster.CreateTopic(topic_, kPartitions);
  cluster.CreateTopic(topic_ + ".dead_letters", 1);
  site_ = std::make_unique<e2e::Site>(e2e::SiteOptions{
      .simulator = options.simulator,
      .page_size = options.page_size,
      .outputs = {kOutput},
      .definitions = {{kOutput, Definition(cluster, options, topic_, checkpoint_topic_)}}});
}

std::unique_ptr<e2e::Child> KafkaSite::StartTwin(TwinState state) {
  namespace fs = std::filesystem;
  const std::string twin = site_->folder() + "/twin_state";
  if (state == TwinState::kCopied && fs::create_directory(twin)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(site_->folder() + "/state")) {
      if (entry.is_regular_file()) fs::copy(entry.path(), twin);
    }
  }
  std::ifstream in(site_->folder() + "/cce.json");
  nlohmann::json configuration = nlohmann::json::parse(in);
  configuration["state_dir"] = twin;
  const std::string path = site_->folder() + "/twin.json";
  std::ofstream(path) << configuration;
  return std::make_unique<e2e::Child>(
      CCE_PROGRAM, std::vector<std::string>{"run", "--config", path, "--until-caught-up"},
      site_->folder() + "/cce.log");
}

long KafkaSite::CountVisible() {
  long count = 0;
  ReadTopic(cluster_.ClientProperties(), topic_, [&](Record) { ++count; });
  return count;
}

KafkaSite::Figures KafkaSite::Check() {
  WaitUntilSettled(cluster_.ClientProperties(), topic_);
  const std::string folder = site_->OutputFolder(kOutput) + "/acme";
  std::filesystem::create_directories(folder);
  std::ofstream lines(folder + "/topic.ndjson");
  std::vector<std::int64_t> times;
  ReadTopic(cluster_.ClientProperties(), topic_, [&](Record record) {
    lines << record.value.value_or("(tombstone)") << '\n';
    times.push_back(record.time_ms);
  });
  lines.close();
  Figures figures{site_->Check(kOutput)};
  std::sort(times.begin(), times.end());
  for (std::size_t i = 1; i < times.size(); ++i) {
    figures.longest_gap =
        std::max(figures.longest_gap, std::chrono::milliseconds(times[i] - times[i - 1]));
  }
  return figures;
}

}  // namespace cce::kafka_ground
