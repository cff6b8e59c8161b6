#include "cce/cli/command_line.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "cce/config/test_kinds.h"
#include "cce/state/open_state.h"
#include "cce/status/server.h"
#include "cce/system/blocking_pool.h"
#include "cce/system/environment_crash_points.h"
#include "cce/system/system_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace cce {
namespace {

namespace asio = boost::asio;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Cli : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_ + "/devices.d");
    Write("cce.json", R"({"state_dir": "state", "cce_id": "c-1", "outputs": {
        "archive": {"type": "file", "directory": "out"},
        "copy": {"type": "file", "directory": "out2"}}})");
    Write("devices.d/acme.json", R"({"device_name": "acme", "secret_key": {"file": "key"},
        "configuration": {"org_id": "acme-org"}})");
    Write("devices.d/key", "s3cr3t");
    std::filesystem::permissions(folder_ + "/devices.d/key", std::filesystem::perms::owner_read);
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  // Runs `cce ARGUMENTS...`; "CONFIG" stands for --config and the test's file.
  int Cce(std::vector<std::string> arguments) {
    std::vector<std::string> all = {"cce"};
    for (std::string& argument : arguments) {
      if (argument == "CONFIG") {
        all.push_back("--config");
        argument = folder_ + "/cce.json";
      }
      all.push_back(std::move(argument));
    }
    std::vector<const char*> argv;
    for (const std::string& argument : all) argv.push_back(argument.c_str());
    std::ostringstream out;
    std::ostringstream err;
    const Kinds kinds = TestKinds();
    const CommandLine line{kinds,
                           "1.2.3",
                           [this](const RunOptions& options, const Kinds&) {
                             ran_ = true;
                             until_caught_up_ = options.until_caught_up;
                             devices_ = options.configuration.devices.size();
                             return run_result_;
                           },
                           [] { return absl::FromUnixSeconds(1'780'000'000); },
                           out,
                           err};
    const int code = line.Execute(static_cast<int>(argv.size()), argv.data());
    out_ = out.str();
    err_ = err.str();
    EXPECT_THAT(out_ + err_, Not(HasSubstr("s3cr3t")));
    return code;
  }

  // The checkpoint of the feed of "acme" to `output`.
  std::optional<Checkpoint> Stored(const std::string& output) {
    asio::io_context io(1);
    BlockingPool blocking(1);
    EnvironmentCrashPoints crash_points{""};
    StateOptions options{.state_dir = folder_ + "/state", .cce_id = "", .default_cce_id = "c-1"};
    absl::StatusOr<State> state = OpenState(options, blocking, crash_points, io.get_executor());
    if (!state.ok()) return std::nullopt;
    std::optional<Checkpoint> found;
    asio::co_spawn(io, state->store->Load({output, "acme", "acme-org"}),
                   [&found](std::exception_ptr, absl::StatusOr<std::optional<Checkpoint>> loaded) {
                     if (loaded.ok()) found = *loaded;
                   });
    io.run();
    return found;
  }

  const TemporaryDirectory temporary_;
  const std::string folder_ = temporary_.path();
  std::string out_;
  std::string err_;
  bool ran_ = false;
  bool until_caught_up_ = false;
  std::size_t devices_ = 0;
  absl::StatusOr<int> run_result_ = 0;
};

TEST_F(Cli, HelpNamesEveryCommandTheFilesAndTheExitCodes) {
  EXPECT_EQ(Cce({"--help"}), 0);
  for (const char* word : {"run", "check", "status", "guarantees", "device", "--version", "/etc/cce/cce.json",
                           "devices.d", "Exit codes"}) {
    EXPECT_THAT(out_, HasSubstr(word));
  }
  EXPECT_THAT(err_, IsEmpty());
  EXPECT_EQ(Cce({"run", "--help"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("--until-caught-up"), HasSubstr("--config FILE")));
  EXPECT_EQ(Cce({"device", "reset", "--help"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("--from TIME"), HasSubstr("must be stopped")));
}

TEST_F(Cli, PrintsItsVersion) {
  EXPECT_EQ(Cce({"--version"}), 0);
  EXPECT_EQ(out_, "cce 1.2.3\n");
}

TEST_F(Cli, BadUsageIsOneLineAndExitCode2) {
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"fly"},
                                                       {"run", "--fast"},
                                                       {"device"},
                                                       {"device", "reset", "acme"},
                                                       {"device", "reset", "--from", "-24h"},
                                                       {"run", "--config"}};
  for (const std::vector<std::string>& arguments : wrong) {
    EXPECT_EQ(Cce(arguments), 2);
    EXPECT_THAT(err_, AllOf(StartsWith("cce: error: "), HasSubstr("--help")));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
  }
}

TEST_F(Cli, ChecksAConfiguration) {
  EXPECT_EQ(Cce({"check", "CONFIG"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("in order; 1 device on this engine, 2 outputs"));
  Write("devices.d/b.json", "{");
  Write("devices.d/c.json", "{}");
  EXPECT_EQ(Cce({"check", "CONFIG"}), 2);
  EXPECT_THAT(out_, IsEmpty());
  EXPECT_THAT(err_,
              AllOf(HasSubstr("b.json: not JSON"), HasSubstr("c.json: /device_name: missing")));
}

TEST_F(Cli, WarnsAndGoesOn) {
  Write("devices.d/acme.json", R"({"device_name": "acme", "secret_key": "s3cr3t",
      "configuration": {"org_id": "acme-org"}})");
  EXPECT_EQ(Cce({"check", "CONFIG"}), 0);
  EXPECT_THAT(err_, StartsWith("cce: warning: "));
}

TEST_F(Cli, SaysWhatIsPromisedOfEachDevicesEventsAtEachOutput) {
  Write("cce.json", R"({"state_dir": "state", "collection": {"overlap": "7m"}, "outputs": {
      "archive": {"type": "file", "directory": "out",
                  "only": {"services": ["sso", "radius"], "min_severity": "low"}},
      "copy": {"type": "file", "directory": "out2", "format": "raw"}}})");
  ASSERT_EQ(Cce({"guarantees", "CONFIG"}), 0) << err_;
  EXPECT_THAT(out_, StartsWith("acme\n  collected: every event that the service shows within 7m"));
  EXPECT_THAT(out_, HasSubstr("  archive (file, ocsf): exactly once\n    because it is an archive\n"
                              "    only events of sso, radius of severity low or more (`only`)"));
  EXPECT_THAT(out_, HasSubstr("  copy (file, raw): nothing\n    because it is a copy\n"));
}

