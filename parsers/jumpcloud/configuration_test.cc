#include "parsers/jumpcloud/configuration.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "absl/strings/match.h"
#include "cce/api/text.h"

namespace cce::jumpcloud {
namespace {

bool FitsTheSchema(const std::string& json) {
  const nlohmann::json schema_text = nlohmann::json::parse(ConfigurationSchema());
  const nlohmann::json document = nlohmann::json::parse(json);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_text), schema);
  valijson::Validator validator;
  return validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

std::string ErrorOf(const std::string& json) {
  const absl::StatusOr<Configuration> configuration = ParseConfiguration(json);
  if (configuration.ok()) return "";
  EXPECT_EQ(configuration.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(configuration.status().message());
}

TEST(Configuration, NeedsTheOrganisationOnly) {
  const absl::StatusOr<Configuration> configuration =
      ParseConfiguration(R"({ "org_id": "your_organization_id" })");
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->org_id, "your_organization_id");
  EXPECT_EQ(configuration->base_url, "https://api.jumpcloud.com");
  EXPECT_EQ(configuration->services, std::vector<std::string>{"all"});
  EXPECT_EQ(std::get<absl::Duration>(configuration->start), absl::Hours(24));
  EXPECT_EQ(configuration->poll_interval, absl::Seconds(60));
  EXPECT_EQ(configuration->page_size, 10'000);
}

TEST(Configuration, TakesEveryMember) {
  const std::string json = R"({"org_id": "a1", "region": "eu", "services": ["sso", "ldap", "sso"],
    "start": "2026-07-06T08:00:00.5+02:00", "poll_interval": "1m30s", "page_size": 500,
    "base_url": "http://[::1]:8443/some/path//"})";
  EXPECT_TRUE(FitsTheSchema(json));
  const absl::StatusOr<Configuration> configuration = ParseConfiguration(json);
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_EQ(configuration->services, (std::vector<std::string>{"ldap", "sso"}));
  EXPECT_EQ(std::get<absl::Time>(configuration->start),
            absl::FromCivil(absl::CivilSecond(2026, 7, 6, 6, 0, 0), absl::UTCTimeZone()) +
                absl::Milliseconds(500));
  EXPECT_EQ(configuration->poll_interval, absl::Seconds(90));
  EXPECT_EQ(configuration->page_size, 500);
  EXPECT_EQ(configuration->base_url, "http://[::1]:8443/some/path");
}

TEST(Configuration, KnowsTheHostsOfTheRegions) {
  EXPECT_EQ(ParseConfiguration(R"({"org_id": "a", "region": "eu"})")->base_url,
            "https://api.eu.jumpcloud.com");
  EXPECT_EQ(ParseConfiguration(R"({"org_id": "a", "region": "in"})")->base_url,
            "https://api.in.jumpcloud.com");
  EXPECT_EQ(Hosts().size(), 6u);
}

TEST(Configuration, TakesNowAsAStart) {
  EXPECT_EQ(std::get<absl::Duration>(ParseConfiguration(R"({"org_id":"a","start":"now"})")->start),
            absl::ZeroDuration());
}

struct Mistake {
  const char* json;
  const char* pointer;
  const char* allowed;
  bool schema_sees_it;
};

