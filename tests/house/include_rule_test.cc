// The house's include rule (ARCHITECTURE.md): who may know whom.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace {

namespace fs = std::filesystem;

// Folder -> folders of this repository that its files may include, besides itself.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"cce/api", {}},
    {"cce/system", {"cce/api"}},
    {"cce/net", {"cce/api"}},
    {"cce/state", {"cce/api"}},
    {"cce/config", {"cce/api"}},
    {"cce/status", {"cce/api"}},
    {"cce/engine", {"cce/api"}},
    {"parsers/json", {"cce/api"}},
    {"parsers/jumpcloud", {"cce/api", "parsers/json"}},
    {"outputs/format", {"cce/api"}},
    {"outputs/dead_letters", {"cce/api"}},
    {"outputs/file", {"cce/api", "outputs/dead_letters"}},
    {"outputs/kafka", {"cce/api", "outputs/dead_letters"}},
    {"outputs/syslog", {"cce/api", "outputs/dead_letters"}},
};

// Third-party headers that only these folders may include.
const std::map<std::string, std::set<std::string>> kOnlyIn = {
    {"curl/", {"cce/net"}},           {"sqlite3.h", {"cce/state"}},
    {"simdjson.h", {"parsers/json"}}, {"boost/beast", {"cce/cli", "cce/status", "cce/system"}},
    {"spdlog/", {"cce/system"}},      {"CLI/", {"cce/cli"}},
    {"valijson/", {"cce/config"}},    {"prometheus/", {"cce/status"}},
    {"zstd.h", {"outputs/file"}},     {"zlib.h", {"outputs/file"}},
    {"boost/asio/ssl", {"cce/system", "outputs/syslog"}},
    {"librdkafka/", {"outputs/kafka"}},
};

struct Include {
  std::string folder;
  std::string file;
  std::string header;
};

std::string FolderOf(const std::string& path) {
  const std::size_t first = path.find('/');
  const std::size_t second = first == std::string::npos ? first : path.find('/', first + 1);
  return path.substr(0, second);
}

bool IsTest(const std::string& file) {
  return file.find("_test.") != std::string::npos || file.find("/test_") != std::string::npos ||
         file.find("_fixture.") != std::string::npos;
}

std::vector<Include> Includes() {
  std::vector<Include> found;
  const fs::path root = CCE_SOURCE_DIR;
  for (const char* top : {"cce", "parsers", "outputs"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string file = fs::relative(entry.path(), root).generic_string();
      if (!file.ends_with(".h") && !file.ends_with(".cc")) continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("#include ")) continue;
        const std::size_t begin = line.find_first_of("\"<") + 1;
        const std::size_t end = line.find_first_of("\">", begin);
        found.push_back({FolderOf(file), file, line.substr(begin, end - begin)});
      }
    }
  }
  return found;
}

TEST(IncludeRule, EveryFolderKnowsOnlyWhomItMay) {
  const std::vector<Include> includes = Includes();
  ASSERT_GT(includes.size(), 300u);
  for (const Include& include : includes) {
    const bool ours =
        include.header.starts_with("cce/") || include.header.starts_with("parsers/") ||
        include.header.starts_with("outputs/") || include.header.starts_with("tests/");
    if (!ours || include.folder == "cce/cli") continue;
    const auto rule = kMayInclude.find(include.folder);
    ASSERT_NE(rule, kMayInclude.end()) << include.folder << " has no include rule";
    const std::string target = FolderOf(include.header);
    const bool by_test =
        IsTest(include.file) && (target == "cce/api" || target == "cce/system" ||
                                 target == "cce/state" || include.header.starts_with("tests/"));
    EXPECT_TRUE(target == include.folder || rule->second.contains(target) || by_test)
        << include.file << " must not include " << include.header;
  }
}

TEST(IncludeRule, ALibraryStaysWhereItIsWrapped) {
  for (const Include& include : Includes()) {
    if (IsTest(include.file)) continue;
    for (const auto& [library, folders] : kOnlyIn) {
      if (!include.header.starts_with(library)) continue;
      EXPECT_TRUE(folders.contains(include.folder))
          << include.file << " must not include " << include.header;
    }
  }
}

TEST(IncludeRule, TheContractRestsOnAbseilAndAsiosAwaitableAlone) {
  for (const Include& include : Includes()) {
    if (include.folder != "cce/api" || IsTest(include.file)) continue;
    const bool allowed = include.header.starts_with("cce/api/") ||
                         include.header.starts_with("absl/") ||
                         include.header == "boost/asio/awaitable.hpp" ||
                         include.header == "boost/asio/any_io_executor.hpp" ||
                         include.header.find('/') == std::string::npos;
    EXPECT_TRUE(allowed) << include.file << " must not include " << include.header;
  }
}

// A line plan holds for records whose texts nobody looked at. These look and tell its recorder.
TEST(HiddenTexts, AreExposedOnlyWhereTheLinePlanIsTold) {
  const std::set<std::string> may_expose = {"outputs/format/json_writer.h",
                                            "outputs/format/line_writer.cc",
                                            "parsers/jumpcloud/event_authentication.cc",
                                            "parsers/jumpcloud/event_finding.cc",
                                            "parsers/jumpcloud/event_leaves.cc",
                                            "parsers/jumpcloud/event_request.cc"};
  const fs::path root = CCE_SOURCE_DIR;
  for (const char* top : {"parsers", "outputs"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const std::string file = fs::relative(entry.path(), root).generic_string();
      if ((!file.ends_with(".h") && !file.ends_with(".cc")) || IsTest(file)) continue;
      std::ifstream in(entry.path());
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      EXPECT_TRUE(text.find("Expose()") == std::string::npos || may_expose.contains(file)) << file;
    }
  }
}

}  // namespace
