// CEF and LEEF lines of every type of event parse back to what the events say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "outputs/format/cef_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/line_writer.h"
#include "parsers/jumpcloud/event_types.h"
#include "tests/events/mutation.h"
#include "tests/events/normalised_page.h"
#include "tests/events/type_samples.h"
#include "tests/lines/line_parsers.h"
#include "tests/simulator/seeded_random.h"

namespace cce {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A format, how its lines are read, and what its own keys begin with.
struct LineFormat {
  const Format& format;
  std::optional<ParsedLine> (*parse)(std::string_view);
  std::string prefix;
};

class Lines : public ::testing::TestWithParam<const char*> {
 protected:
  Lines() : line_format_(Named(GetParam())) {}

  bool IsCef() const { return line_format_.prefix != "jc"; }

  ParsedLine Parsed(const std::string& body) {
    const std::vector<std::string> lines = Written(body, line_format_.format);
    EXPECT_THAT(lines, SizeIs(1)) << body;
    if (lines.empty()) return {};
    const std::optional<ParsedLine> parsed = line_format_.parse(lines[0]);
    EXPECT_TRUE(parsed.has_value()) << lines[0];
    return parsed.value_or(ParsedLine());
  }

  // What is written as `place`, "#id" being the event id and "+KEY" one of the product's own keys.
  std::string At(const ParsedLine& line, const std::string& place) const {
    if (place == "#id") return line.header.at(4);
    const bool is_own = place.starts_with('+');
    const auto value = line.values.find(is_own ? line_format_.prefix + place.substr(1) : place);
    return value == line.values.end() ? "" : value->second;
  }

  // Leaves of `record` (pruned) that are neither in the rest at their place nor the text of a
  // value.
  std::vector<std::string> Lost(const json& record, const ParsedLine& line) {
    const auto unmapped = line.values.find(line_format_.prefix + "Unmapped");
    const json rest =
        unmapped == line.values.end() ? json::object() : json::parse(unmapped->second);
    std::vector<std::string> lost;
    const json leaves = record.flatten();
    for (const auto& [path, value] : leaves.items()) {
      if (IsEmptyValue(value)) continue;  // the record itself was empty
      const json::json_pointer at(path);
      if (rest.contains(at) && rest[at] == value) continue;
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      const bool is_value = std::any_of(line.values.begin(), line.values.end(),
                                        [&](const auto& pair) { return pair.second == text; });
      const bool in_header =
          std::any_of(line.header.begin(), line.header.end(), [&](const std::string& field) {
            return field == text || (field.size() > text.size() &&
                                     field.compare(field.size() - text.size() - 1,
                                                   std::string::npos, ":" + text) == 0);
          });
      const bool in_category =
          line.values.count("cat") != 0 && line.values.at("cat").compare(0, text.size(), text) == 0;
      const bool is_outcome = (path == "/success" || path == "/sso_token_success");
      if (!is_value && !in_header && !in_category && !is_outcome) {
        lost.push_back(path + " = " + value.dump());
      }
    }
    return lost;
  }

  ParsedLine ExpectWhole(const json& record) {
    const ParsedLine line = Parsed("[" + record.dump() + "]");
    if (line.header.empty()) return line;
    EXPECT_THAT(Lost(Prune(record), line), IsEmpty()) << record;
    return line;
  }

 private:
  static LineFormat Named(const std::string& name) {
    static const CefFormat cef;
    static const LeefFormat leef;
    if (name == "cef") return {cef, &ParseCef, "JumpCloudDirectoryInsights"};
    return {leef, &ParseLeef, "jc"};
  }

  const LineFormat line_format_;
};

TEST_P(Lines, OfEveryTypeParseBack) {
  for (const jumpcloud::EventType& type : jumpcloud::KnownEventTypes()) {
    for (const json& event : {MinimalEvent(type), FullEvent(type), EventAboutAThing(type)}) {
      ExpectWhole(event);
    }
  }
}

TEST_P(Lines, OfEveryShapeParseBack) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) ExpectWhole(json::parse(event));
  }
}

TEST_P(Lines, OfRandomMutationsParseBack) {
  VisitMutations(ShapedEvents(9), 44, 10'000, [this](const json& record) { ExpectWhole(record); });
}

TEST_P(Lines, KeepAnUndecodableElement) {
  const ParsedLine line = Parsed("[\"a=b|c\\\\d\"]");
  const bool kept = std::any_of(line.values.begin(), line.values.end(), [](const auto& pair) {
    return pair.first.ends_with("Original") && pair.second == "\"a=b|c\\\\d\"";
  });
  EXPECT_TRUE(kept);
}

INSTANTIATE_TEST_SUITE_P(Format, Lines, ::testing::Values("cef", "leef"),
                         [](const auto& param) { return std::string(param.param); });

TEST(Cef, NamesTheThingByItsType) {
  const auto line =
      ParseCef(Written(R"([{"timestamp":"2026-07-06T08:15:45Z","event_type":"policy_update",)"
                       R"("resource":{"id":"p1","type":"policy","name":"Disk"}}])",
                       CefFormat())
                   .at(0));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->values.at("cs1"), "Policy:p1:Disk");
  EXPECT_EQ(line->values.count("spriv"), 0u);
}

