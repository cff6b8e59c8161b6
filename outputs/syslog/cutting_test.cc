#include "outputs/syslog/cutting.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cce::syslog {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Filler(std::size_t size) { return std::string(size, 'x'); }

int UnescapedBars(std::string_view line) {
  int bars = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\')
      ++i;
    else if (line[i] == '|')
      ++bars;
  }
  return bars;
}

const std::string kCefHeader = R"(CEF:0|Jump\|Cloud|Directory Insights|1|sso:auth|Logon|3|)";

TEST(Cut, LeavesAloneWhatFits) {
  for (const char* format : {"ocsf", "ecs", "cef", "leef", "raw"}) {
    EXPECT_EQ(Cut(format, "whatever", 8), "whatever");
  }
}

TEST(Cut, DropsFromOcsfWhatIsSaidElsewhereOrNotUnderstood) {
  const std::string line =
      absl::StrCat(R"({"class_uid":3002,"metadata":{"uid":"a-b"},"user":{"name":"O'Connor"},)",
                   R"("observables":[)", R"({"name":"user.name"}],"raw_data":")", Filler(500),
                   R"(","unmapped":{"x":"y"}})");
  const std::string cut = Cut("ocsf", line, 400);
  EXPECT_EQ(cut, absl::StrCat(R"({"class_uid":3002,"metadata":{"uid":"a-b"},)",
                              R"("user":{"name":"O'Connor"},"unmapped":{"truncated_bytes":)",
                              line.size(), "}}"));
}

TEST(Cut, DropsTheLargestOfAnObjectAndKeepsWhoAndWhere) {
  const std::string line =
      absl::StrCat(R"({"class_uid":3002,"metadata":{"uid":"a-b"},"user":{"name":")", Filler(300),
                   R"("},"enrichments":[")", Filler(290), R"("],"web_resources":[{"data":")",
                   Filler(800), R"("}],"time":1})");
  const json cut = json::parse(Cut("ocsf", line, 500), nullptr, false);
  ASSERT_TRUE(cut.is_object());
  EXPECT_EQ(cut["user"]["name"], Filler(300));
  EXPECT_FALSE(cut.contains("web_resources"));
  EXPECT_FALSE(cut.contains("enrichments"));
  EXPECT_EQ(cut["time"], 1);
}

TEST(Cut, TakesTheOriginalOutOfAnEcsEvent) {
  const std::string line =
      absl::StrCat(R"({"@timestamp":"2026-07-01T00:00:00Z","event":{"code":"x","original":")",
                   Filler(900), R"(","kind":"event"},"user":{"name":"a"}})");
  const json cut = json::parse(Cut("ecs", line, 300), nullptr, false);
  EXPECT_EQ(cut["event"], json::parse(R"({"code":"x","kind":"event"})"));
  EXPECT_EQ(cut["user"]["name"], "a");
  EXPECT_EQ(cut["cce"]["truncated_bytes"], line.size());
}

TEST(Cut, KeepsNumbersAndTextsOfRawAsTheyAreSpelt) {
  const std::string line = absl::StrCat(R"({ "id" : 123456789012345678901234567890, "n":1.50, )",
                                        R"("s":"\u00e9\"{[,", "big" : [")", Filler(400), R"("] })");
  EXPECT_EQ(Cut("raw", line, 200),
            absl::StrCat(R"({"id":123456789012345678901234567890,"n":1.50,"s":"\u00e9\"{[,",)",
                         R"("cce":{"truncated_bytes":)", line.size(), "}}"));
}

