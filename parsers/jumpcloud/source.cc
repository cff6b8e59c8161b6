#include "parsers/jumpcloud/source.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "parsers/jumpcloud/cursor.h"
#include "parsers/jumpcloud/timestamp.h"
#include "parsers/jumpcloud/verdict.h"

namespace cce::jumpcloud {
namespace {

constexpr int kOk = 200;
// How far this machine's clock may be ahead without the probe being refused.
constexpr absl::Duration kProbeSpan = absl::Minutes(10);

// The header as a number; nullopt if it is missing or no number at or above `least`.
std::optional<std::int64_t> Number(const HttpResponse& response, std::string_view name,
                                   std::int64_t least) {
  const std::optional<std::string_view> text = response.Header(name);
  std::int64_t number = 0;
  if (!text || !absl::SimpleAtoi(ForAbseil(*text), &number) || number < least) return std::nullopt;
  return number;
}

std::optional<std::int64_t> ResultCount(const HttpResponse& response) {
  return Number(response, "x-result-count", 0);
}

// The limit that the service kept to, which may be another than was asked for.
std::optional<std::int64_t> LimitKept(const HttpResponse& response) {
  return Number(response, "x-limit", 1);
}

// The search_after behind the answer, where there must be one. An old or unusable one would skip
// events or ask for the same page for ever.
absl::StatusOr<std::string> CursorBehind(const Paging& from, const HttpResponse& response) {
  const std::optional<std::string_view> text = response.Header("x-search_after");
  if (!text || text->empty()) {
    return Senseless(
        "JumpCloud's answer is a full page without the header X-Search_after, so the next page "
        "cannot be asked for; a proxy may drop headers with an underscore");
  }
  const std::optional<Cursor> cursor = ReadCursor(*text);
  if (!cursor) {
    return Senseless(
        absl::StrCat("JumpCloud's answer has an unreadable X-Search_after: ", Quotable(*text)));
  }
  if (*text == from.search_after) {
    return Senseless(absl::StrCat("JumpCloud's answer repeats X-Search_after on a full page: ",
                                  Quotable(*text)));
  }
  const std::optional<Cursor> before = ReadCursor(from.search_after);
  if (before && before->ms && cursor->ms && *cursor->ms < *before->ms) {
    return Senseless(absl::StrCat("JumpCloud's answer goes back in time, from X-Search_after ",
                                  Quotable(from.search_after), " to ", Quotable(*text)));
  }
  return std::string(*text);
}

absl::StatusOr<Paging> ReadPagingPosition(const Position& from) {
  absl::StatusOr<Place> place = ReadPosition(from);
  if (!place.ok()) return place.status();
  Paging* paging = std::get_if<Paging>(&*place);
  if (paging == nullptr) return absl::InternalError("an answer to a question nobody asked");
  return std::move(*paging);
}

// The events of an answer, if all are the configured organisation's.
absl::StatusOr<ParsedPage> ReadPage(Bytes body, const OrganisationKey& key, const Passed& passed,
                                    absl::Time end, const Configuration& configuration,
                                    const Reading& reading) {
  // An element without a time is remembered under the window's end: for as long as any window can
  // bring it again, and not longer.
  absl::StatusOr<ParsedPage> page =
      ParsePage(std::move(body), key, passed, absl::ToUnixNanos(end), reading);
  if (!page.ok()) {
    return Senseless(absl::StrCat("JumpCloud's answer is not a whole list of events: ",
                                  Quotable(FromAbseil(page.status().message()))));
  }
  if (!page->other_organisation.empty()) {
    return WrongOrganisation(page->other_organisation, configuration);
  }
  return page;
}

// Records come by time, so only the last element before the next window's start can lie inside that
// window without saying so.
void NoteUntimed(const ParsedPage& page, absl::Duration overlap, Paging& paging) {
  const absl::Time next = RestBehind(paging.window, overlap).from;
  const absl::Span<const EventHead> heads = page.page->heads();
  auto untimed = page.untimed.rbegin();
  for (std::size_t i = heads.size(); i > 0; --i) {
    const bool is_untimed = untimed != page.untimed.rend() && untimed->index == i - 1;
    const absl::Time counted_to =
        is_untimed ? absl::FromUnixMillis(untimed->ms) : absl::FromUnixNanos(heads[i - 1].time_ns);
    if (counted_to < next) {
      paging.untimed_ms = is_untimed ? std::make_optional(untimed->ms) : std::nullopt;
      return;
    }
    if (is_untimed) ++untimed;
  }
}

MakeSource MakerWith(std::shared_ptr<const EventTypeOverrides> overrides) {
  return [overrides = std::move(overrides)](
             const DeviceSettings& settings) -> absl::StatusOr<std::unique_ptr<Source>> {
    if (!settings.access_id.empty()) {
      return absl::InvalidArgumentError(
          "/access_id: must be empty: a JumpCloud device is asked with an API key, which stands in "
          "secret_key");
    }
    absl::StatusOr<Configuration> configuration = ParseConfiguration(settings.configuration);
    if (!configuration.ok()) return configuration.status();
    return std::make_unique<JumpCloudSource>(
        *std::move(configuration), settings.overlap,
        Reading{.redact = settings.redact, .overrides = overrides});
  };
}

}  // namespace

JumpCloudSource::JumpCloudSource(Configuration configuration, absl::Duration overlap,
                                 Reading reading)
    : configuration_(std::move(configuration)),
      key_(configuration_.org_id),
      overlap_(overlap),
      reading_(std::move(reading)) {}

Position JumpCloudSource::Start(absl::Time now) const {
  if (const absl::Duration* ago = std::get_if<absl::Duration>(&configuration_.start)) {
    return StartAt(now - *ago);
  }
  return StartAt(std::min(now, std::get<absl::Time>(configuration_.start)));
}

Position JumpCloudSource::StartAt(absl::Time from) const {
  const absl::Time start = FloorToMillisecond(from);
  return ToPosition(Rest{start, start});
}

HttpRequest JumpCloudSource::Probe(absl::Time now) const {
  const absl::Time end = FloorToMillisecond(now);
  const Rest rest{end - kProbeSpan, end - kProbeSpan};
  return Question(OpenWindow(Window{rest.from, end}, configuration_.services, rest), 1);
}

absl::Status JumpCloudSource::ReadProbe(const HttpResponse& response) const {
  if (response.status != kOk) return Verdict(response, configuration_);
  if (response.over_cap) return absl::OkStatus();  // an event too large to take was given freely
  return ReadPage(Bytes(response.body.view()), key_, Passed(), absl::UnixEpoch(), configuration_,
                  reading_)
      .status();
}

absl::StatusOr<std::optional<Ask>> JumpCloudSource::Next(const Position& position, absl::Time tick,
                                                         int limit) const {
  absl::StatusOr<Place> place = ReadPosition(position);
  if (!place.ok()) return place.status();
  if (const Rest* rest = std::get_if<Rest>(&*place)) {
    const std::optional<Window> window = NextWindow(*rest, tick);
    if (!window) return std::nullopt;
    *place = OpenWindow(*window, configuration_.services, *rest);
  }
  return Ask{Question(std::get<Paging>(*place), limit), ToPosition(*place)};
}

absl::StatusOr<Answer> JumpCloudSource::Read(const Position& from, int limit,
                                             HttpResponse response) const {
  absl::StatusOr<Paging> paging = ReadPagingPosition(from);
  if (!paging.ok()) return paging.status();
  if (response.status != kOk) return Verdict(response, configuration_);
  if (response.over_cap) {
    return absl::OutOfRangeError(
        absl::StrCat("a page of at most ", limit, " events is too large to take"));
  }
  if (absl::StripAsciiWhitespace(ForAbseil(response.body.view())) == "null" &&
      ResultCount(response) != 0) {
    // The service has answered so where there are no events, but so does one that is confused.
    return Senseless("JumpCloud's answer is null and does not say that it holds no events");
  }
  absl::StatusOr<ParsedPage> page = ReadPage(std::move(response.body), key_, paging->passed,
                                             paging->window.end, configuration_, reading_);
  if (!page.ok()) return page.status();

  NoteUntimed(*page, overlap_, *paging);
  const bool untimed = !page->untimed.empty();
  const auto length = static_cast<std::int64_t>(page->page->heads().size());
  const std::int64_t count = ResultCount(response).value_or(length);
  if (count > length) {
    return Senseless(absl::StrCat("JumpCloud's answer holds ", length,
                                  " events where its X-Result-Count is ", count));
  }
  // A limit above the one asked for must not make a full page look like the last.
  if (length >= std::min<std::int64_t>(limit, LimitKept(response).value_or(limit))) {
    absl::StatusOr<Answer> answer = AfterFullPage(*paging, response, *std::move(page));
    if (answer.ok()) answer->untimed = untimed;
    return answer;
  }
  Answer answer = AfterLastPage(*paging, *std::move(page));
  answer.untimed = untimed;
  return answer;
}

absl::StatusOr<Answer> JumpCloudSource::AfterFullPage(const Paging& from,
                                                      const HttpResponse& response,
                                                      ParsedPage page) const {
  absl::StatusOr<std::string> cursor = CursorBehind(from, response);
  if (!cursor.ok()) return cursor.status();
  Paging next = from;
  next.search_after = *std::move(cursor);
  next.passed = std::move(page.passed_after);
  return Answer{
      .page = std::move(page.page), .next = ToPosition(next), .resumes_from = from.window.start};
}

Answer JumpCloudSource::AfterLastPage(const Paging& from, ParsedPage page) const {
  Rest next = RestBehind(from.window, overlap_);
  next.untimed_ms = from.untimed_ms;
  return Answer{.page = std::move(page.page),
                .next = ToPosition(next),
                .resumes_from = next.from,
                .complete_to = next.end};
}

absl::StatusOr<PassedOver> JumpCloudSource::Pass(const Position& from,
                                                 const HttpResponse& response) const {
  absl::StatusOr<Paging> paging = ReadPagingPosition(from);
  if (!paging.ok()) return paging.status();
  if (response.status != kOk) return Verdict(response, configuration_);
  // A service that does not keep to a limit of 1 would have its other events passed unread.
  const std::optional<std::int64_t> count = ResultCount(response);
  if (count.value_or(1) != 1 || (!count && LimitKept(response) != 1)) {
    return Senseless(
        "JumpCloud's answer to a question for one event is too large to take and does "
        "not say that it is one event");
  }
  absl::StatusOr<std::string> cursor = CursorBehind(*paging, response);
  if (!cursor.ok()) return cursor.status();
  const std::int64_t ms = ReadCursor(*cursor)->ms.value_or(paging->passed.ms);
  if (ms != paging->passed.ms) paging->passed = Passed{ms, {}};
  if (absl::FromUnixMillis(ms) < RestBehind(paging->window, overlap_).from) {
    paging->untimed_ms.reset();
  }
  paging->search_after = *std::move(cursor);
  // The cursor behind an event is its place in the index, so it names the event as its id would.
  const Identity identity = IdentityOf(key_, {}, paging->search_after, {});
  return PassedOver{ToPosition(*paging), identity, absl::ToUnixNanos(absl::FromUnixMillis(ms))};
}

HttpRequest JumpCloudSource::Question(const Paging& paging, int limit) const {
  nlohmann::ordered_json body = {{"service", paging.services},
                                 {"start_time", ToTimestamp(paging.window.start)},
                                 {"end_time", ToTimestamp(paging.window.end)},
                                 {"limit", limit},
                                 {"sort", "ASC"}};
  HttpRequest request;
  request.method = "POST";
  request.url = configuration_.base_url + "/insights/directory/v1/events";
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json"},
                     {"x-org-id", configuration_.org_id}};
  request.secret_header = "x-api-key";
  request.body = body.dump();
  if (!paging.search_after.empty()) {
    // The text itself, not its value: a number that no double holds must come back as it was.
    request.body.pop_back();
    absl::StrAppend(&request.body, ",\"search_after\":", paging.search_after, "}");
  }
  return request;
}

SourceKind JumpCloudKind() {
  SourceKind kind;
  kind.type = "jumpcloud";
  kind.schema = ConfigurationSchema();
  kind.hosts = Hosts();
  kind.make = MakerWith(nullptr);
  kind.event_types_schema = EventTypeOverridesSchema();
  kind.with_event_types = [](std::string_view json) -> absl::StatusOr<MakeSource> {
    auto overrides = EventTypeOverrides::Read(json);
    if (!overrides.ok()) return overrides.status();
    return MakerWith(*std::move(overrides));
  };
  return kind;
}

}  // namespace cce::jumpcloud
