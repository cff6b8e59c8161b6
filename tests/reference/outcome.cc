#include "tests/reference/outcome.h"

#include <algorithm>
#include <optional>

namespace cce::reference {
namespace {

struct Status {
  int id = 0;
  std::string text;
  std::string said;  // the place that it says
};

Status OfBool(bool success) { return {success ? 1 : 2, "", ""}; }

std::optional<Status> StatusOfSso(const Record& record) {
  if (record.LowerText("/event_type") != "sso_auth") return std::nullopt;
  const std::optional<bool> token = record.Bool("/sso_token_success");
  if (!token) return std::nullopt;
  const std::string said = record.At("/sso_token_success").is_boolean() ? "/sso_token_success" : "";
  if (*token) return Status{1, "", said};
  if (!record.Text("/error_message").empty() || Decision(record) == "deny") {
    return Status{2, "", said};
  }
  return Status{99, "Challenge", said};
}

std::optional<Status> StatusOfCommand(const Record& record) {
  if (record.LowerText("/service") != "mdm") return std::nullopt;
  const std::string status = record.LowerText("/status");
  if (status == "acknowledged") return Status{1, "", ""};
  if (IsOneOf(status, {"error", "commandformaterror"})) return Status{2, "", ""};
  if (IsOneOf(status, {"idle", "notnow"})) return Status{99, record.Text("/status"), "/status"};
  return std::nullopt;
}

std::optional<Status> StatusOfWorkflow(const Record& record) {
  if (record.LowerText("/event_type") != "workflow_run") return std::nullopt;
  const std::string status = record.LowerText("/resource/status");
  if (IsOneOf(status, {"success", "completed"})) return Status{1, "", ""};
  if (IsOneOf(status, {"failed", "error"})) return Status{2, "", ""};
  return std::nullopt;
}

std::optional<Status> StatusOfCodes(const Record& record) {
  if (record.LowerText("/service") == "ldap") {
    json code = record.Number("/error_code");
    if (!code.is_null()) {
      Settle(code);
      return OfBool(code == 0);
    }
  }
  json response = record.Number("/message_chain/response_code");
  Settle(response);
  if (response.is_number()) {
    const double hundreds = response.get<double>();
    if (hundreds >= 200 && hundreds < 300) return Status{1, "", ""};
    if (hundreds >= 400 && hundreds < 600) return Status{2, "", ""};
  }
  const std::string result = record.LowerText("/result");
  if (IsOneOf(result, {"success", "succeeded", "ok"})) return Status{1, "", ""};
  if (result.starts_with("fail") || result.starts_with("error")) return Status{2, "", ""};
  return std::nullopt;
}

std::optional<Status> StatusOfName(const Record& record) {
  const std::string name = record.LowerText("/event_type");
  if (name.ends_with("_failed") || name.ends_with("_failure")) return Status{2, "", ""};
  if (name.ends_with("_success") || name.ends_with("_succeeded")) return Status{1, "", ""};
  return std::nullopt;
}

// Of a finding: its own enumeration.
Status StatusOfFinding(const Record& record, const EventKind& kind) {
  std::string text;
  for (const Dom& change : record.At("/changes").is_array() ? record.At("/changes") : Dom()) {
    if (!change.is_object()) continue;
    const Record inside(change);
    if (inside.LowerText("/field") == "status") text = inside.Text("/to");
    if (!text.empty()) break;
  }
  if (text.empty()) text = record.Text("/resource/status");
  const std::string status = Lower(text);
  struct Line {
    std::initializer_list<std::string_view> words;
    int id;
  };
  const Line lines[] = {{{"new", "open"}, 1}, {{"in progress", "in_progress", "acknowledged"}, 2},
                        {{"suppressed"}, 3},  {{"resolved", "closed"}, 4},
                        {{"archived"}, 5},    {{"deleted"}, 6}};
  for (const Line& line : lines) {
    if (IsOneOf(status, line.words)) return {line.id, "", ""};
  }
  if (!text.empty()) return {99, text, ""};
  return {kind.activity_id == 1 ? 1 : kind.activity_id == 3 ? 4 : 0, "", ""};
}

Status StatusOf(const Record& record, const EventKind& kind) {
  if (kind.class_uid == 2004) return StatusOfFinding(record, kind);
  if (const auto success = record.Bool("/success")) {
    return {*success ? 1 : 2, "", record.At("/success").is_boolean() ? "/success" : ""};
  }
  for (const auto rule :
       {StatusOfSso, StatusOfCommand, StatusOfWorkflow, StatusOfCodes, StatusOfName}) {
    if (const auto status = rule(record)) return *status;
  }
  return {};
}

// What weakens control or hides activity.
constexpr std::string_view kWeakening =
    " authnpolicy_delete authpolicy_update iplist_update iplist_delete organization_update"
    " policy_delete idsource_update radiusserver_update passwordmanager_disable"
    " passwordvault_disable notification_channel_deleted rule_deleted ";

void JudgeSeverity(const Record& record, const EventKind& kind, Outcome& outcome) {
  const json copy =
      record.Copy({"/severity", "/priority", "/resource/severity", "/resource/priority"});
  const std::string vendor = TextOf(copy);
  if (!vendor.empty()) {
    const std::pair<const char*, int> words[] = {
        {"info", 1}, {"informational", 1}, {"low", 2}, {"medium", 3}, {"high", 4}, {"critical", 5}};
    outcome.severity_id = 99;
    for (const auto& [word, severity_id] : words) {
      if (Lower(vendor) == word) outcome.severity_id = severity_id;
    }
    if (outcome.severity_id == 99) outcome.severity = copy;
    return;
  }
  outcome.severity_id = kind.severity_id;
  const auto raise = [&outcome](int to) {
    outcome.severity_id = std::max(outcome.severity_id, to);
  };
  const bool failed = outcome.status_id == 2 && kind.class_uid != 2004;
  if (failed) raise(2);
  if (kind.class_uid == 3002 && Decision(record) == "deny" &&
      record.Bool("/auth_context/auth_methods/password/success") == true) {
    raise(3);
  }
  const std::string name = record.LowerText("/event_type");
  if (kWeakening.find(" " + name + " ") != std::string_view::npos) raise(3);
  if (kind.class_uid == 3002 && IsCleartext(record) == true && outcome.status_id == 1) raise(2);
}

}  // namespace

std::optional<bool> IsCleartext(const Record& record) {
  const auto start_tls = record.Bool("/start_tls");
  const auto tls = record.Bool("/tls_established");
  if (record.LowerText("/service") != "ldap" || !start_tls || !tls) return std::nullopt;
  const bool is_simple = record.LowerText("/mech") == "simple" ||
                         IsOneOf(Lower(record.TextOrNumber("/auth_method")), {"simple", "128"});
  return is_simple && start_tls == false && tls == false;
}

std::string Decision(const Record& record) {
  std::string decision;
  const Dom& policies = record.At("/auth_context/policies_applied");
  for (const std::string_view action : {"allow", "allow_with_mfa", "deny"}) {
    for (const Dom& policy : policies.is_array() ? policies : Dom()) {
      if (Record(policy).LowerText("/metadata/action") == action) decision = action;
    }
  }
  return decision;
}

Outcome OutcomeOf(const Record& record, const EventKind& kind) {
  Outcome outcome;
  const Status status = StatusOf(record, kind);
  outcome.status_id = status.id;
  outcome.status = status.text;
  if (!status.said.empty()) outcome.said.insert(status.said);
  for (const char* place :
       {"/error_code", "/message_chain/response_code", "/error_chain/0/error_code"}) {
    if (!outcome.status_code.is_null()) break;
    // Only LDAP's is a status.
    if (std::string_view(place) == "/error_code" && record.LowerText("/service") != "ldap")
      continue;
    const std::string code = record.TextOrNumber(place);
    if (!code.empty()) outcome.status_code = code;
    // The others keep the company of their texts.
    const bool is_text = record.At(place).is_string();
    if (is_text && std::string_view(place) == "/error_code")
      outcome.status_code = record.Copy(place);
  }
  outcome.status_detail = record.Copy("/error_message");
  for (const char* place :
       {"/outer/error_message", "/message_chain/response_message",
        "/error_chain/0/us_english_description", "/error_chain/0/localized_description"}) {
    // They keep the company of their codes.
    if (TextOf(outcome.status_detail).empty()) outcome.status_detail = record.Text(place);
  }
  if (TextOf(outcome.status_detail).empty()) outcome.status_detail = record.Copy("/result");
  JudgeSeverity(record, kind, outcome);
  return outcome;
}

}  // namespace cce::reference