TEST_P(Lines, NameThePolicyThatDecided) {
  const ParsedLine line = Parsed(
      R"([{"timestamp":"2026-07-06T08:15:45Z","event_type":"user_login_attempt","success":true,)"
      R"("auth_context":{"policies_applied":[{"name":"A","metadata":{"action":"ALLOW"}},)"
      R"({"name":"B","metadata":{"action":"deny"}},{"name":"C","metadata":{"action":"DENY"}}]}}])");
  const bool named = std::any_of(line.values.begin(), line.values.end(), [](const auto& pair) {
    return pair.second == "B" || pair.second == "B:deny";
  });
  EXPECT_TRUE(named);
}

constexpr char kLogon[] = R"json([{"timestamp":"2026-07-06T08:15:45.921Z","service":"directory",
    "event_type":"user_login_attempt","id":"e1","organization":"64f0c0de5eed000000000a01",
    "initiated_by":{"id":"u1","type":"user","username":"bob"},"success":false,
    "error_message":"no = never","client_ip":"2001:db8::1"}])json";

TEST(Cef, NamesWhoDidWhatFromWhere) {
  const auto line = ParseCef(Written(kLogon, CefFormat()).at(0));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->header, (std::vector<std::string>{"CEF:0", "JumpCloud", "Directory Insights", "1",
                                                    "directory:user_login_attempt",
                                                    "Authentication: Logon", "3"}));
  const auto& values = line->values;
  EXPECT_EQ(values.at("rt"), "1783325745921");
  EXPECT_EQ(values.at("suser"), "bob");
  EXPECT_EQ(values.at("suid"), "u1");
  EXPECT_EQ(values.at("c6a2"), "2001:db8::1");
  EXPECT_EQ(values.at("c6a2Label"), "Source IPv6 Address");
  EXPECT_EQ(values.at("outcome"), "failure");
  EXPECT_EQ(values.at("reason"), "no = never");
  EXPECT_EQ(values.at("destinationServiceName"), "JumpCloud User Portal");
}

TEST(Leef, NamesWhoDidWhatFromWhere) {
  const auto line = ParseLeef(Written(kLogon, LeefFormat()).at(0));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->header, (std::vector<std::string>{"LEEF:2.0", "JumpCloud", "Directory Insights",
                                                    "1", "directory:user_login_attempt", "x09"}));
  const auto& values = line->values;
  EXPECT_EQ(values.at("cat"), "directory.failure");
  EXPECT_EQ(values.at("sev"), "3");
  EXPECT_EQ(values.at("devTime"), "1783325745921");
  EXPECT_EQ(values.at("usrName"), "bob");
  EXPECT_EQ(values.at("src"), "2001:db8::1");
  EXPECT_EQ(values.at("jcReason"), "no = never");
}

TEST_P(Lines, OfAnEventWithoutAServiceBeginWithItsType) {
  const ParsedLine line =
      Parsed(R"([{"timestamp":"2026-07-06T08:15:45Z","event_type":"user_delete","success":true}])");
  EXPECT_EQ(line.header.at(4), "user_delete");
  EXPECT_EQ(At(line, "cat"), IsCef() ? "" : "success");
}

TEST_P(Lines, CutAComposedValueAsAWhole) {
  json record = json::parse(kLogon)[0];
  record["useragent"] = {{"name", std::string(2000, 'n')},
                         {"version", std::string(2000, 'v')},
                         {"os_full", std::string(2000, 'o')}};
  record["geoip"] = {{"country_code", "FR"},
                     {"region_code", std::string(2000, 'r')},
                     {"city", std::string(2000, 'c')}};
  const ParsedLine line = ExpectWhole(record);
  const std::string agent = At(line, IsCef() ? "requestClientApplication" : "+UserAgent");
  EXPECT_EQ(agent.size(), 1023u);
  EXPECT_TRUE(agent.ends_with("o)")) << agent;
  const std::string place = At(line, IsCef() ? "cs3" : "+Geo");
  EXPECT_TRUE(place.starts_with("FR/rrr") && place.ends_with("ccc")) << place;
  EXPECT_LE(place.size(), 1023u);
  record["service"] = std::string(2000, 's');
  record["event_type"] = std::string(2000, 't');
  const std::string id = At(ExpectWhole(record), "#id");
  EXPECT_EQ(id.size(), IsCef() ? 1023u : 255u);
  EXPECT_TRUE(id.starts_with("ss") && id.ends_with("tt")) << id;
}

