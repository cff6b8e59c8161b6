// Secrets inside events are masked in whatever format they leave by, and only there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "outputs/format/cef_format.h"
#include "outputs/format/ecs_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "tests/events/normalised_page.h"

namespace cce {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// The original travels inside the normalised event wherever a format can take it.
std::vector<std::unique_ptr<Format>> AllFormats() {
  std::vector<std::unique_ptr<Format>> formats;
  formats.push_back(std::make_unique<OcsfFormat>(KeepOriginal::kAlways));
  formats.push_back(std::make_unique<EcsFormat>(KeepOriginal::kAlways));
  formats.push_back(std::make_unique<CefFormat>());
  formats.push_back(std::make_unique<LeefFormat>());
  formats.push_back(std::make_unique<RawFormat>());
  return formats;
}

// One after the other, an event as most are, one with a secret and its like that is not understood,
// one with its secret behind a spelling, one that is broken.
constexpr std::string_view kPage = R"([
  {"id":"a","timestamp":"2026-07-06T08:15:45Z","event_type":"user_update","changes":[{"field":"name","to":"Bob"}]},
  {"id":"b","timestamp":"2026-07-06T08:15:45Z","event_type":"admin_update",
   "changes":[{"field":"roleName","to":"Help Desk"},{"field":"apiKeySecret","from":"S3CRET-old","to":["S3CRET-new"]}]},
  {"id":"c","timestamp":"yesterday","event_type":"no_such_type","changes":[{"field":"sharedSecret","to":"S3CRET"}]},
  {"id":"d","timestamp":"2026-07-06T08:15:45Z","\u0063hanges":[{"to":"S3CRET","field":"pass\u0070hrase"}]},
  {"id":"e","timestamp":"2026-07-06T08:15:45Z","changes":[{"field":"apiKey","to":"S3CRET \ud83d"}]}])";

TEST(Secrets, AreMaskedInEveryFormat) {
  for (const std::unique_ptr<Format>& format : AllFormats()) {
    SCOPED_TRACE(format->name());
    const std::vector<std::string> lines = Written(kPage, *format, {.redact = true});
    ASSERT_THAT(lines, SizeIs(5));
    EXPECT_THAT(lines, Each(Not(HasSubstr("S3CRET"))));
    EXPECT_THAT(lines[0], Not(HasSubstr("[redacted]")));
    EXPECT_THAT(lines[0], HasSubstr("Bob"));
    for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_THAT(lines[i], HasSubstr("[redacted]"));
    EXPECT_THAT(lines[1], HasSubstr("Help Desk"));
  }
}

TEST(Secrets, AreWrittenAsTheyAreWhereThatIsWanted) {
  for (const std::unique_ptr<Format>& format : AllFormats()) {
    SCOPED_TRACE(format->name());
    const std::vector<std::string> lines = Written(kPage, *format, {.redact = false});
    ASSERT_THAT(lines, SizeIs(5));
    EXPECT_THAT(lines, Each(Not(HasSubstr("[redacted]"))));
    for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_THAT(lines[i], HasSubstr("S3CRET"));
  }
}

// What a thread remembers of records of a shape would copy their `changes` as they stand.
TEST(Secrets, AreMaskedInRecordsOfAShapeThatIsKnownFromOthers) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {R"("changes":[{"field":"name","to":"S3CRET"}])",
       R"("changes":[{"field":"apiKey","to":"S3CRET"}])"},
      {R"("changes":[ {"field":"name","to":"S3CRET"}])",
       R"("changes":[ {"field":"apiKey","to":"S3CRET"}])"},
      {R"("changes":[{"field":"name","to":["S3CRET",{}]}])",
       R"("changes":[{"field":"apiKey","to":["S3CRET",{}]}])"},
      {R"("Changes":[{"field":"name","to":"S3CRET"}])",
       R"("Changes":[{"field":"api_key","to":"S3CRET"}])"},
      {R"("chang\u0065s":{"name":"S3CRET"})", R"("chang\u0065s":{"passphrase":"S3CRET"})"},
      {R"("changes":"S3CRET")", R"("changes":"secret S3CRET")"},
      {R"("changes":[1],"changes":[{"field":"name","to":"S3CRET"}])",
       R"("changes":[1],"changes":[{"field":"secret","to":"S3CRET"}])"},
      {R"("changes":{},"changes":[{"field":"name","to":"S3CRET"}])",
       R"("changes":{},"changes":[{"field":"secret","to":"S3CRET"}])"}};
  for (const auto& [harmless, secret] : changes) {
    const auto record = [](std::string_view id, const std::string& members) {
      return R"({"id":")" + std::string(id) + R"(","event_type":"user_update",)" +
             R"("timestamp":"2026-07-06T08:15:45Z",)" + members + "}";
    };
    const std::string body = "[" + record("a", harmless) + "," + record("b", harmless) + "," +
                             record("c", secret) + "," + record("d", harmless) + "," +
                             record("e", secret) + "]";
    for (const bool redact : {true, false, true}) {
      for (const std::unique_ptr<Format>& format : AllFormats()) {
        SCOPED_TRACE(format->name());
        const std::vector<std::string> lines = Written(body, *format, {.redact = redact});
        ASSERT_THAT(lines, SizeIs(5)) << body;
        for (const std::size_t i : {0u, 1u, 3u}) EXPECT_THAT(lines[i], HasSubstr("S3CRET"));
        for (const std::size_t i : {2u, 4u}) {
          EXPECT_EQ(lines[i].find("S3CRET") == std::string::npos, redact) << lines[i];
        }
      }
    }
  }
}

TEST(Secrets, AreAllThatRedactionChanges) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const std::string& event : ShapedEvents(seed)) {
      const std::string body = "[" + event + "]";
      const bool has_secret = event.find("apiKeySecret") != std::string::npos;
      for (const std::unique_ptr<Format>& format : AllFormats()) {
        EXPECT_EQ(
            Written(body, *format, {.redact = true}) != Written(body, *format, {.redact = false}),
            has_secret)
            << event;
      }
    }
  }
}

}  // namespace
}  // namespace cce