TEST_F(Cli, RunsTheEngineAndReturnsItsExitCode) {
  run_result_ = 3;
  EXPECT_EQ(Cce({"run", "CONFIG"}), 3);
  EXPECT_EQ(devices_, 1u);
  EXPECT_FALSE(until_caught_up_);
  run_result_ = absl::FailedPreconditionError("another engine runs");
  EXPECT_EQ(Cce({"run", "CONFIG", "--until-caught-up"}), 2);
  EXPECT_TRUE(until_caught_up_);
  EXPECT_EQ(err_, "cce: error: another engine runs\n");
  run_result_ = absl::DataLossError("the disk is broken");
  EXPECT_EQ(Cce({"run", "CONFIG"}), 1);
}

TEST_F(Cli, RunsNothingWhileTheConfigurationIsWrong) {
  Write("cce.json", "{}");
  EXPECT_EQ(Cce({"run", "CONFIG"}), 2);
  EXPECT_FALSE(ran_);
  EXPECT_THAT(err_, HasSubstr("cce.json: /outputs: missing"));
}

TEST_F(Cli, SaysThatNoEngineRuns) {
  EXPECT_EQ(Cce({"status", "CONFIG"}), 1);
  EXPECT_THAT(err_, AllOf(HasSubstr("no engine runs"), HasSubstr("cce run")));
  EXPECT_EQ(Cce({"status", "--config", folder_ + "/nowhere.json"}), 2);
}

