#include "cce/api/trouble.h"

#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cce/api/text.h"

namespace cce {
namespace {

constexpr char kPayload[] = "cce/trouble";

}  // namespace

std::string_view ToText(StatusWord word) {
  switch (word) {
    case StatusWord::kConnected:
      return "Connected";
    case StatusWord::kActive:
      return "Active";
    case StatusWord::kIdle:
      return "Idle";
    case StatusWord::kSilent:
      return "Silent";
    case StatusWord::kDelayed:
      return "Delayed";
    case StatusWord::kThrottled:
      return "Throttled";
    case StatusWord::kAuthenticationFailed:
      return "Authentication failed";
    case StatusWord::kWrongOrganisation:
      return "Wrong organisation";
    case StatusWord::kNotLicensed:
      return "Not licensed";
    case StatusWord::kUnreachable:
      return "Unreachable";
    case StatusWord::kOutputBlocked:
      return "Output blocked";
    case StatusWord::kBackfilling:
      return "Backfilling";
    case StatusWord::kPaused:
      return "Paused";
    case StatusWord::kDisabled:
      return "Disabled";
  }
  return "Disabled";
}

absl::Status TroubleError(absl::StatusCode code, std::string_view cause, const Trouble& trouble) {
  absl::Status status(code, ForAbseil(cause));
  status.SetPayload(kPayload,
                    absl::Cord(absl::StrCat(static_cast<int>(trouble.word), "\n",
                                            absl::ToInt64Milliseconds(trouble.retry_after), "\n",
                                            trouble.remedy)));
  return status;
}

std::optional<Trouble> TroubleOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  if (!payload) return std::nullopt;
  const std::string text(*payload);
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('\n', 2));
  int word = 0;
  std::int64_t retry_ms = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &word) ||
      !absl::SimpleAtoi(parts[1], &retry_ms)) {
    return std::nullopt;
  }
  return Trouble{static_cast<StatusWord>(word), parts[2], absl::Milliseconds(retry_ms)};
}

std::string RemedyOf(const absl::Status& status) {
  std::optional<Trouble> trouble = TroubleOf(status);
  return trouble ? std::move(trouble->remedy) : std::string();
}

bool IsRefusal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnauthenticated ||
         status.code() == absl::StatusCode::kPermissionDenied ||
         status.code() == absl::StatusCode::kFailedPrecondition;
}

}  // namespace cce
