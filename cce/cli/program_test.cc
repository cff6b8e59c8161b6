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
}

}  // namespace
