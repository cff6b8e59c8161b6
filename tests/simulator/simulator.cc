#include "tests/simulator/simulator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "cce/api/text.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/admin.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/truth.h"

namespace cce::simulator {
namespace {

constexpr std::string_view kBase = "/insights/directory/v1";
constexpr std::size_t kMaximumBuckets =
    65536;  // where the search engine behind the service gives up

constexpr std::string_view kHtmlPage =
    "<!DOCTYPE html>\n<html><head><title>Access denied</title></head><body><h1>403 Forbidden</h1>"
    "<p>Your IP has been blocked due to suspected abuse.</p></body></html>\n";

// A JSON string the way Go's encoder writes it, <, > and & escaped.
std::string GoQuoted(std::string_view text) {
  const std::string quoted =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string escaped;
  for (const char c : quoted) {
    switch (c) {
      case '<':
        escaped += "\\u003c";
        break;
      case '>':
        escaped += "\\u003e";
        break;
      case '&':
        escaped += "\\u0026";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Response JsonAnswer(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = Body::Of(std::move(body));
  return response;
}

Response MessageAnswer(int status, std::string_view message) {
  return JsonAnswer(status, Concat(R"({"message":)", GoQuoted(message), "}"));
}

Response HtmlAnswer(int status) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  response.body = Body::Of(std::string(kHtmlPage));
  return response;
}

// The answer that a fault gives instead of the service; nullopt for one that spoils the answer.
std::optional<Response> AnswerInstead(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kBadRequest:
      return MessageAnswer(400, "Bad Request");
    case FaultKind::kUnauthorized:
      return MessageAnswer(401, "Unauthorized");
    case FaultKind::kPaymentRequired:
      return MessageAnswer(402, "Payment Required");
    case FaultKind::kForbidden:
      return MessageAnswer(403, "Forbidden");
    case FaultKind::kForbiddenHtml:
      return HtmlAnswer(403);
    case FaultKind::kNotFound:
      return MessageAnswer(404, "Not Found");
    case FaultKind::kThrottled: {
      Response response = MessageAnswer(429, "Too Many Requests");
      if (fault.retry_after) {
        response.headers.emplace_back("Retry-After", Concat(*fault.retry_after));
      }
      return response;
    }
    case FaultKind::kServerError:
      return MessageAnswer(500, "Internal Server Error");
    case FaultKind::kUnavailable:
      return HtmlAnswer(503);
    case FaultKind::kReset: {
      Response response;
      response.status = 0;
      response.reset = true;
      return response;
    }
    case FaultKind::kNullBody:
      return JsonAnswer(200, "null");
    case FaultKind::kEmptyBody:
      return JsonAnswer(200, "");
    case FaultKind::kHtmlBody:
      return HtmlAnswer(200);
    default:
      return std::nullopt;
  }
}

bool Is(const std::optional<Fault>& fault, FaultKind kind) { return fault && fault->kind == kind; }

std::string CursorText(const Cursor& cursor) {
  return Concat("[", cursor.milliseconds, ",\"", cursor.tiebreak, "\"]");
}

// The array's first elements once more at its end. REQUIRES: the page has at least `count`
// elements.
void RepeatFirst(const EventStore& store, const PageQuery& query, std::int64_t now,
                 std::size_t count, Body& body) {
  PageQuery first = query;
  first.limit = count;
  EventPage again = store.Read(first, now);
  body.slices.pop_back();
  body.slices.push_back(",");
  body.slices.insert(body.slices.end(), again.body.slices.begin() + 1, again.body.slices.end());
  body.owners.insert(body.owners.end(), again.body.owners.begin(), again.body.owners.end());
}

std::string BucketName(std::int64_t key_ms, const SearchRequest& search) {
  std::string text;
  AppendTimestamp((key_ms + search.zone_offset_ms) * kNanosecondsPerMillisecond,
                  Fraction::kMilliseconds, text);
  if (!search.zone.empty()) {
    text.pop_back();
    Append(text, search.zone.substr(0, 3), ":", search.zone.substr(3));
  }
  return text;
}

std::int64_t FloorTo(std::int64_t value, std::int64_t unit) {
  const std::int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

}  // namespace

absl::StatusOr<HeaderCase> ParseHeaderCase(std::string_view name) {
  if (name == "documented") return HeaderCase::kDocumented;
  if (name == "lower") return HeaderCase::kLower;
  if (name == "upper") return HeaderCase::kUpper;
  if (name == "title") return HeaderCase::kTitle;
  return absl::InvalidArgumentError(
      Concat("header case '", name, "': expected documented, lower, upper or title"));
}

absl::StatusOr<EmptyPageCursor> ParseEmptyPageCursor(std::string_view name) {
  if (name == "absent") return EmptyPageCursor::kAbsent;
  if (name == "blank") return EmptyPageCursor::kBlank;
  if (name == "requests") return EmptyPageCursor::kRequests;
  return absl::InvalidArgumentError(
      Concat("empty page's cursor '", name, "': expected absent, blank or requests"));
}

Simulator::Simulator(const SimulatorOptions& options)
    : options_(options), faults_(Mix(options.seed, 4)), request_ids_(Mix(options.seed, 5)) {}

absl::Status Simulator::AddOrganisation(const OrganisationOptions& options, absl::Time created) {
  if (organisations_.contains(options.id)) {
    return absl::AlreadyExistsError(Concat("organisation ", options.id, " exists twice"));
  }
  organisations_[options.id] = std::make_unique<Organisation>(options, ServiceTime(created));
  organisation_ids_.push_back(options.id);
  return absl::OkStatus();
}

Organisation* Simulator::FindOrganisation(std::string_view id) {
  const auto found = organisations_.find(ForAbseil(id));
  return found == organisations_.end() ? nullptr : found->second.get();
}

std::string Simulator::HeaderName(std::string_view documented) const {
  switch (options_.header_case) {
    case HeaderCase::kDocumented:
      return std::string(documented);
    case HeaderCase::kLower:
      return absl::AsciiStrToLower(ForAbseil(documented));
    case HeaderCase::kUpper:
      return absl::AsciiStrToUpper(ForAbseil(documented));
    case HeaderCase::kTitle:
      break;
  }
  std::string name = absl::AsciiStrToLower(ForAbseil(documented));
  bool first = true;
  for (char& c : name) {
    if (first) c = absl::ascii_toupper(static_cast<unsigned char>(c));
    first = c == '-' || c == '_';
  }
  return name;
}

Response Simulator::Answer(const Request& request, absl::Time caller_now) {
  if (request.target.starts_with("/_simulator/")) {
    return AnswerAdmin(*this, request, caller_now);
  }
  const absl::Time now = ServiceTime(caller_now);
  LoggedRequest log;
  log.when = absl::ToUnixNanos(now);
  log.method = request.method;
  log.path = request.target.substr(0, request.target.find('?'));
  Response response =
      log.path == "/oauth2/token" && request.method == "POST"
          ? credentials_.AnswerToken(request, options_.token_lifetime_seconds, log.when)
          : AnswerSearch(request, now, log);
  response.headers.emplace_back(
      "Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone()));
  const std::uint64_t high = request_ids_.Next();
  const std::uint64_t low = request_ids_.Next();
  response.headers.emplace_back(
      HeaderName("X-Request-Id"),
      absl::StrFormat("%08x-%04x-4%03x-8%03x-%012x", high >> 32, (high >> 16) & 0xffff,
                      high & 0xfff, low >> 52, low & 0xffffffffffff));
  log.status = response.status;
  ++stats_.requests;
  stats_.body_bytes += response.body.size();
  log_.push_back(std::move(log));
  return response;
}

Response Simulator::AnswerSearch(const Request& request, absl::Time now, LoggedRequest& log) {
  const std::int64_t now_ns = absl::ToUnixNanos(now);
  const Credentials::Decision decision = credentials_.Check(request, organisation_ids_, now_ns);
  if (decision.grant) {
    log.organisation = decision.grant->organisation;
    log.key = decision.grant->key;
  }
  // What the body means is wanted for the log whatever the answer will be.
  const absl::StatusOr<SearchRequest> search = ParseSearch(request.body, options_.rules, now_ns);
  if (search.ok()) {
    log.start = search->start;
    log.end = search->end;
    log.first_ms = search->query.range.first_ms;
    log.end_ms = search->query.range.end_ms;
    log.services = search->services;
    log.search_after = search->search_after;
    log.limit = search->query.limit;
    log.descending = search->query.descending;
  }
  const std::optional<Fault> fault =
      faults_.Take({log.path, log.organisation, !log.search_after.empty()});
  if (fault) {
    log.fault = Name(fault->kind);
    if (std::optional<Response> instead = AnswerInstead(*fault)) return *std::move(instead);
  }

  const bool is_search = log.path == Concat(kBase, "/events") ||
                         log.path == Concat(kBase, "/events/count") ||
                         log.path == Concat(kBase, "/events/interval");
  if (!is_search) return MessageAnswer(404, "Not Found");
  if (request.method != "POST") return MessageAnswer(405, "Method Not Allowed");
  if (!decision.grant) return MessageAnswer(decision.refusal.status, decision.refusal.message);
  if (!search.ok()) {
    const int status = search.status().code() == absl::StatusCode::kFailedPrecondition ? 402 : 400;
    return MessageAnswer(status, FromAbseil(search.status().message()));
  }
  Organisation* organisation = FindOrganisation(decision.grant->organisation);
  if (organisation == nullptr) return MessageAnswer(404, "Organization not found");
  organisation->Advance(now);

  Response response;
  if (log.path.ends_with("/events")) {
    response = AnswerEvents(*organisation, *search, now_ns, fault, log);
  } else if (log.path.ends_with("/count")) {
    log.count = organisation->store().Count(search->query.range, now_ns);
    response = JsonAnswer(200, Concat(R"({"count":)", log.count, "}"));
  } else {
    SearchRequest interval = *search;
    if (const absl::Status status = ParseInterval(request.body, interval); !status.ok()) {
      return MessageAnswer(400, FromAbseil(status.message()));
    }
    response = AnswerInterval(*organisation, interval, now_ns, log);
  }
  if (Is(fault, FaultKind::kTruncated)) response.cut_after = response.body.size() / 2;
  if (Is(fault, FaultKind::kSlow)) response.delay = fault->delay;
  return response;
}

Response Simulator::AnswerEvents(const Organisation& organisation, const SearchRequest& search,
                                 std::int64_t now, const std::optional<Fault>& fault,
                                 LoggedRequest& log) {
  PageQuery query = search.query;
  std::size_t extra = 0;
  if (Is(fault, FaultKind::kDuplicates)) {
    // A full page stays a full page: what comes twice takes the place of others.
    extra = std::min<std::size_t>(3, query.limit / 2);
    query.limit -= extra;
  }
  EventPage page = organisation.store().Read(query, now);
  if (extra > 0 && page.count > 0) {
    extra = std::min(extra, page.count);
    RepeatFirst(organisation.store(), query, now, extra, page.body);
    page.count += extra;
  }
  if (Is(fault, FaultKind::kForeignEvent)) {
    std::string foreign =
        Concat(page.count > 0 ? "," : "", R"({"service":"directory","event_type":"user_update",)",
               R"("organization":"ffffffffffffffffffffffff",)",
               R"("id":"ffffffffffffffffffffffff","timestamp":")", search.start, R"("}])");
    const Body more = Body::Of(std::move(foreign));
    page.body.slices.back() = more.slices.front();
    page.body.owners.push_back(more.owners.front());
    ++page.count;
  }

  Response response;
  response.headers.emplace_back("Content-Type", "application/json");
  const std::size_t said = page.count + (Is(fault, FaultKind::kWrongCount) ? 1 : 0);
  response.headers.emplace_back(HeaderName("X-Result-Count"), Concat(said));
  response.headers.emplace_back(HeaderName("X-Limit"), Concat(search.query.limit));
  response.headers.emplace_back(HeaderName("X-Sort"), query.descending ? "DESC" : "ASC");
  std::optional<std::string> cursor;
  if (page.last) {
    cursor = CursorText(*page.last);
  } else if (options_.empty_page_cursor == EmptyPageCursor::kBlank) {
    cursor = "";
  } else if (options_.empty_page_cursor == EmptyPageCursor::kRequests && query.after) {
    cursor = CursorText(*query.after);
  }
  if (Is(fault, FaultKind::kRepeatedCursor) && query.after) cursor = CursorText(*query.after);
  if (Is(fault, FaultKind::kNoCursor)) cursor.reset();
  if (cursor) response.headers.emplace_back(HeaderName("X-Search_after"), *cursor);
  response.body = std::move(page.body);

  log.count = page.count;
  ++stats_.pages;
  stats_.events += page.count;
  return response;
}

Response Simulator::AnswerInterval(const Organisation& organisation, const SearchRequest& search,
                                   std::int64_t now, LoggedRequest& log) {
  std::vector<std::pair<std::int64_t, std::size_t>> buckets;
  bool too_many = false;
  organisation.store().ForEachVisible(
      search.query.range, now, [&](const EventBlock& block, std::size_t index) {
        const std::int64_t key =
            FloorTo(block.entries()[index].milliseconds() + search.zone_offset_ms,
                    search.interval_ms) -
            search.zone_offset_ms;
        if (!options_.sparse_histogram && !buckets.empty()) {
          const std::int64_t gap = (key - buckets.back().first) / search.interval_ms;
          too_many = gap + static_cast<std::int64_t>(buckets.size()) >
                     static_cast<std::int64_t>(kMaximumBuckets);
          while (!too_many && buckets.back().first < key) {
            buckets.emplace_back(buckets.back().first + search.interval_ms, 0);
          }
        }
        if (buckets.empty() || buckets.back().first != key) buckets.emplace_back(key, 0);
        ++buckets.back().second;
        ++log.count;
        return !too_many;
      });
  if (too_many || buckets.size() > kMaximumBuckets) {
    return MessageAnswer(500, "Internal Server Error");
  }
  std::string body = R"({"buckets":[)";
  for (const auto& [key, count] : buckets) {
    Append(body, body.back() == '[' ? "" : ",", R"({"key":)", key, R"(,"key_as_string":")",
           BucketName(key, search), R"(","doc_count":)", count, "}");
  }
  body += "]}";
  return JsonAnswer(200, std::move(body));
}

std::string Simulator::Truth(std::string_view wanted, absl::Time caller_now) {
  const absl::Time now = ServiceTime(caller_now);
  std::string lines;
  RecordReader reader;
  for (const std::string& id : organisation_ids_) {
    if (!wanted.empty() && wanted != id) continue;
    Organisation& organisation = *organisations_[id];
    organisation.Advance(now);
    organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
      if (block.entries()[index].visible_at <= absl::ToUnixNanos(now)) {
        AppendTruthLine(id, block, index, reader, lines);
      }
      return true;
    });
  }
  return lines;
}

}  // namespace cce::simulator
