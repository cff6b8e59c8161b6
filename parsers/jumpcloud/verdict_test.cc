#include "parsers/jumpcloud/verdict.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"

namespace cce::jumpcloud {
namespace {

const Configuration kConfiguration = [] {
  Configuration configuration;
  configuration.org_id = "64f0c0de5eed000000000a01";
  configuration.base_url = "https://api.jumpcloud.com";
  return configuration;
}();

HttpResponse Response(int status, std::string_view body, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body.Append(body);
  return response;
}

struct Case {
  int status;
  const char* body;
  absl::StatusCode code;
  StatusWord word;
  const char* cause;   // part of the message
  const char* remedy;  // part of the remedy
};

TEST(Verdict, NamesCauseAndRemedyOfEveryRefusal) {
  using absl::StatusCode;
  const Case cases[] = {
      {400,
       R"({"message":"Start Time not after End Time )"
       R"(2026-01-26T09:13:52Z \u003e 2026-01-26T09:11:52Z"})",
       StatusCode::kUnavailable, StatusWord::kDelayed,
       "Start Time not after End Time 2026-01-26T09:13:52Z > 2026", "clock"},
      {400, R"({"message":"start_time must not be in the future"})", StatusCode::kUnavailable,
       StatusWord::kDelayed, "in the future", "clock"},
      {400, R"({"message":"invalid date"})", StatusCode::kUnavailable, StatusWord::kDelayed,
       "invalid date", "clock"},
      {400, R"({"message":"unknown service 'foo', supported are: all, directory, sso"})",
       StatusCode::kFailedPrecondition, StatusWord::kUnreachable,
       "supported are: all, directory, sso", "`services`"},
      {400, R"({"code":400,"message":"Invalid services","status":"INVALID_ARGUMENT"})",
       StatusCode::kFailedPrecondition, StatusWord::kUnreachable, "Invalid services",
       "access_management, alerts, all"},
      {400, R"({"message":"malformed x-org-id header"})", StatusCode::kPermissionDenied,
       StatusWord::kWrongOrganisation, "malformed x-org-id", "`org_id`"},
      {400, R"({"error":"organization mismatch"})", StatusCode::kPermissionDenied,
       StatusWord::kWrongOrganisation, "organization mismatch", "`org_id`"},
      {400, R"({"message":"bad search_after"})", StatusCode::kUnavailable, StatusWord::kDelayed,
       "bad search_after", "reset"},
      {400, "", StatusCode::kUnavailable, StatusWord::kDelayed, "(HTTP 400)", "asked again"},
      {401, R"({"message":"Unauthorized"})", StatusCode::kUnauthenticated,
       StatusWord::kAuthenticationFailed, "(HTTP 401): Unauthorized", "secret_key"},
      {401, "", StatusCode::kUnauthenticated, StatusWord::kAuthenticationFailed, "(HTTP 401)",
       "`region` (\"us\")"},
      {402, R"({"message":"Payment Required"})", StatusCode::kFailedPrecondition,
       StatusWord::kNotLicensed, "Payment Required", "plan"},
      {403, R"({"message":"Forbidden"})", StatusCode::kPermissionDenied,
       StatusWord::kAuthenticationFailed, "Forbidden", "Read Only"},
      {403, "<!DOCTYPE html><html><head><TITLE>Access\ndenied</TITLE></head><body>x</body></html>",
       StatusCode::kPermissionDenied, StatusWord::kAuthenticationFailed,
       "an HTML page, \"Access denied\"", "IP address"},
      {403, "<html>blocked</html>", StatusCode::kPermissionDenied,
       StatusWord::kAuthenticationFailed, "an HTML page", "`region`"},
      {404, R"({"message":"organization not found"})", StatusCode::kPermissionDenied,
       StatusWord::kWrongOrganisation, "64f0c0de5eed000000000a01", "`org_id`"},
      {405, "", StatusCode::kFailedPrecondition, StatusWord::kUnreachable, "(HTTP 405)",
       "`base_url`"},
      {408, "", StatusCode::kUnavailable, StatusWord::kUnreachable, "(HTTP 408)", "asked again"},
      {429, R"({"message":"Too Many Requests"})", StatusCode::kResourceExhausted,
       StatusWord::kThrottled, "Too Many Requests", "`poll_interval`"},
      {500, R"({"error":{"message":"query too complex"}})", StatusCode::kUnavailable,
       StatusWord::kUnreachable, "query too complex", "asked again"},
      {502, "<html><title>Bad Gateway</title>", StatusCode::kUnavailable, StatusWord::kUnreachable,
       "Bad Gateway", "asked again"},
      {503, "upstream connect error", StatusCode::kUnavailable, StatusWord::kUnreachable,
       "upstream connect error", "asked again"},
      {204, "", StatusCode::kUnavailable, StatusWord::kUnreachable, "(HTTP 204)", "asked again"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(absl::StrCat(c.status, " ", c.body));
    const absl::Status status = Verdict(Response(c.status, c.body), kConfiguration);
    EXPECT_EQ(status.code(), c.code);
    EXPECT_TRUE(absl::StrContains(status.message(), c.cause)) << status.message();
    const std::optional<Trouble> trouble = TroubleOf(status);
    ASSERT_TRUE(trouble.has_value());
    EXPECT_EQ(ToText(trouble->word), ToText(c.word));
    EXPECT_TRUE(absl::StrContains(trouble->remedy, c.remedy)) << trouble->remedy;
  }
}

