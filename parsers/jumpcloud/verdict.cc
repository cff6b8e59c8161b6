#include "parsers/jumpcloud/verdict.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"

namespace cce::jumpcloud {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestQuote = 200;
constexpr std::size_t kLongestErrorBody = 64u << 10;
constexpr std::size_t kShortestKey = 32;  // keys have 40 characters; ids of things 24
constexpr absl::Duration kLongestRetryAfter = absl::Hours(1);

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

std::string Masked(std::string_view text) {
  constexpr std::string_view kPrefix = "jca_";  // of keys made since 2024
  std::string masked;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && (IsAlphanumeric(text[end]) || text[end] == '_')) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (word.size() >= kShortestKey || word.substr(0, kPrefix.size()) == kPrefix) {
      masked += "[masked]";
    } else {
      masked += word;
    }
    if (end < text.size()) masked += text[end++];
    at = end;
  }
  return masked;
}

// The text of an HTML page's title, "" without one.
std::string_view Title(std::string_view html) {
  const std::string lower = absl::AsciiStrToLower(ForAbseil(html));
  const std::size_t open = lower.find("<title>");
  if (open == std::string::npos) return "";
  const std::size_t begin = open + std::string_view("<title>").size();
  const std::size_t end = lower.find("</title>", begin);
  return end == std::string::npos ? "" : html.substr(begin, end - begin);
}

// The bodies seen are {"message"}, {"code","message","status"} and {"error"}; nested ones are not,
// but are common elsewhere.
std::string MessageIn(const Json& body) {
  if (body.is_string()) return body.get<std::string>();
  if (!body.is_object()) return "";
  for (const char* key : {"message", "error_description", "error", "status"}) {
    const auto member = body.find(key);
    if (member == body.end()) continue;
    std::string message = member->is_object() ? MessageIn(*member) : "";
    if (member->is_string()) message = member->get<std::string>();
    if (!message.empty()) return message;
  }
  return "";
}

// What the server says about its refusal, not yet Quotable; "" if nothing.
std::string ServersWords(const HttpResponse& response) {
  if (response.over_cap || response.body.size() > kLongestErrorBody) return "";
  const std::string_view body =
      FromAbseil(absl::StripAsciiWhitespace(ForAbseil(response.body.view())));
  if (body.empty()) return "";
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return MessageIn(json);
  if (body.front() != '<') return std::string(body);
  const std::string_view title = Title(body);
  return title.empty() ? "an HTML page" : absl::StrCat("an HTML page, \"", ForAbseil(title), "\"");
}

std::string Cause(std::string_view does, const HttpResponse& response) {
  const std::string words = Quotable(ServersWords(response));
  return absl::StrCat("JumpCloud ", ForAbseil(does), " (HTTP ", response.status, ")",
                      words.empty() ? "" : ": ", words);
}

// Retry-After (RFC 9110 section 10.2.3), zero without a readable one. A date counts from the
// answer's own, since this machine's clock may be wrong.
absl::Duration RetryAfter(const HttpResponse& response) {
  const std::optional<std::string_view> text = response.Header("retry-after");
  if (!text) return absl::ZeroDuration();
  absl::Duration pause = absl::ZeroDuration();
  std::int64_t seconds = 0;
  absl::Time until;
  std::string error;
  if (absl::SimpleAtoi(ForAbseil(*text), &seconds)) {
    pause = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %E4Y %H:%M:%S GMT", ForAbseil(*text), &until, &error) &&
             response.Date()) {
    pause = until - *response.Date();
  }
  return std::clamp(pause, absl::ZeroDuration(), kLongestRetryAfter);
}

std::string WhereTheKeyBelongs(const Configuration& configuration) {
  return absl::StrCat("that `region` (\"", configuration.region,
                      "\") is the organisation's: a key works in its own region only");
}

// True if a word of `text` begins with `start`; "_" parts words.
bool HasWord(std::string_view text, std::string_view start) {
  for (std::size_t at = text.find(start); at != std::string_view::npos;
       at = text.find(start, at + 1)) {
    if (at == 0 || !IsAlphanumeric(text[at - 1])) return true;
  }
  return false;
}

// A 400 names its reason in the message only.
absl::Status BadRequest(const HttpResponse& response, const Configuration& configuration) {
  const std::string words = absl::AsciiStrToLower(ServersWords(response));
  if (HasWord(words, "org")) {
    return TroubleError(
        absl::StatusCode::kPermissionDenied,
        Cause(absl::StrCat("does not accept the organisation ", configuration.org_id), response),
        {.word = StatusWord::kWrongOrganisation,
         .remedy = "Correct `org_id`: Admin Portal, Settings, Organization Profile shows it."});
  }
  if (HasWord(words, "service")) {
    return TroubleError(absl::StatusCode::kFailedPrecondition,
                        Cause("does not know a service", response),
                        {.word = StatusWord::kUnreachable,
                         .remedy = absl::StrCat("Correct `services`. JumpCloud documents these: ",
                                                ForAbseil(kDocumentedServices), ".")});
  }
  if (HasWord(words, "start") || HasWord(words, "end") || HasWord(words, "time") ||
      HasWord(words, "date")) {
    // A clock that is put right heals it, so nobody needs to act.
    return TroubleError(
        absl::StatusCode::kUnavailable, Cause("refuses the span of time", response),
        {.word = StatusWord::kDelayed,
         .remedy = "Nothing, if a clock was just corrected: it is asked again. If it stays, check "
                   "the clock of this machine and of a proxy in between."});
  }
  return TroubleError(
      absl::StatusCode::kUnavailable, Cause("does not understand the question", response),
      {.word = StatusWord::kDelayed,
       .remedy = "It is asked again. If it stays, check `base_url` and the proxies in between; "
                 "`cce device reset NAME --from TIME` begins a new window."});
}

