#include "outputs/syslog/message.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/virtual_world.h"

namespace cce::syslog {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kTime = 1'782'907'205'123'456'789;  // 2026-07-01T12:00:05.123456789Z

SyslogOptions Options() {
  SyslogOptions options;
  options.host_name = "collector.example.com";
  options.structured_data = false;
  return options;
}

BatchEvent Event(std::string_view line, int severity_id = 1, std::int64_t time_ns = kTime) {
  return {.time_ns = time_ns, .bytes = line, .severity_id = severity_id};
}

std::string Written(const SyslogOptions& options, std::string_view format,
                    const BatchEvent& event) {
  RecordingLog log;
  MessageWriter writer(options, format, 77, log);
  const Message message = writer.Write(event, "acme");
  return absl::StrCat(std::string(message.header), std::string(message.text));
}

TEST(Message, HasTheEnvelopeOfRfc5424) {
  EXPECT_EQ(Written(Options(), "ocsf", Event("{}")),
            "<110>1 2026-07-01T12:00:05.123456Z collector.example.com cce 77 - - {}");
}

TEST(Message, SaysWhichTypeTheEventIsOf) {
  const auto type = [](std::string_view spelt) {
    BatchEvent event = Event("{}");
    event.type = spelt;
    const std::string message = Written(Options(), "raw", event);
    const std::size_t begin = message.find(" 77 ") + 4;
    return message.substr(begin, message.find(' ', begin) - begin);
  };
  EXPECT_EQ(type("user_login_attempt"), "user_login_attempt");
  EXPECT_EQ(type("a b\xc3\xbc\n"), "a_b___");
  EXPECT_EQ(type("12345678901234567890123456789012"), "12345678901234567890123456789012");
  // FNV-1a of the whole.
  EXPECT_EQ(type("123456789012345678901234567890123"), "12345678901234567890123-dccb3a04");
}

TEST(Message, SaysInStructuredDataWhoseEventItIs) {
  SyslogOptions options = Options();
  options.structured_data = true;
  BatchEvent event = Event("{}");
  event.identity = Identity::FromHash({1, 2, 3});
  event.service = "a\"]\\\n";
  const std::string id = ToText(event.identity);
  EXPECT_THAT(
      Written(options, "raw", event),
      HasSubstr(absl::StrCat(" - [cce@32473 id=\"", id, R"(" service="a\"\]\\ " org="acme"] {})")));
  event.service = {};
  options.enterprise = 7;
  EXPECT_THAT(Written(options, "raw", event),
              HasSubstr(absl::StrCat(" - [cce@7 id=\"", id, R"(" org="acme"] {})")));
  const std::string long_service(300, 's');
  event.service = long_service;
  options.max_message = 480;
  EXPECT_THAT(Written(options, "raw", event),
              HasSubstr(absl::StrCat(" - [cce@7 id=\"", id, R"(" org="acme"] {})")));
}

TEST(Message, HasTheEnvelopeOfRfc3164WithATagUnlessTheFormatNamesItself) {
  SyslogOptions options = Options();
  options.rfc3164 = true;
  options.app_name = "siem";
  EXPECT_EQ(Written(options, "raw", Event("{}")),
            "<110>Jul  1 12:00:05 collector.example.com siem[77]: {}");
  EXPECT_EQ(Written(options, "cef", Event("CEF:0|")),
            "<110>Jul  1 12:00:05 collector.example.com CEF:0|");
  EXPECT_EQ(Written(options, "leef", Event("LEEF:2.0|", 1, kTime + 86'400'000'000'000 * 9)),
            "<110>Jul 10 12:00:05 collector.example.com LEEF:2.0|");
}

TEST(Message, SaysHowSevereTheEventIs) {
  SyslogOptions options = Options();
  options.facility = 0;
  const auto priority = [&](int severity_id) {
    const std::string message = Written(options, "raw", Event("x", severity_id));
    return message.substr(0, message.find('>') + 1);
  };
  EXPECT_EQ(priority(0), "<5>");
  EXPECT_EQ(priority(1), "<6>");
  EXPECT_EQ(priority(2), "<5>");
  EXPECT_EQ(priority(3), "<4>");
  EXPECT_EQ(priority(4), "<3>");
  EXPECT_EQ(priority(5), "<2>");
  EXPECT_EQ(priority(6), "<1>");
  EXPECT_EQ(priority(99), "<5>");
  options.facility = 23;
  EXPECT_EQ(priority(1), "<190>");
  options.facility = 4;
  EXPECT_EQ(priority(1), "<38>");
}

TEST(Message, WritesAnyTime) {
  const auto time = [](std::int64_t time_ns) {
    return Written(Options(), "raw", Event("x", 1, time_ns)).substr(7, 27);
  };
  EXPECT_EQ(time(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(time(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(time(951'825'599'000'000'000), "2000-02-29T11:59:59.000000Z");
  EXPECT_EQ(time(std::numeric_limits<std::int64_t>::max()).substr(0, 4), "2262");
  EXPECT_EQ(time(std::numeric_limits<std::int64_t>::min()).substr(0, 4), "1677");
}

TEST(Message, IsNoLongerThanAllowedAndSaysOnceThatItCuts) {
  SyslogOptions options = Options();
  options.max_message = 480;
  RecordingLog log;
  MessageWriter writer(options, "raw", 77, log);
  const std::string line = R"({"a":")" + std::string(600, 'x') + R"(","b":1})";
  const Message cut = writer.Write(Event(line), "acme");
  EXPECT_LE(cut.size(), 480u);
  EXPECT_EQ(cut.text, absl::StrCat(R"({"b":1,"cce":{"truncated_bytes":)", line.size(), "}}"));
  writer.Write(Event(line), "acme");
  EXPECT_EQ(log.lines().size(), 1u);
  EXPECT_TRUE(log.Contains("are cut"));
}

}  // namespace
}  // namespace cce::syslog
