// What exactly once and at least once cost: records a second through the Kafka output, checkpoints
// included, as a ratio of those through a bare loop around librdkafka's idempotent producer that
// sends the same records, formatted before, to the same broker. Ours, theirs, ours … in turn; the
// ratios are the medians of those of each round, because what a machine gives changes from minute
// to minute. The round before the first warms the broker up, and is looked at for lost events.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/corpus.h"
#include "cce/api/buffer.h"
#include "cce/api/event.h"
#include "cce/state/open_state.h"
#include "cce/system/blocking_pool.h"
#include "cce/system/environment_crash_points.h"
#include "cce/system/posix_files.h"
#include "cce/system/spdlog_log.h"
#include "cce/system/system_clock.h"
#include "cce/system/system_random.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/kafka/kafka_kind.h"
#include "outputs/kafka/partition.h"
#include "parsers/jumpcloud/page.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/kafka/client.h"
#include "tests/kafka/kafka_cluster.h"
#include "tests/kafka/reader.h"

namespace cce {
namespace {

using bench::Corpus;
using kafka_ground::KafkaCluster;
using kafka_ground::Properties;

// Each device has all pages to deliver, one after the other, as when it catches up; so many that
// each partition has work.
constexpr int kDevices = 32;
constexpr std::size_t kPages = 2;
constexpr int kPartitions = 4;

// What is sent is compressed alike.
const Properties kSending = {{"compression.codec", "zstd"}};

struct Delivery {
  std::shared_ptr<const Batch> batch;
  Step step;
};

// Pages as a feed hands them to its output.
std::vector<Delivery> MakeDeliveries() {
  const jumpcloud::OrganisationKey key(Corpus::kOrganisation);
  const OcsfFormat ocsf;
  Corpus corpus;
  Event scratch;
  std::vector<Delivery> deliveries;
  for (std::size_t i = 0; i < kPages; ++i) {
    const auto parsed =
        jumpcloud::ParsePage(Bytes(corpus.Page(i)), key, jumpcloud::Passed(), 0, {});
    if (!parsed.ok()) throw std::runtime_error("a page does not parse");
    const Page& page = *parsed->page;
    const auto lines = std::make_shared<Buffer>();
    std::vector<std::size_t> ends;
    for (std::size_t event = 0; event < page.heads().size(); ++event) {
      page.Write(event, ocsf, Mark(), scratch, *lines);
      ends.push_back(lines->size());
      lines->Append('\n');
    }
    auto batch = std::make_shared<Batch>();
    std::vector<Accounted> accounted;
    std::size_t begin = 0;
    for (std::size_t event = 0; event < ends.size(); ++event) {
      const EventHead& head = page.heads()[event];
      batch->events.push_back({.identity = head.identity,
                               .time_ns = head.time_ns,
                               .bytes = lines->view().substr(begin, ends[event] - begin)});
      accounted.push_back({.identity = head.identity, .time_ns = head.time_ns});
      begin = ends[event] + 1;
    }
    batch->holds = lines;
    deliveries.push_back(
        {std::move(batch), {.position = absl::StrCat("page ", i), .blocks = ToBlocks(accounted)}});
  }
  return deliveries;
}

std::string DeviceName(int device) { return absl::StrCat("device-", device); }

struct Cost {
  double wall = 0, cpu = 0;  // seconds
};

class Stopwatch {
 public:
  Cost Read() const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start_;
    return {wall.count(), CpuSeconds() - cpu_};
  }

 private:
  static double CpuSeconds() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const double cpu_ = CpuSeconds();
};

// The parts of `cce run` that an output is made of.
class World {
 public:
  World() {
    absl::StatusOr<State> state = OpenState({.state_dir = folder_.path(), .cce_id = "bench"},
                                            blocking_, crash_points_, io_.get_executor());
    if (!state.ok()) throw std::runtime_error(state.status().ToString());
    state_ = std::make_unique<State>(*std::move(state));
  }

  absl::StatusOr<std::unique_ptr<Output>> Make(const std::string& options) {
    return KafkaOutputKind().make(
        {.name = "bus", .options = options, .state_dir = folder_.path(), .cce_id = "bench"},
        OutputWorld{.context = context_,
                    .store = *state_->store,
                    .format = format_,
                    .executor = io_.get_executor(),
                    .make_blocking = [] { return std::make_unique<BlockingPool>(1); }});
  }

