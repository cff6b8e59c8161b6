// The syslog output against Debian's rsyslog, over every transport.
#include "tests/syslog/rsyslog.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "cce/net/test_authority.h"
#include "cce/state/open_state.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "outputs/syslog/crash_points.h"
#include "outputs/syslog/syslog_output.h"
#include "tests/conformance/numbered_feed.h"
#include "tests/e2e/site.h"
#include "tests/fakes/memory_output.h"
#include "tests/fakes/real_world.h"
#include "tests/syslog/cutting_proxy.h"

namespace cce::syslog {
namespace {

class RsyslogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Rsyslog::IsHere()) GTEST_SKIP() << "bash tests/run.sh unpacks rsyslog";
    const TestIdentity identity = authority_.Issue("IP:127.0.0.1");
    Write("ca.pem", authority_.Certificate());
    Write("cert.pem", identity.certificate);
    Write("key.pem", identity.key);
  }

  RsyslogOptions WithTls() const {
    return {.ca_file = Path("ca.pem"), .cert_file = Path("cert.pem"), .key_file = Path("key.pem")};
  }

  SyslogOptions To(const Rsyslog& receiver, Transport transport) const {
    SyslogOptions options{.name = "siem", .state_dir = folder_.path(), .transport = transport};
    options.host_name = "collector";
    const std::uint16_t ports[] = {receiver.udp(), receiver.tcp(), receiver.tls(), receiver.relp(),
                                   receiver.relp_tls()};
    options.addresses = {{"127.0.0.1", ports[static_cast<int>(transport)]}};
    if (options.is_tls()) options.tls.ca_file = Path("ca.pem");
    // Debian's imrelp has no TLS without.
    if (transport == Transport::kRelpTls) {
      options.tls.cert_file = Path("cert.pem");
      options.tls.key_file = Path("key.pem");
    }
    return options;
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name)) << content;
  }

  RealWorld world_;
  MemoryStore store_;
  LineFormat format_;
  TemporaryDirectory folder_;
  TestAuthority authority_;
};

class RsyslogOverTest : public RsyslogTest, public ::testing::WithParamInterface<Transport> {};

TEST_P(RsyslogOverTest, TakesEveryEventInOrderWithItsEnvelope) {
  Rsyslog receiver(WithTls());
  SyslogOutput output(To(receiver, GetParam()),
                      {world_.context(), store_, format_, world_.io().get_executor()});
  NumberedFeed feed("siem", "lyon", 500);
  const auto recovered = world_.Await(output.Recover(feed.key()));
  ASSERT_TRUE(recovered.ok()) << recovered.status() << receiver.Log();
  while (!feed.done()) {
    auto [batch, step] = feed.Next(100);
    const absl::Status delivered = world_.Await(output.Deliver(feed.key(), batch, step));
    ASSERT_TRUE(delivered.ok()) << delivered << receiver.Log();
    feed.Advance(100);
  }
  world_.Await(output.Close());
  const std::vector<std::string> lines = receiver.WaitForLines(500);
  ASSERT_EQ(lines.size(), 500u) << receiver.Log();
  for (int n = 0; n < 500; ++n) {
    const std::string time = absl::FormatTime(
        "%Y-%m-%dT%H:%M:%S", absl::FromUnixNanos(NumberedFeed::TimeOf(n)), absl::UTCTimeZone());
    EXPECT_EQ(lines[static_cast<std::size_t>(n)],
              absl::StrCat("109|1|", time, ".000000Z|collector|cce|", ::getpid(),
                           "|-|[cce@32473 id=\"", ToText(NumberedFeed::IdentityOf(n)), "\" org=\"",
                           feed.key().organisation, "\"]|", feed.Line(n)));
  }
}

// A process that sends, which a test may end at any point.
struct Process {
  Process(const SyslogOptions& options, const std::string& state_dir)
      : state(OpenState({.state_dir = state_dir, .default_cce_id = "host"},
                        world.context().blocking, world.crash_points(), world.io().get_executor())),
        output(options, {world.context(), *state->store, format, world.io().get_executor()}) {}

  // Delivers the next events as a feed does: without those that are noted.
  absl::Status Deliver(NumberedFeed& feed, int count) {
    const int from = feed.read();
    const auto blocks = world.Await(state->store->Blocks(feed.key(), NumberedFeed::TimeOf(from),
                                                         NumberedFeed::TimeOf(from + count - 1)));
    if (!blocks.ok()) return blocks.status();
    int noted = 0;
    for (const IdentityBlock& block : *blocks) noted += static_cast<int>(block.identities.size());
    absl::Status status =
        world.Await(output.Deliver(feed.key(), feed.MakeBatch(from + noted, count - noted),
                                   feed.MakeStep(from + noted, count - noted)));
    if (status.ok()) feed.Advance(count);
    return status;
  }

  RealWorld world;
  absl::StatusOr<State> state;
  LineFormat format;
  SyslogOutput output;
};

