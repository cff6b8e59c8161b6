// Days of a collector's life in seconds: the real feed and the real JumpCloud source against the
// simulator in the same process, on a virtual clock and one thread, with outputs that fail, a
// service that misbehaves and an engine that dies. Everything follows from the seed: a failing one
// replays with
//   history_test --gtest_filter='*/SEED'
#include <sodium.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "cce/engine/feed.h"
#include "gtest/gtest.h"
#include "outputs/format/raw_format.h"
#include "parsers/jumpcloud/source.h"
#include "tests/fakes/memory_output.h"
#include "tests/fakes/virtual_world.h"
#include "tests/simulator/simulator.h"

namespace cce {
namespace {

constexpr char kOrganisation[] = "64f0c0de5eed000000000a01";
constexpr char kKey[] = "jca_history";

// The simulator behind the engine's HTTP interface.
class SimulatedService : public HttpClient {
 public:
  SimulatedService(simulator::Simulator& simulator, VirtualClock& clock, std::uint64_t seed)
      : simulator_(simulator), clock_(clock), random_(seed) {}

  Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request, std::string secret,
                                          HttpLimits limits) override {
    simulator::Request asked{.method = request.method, .target = request.url, .body = request.body};
    asked.target.erase(0, asked.target.find('/', std::string("https://").size()));
    for (const HttpHeader& header : request.headers) {
      asked.headers.emplace_back(header.name, header.value);
    }
    asked.headers.emplace_back(request.secret_header, std::move(secret));
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    const std::unique_ptr<Sleeper> way = clock_.MakeSleeper(executor);
    co_await way->Sleep(absl::Milliseconds(static_cast<std::int64_t>(random_() % 400)));
    const simulator::Response answer = simulator_.Answer(asked, clock_.Now());
    co_await way->Sleep(absl::Milliseconds(static_cast<std::int64_t>(random_() % 400)));
    if (answer.reset || answer.cut_after) co_return absl::UnavailableError("connection reset");
    HttpResponse response;
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.headers.push_back({name, value});
    if (answer.body.size() > limits.body_cap) {
      response.over_cap = true;
    } else {
      response.body.Append(answer.body.Text());
    }
    co_return response;
  }

 private:
  simulator::Simulator& simulator_;
  VirtualClock& clock_;
  std::mt19937_64 random_;
};

std::string HashOf(std::string_view bytes) {
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  char text[33];
  return sodium_bin2hex(text, sizeof text, hash, sizeof hash);
}

class History : public testing::TestWithParam<int> {
 protected:
  static constexpr absl::Duration kLength = absl::Hours(12);

  History() {
    simulator::OrganisationOptions organisation;
    organisation.id = kOrganisation;
    organisation.seed = seed_;
    organisation.events = 2000;
    organisation.span = absl::Hours(3);
    organisation.burst = 150;
    organisation.live_rate = 0.2;
    organisation.mix.tail = absl::Minutes(8);
    organisation.mix.tail_share = 0.02;
    organisation.mix.burst_rate = 0.01;
    organisation.mix.twin_rate = 0.02;
    EXPECT_TRUE(simulator_.AddOrganisation(organisation, world_.clock().Now()).ok());
    simulator_.credentials().AddKey({.key = kKey, .organisation = kOrganisation});

    DeviceSettings settings;
    settings.configuration =
        R"({"org_id":"64f0c0de5eed000000000a01","page_size":40,"start":"-6h"})";
    settings.overlap = absl::Minutes(10);
    settings.redact = false;  // lines are told by the hash of the service's bytes
    source_ = jumpcloud::JumpCloudKind().make(settings).value();
  }

  ~History() override { Crash(); }

  std::uint64_t Draw(std::uint64_t below) { return random_() % below; }

  void Start() {
    device_ = std::make_unique<PolledDevice>(
        DeviceOptions{.name = "device", .source = source_, .secret = kKey}, service_,
        world_.context(), world_.io().get_executor());
    for (MemoryOutput& output : outputs_) {
      feeds_.push_back(std::make_unique<Feed>(
          FeedOptions{.key = {output.name(), "device", kOrganisation}, .filter = FilterOf(output)},
          *device_, output, store_, ShareOf(output), world_.context(), world_.io().get_executor()));
      boost::asio::co_spawn(world_.io(), feeds_.back()->Run(), boost::asio::detached);
    }
  }

  OutputShare& ShareOf(const MemoryOutput& output) {
    return shares_[static_cast<std::size_t>(&output - outputs_.data())];
  }

  // The second output takes a part of the services only.
  EventFilter FilterOf(const MemoryOutput& output) const {
    if (&output == &outputs_[0]) return {};
    return {.services = {"directory", "sso", "systems"}};
  }

  // What is accounted for as filtered at `output`.
  int Filtered(const MemoryOutput& output) {
    int filtered = 0;
    constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
    const auto blocks =
        world_.Await(store_.Blocks({output.name(), "device", kOrganisation}, 0, kEnd));
    for (const IdentityBlock& block : blocks.value()) {
      for (const MinuteCount& count : block.minutes) filtered += static_cast<int>(count.filtered);
    }
    return filtered;
  }

