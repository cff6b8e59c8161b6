// What a user is promised, seen from outside: processes, files and signals.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "cce/state/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "outputs/file/crash_points.h"
#include "tests/e2e/site.h"

namespace cce::e2e {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

void ExpectEverythingOnce(Site& site, const std::string& output = "archive") {
  const Site::Figures figures = site.Check(output);
  EXPECT_EQ(figures.exit_code, 0) << site.Log();
  EXPECT_GT(figures.visible, 0);
  EXPECT_EQ(figures.lost, 0);
  EXPECT_EQ(figures.doubled, 0);
  EXPECT_EQ(figures.delivered, figures.visible - figures.late - figures.pending);
}

// Returns when the engine has opened its socket, or has ended.
void WaitUntilItServes(const Site& site, Child& engine) {
  while (!fs::exists(site.folder() + "/state/cce.sock") && engine.WaitFor(20) == -1) {
  }
}

TEST(Delivery, BringsEveryEventOnceToEachFormat) {
  Site site({.simulator = {"--events", "20000", "--span", "24h"},
             .outputs = {"archive", "original"},
             .formats = {{"original", "raw"}},
             .tls = true});
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site, "archive");
  ExpectEverythingOnce(site, "original");
}

TEST(Delivery, BringsEveryEventOnceInCompressedFilesOfATenantsOwn) {
  for (const char* compress : {"zstd", "gzip"}) {
    Site site({.simulator = {"--events", "20000", "--span", "24h"},
               .rotate_size = "2MiB",
               .compress = compress,
               .tenant = "Zoë & Co"});
    const auto engine = site.StartEngine(false);
    const std::string folder = site.OutputFolder("archive") + "/Zo%C3%AB%20%26%20Co/acme";
    const auto has_sealed = [&] {
      std::error_code error;
      for (const fs::directory_entry& file : fs::directory_iterator(folder, error)) {
        if (file.path().extension() == (compress[0] == 'z' ? ".zst" : ".gz")) return true;
      }
      return false;
    };
    while (!has_sealed()) ASSERT_EQ(engine->WaitFor(20), -1) << site.Log();
    engine->Signal(SIGKILL);
    engine->Wait();
    EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
    ExpectEverythingOnce(site);
  }
}

TEST(Delivery, BringsHostileEventsAsFarAsTheyCanBeUnderstood) {
  Site site({.simulator = {"--events", "5000", "--span", "24h", "--hostile", "0.1"},
             .outputs = {"original"},
             .formats = {{"original", "raw"}}});
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site, "original");
  const auto lines_of = [&](std::string_view element) {
    int count = 0;
    for (const fs::directory_entry& file :
         fs::directory_iterator(site.OutputFolder("original") + "/acme")) {
      std::ifstream in(file.path());
      for (std::string line; std::getline(in, line);) count += line == element;
    }
    return count;
  };
  EXPECT_GT(lines_of("null"), 1) << "equal elements are still as many";
  EXPECT_GT(lines_of("{}"), 1);
}

// Every line that `output` has of the device.
std::multiset<std::string> LinesOf(const Site& site, const std::string& output) {
  std::multiset<std::string> lines;
  for (const fs::directory_entry& file :
       fs::directory_iterator(site.OutputFolder(output) + "/acme")) {
    if (file.path().string().ends_with(".manifest.json")) continue;
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) lines.insert(line);
  }
  return lines;
}

TEST(Delivery, BringsAnOutputWhatItsFilterLetsPassAndCountsTheRest) {
  Site site({.simulator = {"--events", "20000", "--span", "24h", "--delay-profile", "none"},
             .outputs = {"archive", "siem"},
             .filters = {{"siem", R"({"services":["sso","Radius"],"min_severity":"low"})"}}});
  const auto engine = site.StartEngine(false);
  for (int tries = 0; tries < 100 && site.Log().find(" filtered)") == std::string::npos; ++tries) {
    ASSERT_EQ(engine->WaitFor(20), -1) << site.Log();
    site.RunCce({"status"});
  }
  engine->Signal(SIGKILL);
  engine->Wait();
  EXPECT_THAT(site.Log(), HasSubstr(" filtered)"));
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site, "archive");

  std::multiset<std::string> wanted;
  const std::multiset<std::string> all = LinesOf(site, "archive");
  for (const std::string& line : all) {
    const nlohmann::json event = nlohmann::json::parse(line);
    const std::string service = event["metadata"].value("log_source", "");
    // That of an unknown type is a guess.
    const bool is_low = event["severity_id"] == 1 && event["class_uid"] != 0;
    if ((service == "sso" || service == "radius" || service.empty()) && !is_low) {
      wanted.insert(line);
    }
  }
  EXPECT_GT(wanted.size(), 100u);
  EXPECT_LT(wanted.size(), all.size() / 2);
  EXPECT_EQ(LinesOf(site, "siem"), wanted);
}

