#include "tests/simulator/fault.h"

#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/concat.h"

namespace cce::simulator {
namespace {

constexpr std::array kNames = std::to_array<std::pair<std::string_view, FaultKind>>({
    {"bad_request", FaultKind::kBadRequest},
    {"unauthorized", FaultKind::kUnauthorized},
    {"payment_required", FaultKind::kPaymentRequired},
    {"forbidden", FaultKind::kForbidden},
    {"forbidden_html", FaultKind::kForbiddenHtml},
    {"not_found", FaultKind::kNotFound},
    {"throttled", FaultKind::kThrottled},
    {"server_error", FaultKind::kServerError},
    {"unavailable", FaultKind::kUnavailable},
    {"reset", FaultKind::kReset},
    {"null_body", FaultKind::kNullBody},
    {"empty_body", FaultKind::kEmptyBody},
    {"html_body", FaultKind::kHtmlBody},
    {"truncated", FaultKind::kTruncated},
    {"duplicates", FaultKind::kDuplicates},
    {"no_cursor", FaultKind::kNoCursor},
    {"repeated_cursor", FaultKind::kRepeatedCursor},
    {"wrong_count", FaultKind::kWrongCount},
    {"foreign_event", FaultKind::kForeignEvent},
    {"slow", FaultKind::kSlow},
});

bool Matches(const Fault& fault, const FaultTarget& target) {
  return target.path.ends_with(fault.path) &&
         (fault.organisation.empty() || fault.organisation == target.organisation) &&
         (!fault.only_mid_paging || target.mid_paging);
}

}  // namespace

absl::StatusOr<FaultKind> ParseFaultKind(std::string_view name) {
  std::string known;
  for (const auto& [text, kind] : kNames) {
    if (text == name) return kind;
    Append(known, known.empty() ? "" : ", ", text);
  }
  return absl::InvalidArgumentError(Concat("fault '", name, "': expected one of ", known));
}

std::string_view Name(FaultKind kind) {
  for (const auto& [text, known] : kNames) {
    if (known == kind) return text;
  }
  return "";
}

absl::StatusOr<Fault> ParseFault(std::string_view text) {
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("a fault is a JSON object");
  Fault fault;
  bool has_kind = false;
  for (const auto& [key, value] : object.items()) {
    bool understood = true;
    if (key == "fault" && value.is_string()) {
      const absl::StatusOr<FaultKind> kind = ParseFaultKind(value.get_ref<const std::string&>());
      if (!kind.ok()) return kind.status();
      fault.kind = *kind;
      has_kind = true;
    } else if (key == "count" && value.is_number_integer()) {
      fault.count = value;
    } else if (key == "rate" && value.is_number()) {
      fault.rate = value;
      if (!object.contains("count")) fault.count = -1;
    } else if (key == "after" && value.is_number_integer()) {
      fault.after = value;
    } else if (key == "path" && value.is_string()) {
      fault.path = value;
    } else if (key == "organisation" && value.is_string()) {
      fault.organisation = value;
    } else if (key == "mid_paging" && value.is_boolean()) {
      fault.only_mid_paging = value;
    } else if (key == "retry_after" && value.is_number_integer()) {
      fault.retry_after = value.get<int>();
    } else if (key == "delay" && value.is_string()) {
      understood = absl::ParseDuration(value.get_ref<const std::string&>(), &fault.delay);
    } else {
      understood = false;
    }
    if (!understood) {
      return absl::InvalidArgumentError(
          Concat("fault member '", key, "' is unknown or of the wrong type"));
    }
  }
  if (!has_kind) return absl::InvalidArgumentError("a fault needs the member 'fault'");
  return fault;
}

std::optional<Fault> FaultPlan::Take(const FaultTarget& target) {
  for (Fault& fault : faults_) {
    if (fault.count == 0 || !Matches(fault, target)) continue;
    if (fault.after > 0) {
      --fault.after;
      continue;
    }
    if (fault.rate < 1 && !random_.Chance(fault.rate)) continue;
    if (fault.count > 0) --fault.count;
    return fault;
  }
  return std::nullopt;
}

}  // namespace cce::simulator