TEST(Verdict, DoesNotFollowARedirectAndShowsNoQueryOfIt) {
  const absl::Status status =
      Verdict(Response(302, "", {{"location", "https://login.example.com/in?token=hidden"}}),
              kConfiguration);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(status.message(), "https://login.example.com/in")) << status;
  EXPECT_FALSE(absl::StrContains(status.message(), "hidden")) << status;
  EXPECT_FALSE(absl::StrContains(
      Verdict(Response(302, "", {{"Location", "https://a:pw@b/"}}), kConfiguration).message(),
      "pw"));
}

absl::Duration RetryAfter(int status, std::string_view retry_after, std::string_view date = "") {
  std::vector<HttpHeader> headers = {{"retry-after", std::string(retry_after)}};
  if (!date.empty()) headers.push_back({"Date", std::string(date)});
  return TroubleOf(Verdict(Response(status, "", headers), kConfiguration))->retry_after;
}

TEST(Verdict, WaitsAsLongAsRetryAfterSaysAndAnHourAtMost) {
  EXPECT_EQ(RetryAfter(429, "7"), absl::Seconds(7));
  EXPECT_EQ(RetryAfter(503, "30"), absl::Seconds(30));
  EXPECT_EQ(RetryAfter(429, "86400"), absl::Hours(1));
  EXPECT_EQ(RetryAfter(429, "99999999999999999999"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfter(429, "-5"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfter(429, "soon"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfter(429, ""), absl::ZeroDuration());
}

TEST(Verdict, CountsADateInRetryAfterFromTheAnswersOwn) {
  constexpr char kDate[] = "Mon, 06 Jul 2026 08:00:00 GMT";
  EXPECT_EQ(RetryAfter(429, "Mon, 06 Jul 2026 08:01:30 GMT", kDate), absl::Seconds(90));
  EXPECT_EQ(RetryAfter(429, "Mon, 06 Jul 2026 07:00:00 GMT", kDate), absl::ZeroDuration());
  EXPECT_EQ(RetryAfter(429, "Tue, 07 Jul 2026 08:00:00 GMT", kDate), absl::Hours(1));
  EXPECT_EQ(RetryAfter(429, "Mon, 06 Jul 2026 08:01:30 GMT"), absl::ZeroDuration());
}

TEST(Quotable, IsOneShortLineWithoutControlCharacters) {
  EXPECT_EQ(Quotable("  a\r\n\tb\x1b[31m \xc3\xa9 c\x7f "), "a b [31m c");
  EXPECT_EQ(Quotable(std::string(150, 'a') + " b").size(), 10u);
  std::string words;
  for (int i = 0; i < 100; ++i) words += "word ";
  EXPECT_EQ(Quotable(words).size(), 200u);
  EXPECT_TRUE(absl::EndsWith(Quotable(words), "..."));
}

TEST(Quotable, MasksWhatLooksLikeAKey) {
  EXPECT_EQ(Quotable("invalid key jca_abc, sorry"), "invalid key [masked], sorry");
  EXPECT_EQ(Quotable("key=0123456789012345678901234567890123456789."), "key=[masked].");
  EXPECT_EQ(Quotable("organization 64f0c0de5eed000000000a01"),
            "organization 64f0c0de5eed000000000a01");
}

}  // namespace
}  // namespace cce::jumpcloud