// Delivers 100,000 messages to rsyslog over RELP through a proxy that cuts the connection every
// 500, and ends the process `kills` times on the way.
void DeliverThroughCuts(const char* name, SyslogOptions options, const Rsyslog& receiver,
                        int kills) {
  constexpr int kMessages = 100'000;
  constexpr int kBatch = 1'000;
  constexpr int kEvery = 500;
  CuttingProxy proxy(receiver.relp(), kEvery);
  options.addresses = {{"127.0.0.1", proxy.port()}};
  TemporaryDirectory state_dir;
  NumberedFeed feed("siem", "lyon", kMessages);
  std::mt19937 random(1);
  int killed = 0;
  while (!feed.done()) {
    Process process(options, state_dir.path());
    const auto recovered = process.world.Await(process.output.Recover(feed.key()));
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    feed.Resume(*recovered);
    if (killed < kills) {
      constexpr std::array kPoints = {kAfterConnect, kAfterWrite, kAfterAcknowledgement,
                                      kAfterPartCommit, kAfterCommit};
      const std::string_view point = kPoints[random() % kPoints.size()];
      process.world.crash_points().Arm(std::string(point), 1 + static_cast<int>(random() % 9));
    }
    try {
      while (!feed.done()) {
        const absl::Status delivered = process.Deliver(feed, kBatch);
        ASSERT_TRUE(delivered.ok()) << delivered;
      }
      process.world.Await(process.output.Close());
    } catch (const SimulatedCrash&) {
      ++killed;
    }
  }
  std::set<std::string> distinct;
  std::vector<std::string> lines;
  while (distinct.size() < kMessages) {
    const std::size_t before = lines.size();
    lines = receiver.WaitForLines(std::max<std::size_t>(before + 1, kMessages));
    distinct = {lines.begin(), lines.end()};
    if (lines.size() == before) break;
  }
  const std::size_t doubled = lines.size() - distinct.size();
  const auto breaks = static_cast<std::size_t>(proxy.cuts() + killed);
  std::printf(
      "%s_messages %d\n%s_cuts %d\n%s_kills %d\n%s_lost %zu\n%s_doubled %zu\n"
      "%s_doubled_per_break %.2f\n",
      name, kMessages, name, proxy.cuts(), name, killed, name, kMessages - distinct.size(), name,
      doubled, name, static_cast<double>(doubled) / static_cast<double>(breaks));
  EXPECT_TRUE(SameLines(FirstOfEach(lines), feed.Lines(kMessages)));
  EXPECT_GE(proxy.cuts(), kMessages / kEvery);
  EXPECT_EQ(killed, kills);
  EXPECT_LE(doubled, options.window * breaks);
}

TEST_F(RsyslogTest, LosesNothingOverRelpThroughCutsOfTheConnection) {
  Rsyslog receiver({.line = kTextAlone});
  DeliverThroughCuts("relp", To(receiver, Transport::kRelp), receiver, 0);
}

TEST_F(RsyslogTest, LosesNothingOverRelpThroughCutsAndKills) {
  Rsyslog receiver({.line = kTextAlone});
  DeliverThroughCuts("relp_killed", To(receiver, Transport::kRelp), receiver, 20);
}

// The whole program, killed by SIGKILL.
TEST_F(RsyslogTest, LosesNothingOfTheServiceThroughKillsOfTheEngine) {
  constexpr int kKills = 5;
  constexpr int kEvents = 20'000;
  const TemporaryDirectory delivered;
  std::filesystem::create_directory(delivered.path() + "/acme");
  Rsyslog receiver({.line = kTextAlone, .file = delivered.path() + "/acme/messages.ndjson"});
  e2e::SiteOptions options;
  options.simulator = {"--events", absl::StrCat(kEvents)};
  options.outputs = {"siem"};
  options.definitions = {{"siem", absl::StrCat(R"({"type": "syslog", "address": "127.0.0.1:)",
                                               receiver.relp(), R"(", "transport": "relp"})")}};
  e2e::Site site(options);
  for (int kill = 1; kill <= kKills; ++kill) {
    const std::string_view point = kill % 2 == 0 ? kAfterPartCommit : kAfterWrite;
    const auto engine =
        site.StartEngine(true, {absl::StrCat("CCE_CRASH_AT=", std::string(point), ":", 10 * kill)});
    EXPECT_EQ(engine->Wait(), 128 + SIGKILL) << site.Log();
  }
  const auto engine = site.StartEngine(true);
  EXPECT_EQ(engine->Wait(), 0) << site.Log();
  std::filesystem::create_directory_symlink(delivered.path(), site.OutputFolder("siem"));
  const e2e::Site::Figures figures = site.Check("siem");
  std::printf("engine_killed_visible %ld\nengine_killed_lost %ld\nengine_killed_doubled %ld\n",
              figures.visible, figures.lost, figures.doubled);
  EXPECT_GT(figures.visible, kEvents * 9 / 10) << site.Log();
  EXPECT_EQ(figures.lost, 0) << site.Log();
  // What was sent and not acknowledged when it was killed.
  EXPECT_GE(figures.doubled, kKills);
  EXPECT_LE(figures.doubled, 128 * kKills);
}

std::string NameOf(const ::testing::TestParamInfo<Transport>& tested) {
  return std::array{"Udp", "Tcp", "Tls", "Relp", "RelpTls"}[static_cast<std::size_t>(tested.param)];
}
INSTANTIATE_TEST_SUITE_P(Over, RsyslogOverTest,
                         ::testing::Values(Transport::kUdp, Transport::kTcp, Transport::kTls,
                                           Transport::kRelp, Transport::kRelpTls),
                         NameOf);

}  // namespace
}  // namespace cce::syslog