absl::Status Forbidden(const HttpResponse& response, const Configuration& configuration) {
  return TroubleError(
      absl::StatusCode::kPermissionDenied, Cause("forbids the request", response),
      {.word = StatusWord::kAuthenticationFailed,
       .remedy = absl::StrCat("Check that the key's administrator has the role Read Only or above "
                              "(a Command Runner is "
                              "refused), ",
                              WhereTheKeyBelongs(configuration),
                              ", and that JumpCloud does not block this machine's IP address.")});
}

absl::Status UnknownOrganisation(const HttpResponse& response, const Configuration& configuration) {
  return TroubleError(
      absl::StatusCode::kPermissionDenied,
      Cause(absl::StrCat("does not find the organisation ", configuration.org_id), response),
      {.word = StatusWord::kWrongOrganisation,
       .remedy = absl::StrCat("Correct `org_id` (Admin Portal, Settings, Organization Profile) or "
                              "`region`; ",
                              configuration.base_url,
                              " must be the address of JumpCloud's Directory Insights.")});
}

// Redirects are not followed: the key would go along. The target is not quoted whole, since its
// query may hold a token.
absl::Status Redirected(const HttpResponse& response, const Configuration& configuration) {
  std::string_view target = response.Header("location").value_or("another address");
  target = target.substr(0, target.find_first_of("?#"));
  if (target.find('@') != std::string_view::npos) target = "another address";
  return TroubleError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(configuration.base_url, " redirects to ", Quotable(target), " (HTTP ",
                   response.status, "), which is not followed"),
      {.word = StatusWord::kUnreachable,
       .remedy = "Correct `base_url` or `region`, or let this machine past the proxy or login page "
                 "that answers instead of JumpCloud."});
}

}  // namespace

std::string Quotable(std::string_view text) {
  // Bytes beyond ASCII are replaced: what is cut in the middle of one would not be UTF-8.
  std::string line;
  for (const char c : text.substr(0, 4 * kLongestQuote)) {
    const bool printable = c >= ' ' && c < 0x7f;
    const bool space = c == ' ' || !printable;
    if (space && (line.empty() || line.back() == ' ')) continue;
    line += space ? ' ' : c;
  }
  line = Masked(line);
  if (line.size() > kLongestQuote) {
    line.resize(kLongestQuote - 3);
    line += "...";
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

absl::Status Senseless(std::string_view cause) {
  return TroubleError(
      absl::StatusCode::kUnavailable, cause,
      {.word = StatusWord::kDelayed,
       .remedy = "It is asked again and nothing is skipped. If it stays, check the proxies between "
                 "this machine and JumpCloud."});
}

absl::Status WrongOrganisation(std::string_view found, const Configuration& configuration) {
  return TroubleError(
      absl::StatusCode::kPermissionDenied,
      absl::StrCat("JumpCloud answers with events of the organisation ", Quotable(found),
                   " instead of ", configuration.org_id, "; nothing of them was delivered"),
      {.word = StatusWord::kWrongOrganisation,
       .remedy = "Correct `org_id`, or use a key of the organisation that `org_id` names."});
}

absl::Status Verdict(const HttpResponse& response, const Configuration& configuration) {
  switch (response.status) {
    case 400:
      return BadRequest(response, configuration);
    case 401:
      return TroubleError(
          absl::StatusCode::kUnauthenticated, Cause("refuses the API key", response),
          {.word = StatusWord::kAuthenticationFailed,
           .remedy = absl::StrCat(
               "Make a new API key in the Admin Portal, put it where the device file's "
               "`secret_key` "
               "points, and restart cce: the old one is wrong, expired or replaced, or its "
               "administrator inactive. Check ",
               WhereTheKeyBelongs(configuration), ".")});
    case 402:
      return TroubleError(
          absl::StatusCode::kFailedPrecondition,
          Cause("does not license this much history", response),
          {.word = StatusWord::kNotLicensed,
           .remedy = "Have Directory Insights added to the organisation's plan, or ask for less "
                     "history: a later `start` before the first run, `cce device reset NAME --from "
                     "TIME` after it."});
    case 403:
      return Forbidden(response, configuration);
    case 404:
      return UnknownOrganisation(response, configuration);
    case 429:
      return TroubleError(absl::StatusCode::kResourceExhausted,
                          Cause("throttles this key", response),
                          {.word = StatusWord::kThrottled,
                           .remedy = "Nothing: collection goes on when JumpCloud permits. If it "
                                     "stays, raise `poll_interval`.",
                           .retry_after = RetryAfter(response)});
    default:
      break;
  }
  if (response.status >= 300 && response.status < 400) return Redirected(response, configuration);
  const bool other_refusal = response.status > 400 && response.status < 500 &&
                             response.status != 408 && response.status != 425;
  if (other_refusal) {
    return TroubleError(absl::StatusCode::kFailedPrecondition,
                        Cause("refuses the request", response),
                        {.word = StatusWord::kUnreachable,
                         .remedy = "Check `base_url` and the proxies between this machine and "
                                   "JumpCloud."});
  }
  return TroubleError(absl::StatusCode::kUnavailable,
                      Cause("cannot answer at the moment", response),
                      {.word = StatusWord::kUnreachable,
                       .remedy = "Nothing: it is asked again. If it stays, see "
                                 "https://status.jumpcloud.com.",
                       .retry_after = RetryAfter(response)});
}

}  // namespace cce::jumpcloud