TEST(Delivery, GivesATypeThatNobodyKnowsTheMeaningOfAnOperatorsFile) {
  Site site({.simulator = {"--events", "20000", "--span", "24h", "--delay-profile", "none"},
             .event_types = R"({"something_nobody_documented":
                 {"class": "entity_management", "activity": "Enroll", "severity": "medium"}})"});
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site);
  int events = 0;
  for (const std::string& line : LinesOf(site, "archive")) {
    if (line.find("\"something_nobody_documented\"") == std::string::npos) continue;
    ++events;
    const nlohmann::json event = nlohmann::json::parse(line);
    EXPECT_EQ(event["class_uid"], 3004);
    EXPECT_EQ(event["activity_name"], "Enroll");
    EXPECT_GE(event["severity_id"], 3);
    EXPECT_THAT(line, Not(HasSubstr("mapping:")));
    EXPECT_FALSE(event.contains("raw_data")) << line;
  }
  EXPECT_GT(events, 10);
}

TEST(Delivery, CollectsWhatComesWhileItRuns) {
  Site site({.simulator = {"--events", "2000", "--span", "1h", "--live-rate", "200",
                           "--delay-profile", "realistic"}});
  const auto engine = site.StartEngine(false);
  constexpr long kSomeOfWhatComesLater = 2500;
  long delivered = 0;
  for (int seconds = 0; seconds < 60 && delivered < kSomeOfWhatComesLater; ++seconds) {
    ASSERT_EQ(engine->WaitFor(1000), -1) << site.Log();
    if (fs::exists(site.OutputFolder("archive"))) delivered = site.Check().delivered;
  }
  EXPECT_GE(delivered, kSomeOfWhatComesLater);
  engine->Signal(SIGTERM);
  EXPECT_EQ(engine->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site);
}

TEST(Delivery, EndsWithTheBatchInHandOnSigterm) {
  Site site({.simulator = {"--events", "60000", "--span", "24h", "--fault",
                           R"({"fault": "slow", "count": -1, "delay": "25ms"})"}});
  std::mt19937 random(1);
  for (int round = 0; round < 5; ++round) {
    const auto engine = site.StartEngine(false);
    WaitUntilItServes(site, *engine);
    while (!fs::exists(site.OutputFolder("archive"))) ASSERT_EQ(engine->WaitFor(10), -1);
    engine->WaitFor(static_cast<int>(random() % 400));
    engine->Signal(SIGTERM);
    EXPECT_EQ(engine->Wait(), 0) << site.Log();
  }
  const Site::Figures ended = site.Check();
  EXPECT_GT(ended.delivered, 0);
  EXPECT_LT(ended.delivered, ended.visible - 1000) << "the last signal met no batch";
  site.Simulator("faults", R"({"clear": true})");
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site);
}