TEST(Configuration, SaysWhereAMistakeIsAndWhatIsAllowed) {
  const Mistake mistakes[] = {
      {R"([])", "/configuration:", "JSON object", true},
      {R"({})", "/configuration:", "org_id is missing", true},
      {R"({"org_id": ""})", "/org_id", "organisation's id", true},
      {R"({"org_id": 7})", "/org_id", "organisation's id", true},
      {R"({"org_id": "a b"})", "/org_id", "without spaces", false},
      {R"({"org_id": "a\r\nx-api-key: b"})", "/org_id", "without spaces", false},
      {R"({"org_id": "a", "orgid": "b"})", "orgid", "allowed are org_id, region", true},
      {R"({"org_id": "a", "token_url": "https://b"})", "token_url", "unknown key", true},
      {R"({"org_id": "a", "region": "US"})", "/region", "\"us\", \"eu\" or \"in\"", true},
      {R"({"org_id": "a", "services": "all"})", "/services", "[\"all\"]", true},
      {R"({"org_id": "a", "services": []})", "/services", "[\"all\"]", true},
      {R"({"org_id": "a", "services": ["sso", 1]})", "/services/1", "radius", true},
      {R"({"org_id": "a", "services": [""]})", "/services/0", "radius", true},
      {R"({"org_id": "a", "start": "24h"})", "/start", "\"-24h\"", false},
      {R"({"org_id": "a", "start": "-7d"})", "/start", "days are hours", false},
      {R"({"org_id": "a", "start": "--24h"})", "/start", "\"-24h\"", false},
      {R"({"org_id": "a", "start": "-inf"})", "/start", "\"-24h\"", false},
      {R"({"org_id": "a", "start": "infinite-past"})", "/start", "RFC 3339", false},
      {R"({"org_id": "a", "start": "infinite-future"})", "/start", "RFC 3339", false},
      {R"({"org_id": "a", "start": "2026-07-06"})", "/start", "RFC 3339", false},
      {R"({"org_id": "a", "start": 5})", "/start", "RFC 3339", true},
      {R"({"org_id": "a", "poll_interval": 60})", "/poll_interval", "\"24h\"", true},
      {R"({"org_id": "a", "poll_interval": "0s"})", "/poll_interval", "\"100ms\"", false},
      {R"({"org_id": "a", "poll_interval": "-60s"})", "/poll_interval", "\"100ms\"", false},
      {R"({"org_id": "a", "poll_interval": "60"})", "/poll_interval", "\"100ms\"", false},
      {R"({"org_id": "a", "poll_interval": "inf"})", "/poll_interval", "\"24h\"", false},
      {R"({"org_id": "a", "page_size": 0})", "/page_size", "1 to 10000", true},
      {R"({"org_id": "a", "page_size": 10001})", "/page_size", "1 to 10000", true},
      {R"({"org_id": "a", "page_size": "10"})", "/page_size", "1 to 10000", true},
      {R"({"org_id": "a", "page_size": 10.5})", "/page_size", "1 to 10000", true},
      {R"({"org_id": "a", "base_url": "api.jumpcloud.com"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "ftp://a"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a b"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a:0"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a:70000"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a:"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a/b?c"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a/b#c"})", "/base_url", "a URL", false},
      {R"({"org_id": "a", "base_url": "https://a/\nb"})", "/base_url", "a URL", false},
  };
  for (const Mistake& mistake : mistakes) {
    const std::string error = ErrorOf(mistake.json);
    EXPECT_TRUE(absl::StrContains(error, mistake.pointer)) << mistake.json << ": " << error;
    EXPECT_TRUE(absl::StrContains(error, mistake.allowed)) << mistake.json << ": " << error;
    EXPECT_EQ(FitsTheSchema(mistake.json), !mistake.schema_sees_it) << mistake.json;
  }
  EXPECT_FALSE(ErrorOf("{").empty());
}

TEST(Configuration, DoesNotRepeatThePasswordOfABaseUrl) {
  const std::string error = ErrorOf(R"({"org_id": "a", "base_url": "https://ada:secret@host"})");
  EXPECT_FALSE(error.empty());
  EXPECT_FALSE(absl::StrContains(error, "secret")) << error;
}

TEST(Configuration, DoesNotRepeatTheValueOfAnUnknownKey) {
  const std::string error = ErrorOf(R"({"org_id": "a", "api_key": "jca_secret"})");
  EXPECT_FALSE(absl::StrContains(error, "jca_secret")) << error;
}

}  // namespace
}  // namespace cce::jumpcloud
