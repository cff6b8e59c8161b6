#include "outputs/syslog/syslog_kind.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cce::syslog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::StatusOr<SyslogOptions> Read(std::string options) {
  return ReadOptions({.name = "siem",
                      .options = std::move(options),
                      .base_dir = "/etc/cce",
                      .state_dir = "/var/lib/cce"});
}

std::vector<std::string> Mistakes(std::string options) {
  const auto read = Read(std::move(options));
  EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << read.status();
  return absl::StrSplit(read.status().message(), '\n');
}

Address AddressOf(const std::string& text, const std::string& transport = "tcp") {
  const auto options =
      Read(R"({"address": ")" + text + R"(", "transport": ")" + transport + R"("})");
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? options->addresses.at(0) : Address();
}

TEST(SyslogOptions, HaveDefaults) {
  const auto options = Read(R"({"type": "syslog", "address": "siem", "transport": "tls"})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->name, "siem");
  EXPECT_EQ(options->state_dir, "/var/lib/cce");
  EXPECT_EQ(options->transport, Transport::kTls);
  EXPECT_THAT(options->addresses, ElementsAre(Address{"siem", 6514}));
  EXPECT_FALSE(options->rfc3164);
  EXPECT_EQ(options->facility, 13);
  EXPECT_EQ(options->app_name, "cce");
  EXPECT_FALSE(options->host_name.empty());
  EXPECT_TRUE(options->octet_counting);
  EXPECT_EQ(options->max_message, 8192u);
  EXPECT_EQ(options->window, 128u);
  EXPECT_EQ(Read(R"({"address": "siem", "transport": "udp"})")->max_message, 2048u);
}

TEST(SyslogOptions, AreRead) {
  const auto options = Read(R"({
      "type": "syslog", "address": ["a.example.com:10514", "[2001:db8::7]"], "transport": "relp_tls",
      "envelope": "rfc3164", "format": "cef", "facility": "local3", "host_name": "c", "app_name": "b",
      "max_message": "64KiB", "window": 1000, "tls": {"ca_file": "ca.pem", "cert_file": "/c.pem",
      "key_file": "k.pem", "server_name": "siem"}})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->addresses,
              ElementsAre(Address{"a.example.com", 10514}, Address{"2001:db8::7", 6515}));
  EXPECT_TRUE(options->rfc3164);
  EXPECT_EQ(options->facility, 19);
  EXPECT_EQ(options->host_name, "c");
  EXPECT_EQ(options->app_name, "b");
  EXPECT_EQ(options->max_message, 65'536u);
  EXPECT_EQ(options->window, 1000u);
  EXPECT_EQ(options->tls.ca_file, "/etc/cce/ca.pem");
  EXPECT_EQ(options->tls.cert_file, "/c.pem");
  EXPECT_EQ(options->tls.key_file, "/etc/cce/k.pem");
  EXPECT_EQ(options->tls.server_name, "siem");
  EXPECT_FALSE(Read(R"({"address": "a", "transport": "tcp", "framing": "lf"})")->octet_counting);
  const auto data = Read(R"({"address": "a", "transport": "udp", "structured_data": false,
                             "enterprise_number": 4294967295})");
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_FALSE(data->structured_data);
  EXPECT_EQ(data->enterprise, 4'294'967'295u);
}

TEST(SyslogOptions, ReadAddressesOfEveryKind) {
  EXPECT_EQ(AddressOf("192.0.2.1"), (Address{"192.0.2.1", 514}));
  EXPECT_EQ(AddressOf("192.0.2.1:1"), (Address{"192.0.2.1", 1}));
  EXPECT_EQ(AddressOf("2001:db8::7"), (Address{"2001:db8::7", 514}));
  EXPECT_EQ(AddressOf("[2001:db8::7]:65535"), (Address{"2001:db8::7", 65535}));
  EXPECT_EQ(AddressOf("siem", "udp").port, 514);
  EXPECT_EQ(AddressOf("siem", "relp").port, 2514);
  EXPECT_EQ(ToText({"2001:db8::7", 514}), "[2001:db8::7]:514");
  EXPECT_EQ(ToText({"siem", 514}), "siem:514");
}

TEST(SyslogOptions, SayWhereEachMistakeIsAndWhatIsAllowed) {
  EXPECT_THAT(Mistakes("{}"), ElementsAre(StartsWith("/transport: "), StartsWith("/address: ")));
  EXPECT_THAT(Mistakes(R"({"address": ["a", "a:0", "a:b", "[::1", "x y", "[a]:1", "a:70000", ""],
                           "transport": "tcp"})"),
              ElementsAre(StartsWith("/address/1: found \"a:0\"; allowed: "),
                          StartsWith("/address/2: "), StartsWith("/address/3: "),
                          StartsWith("/address/4: "), StartsWith("/address/5: "),
                          StartsWith("/address/6: "), StartsWith("/address/7: ")));
  EXPECT_THAT(Mistakes(R"({"address": [], "transport": "sctp"})"),
              ElementsAre(AllOf(StartsWith("/transport: "), HasSubstr("relp_tls")),
                          StartsWith("/address: ")));
  EXPECT_THAT(Mistakes(R"({"address": "a", "transport": "udp", "facility": "loud", "envelope": "x",
                   "host_name": "a b", "app_name": "", "max_message": "64KiB", "framing": "lf",
                   "window": 3, "tls": {}})"),
              ElementsAre(StartsWith("/envelope: "), StartsWith("/facility: "),
                          StartsWith("/host_name: "), StartsWith("/app_name: "),
                          AllOf(StartsWith("/max_message: "), HasSubstr("65507B")),
                          StartsWith("/framing: "), StartsWith("/window: "), StartsWith("/tls: ")));
  EXPECT_THAT(Mistakes(R"({"address": "a", "transport": "relp_tls", "window": 0,
                           "max_message": "12", "tls": {"cert_file": "a"}})"),
              ElementsAre(StartsWith("/max_message: "), StartsWith("/window: "),
                          StartsWith("/tls/cert_file: ")));
  EXPECT_THAT(Mistakes(R"({"address": "a", "transport": "tls", "tls": {"key_file": "a"}})"),
              ElementsAre(StartsWith("/tls/key_file: ")));
  EXPECT_THAT(Mistakes(R"({"address": "a", "transport": "udp", "enterprise_number": 0})"),
              ElementsAre(StartsWith("/enterprise_number: ")));
  EXPECT_THAT(Mistakes(R"({"address": "a", "transport": "udp", "envelope": "rfc3164",
                           "structured_data": true, "enterprise_number": 7})"),
              ElementsAre(StartsWith("/structured_data: "), StartsWith("/enterprise_number: ")));
  Mistakes("[]");
  Mistakes("nonsense");
}

TEST(SyslogSchema, IsDraft7AndListsEveryKey) {
  const auto schema = nlohmann::json::parse(Schema(), nullptr, false);
  ASSERT_TRUE(schema.is_object());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_FALSE(schema["additionalProperties"].get<bool>());
  for (const char* key : {"type", "address", "transport", "envelope", "format", "only", "facility",
                          "host_name", "app_name", "structured_data", "enterprise_number",
                          "framing", "max_message", "window", "tls"}) {
    EXPECT_TRUE(schema["properties"].contains(key)) << key;
  }
}

}  // namespace
}  // namespace cce::syslog
