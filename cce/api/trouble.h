// What an error means to the engine and to the user.
//
// The status code names the engine's next action:
//   kUnavailable        try again with backoff (network, server error, a page that makes no sense)
//   kResourceExhausted  wait as long as retry_after says, then try again (throttled, disk full)
//   kOutOfRange         the answer is too large: ask for fewer events
//   kUnauthenticated, kPermissionDenied, kFailedPrecondition
//                       refused: stop, tell the user, probe now and then
//   kInvalidArgument    wrong configuration or usage: nothing starts
//   kDataLoss           bytes that were thought durable are not: stop using them, alarm
//   kInternal           our bug
// A Trouble attached to the status carries the words that Collection Status shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace cce {

// The status words of Collection Status.
enum class StatusWord {
  kConnected,
  kActive,
  kIdle,
  kSilent,
  kDelayed,
  kThrottled,
  kAuthenticationFailed,
  kWrongOrganisation,
  kNotLicensed,
  kUnreachable,
  kOutputBlocked,
  kBackfilling,
  kPaused,
  kDisabled,
};

// "Authentication failed", as users read it.
std::string_view ToText(StatusWord word);

struct Trouble {
  StatusWord word = StatusWord::kUnreachable;
  std::string remedy;                                 // what the user can do, in plain words
  absl::Duration retry_after = absl::ZeroDuration();  // zero: the engine's backoff decides
};

// A status whose message is the cause in plain words, with `trouble` attached.
absl::Status TroubleError(absl::StatusCode code, std::string_view cause, const Trouble& trouble);

// What is attached to `status`, if anything.
std::optional<Trouble> TroubleOf(const absl::Status& status);

// What the user can do about `status`; empty if nothing is attached.
std::string RemedyOf(const absl::Status& status);

// True for the codes that stop a device until somebody acts.
bool IsRefusal(const absl::Status& status);

}  // namespace cce