  void Crash() {
    feeds_.clear();
    device_.reset();
    world_.Crash();
  }

  // Half of all Deliveries go wrong for a while, in every way there is.
  void Disturb() {
    using enum MemoryOutput::Ending;
    for (MemoryOutput& output : outputs_) {
      output.endings.clear();
      for (int i = 0; i < 6; ++i) {
        const MemoryOutput::Ending endings[] = {kDone, kRefused, kAmbiguous, kPrefix};
        output.endings.push_back(endings[Draw(4)]);
      }
    }
  }

  const std::uint64_t seed_ = static_cast<std::uint64_t>(GetParam());
  std::mt19937_64 random_{seed_};
  MemoryStore store_;
  RawFormat format_;
  AbsentFiles files_;
  VirtualWorld world_{files_, seed_};
  simulator::Simulator simulator_{simulator::SimulatorOptions{.seed = seed_}};
  SimulatedService service_{simulator_, world_.clock(), seed_};
  std::shared_ptr<const Source> source_;
  std::array<MemoryOutput, 2> outputs_ = {MemoryOutput("first", store_, format_),
                                          MemoryOutput("second", store_, format_)};
  std::array<OutputShare, 2> shares_ = {
      {{32u << 20, 32, world_.context()}, {32u << 20, 32, world_.context()}}};
  std::unique_ptr<PolledDevice> device_;
  std::vector<std::unique_ptr<Feed>> feeds_;
};

TEST_P(History, LosesAndDoublesNothing) {
  const absl::Time end = world_.clock().Now() + kLength;
  Start();
  while (world_.clock().Now() < end) {
    world_.RunFor(absl::Seconds(static_cast<std::int64_t>(1 + Draw(1200))));
    switch (Draw(4)) {
      case 0:
        Crash();
        world_.RunFor(absl::Seconds(static_cast<std::int64_t>(Draw(1800))));
        Start();
        break;
      case 1:
        Disturb();
        break;
      case 2: {
        constexpr auto kKinds = static_cast<std::uint64_t>(simulator::FaultKind::kSlow) + 1;
        simulator::Fault fault;
        fault.kind = static_cast<simulator::FaultKind>(Draw(kKinds));
        fault.count = static_cast<std::int64_t>(1 + Draw(3));
        // A record without an id that comes twice cannot be told from a twin.
        if (fault.kind != simulator::FaultKind::kDuplicates) simulator_.faults().Add(fault);
        break;
      }
      default:
        break;
    }
  }
  // Two quiet hours: whatever was wrong has passed, and the last stragglers have come.
  world_.RunFor(absl::Hours(2));

  struct Visible {
    std::string hash;
    std::string service;
    bool settled;  // has to be accounted for by now
  };
  std::vector<Visible> visible;
  std::istringstream truth(simulator_.Truth(kOrganisation, world_.clock().Now()));
  const absl::Time settled = world_.clock().Now() - absl::Minutes(20);
  for (std::string line; std::getline(truth, line);) {
    const nlohmann::json event = nlohmann::json::parse(line);
    const absl::Time seen = absl::FromUnixNanos(event["visible_at"].get<std::int64_t>());
    const absl::Time happened = absl::FromUnixNanos(event["time"].get<std::int64_t>());
    visible.push_back({event.value("line_hash", event["hash"].get<std::string>()),
                       event["service"].is_string() ? event["service"].get<std::string>() : "",
                       seen < settled && happened < settled});
  }
  ASSERT_GT(visible.size(), 5000u);
  for (const MemoryOutput& output : outputs_) {
    std::map<std::string, int> missing;
    std::set<std::string> unwanted;
    int least_filtered = 0;
    int most_filtered = 0;
    for (const Visible& event : visible) {
      if (!FilterOf(output).Passes(event.service, 0)) {
        unwanted.insert(event.hash);
        least_filtered += event.settled ? 1 : 0;
        ++most_filtered;
      } else if (event.settled) {
        ++missing[event.hash];
      }
    }
    ASSERT_GT(missing.size(), 1000u);
    std::map<std::string, int> left = missing;
    for (const std::string& line : output.lines) {
      const std::string hash = HashOf(line);
      --left[hash];
      EXPECT_FALSE(unwanted.contains(hash)) << line;
    }
    int lost = 0;
    int doubled = 0;
    for (const auto& [hash, count] : left) {
      if (count > 0) lost += count;
      if (count < 0 && missing.contains(hash)) doubled -= count;
    }
    EXPECT_EQ(lost, 0) << output.name() << ", seed " << seed_;
    EXPECT_EQ(doubled, 0) << output.name() << ", seed " << seed_;
    EXPECT_GE(Filtered(output), least_filtered) << output.name() << ", seed " << seed_;
    EXPECT_LE(Filtered(output), most_filtered) << output.name() << ", seed " << seed_;
  }
  RecordProperty("requests", static_cast<int>(simulator_.stats().requests));
}

INSTANTIATE_TEST_SUITE_P(Seeds, History, testing::Range(1, 41),
                         [](const auto& parameter) { return std::to_string(parameter.param); });

}  // namespace
}  // namespace cce
