// What a record of each service becomes in each format stands in files that a review shows the
// difference of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cce/api/bytes.h"
#include "cce/api/event.h"
#include "cce/api/text.h"
#include "outputs/format/cef_format.h"
#include "outputs/format/ecs_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "parsers/jumpcloud/event_types.h"
#include "parsers/jumpcloud/page.h"
#include "tests/lines/line_parsers.h"

namespace cce {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 400'000;
constexpr std::string_view kAboutRewriting =
    "If that is meant, rewrite the files and review their difference: CCE_REWRITE_GOLDEN=1 "
    "build/tests/tests/golden/golden_test";

std::string ContentOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

// As nlohmann's dump(2) would indent it, but with every token as it stands: numbers, escapes and
// double keys are what a golden file is to show.
std::string Indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append("\n").append(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += json[++i];
      in_string = c != '"';
    } else if (c == '{' || c == '[') {
      out += c;
      ++depth;
      if (json[i + 1] != '}' && json[i + 1] != ']') new_line();
    } else if (c == '}' || c == ']') {
      --depth;
      if (json[i - 1] != '{' && json[i - 1] != '[') new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else if (c == ':') {
      out += ": ";
    } else {
      out += c;
      in_string = c == '"';
    }
  }
  return out;
}

std::string ShownJson(std::string_view line) {
  EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  return Indented(line);
}

// The header as it stands, then a pair a line.
std::string ShownPairs(std::string_view line, const std::optional<ParsedLine>& parsed,
                       const char* separator) {
  if (!parsed) {
    ADD_FAILURE() << "does not parse: " << line;
    return std::string(line);
  }
  const std::string pairs = absl::StrJoin(parsed->pairs, separator);
  EXPECT_TRUE(line.ends_with(pairs)) << line;
  return std::string(line.substr(0, line.size() - pairs.size())) + "\n" +
         absl::StrJoin(parsed->pairs, "\n");
}

std::string LineOf(const Page& page, const Format& format) {
  Event event;
  Buffer out;
  page.Write(0, format, Mark(), event, out);
  return std::string(out.view());
}

// The text that a person reviews.
std::string GoldenOf(const std::string& record) {
  const auto parsed = jumpcloud::ParsePage(Bytes("[" + record + "]"),
                                           jumpcloud::OrganisationKey("64f0c0de5eed000000000a01"),
                                           jumpcloud::Passed(), 0);
  if (!parsed.ok() || parsed->page->heads().size() != 1) {
    ADD_FAILURE() << "is no page of one record: " << record;
    return "";
  }
  const Page& page = *parsed->page;
  const std::string cef = LineOf(page, CefFormat());
  const std::string leef = LineOf(page, LeefFormat());
  return absl::StrCat("== record\n", ShownJson(record),                          //
                      "\n\n== ocsf\n", ShownJson(LineOf(page, OcsfFormat())),    //
                      "\n\n== ecs\n", ShownJson(LineOf(page, EcsFormat())),      //
                      "\n\n== cef\n", ShownPairs(cef, ParseCef(cef), " "),       //
                      "\n\n== leef\n", ShownPairs(leef, ParseLeef(leef), "\t"),  //
                      "\n\n== raw\n", LineOf(page, RawFormat()), "\n");
}

std::vector<fs::path> Records() {
  std::set<fs::path> records;
  for (const auto& entry : fs::directory_iterator(CCE_GOLDEN)) {
    if (entry.path().extension() == ".json") records.insert(entry.path());
  }
  return {records.begin(), records.end()};
}

std::string RecordIn(const fs::path& path) {
  std::string record = ContentOf(path);
  while (record.ends_with('\n')) record.pop_back();
  return record;
}

TEST(Golden, EveryServiceHasARecord) {
  std::set<std::string> services;
  for (const fs::path& path : Records()) {
    services.insert(nlohmann::json::parse(RecordIn(path)).value("service", ""));
  }
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const absl::string_view service : absl::StrSplit(ForAbseil(type.service), ',')) {
      EXPECT_TRUE(services.contains(std::string(service))) << "'" << service << "' has none";
    }
  }
}

TEST(Golden, ARecordBecomesWhatItsFileSays) {
  const bool rewrite = std::getenv("CCE_REWRITE_GOLDEN") != nullptr;
  std::uintmax_t bytes = 0;
  for (const fs::path& path : Records()) {
    const std::string written = GoldenOf(RecordIn(path));
    const fs::path golden = fs::path(path).replace_extension(".txt");
    bytes += written.size() + fs::file_size(path);
    if (rewrite) {
      std::ofstream(golden, std::ios::binary) << written;
      continue;
    }
    // Not EXPECT_EQ of the whole: a review wants the lines that differ.
    const std::string expected = ContentOf(golden);
    if (written == expected) continue;
    const std::vector<std::string> lines = absl::StrSplit(written, '\n');
    const std::vector<std::string> expected_lines = absl::StrSplit(expected, '\n');
    std::size_t line = 0;
    while (line < lines.size() && line < expected_lines.size() &&
           lines[line] == expected_lines[line]) {
      ++line;
    }
    ADD_FAILURE() << golden.string() << " differs first in line " << line + 1 << ":\n  the file: "
                  << (line < expected_lines.size() ? expected_lines[line] : "(its end)")
                  << "\n  written:  " << (line < lines.size() ? lines[line] : "(its end)") << "\n"
                  << kAboutRewriting;
  }
  EXPECT_LT(bytes, kMostBytes);
}

}  // namespace
}  // namespace cce