TEST_P(Lines, ComposeAValueOfWhatIsThere) {
  json record = json::parse(kLogon)[0];
  record["geoip"] = {{"city", "Paris"}};
  record["useragent"] = {{"name", "Edge "}};
  record["auth_context"]["auth_methods"]["password"]["success"] = true;
  const ParsedLine line = ExpectWhole(record);
  EXPECT_EQ(At(line, IsCef() ? "cs3" : "+Geo"), "Paris");
  EXPECT_EQ(At(line, IsCef() ? "requestClientApplication" : "+UserAgent"),
            IsCef() ? "Edge" : "Edge ");
  EXPECT_EQ(At(line, IsCef() ? "cs2" : "+Mfa"), "Password");
  record["geoip"] = {{"city", "  "}};
  EXPECT_EQ(ExpectWhole(record).values.count("cs3Label"), 0u);
}

// Any character that UTF-8 has, the awkward ones often.
std::string RandomText(std::uint64_t& seed) {
  constexpr std::string_view kAwkward("\\=|\n\r\t\0 \"/\x01\x1f\x7f", 13);
  std::string text;
  for (std::size_t length = simulator::Mix(++seed) % 12; length > 0; --length) {
    const std::uint64_t draw = simulator::Mix(++seed);
    if (draw % 3 == 0) {
      text += kAwkward[(draw / 3) % kAwkward.size()];
      continue;
    }
    const auto code = static_cast<std::uint32_t>((draw >> 8) % (draw % 3 == 1 ? 0x80 : 0x110000));
    if (code >= 0xd800 && code <= 0xdfff) continue;
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else if (code < 0x800) {
      text += {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
    } else if (code < 0x10000) {
      text +=
          {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
           static_cast<char>(0x80 | (code & 0x3f))};
    } else {
      text +=
          {static_cast<char>(0xf0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3f)),
           static_cast<char>(0x80 | ((code >> 6) & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
    }
  }
  return text;
}

// `text` with a space for each of `blanks`.
std::string Blanked(std::string text, bool (*blank)(char)) {
  std::replace_if(text.begin(), text.end(), blank, ' ');
  return text;
}

TEST(LineWriter, ParsesBackWhateverTheText) {
  constexpr int kCases = 1'000'000;
  constexpr Escapes kCef = {.with_backslash = "\\=", .names_line_ends = true};
  constexpr Escapes kLeef = {.no_controls = false};
  std::uint64_t seed = 5;
  char room[512];
  for (int i = 0; i < kCases && !testing::Test::HasFailure(); ++i) {
    const std::string text = RandomText(seed);
    // Half of them with every character that JSON lets be an escape as one.
    const std::string quoted = json(text).dump(-1, ' ', i % 2 == 0);
    const Token spelled = Token::OfRecord(std::string_view(quoted).substr(1, quoted.size() - 2));

    LineWriter cef(room, nullptr);
    cef.Raw("CEF:0|a|b|c|d|e|0|k=x");
    const bool cef_whole = cef.Text(spelled, kCef, 400).is_whole;
    cef.Raw(" z=1");
    const auto cef_line = ParseCef({room, static_cast<std::size_t>(cef.at() - room)});
    const std::string cef_text =
        Blanked(text, [](char c) { return c != '\n' && c != '\r' && c >= 0 && c < 0x20; });
    ASSERT_TRUE(cef_line) << quoted;
    EXPECT_EQ(cef_line->values.at("k"), "x" + cef_text) << quoted;
    EXPECT_EQ(cef_whole, cef_text == text) << quoted;

    LineWriter leef(room, nullptr);
    leef.Raw("LEEF:2.0|a|b|c|d|x09|k=x");
    const bool leef_whole = leef.Text(spelled, kLeef, 400).is_whole;
    leef.Raw("\tz=1");
    const auto leef_line = ParseLeef({room, static_cast<std::size_t>(leef.at() - room)});
    const std::string leef_text =
        Blanked(text, [](char c) { return c == '\t' || c == '\n' || c == '\r' || c == '\0'; });
    ASSERT_TRUE(leef_line) << quoted;
    EXPECT_EQ(leef_line->values.at("k"), "x" + leef_text) << quoted;
    EXPECT_EQ(leef_whole, leef_text == text) << quoted;
  }
}

TEST(LineWriter, CutsBetweenCharacters) {
  char room[64];
  for (std::size_t limit = 0; limit <= 6; ++limit) {
    LineWriter out(room, nullptr);
    EXPECT_EQ(out.Text("a\xc3\xa9\\u20ac", {}, limit).is_whole, limit == 6);
    const std::string_view text(room, static_cast<std::size_t>(out.at() - room));
    EXPECT_EQ(text, limit == 0  ? ""
                    : limit < 3 ? "a"
                    : limit < 6 ? "a\xc3\xa9"
                                : "a\xc3\xa9\xe2\x82\xac");
  }
}

}  // namespace
}  // namespace cce