  void Run(std::vector<Task<absl::Status>> tasks) {
    io_.restart();
    for (Task<absl::Status>& task : tasks) {
      boost::asio::co_spawn(io_, std::move(task),
                            [](const std::exception_ptr& error, const absl::Status& status) {
                              if (error) std::rethrow_exception(error);
                              if (!status.ok()) throw std::runtime_error(status.ToString());
                            });
    }
    io_.run();
  }

 private:
  TemporaryDirectory folder_;
  SystemClock clock_;
  SpdlogLog log_{clock_, LogLevel::kWarning, StandardErrorSink()};
  SystemRandom random_;
  PosixFiles files_;
  EnvironmentCrashPoints crash_points_;
  OcsfFormat format_;
  boost::asio::io_context io_{1};
  BlockingPool blocking_{4};
  Context context_{clock_, random_, blocking_, files_, crash_points_, log_};
  std::unique_ptr<State> state_;
};

Task<absl::Status> Recover(Output* output, FeedKey feed) {
  const auto found = co_await output->Recover(std::move(feed));
  co_return found.status();
}

Task<absl::Status> DeliverAll(Output* output, FeedKey feed, const std::vector<Delivery>* pages) {
  for (const Delivery& page : *pages) {
    absl::Status delivered = co_await output->Deliver(feed, page.batch, page.step);
    if (!delivered.ok()) co_return delivered;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Close(Output* output) {
  co_await output->Close();
  co_return absl::OkStatus();
}

Cost MeasureOutput(const KafkaCluster& cluster, const std::string& topic, const char* guarantee,
                   const std::vector<Delivery>& pages) {
  World world;
  Properties properties = cluster.ClientProperties();
  const std::string brokers = properties["bootstrap.servers"];
  const auto output = world.Make(nlohmann::json({{"brokers", brokers},
                                                 {"topic", topic},
                                                 {"delivery", guarantee},
                                                 {"checkpoint_topic", topic + ".checkpoints"},
                                                 {"properties", kSending}})
                                     .dump());
  if (!output.ok()) throw std::runtime_error(output.status().ToString());
  std::vector<Task<absl::Status>> recovering, delivering, closing;
  for (int device = 0; device < kDevices; ++device) {
    const FeedKey feed{"bus", DeviceName(device), std::string(Corpus::kOrganisation)};
    recovering.push_back(Recover(output->get(), feed));
    delivering.push_back(DeliverAll(output->get(), feed, &pages));
  }
  closing.push_back(Close(output->get()));
  world.Run(std::move(recovering));
  const Stopwatch stopwatch;
  world.Run(std::move(delivering));
  const Cost cost = stopwatch.Read();
  world.Run(std::move(closing));
  return cost;
}

void Send(rd_kafka_t* producer, rd_kafka_topic_t* topic, const std::string& device,
          const BatchEvent& event) {
  const std::string identity = ToText(event.identity);
  rd_kafka_vu_t parts[5] = {};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic;
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = kafka::PartitionOf(device, kPartitions);
  parts[2].vtype = RD_KAFKA_VTYPE_KEY;
  parts[2].u.mem = {const_cast<char*>(device.data()), device.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem = {const_cast<char*>(event.bytes.data()), event.bytes.size()};
  parts[4].vtype = RD_KAFKA_VTYPE_HEADER;
  parts[4].u.header = {"cce-id", identity.data(), static_cast<ssize_t>(identity.size())};
  for (;;) {
    rd_kafka_error_t* const error = rd_kafka_produceva(producer, parts, 5);
    if (error == nullptr) return;
    const bool is_full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    if (!is_full) kafka_ground::Check(error, "produce");
    rd_kafka_error_destroy(error);
    rd_kafka_poll(producer, 10);
  }
}

Cost MeasureBareProducer(const KafkaCluster& cluster, const std::string& topic,
                         const std::vector<Delivery>& pages) {
  Properties properties = cluster.ClientProperties();
  properties.insert(kSending.begin(), kSending.end());
  properties["enable.idempotence"] = "true";
  // As the output has it. It flushes at once: to wait for full batches first gains it nothing.
  properties["linger.ms"] = "10000";
  properties["queue.buffering.max.messages"] = "1000000";
  const kafka_ground::Client producer = kafka_ground::MakeClient(RD_KAFKA_PRODUCER, properties);
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(producer.get(), topic.c_str(), nullptr);
  const struct rd_kafka_metadata* metadata = nullptr;
  kafka_ground::Check(rd_kafka_metadata(producer.get(), 0, handle, &metadata, 60'000), "connect");
  rd_kafka_metadata_destroy(metadata);

  const Stopwatch stopwatch;
  for (const Delivery& page : pages) {
    for (int device = 0; device < kDevices; ++device) {
      const std::string name = DeviceName(device);
      for (const BatchEvent& event : page.batch->events) Send(producer.get(), handle, name, event);
      rd_kafka_poll(producer.get(), 0);
    }
  }
  kafka_ground::Check(rd_kafka_flush(producer.get(), 600'000), "flush");
  const Cost cost = stopwatch.Read();
  rd_kafka_topic_destroy(handle);
  return cost;
}

// What is timed has to be right.
void CheckTopic(const KafkaCluster& cluster, const std::string& topic, std::size_t events) {
  kafka_ground::WaitUntilSettled(cluster.ClientProperties(), topic);
  std::size_t found = 0;
  kafka_ground::ReadTopic(cluster.ClientProperties(), topic,
                          [&](kafka_ground::Record) { ++found; });
  if (found != events) throw std::runtime_error(absl::StrCat(topic, " has ", found, " records"));
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

void Run(int rounds) {
  const std::vector<Delivery> pages = MakeDeliveries();
  std::size_t events = 0;
  for (const Delivery& page : pages) events += page.batch->events.size() * kDevices;
  KafkaCluster cluster({});
  struct Way {
    const char* name;
    const char* guarantee;  // nullptr: the bare producer
    std::vector<double> wall = {}, cpu = {};
    std::vector<double> wall_ratio = {}, cpu_ratio = {};
  };
  Way ways[] = {{"bare producer", nullptr},
                {"exactly once", "exactly_once"},
                {"at least once", "at_least_once"}};
  for (int round = 0; round <= rounds; ++round) {
    Cost costs[std::size(ways)];
    for (std::size_t turn = 0; turn < std::size(ways); ++turn) {
      const std::size_t i = (turn + static_cast<std::size_t>(round)) % std::size(ways);
      const Way& way = ways[i];
      const std::string topic = absl::StrCat("bench.", round, ".", i);
      cluster.CreateTopic(topic, kPartitions);
      costs[i] = way.guarantee == nullptr ? MeasureBareProducer(cluster, topic, pages)
                                          : MeasureOutput(cluster, topic, way.guarantee, pages);
      if (round == 0) CheckTopic(cluster, topic, events);
      std::printf("# round %d, %-13s: %.2f s, %.2f CPU-seconds for %zu events\n", round, way.name,
                  costs[i].wall, costs[i].cpu, events);
    }
    if (round == 0) continue;
    for (std::size_t i = 0; i < std::size(ways); ++i) {
      ways[i].wall.push_back(costs[i].wall);
      ways[i].cpu.push_back(costs[i].cpu);
      ways[i].wall_ratio.push_back(costs[0].wall / costs[i].wall);
      ways[i].cpu_ratio.push_back(costs[i].cpu / costs[0].cpu);
    }
  }
  const auto millions = static_cast<double>(events) / 1e6;
  for (const Way& way : ways) {
    std::printf("# %-13s: %.0f events/s, %.2f CPU-seconds per million events\n", way.name,
                static_cast<double>(events) / Median(way.wall), Median(way.cpu) / millions);
  }
  std::printf("kafka_exactly_once_over_bare_producer %.3f ratio\n", Median(ways[1].wall_ratio));
  std::printf("kafka_at_least_once_over_bare_producer %.3f ratio\n", Median(ways[2].wall_ratio));
  std::printf("kafka_exactly_once_cpu_over_bare_producer %.3f ratio\n", Median(ways[1].cpu_ratio));
  std::printf("kafka_at_least_once_cpu_over_bare_producer %.3f ratio\n", Median(ways[2].cpu_ratio));
}

}  // namespace
}  // namespace cce

int main(int argc, char** argv) {
  try {
    cce::Run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 9);
  } catch (const std::exception& error) {
    std::cerr << "bench_kafka: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