TEST(Delivery, OneBlockedOutputHoldsUpNoOtherAndTakesUpWhereItWas) {
  constexpr long kEvents = 10'000;
  Site site({.simulator = {"--events", std::to_string(kEvents), "--span", "24h", "--delay-profile",
                           "none"},
             .outputs = {"archive", "blocked"}});
  // A file stands where the output's folder should be.
  std::ofstream(site.OutputFolder("blocked")) << "in the way";
  const auto engine = site.StartEngine(false);
  const auto wait_for_all = [&](const std::string& output) {
    long delivered = 0;
    for (int tries = 0; tries < 900 && delivered < kEvents; ++tries) {
      ASSERT_EQ(engine->WaitFor(100), -1) << site.Log();
      if (fs::is_directory(site.OutputFolder(output))) delivered = site.Check(output).delivered;
    }
    ExpectEverythingOnce(site, output);
  };
  wait_for_all("archive");
  std::ifstream status("/proc/" + std::to_string(engine->pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM") || line.starts_with("VmRSS")) std::cout << line << "\n";
  }
  fs::remove(site.OutputFolder("blocked"));
  wait_for_all("blocked");
  engine->Signal(SIGTERM);
  EXPECT_EQ(engine->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site, "archive");
}

TEST(Delivery, ARefusedKeyEndsWithExitCodeThreeAndARemedy) {
  Site site({.simulator = {"--events", "10"}});
  site.Configure("jca_wrong");
  EXPECT_EQ(site.StartEngine(true)->Wait(), 3);
  EXPECT_THAT(site.Log(), HasSubstr("key"));
  EXPECT_THAT(site.Log(), Not(HasSubstr("jca_wrong")));
}

TEST(Delivery, ASecondEngineOnTheSameStateIsRefused) {
  Site site({.simulator = {"--events", "100"}});
  const auto first = site.StartEngine(false);
  WaitUntilItServes(site, *first);
  EXPECT_EQ(site.StartEngine(false)->Wait(), 2) << site.Log();
  EXPECT_EQ(site.RunCce({"check"}), 0) << site.Log();
  EXPECT_EQ(site.RunCce({"status"}), 0) << site.Log();
  first->Signal(SIGTERM);
  EXPECT_EQ(first->Wait(), 0);
}

TEST(Delivery, FilesWithoutTheirStateAreRefusedUntilTheDeviceIsReset) {
  Site site({.simulator = {"--events", "1000", "--span", "2h"}});
  ASSERT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  fs::remove_all(site.folder() + "/state");
  EXPECT_EQ(site.StartEngine(true)->Wait(), 1) << site.Log();
  EXPECT_THAT(site.Log(), HasSubstr("cce device reset"));
  ASSERT_EQ(site.RunCce({"device", "reset", "acme", "--from", "-1h"}), 0) << site.Log();
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
}

class CrashPoint : public testing::TestWithParam<std::string_view> {};

// Recovery has something to repair only after another crash; this is the one.
std::string_view CrashBefore(std::string_view point) {
  if (point == file::kAfterRecoverCut) return file::kAfterWrite;
  if (point == file::kAfterRecoverRemove) return file::kAfterCreate;
  return {};
}

// Twenty times the engine dies at the same place, each time at another pass of it.
TEST_P(CrashPoint, LosesAndDoublesNothing) {
  constexpr int kCrashes = 20;
  // A file holds a few pages, so that a crash meets new files, growing ones and sealed ones. For
  // recovery to cut one each time, the crash before must meet a growing one.
  Site site({.simulator = {"--events", "150000", "--span", "24h"},
             .page_size = 300,
             .rotate_size = GetParam() == file::kAfterRecoverCut ? "1GiB" : "2MiB",
             .compress = "zstd"});
  std::mt19937 random(7);
  const auto start_armed = [&site](std::string_view point, std::uint64_t pass) {
    return site.StartEngine(true,
                            {"CCE_CRASH_AT=" + std::string(point) + ":" + std::to_string(pass)});
  };
  int crashes = 0;
  for (int round = 0; crashes < kCrashes; ++round) {
    ASSERT_LT(round, 3 * kCrashes) << "the engine hardly comes past this point";
    const std::string_view before = CrashBefore(GetParam());
    if (!before.empty()) start_armed(before, 2 + random() % 3)->Wait();
    const auto engine = start_armed(GetParam(), before.empty() ? 1 + random() % 4 : 1);
    const int code = engine->Wait();
    ASSERT_TRUE(code == 0 || code == 128 + SIGKILL) << code << site.Log();
    crashes += code > 0;
  }
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site);
}

std::vector<std::string_view> AllCrashPoints() {
  std::vector<std::string_view> points(kStateCrashPoints.begin(), kStateCrashPoints.end());
  for (const std::string_view point : file::kCrashPoints) {
    // These need an event larger than the body cap, a failed sync, and files that are too old: they
    // are crashed in the tests of outputs/file.
    if (point == file::kAfterDeadLetters || point == file::kAfterSealCut ||
        point == file::kAfterRetireData || point == file::kAfterRetireSync ||
        point == file::kAfterRetireManifest) {
      continue;
    }
    points.push_back(point);
  }
  return points;
}

std::string PointName(const testing::TestParamInfo<std::string_view>& info) {
  std::string name(info.param);
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CrashPoint, testing::ValuesIn(AllCrashPoints()), PointName);

TEST(RandomKill, TwoHundredTimesUnderLoadLosesAndDoublesNothing) {
  constexpr int kKills = 200;
  // Small pages at the service's pace, not this machine's: the backlog outlasts the kills on any.
  Site site(
      {.simulator = {"--events", "400000", "--span", "24h", "--live-rate", "300", "--delay-profile",
                     "realistic", "--fault", R"({"fault": "slow", "count": -1, "delay": "4ms"})"},
       .page_size = 100});
  std::mt19937 random(11);
  for (int kill = 0; kill < kKills; ++kill) {
    const auto engine = site.StartEngine(false);
    engine->WaitFor(static_cast<int>(20 + random() % 150));
    engine->Signal(SIGKILL);
    ASSERT_EQ(engine->Wait(), 128 + SIGKILL) << site.Log();
  }
  const Site::Figures killed = site.Check();
  EXPECT_GT(killed.delivered, 0) << "the engine was killed before it did anything";
  EXPECT_LT(killed.delivered, killed.visible - 50'000) << "the last kills met no load";
  site.Simulator("faults", R"({"clear": true})");
  EXPECT_EQ(site.StartEngine(true)->Wait(), 0) << site.Log();
  ExpectEverythingOnce(site);
}

}  // namespace
}  // namespace cce::e2e
