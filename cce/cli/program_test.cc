// The program as users have it.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int code;
  std::string text;  // what it wrote, both streams
};

Outcome Cce(const std::string& arguments) {
  FILE* pipe = popen((std::string(CCE_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  Outcome outcome{-1, ""};
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.text.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

TEST(Program, TellsItsVersionAndExplainsItself) {
  EXPECT_EQ(Cce("--version").code, 0);
  EXPECT_THAT(Cce("--version").text, StartsWith("cce "));
  EXPECT_EQ(Cce("--help").code, 0);
  EXPECT_EQ(Cce("").code, 2);
  EXPECT_EQ(Cce("run --config /nowhere/cce.json").code, 2);
}

TEST(Program, AcceptsTheExamplesThatAreShipped) {
  const cce::TemporaryDirectory temporary;
  const std::string& folder = temporary.path();
  std::filesystem::create_directory(folder + "/devices.d");
  const std::string examples = CCE_EXAMPLES;
  std::filesystem::copy_file(examples + "/cce.json.example", folder + "/cce.json");
  std::filesystem::copy_file(examples + "/devices.d/acme.json.example",
                             folder + "/devices.d/acme.json");
  std::ofstream(folder + "/acme") << "key";
  setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  const Outcome outcome = Cce("check --config " + folder + "/cce.json");
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("1 device on this engine, 1 output"));

  const std::string with_event_types =
      R"({"collection": {"event_types": {"jumpcloud": "event_types.json"}},
          "outputs": {"archive": {"type": "file", "directory": "out"}}})";
  std::ofstream(folder + "/cce.json") << with_event_types;
  std::filesystem::copy_file(examples + "/event_types.json.example", folder + "/event_types.json");
  const Outcome with_types = Cce("check --config " + folder + "/cce.json");
  EXPECT_EQ(with_types.code, 0) << with_types.text;
}

TEST(Program, SaysWhatIsWrongWithAFileOfEventTypes) {
  const cce::TemporaryDirectory temporary;
  const std::string& folder = temporary.path();
  std::filesystem::create_directory(folder + "/devices.d");
  std::ofstream(folder + "/cce.json")
      << R"({"collection": {"event_types": {"jumpcloud": "types.json"}},
             "outputs": {"archive": {"type": "file", "directory": "out"}}})";
  const auto check = [&](const std::string& types) {
    std::ofstream(folder + "/types.json") << types;
    const Outcome outcome = Cce("check --config " + folder + "/cce.json");
    EXPECT_EQ(outcome.code, 2) << outcome.text;
    return outcome.text;
  };
  const std::string broken = check(R"({"a": {"class": "logon", "activity": "Logon"},
      "b": {"class": "authentication", "activity": "Logon", "severity": "dire"},
      "no spaces": {"like": "user_update"}, "c": {"like": "user_update", "service": "sso"},
      "d": {"class": "base_event", "other_activity": "say \"no\""}})");
  EXPECT_THAT(broken, HasSubstr("types.json: /a/class: found \"logon\"; allowed: \"base_event\""));
  EXPECT_THAT(broken, HasSubstr("types.json: /b/severity: found \"dire\"; allowed: \"inform"));
  EXPECT_THAT(broken, HasSubstr("types.json: /no spaces: this name is not possible"));
  EXPECT_THAT(broken, HasSubstr("types.json: /c/service: unknown key"));
  EXPECT_THAT(broken, HasSubstr("types.json: /d/other_activity: found "));
  EXPECT_THAT(check(R"({"b": {"class": "authentication", "activity": "Log on"}})"),
              HasSubstr("types.json: /b/activity: found \"Log on\"; allowed: \"Logon\", "));
}

}  // namespace