TEST_F(Cli, ShowsTheStatusOfTheRunningEngineWhateverTheFilesSayMeanwhile) {
  Write("devices.d/acme.json", "{");
  std::filesystem::create_directory(folder_ + "/state");
  SystemClock clock;
  StatusBoard board(clock, "c-1", "1.2.3");
  board.Add(
      {"acme", "jumpcloud", "", "", absl::Seconds(60), {{"archive", "ocsf", "exactly once"}}});
  asio::io_context io(1);
  absl::StatusOr<std::unique_ptr<StatusServer>> server = StatusServer::Open(
      io.get_executor(), clock, board, {.socket_path = folder_ + "/state/cce.sock"});
  ASSERT_TRUE(server.ok()) << server.status();
  std::thread engine([&io] { io.run(); });
  EXPECT_EQ(Cce({"status", "CONFIG"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("acme"), HasSubstr("Connected"), HasSubstr("archive 0")));
  EXPECT_EQ(Cce({"status", "CONFIG", "--json"}), 0);
  EXPECT_THAT(out_, StartsWith("{\n  \"cce\": {\n    \"cce_id\": \"c-1\""));
  asio::post(io, [&server] { server->reset(); });
  engine.join();
}

TEST_F(Cli, ResetsEveryFeedOfADevice) {
  Write("devices.d/acme.json", R"({"device_name": "acme", "secret_key": {"env": "CCE_NOT_SET"},
      "configuration": {"org_id": "acme-org"}})");
  EXPECT_EQ(Cce({"device", "reset", "acme", "--from", "2026-01-01T00:00:00Z", "CONFIG"}), 0)
      << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("acme to archive"), HasSubstr("acme to copy")));
  ASSERT_TRUE(Stored("archive").has_value());
  EXPECT_EQ(Stored("archive")->position, "2026-01-01T00:00:00+00:00");
  EXPECT_TRUE(Stored("copy").has_value());
}

TEST_F(Cli, ResetsOneFeedToSoLongAgo) {
  EXPECT_EQ(Cce({"device", "reset", "CONFIG", "--from", "-24h", "--output", "copy", "acme"}), 0)
      << err_;
  EXPECT_FALSE(Stored("archive").has_value());
  ASSERT_TRUE(Stored("copy").has_value());
  EXPECT_EQ(Stored("copy")->position, "2026-05-27T20:26:40+00:00");
}

TEST_F(Cli, RefusesToResetWhatIsNotThere) {
  EXPECT_EQ(Cce({"device", "reset", "acmee", "--from", "-24h", "CONFIG"}), 2);
  EXPECT_THAT(err_, HasSubstr("(did you mean \"acme\"?)"));
  EXPECT_EQ(Cce({"device", "reset", "acme", "--from", "-24h", "--output", "bus", "CONFIG"}), 2);
  EXPECT_THAT(err_, HasSubstr("there is \"archive\" or \"copy\""));
  for (const char* time : {"yesterday", "2026-01-01", "2040-01-01T00:00:00Z", "-24"}) {
    EXPECT_EQ(Cce({"device", "reset", "acme", "--from", time, "CONFIG"}), 2) << time;
    EXPECT_THAT(err_, HasSubstr("--from"));
  }
}

TEST_F(Cli, RefusesToResetWhileAnEngineRuns) {
  std::filesystem::create_directory(folder_ + "/state");
  const absl::StatusOr<StateLock> engine = StateLock::Take(folder_ + "/state");
  ASSERT_TRUE(engine.ok());
  EXPECT_EQ(Cce({"device", "reset", "acme", "--from", "-24h", "CONFIG"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("is in use by another cce"), HasSubstr("stop it")));
}

}  // namespace
}  // namespace cce
