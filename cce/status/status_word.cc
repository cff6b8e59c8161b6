#include "cce/status/status_word.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cce {
namespace {

constexpr absl::Duration kActiveFor = absl::Hours(1);
constexpr absl::Duration kLeastDelay = absl::Minutes(10);
constexpr int kDelayedPolls = 10;
// Far longer than a delivery takes where the output answers, however slowly.
constexpr absl::Duration kLongDelivery = absl::Minutes(2);

// Below this many events a day a gap of hours says nothing.
constexpr std::uint64_t kSteadyEventsPerDay = 48;
constexpr int kSilentGaps = 20;

std::string Words(absl::Duration duration) {
  if (duration >= absl::Hours(48)) return absl::StrCat(duration / absl::Hours(24), " days");
  if (duration >= absl::Hours(2)) return absl::StrCat(duration / absl::Hours(1), " hours");
  if (duration >= absl::Minutes(2)) return absl::StrCat(duration / absl::Minutes(1), " minutes");
  return absl::StrCat(duration / absl::Seconds(1), " seconds");
}

// An error that says nothing about itself is a service that could not be reached, or our bug.
Verdict Explain(const absl::Status& error) {
  const std::optional<Trouble> trouble = TroubleOf(error);
  Verdict verdict;
  verdict.detail = std::string(error.message());
  if (trouble.has_value()) {
    verdict.word = trouble->word;
    verdict.remedy = trouble->remedy;
    return verdict;
  }
  verdict.word = StatusWord::kUnreachable;
  verdict.remedy = error.code() == absl::StatusCode::kInternal
                       ? "This is a defect of the engine; send the log to its developers. "
                         "Collection goes on by itself if it passes."
                       : "Nothing is lost; collection goes on by itself once the service answers. "
                         "If this lasts, check network, proxy and DNS.";
  return verdict;
}

}  // namespace

Verdict Judge(const StatusFacts& facts) {
  if (facts.poll.has_value() && !facts.poll->ok()) return Explain(*facts.poll);

  if (!facts.delivery.ok()) {
    const std::optional<Trouble> trouble = TroubleOf(facts.delivery);
    return {StatusWord::kOutputBlocked,
            absl::StrCat("output ", facts.output, ": ", facts.delivery.message()),
            trouble.has_value() && !trouble->remedy.empty()
                ? trouble->remedy
                : "Nothing is lost; delivery goes on by itself once the output takes events."};
  }

  if (facts.delivering >= kLongDelivery) {
    return {
        StatusWord::kDelayed,
        absl::StrCat("output ", facts.output, " has not finished a delivery for ",
                     Words(facts.delivering)),
        "Nothing is lost; delivery goes on by itself once the output answers. Check its disk or "
        "its receiver."};
  }

  if (facts.reached.has_value()) {
    const absl::Duration lag = facts.now - *facts.reached;
    if (lag > std::max(kLeastDelay, kDelayedPolls * facts.poll_interval)) {
      return {StatusWord::kDelayed, absl::StrCat("delivery is ", Words(lag), " behind"),
              "Wait: it catches up by itself. If the delay grows, look at the output and at the "
              "service's rate limit."};
    }
  }

  if (!facts.poll.has_value()) {
    return {StatusWord::kConnected, "starting; the service has not been asked yet", ""};
  }
  if (!facts.last_event_time.has_value()) {
    return {StatusWord::kConnected, "the service accepts the device; no event yet", ""};
  }

  const absl::Duration quiet = facts.now - *facts.last_event_time;
  if (quiet <= kActiveFor) return {StatusWord::kActive, "events arrive", ""};

  const std::string since = absl::StrCat("no event for ", Words(quiet));
  if (facts.usual_events >= kSteadyEventsPerDay &&
      quiet > kSilentGaps * absl::Hours(24) / static_cast<double>(facts.usual_events)) {
    return {StatusWord::kSilent,
            absl::StrCat(since, ", after ", facts.usual_events, " in the day before"),
            "Check in the service's console whether events still occur and whether the key may "
            "still read all services."};
  }
  return {StatusWord::kIdle, since, ""};
}

}  // namespace cce