TEST(Cut, MakesAnObjectOfWhatIsNone) {
  for (const std::string beginning :
       {"{\"a\": ", "[\"", "\"\n\"\"", "{\"a\":1,\"b\":nonsense,\"c\":\""}) {
    const std::string line = absl::StrCat(beginning, Filler(300), "\"]");
    const json cut = json::parse(Cut("raw", line, 100), nullptr, false);
    ASSERT_TRUE(cut.is_object()) << line;
    EXPECT_EQ(cut["cce"]["truncated_bytes"], line.size());
    const std::string text = cut["cce"]["text"].get<std::string>();
    EXPECT_THAT(line, StartsWith(text));
    EXPECT_GE(text.size(), 20u);
  }
  const std::string accents = "caf\xc3\xa9\xc3\xa9" + Filler(100);
  for (std::size_t limit = 48; limit < 60; ++limit) {
    EXPECT_TRUE(json::accept(Cut("raw", accents, limit))) << "no character in two";
  }
  EXPECT_TRUE(json::accept(Cut("raw", "\xff\xfe" + Filler(300), 100)));
}

TEST(Cut, LeavesAnEmptyObjectWhereNothingFits) {
  for (const char* format : {"ocsf", "ecs", "raw"}) {
    const std::string line = absl::StrCat(R"({"a":")", Filler(30'000), R"("})");
    EXPECT_EQ(Cut(format, line, 32), "{}");
    EXPECT_EQ(Cut(format, Filler(30'000), 32), "{}");
  }
}

TEST(Cut, LeavesAShortHeaderWhereNothingElseFits) {
  const std::string cef = absl::StrCat(R"(CEF:0|Jump\|Cloud|Directory \\ Insights|1|sso:)",
                                       Filler(1'000), "|Logon ", Filler(500), "|3|suser=a");
  EXPECT_EQ(Cut("cef", cef, 70),
            R"(CEF:0|Jump\|Cloud|Directory \\ In|1|sso:xxxxxxxxxxx|Logon xxxxxxxxx|3|)");
  for (std::size_t limit = 32; limit < 200; ++limit) {
    const std::string cut = Cut("cef", cef, limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_EQ(UnescapedBars(cut), 7) << cut;
    EXPECT_THAT(cut, AllOf(StartsWith("CEF:0|"), EndsWith("|3|"))) << cut;
    const std::string leef =
        Cut("leef",
            absl::StrCat("LEEF:2.0|JumpCloud|Directory Insights|1|x:", Filler(1'000),
                         "|x09|cat=sso.success"),
            limit);
    EXPECT_LE(leef.size(), limit);
    EXPECT_EQ(UnescapedBars(leef), 6) << leef;
    EXPECT_THAT(leef, AllOf(StartsWith("LEEF:2.0|"), EndsWith("|x09|"))) << leef;
  }
}

// Would take minutes if each member cost more the more there are.
TEST(Cut, TakesEventsOfVeryManyMembers) {
  constexpr int kMembers = 200'000;
  std::string object = "{";
  std::string cef = kCefHeader;
  std::string leef = "LEEF:2.0|JumpCloud|Directory Insights|1|x:y|x09|";
  for (int i = 0; i < kMembers; ++i) {
    absl::StrAppend(&object, "\"m", i, "\":", i, ",");
    absl::StrAppend(&cef, "m", i, "=", i, " ");
    absl::StrAppend(&leef, "m", i, "=", i, "\t");
  }
  object.back() = '}';
  const json cut = json::parse(Cut("raw", object, 1'000), nullptr, false);
  ASSERT_TRUE(cut.is_object());
  EXPECT_EQ(cut["m0"], 0);
  EXPECT_GT(cut.size(), 50u);
  for (const std::string& pairs : {Cut("cef", cef, 1'000), Cut("leef", leef, 1'000)}) {
    EXPECT_LE(pairs.size(), 1'000u);
    EXPECT_THAT(pairs, HasSubstr("|m0=0"));
    EXPECT_THAT(pairs, HasSubstr("runcated"));
  }
}

TEST(Cut, DropsFromCefInTheOrderOfWhatIsLeastMissed) {
  const std::string users = "suser=misaki src=192.0.2.1 msg=" + Filler(400);
  const std::string line =
      absl::StrCat(kCefHeader, users, " cs4=", Filler(200), " cs4Label=Policies cs5=", Filler(200),
                   R"( cs5Label=Changes cs6={"a\=b":"c d"} cs6Label=Association )",
                   "JumpCloudDirectoryInsightsUnmapped=", Filler(1000));
  const std::string notice = absl::StrCat(" JumpCloudDirectoryInsightsTruncated=", line.size());
  EXPECT_EQ(
      Cut("cef", line, 1200),
      absl::StrCat(kCefHeader, users, " cs4=", Filler(200), " cs4Label=Policies cs5=", Filler(200),
                   R"( cs5Label=Changes cs6={"a\=b":"c d"} cs6Label=Association)", notice));
  EXPECT_EQ(Cut("cef", line, 800),
            absl::StrCat(kCefHeader, users, " cs4=", Filler(200), " cs4Label=Policies", notice));
  EXPECT_EQ(Cut("cef", line, 560), absl::StrCat(kCefHeader, users, notice));
  EXPECT_EQ(Cut("cef", line, 500),
            absl::StrCat(kCefHeader, "suser=misaki src=192.0.2.1 msg=", Filler(256), notice));
}

TEST(Cut, NeverLeavesHalfAnEscapeInCef) {
  for (std::size_t limit = 240; limit < 300; ++limit) {
    std::string message;
    for (int i = 0; i < 200; ++i) message += R"(\=\\)";
    const std::string cut =
        Cut("cef", absl::StrCat(kCefHeader, "suser=a msg=", message, " src=192.0.2.1"), limit);
    EXPECT_LE(cut.size(), limit);
    EXPECT_THAT(cut, HasSubstr("suser=a "));
    EXPECT_THAT(cut, HasSubstr(" src=192.0.2.1 "));
    const std::size_t end = cut.find(" src=");
    std::size_t slashes = 0;
    while (slashes < end && cut[end - 1 - slashes] == '\\') ++slashes;
    EXPECT_EQ(slashes % 2, 0u) << cut;
  }
}

TEST(Cut, CutsTheLargestValuesOfLeef) {
  const std::string line = absl::StrCat("LEEF:2.0|JumpCloud|Directory Insights|1|x:y|x09|",
                                        "cat=sso.success\tusrName=misaki\tjcOriginal=", Filler(900),
                                        "\tjcUnmapped={}\tsrc=192.0.2.1");
  const std::string cut = Cut("leef", line, 480);
  EXPECT_EQ(cut.size(), 480u);
  EXPECT_THAT(cut, HasSubstr("\tusrName=misaki\tjcOriginal=xxx"));
  EXPECT_THAT(cut, HasSubstr("x\tsrc=192.0.2.1\ttruncatedBytes=" + absl::StrCat(line.size())));
  EXPECT_THAT(cut, Not(HasSubstr("jcUnmapped")));
}

// Whatever the members are, what is left is an object, and its members are among those that were.
TEST(Cut, MakesObjectsOfObjectsWhateverTheLimit) {
  std::mt19937 random(7);
  const auto text = [&] {
    std::string made(random() % 200, 'x');
    for (char& c : made) c = "ab\"\\{}[],: \t/"[random() % 13];
    return made;
  };
  for (int round = 0; round < 3'000; ++round) {
    json object = json::object();
    for (std::size_t i = random() % 12; i > 0; --i) {
      json value = text();
      if (random() % 3 == 0) value = json{{text(), text()}, {"a", {1, text(), nullptr}}};
      object[random() % 2 == 0 ? "user" : text()] = std::move(value);
    }
    const std::string line = object.dump();
    const char* const format = std::array{"ocsf", "ecs", "raw"}[random() % 3];
    const std::size_t limit = 32 + random() % (line.size() + 1);
    const std::string cut = Cut(format, line, limit);
    ASSERT_LE(cut.size(), limit) << line;
    const json read = json::parse(cut, nullptr, false);
    ASSERT_TRUE(read.is_object()) << cut << "\nof " << line;
    for (const auto& [key, value] : read.items()) {
      if (key == "unmapped" || key == "cce") continue;
      ASSERT_EQ(value, object.value(key, json())) << key;
    }
  }
}

}  // namespace
}  // namespace cce::syslog
