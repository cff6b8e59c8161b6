#include "parsers/jumpcloud/event_status.h"

#include <algorithm>
#include <string_view>

#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

std::optional<bool> BoolOf(std::string_view word) {
  if (Is(word, "true")) return true;
  if (Is(word, "false")) return false;
  return std::nullopt;
}

std::optional<bool> AsBool(const Event& event, const Leaf& leaf) {
  if (leaf.IsBool()) return leaf.kind == Kind::kTrue;
  return leaf.kind == Kind::kString ? BoolOf(event.Word(leaf.text())) : std::nullopt;
}

int StatusOf(bool success) { return success ? kStatusSuccess : kStatusFailure; }

std::int64_t AskIsDenial(std::string_view decision, std::string_view, std::string_view) {
  return Is(decision, "deny");
}

bool AnyDenial(const Event& event) {
  return std::any_of(
      event.authorizations.begin(), event.authorizations.end(),
      [&](const Authorization& one) { return event.Ask(&AskIsDenial, one.decision) != 0; });
}

// The token of a number or the contents of a string; else empty.
Token NumberOrText(const Leaves& leaves, At at) {
  const char first = leaves.text()[*at];
  if (first == '"') return leaves.TextAt(at);
  if (first == '-' || (first >= '0' && first <= '9')) return leaves.ScalarAt(at);
  return {};
}

// The first object of error_chain, or nullptr.
At FirstError(Leaves& leaves) {
  const Leaf* chain = leaves.Find(Field::kErrorChain);
  if (chain == nullptr || chain->kind != Kind::kArray) return nullptr;
  return leaves.text()[chain->at[1]] == '{' ? chain->at + 1 : nullptr;
}

At ObjectMember(Leaves& leaves, Field object, std::string_view key) {
  const Leaf* leaf = leaves.Find(object);
  return leaf == nullptr || leaf->kind != Kind::kObject ? nullptr : leaves.Member(leaf->at, key);
}

// The status_id of the text of `result`.
std::int64_t AskResult(std::string_view result, std::string_view, std::string_view) {
  if (IsOneOf(result, {"success", "succeeded", "ok"})) return kStatusSuccess;
  if (StartsAs(result, "fail") || StartsAs(result, "error")) return kStatusFailure;
  return kStatusUnknown;
}

// The status_id of LDAP's result code in a text.
std::int64_t AskLdapCode(std::string_view code, std::string_view, std::string_view) {
  if (code == "0") return kStatusSuccess;
  const bool is_number = !code.empty() && std::all_of(code.begin(), code.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? kStatusFailure : kStatusUnknown;
}

// status_id by the first rule that applies; a boolean that decides is given back by status_id.
int DecideStatus(Leaves& leaves, Event& event) {
  const std::string_view event_code = event.Word(event.event_code);
  const std::string_view service = event.Word(event.log_source);
  if (Leaf* success = leaves.Find(Field::kSuccess)) {
    if (const std::optional<bool> value = AsBool(event, *success)) {
      if (success->IsBool()) success->given = Attribute::kStatusId;
      return StatusOf(*value);
    }
  }
  if (Is(event_code, "sso_auth")) {
    if (Leaf* token = leaves.Find(Field::kSsoTokenSuccess)) {
      if (const std::optional<bool> value = AsBool(event, *token)) {
        if (token->IsBool()) token->given = Attribute::kStatusId;
        if (*value) return kStatusSuccess;
        if (!leaves.Peek(Field::kErrorMessage).empty() || AnyDenial(event)) return kStatusFailure;
        event.status = "Challenge";
        return kOther;
      }
    }
  }
  if (Is(service, "mdm")) {
    const std::string_view status = event.Word(leaves.Peek(Field::kStatus));
    if (Is(status, "acknowledged")) return kStatusSuccess;
    if (IsOneOf(status, {"error", "commandformaterror"})) return kStatusFailure;
    if (IsOneOf(status, {"idle", "notnow"})) {
      event.status = leaves.Take(Field::kStatus, Attribute::kStatus);
      return kOther;
    }
  }
  if (Is(event_code, "workflow_run")) {
    const std::string_view status = event.Word(leaves.Peek(Field::kResourceStatus));
    if (IsOneOf(status, {"success", "completed"})) return kStatusSuccess;
    if (IsOneOf(status, {"failed", "error"})) return kStatusFailure;
  }
  if (Is(service, "ldap")) {
    const Leaf* code = leaves.Find(Field::kErrorCode);
    if (code != nullptr && code->kind == Kind::kNumber) {
      return StatusOf(event.Word(code->value()) == "0");
    }
    if (const std::int64_t said = event.Ask(&AskLdapCode, leaves.Peek(Field::kErrorCode));
        said != kStatusUnknown) {
      return static_cast<int>(said);
    }
  }
  if (const At at = ObjectMember(leaves, Field::kMessageChain, "response_code")) {
    const std::string_view code = event.Word(NumberOrText(leaves, at));
    if (code.size() == 3 && code[0] == '2') return kStatusSuccess;
    if (code.size() == 3 && (code[0] == '4' || code[0] == '5')) return kStatusFailure;
  }
  if (const std::int64_t result = event.Ask(&AskResult, leaves.Peek(Field::kResult));
      result != kStatusUnknown) {
    return static_cast<int>(result);
  }
  if (EndsAs(event_code, "_failed") || EndsAs(event_code, "_failure")) return kStatusFailure;
  if (EndsAs(event_code, "_success") || EndsAs(event_code, "_succeeded")) return kStatusSuccess;
  return kStatusUnknown;
}

Token StatusCode(Leaves& leaves, const Event& event) {
  if (Leaf* code = leaves.Find(Field::kErrorCode);
      code && Is(event.Word(event.log_source), "ldap")) {
    if (code->kind == Kind::kNumber) {
      code->given = Attribute::kStatusCodeOtherKind;
      return code->value();
    }
    if (code->kind == Kind::kString) return leaves.Take(Field::kErrorCode, Attribute::kStatusCode);
  }
  if (const At at = ObjectMember(leaves, Field::kMessageChain, "response_code")) {
    if (const Token code = NumberOrText(leaves, at); !code.empty()) return code;
  }
  if (const At error = FirstError(leaves)) {
    if (const At at = leaves.Member(error, "error_code")) return NumberOrText(leaves, at);
  }
  return {};
}

Token StatusDetail(Leaves& leaves) {
  if (const Token text = leaves.Take(Field::kErrorMessage, Attribute::kStatusDetail); !text.empty())
    return text;
  if (const At at = ObjectMember(leaves, Field::kOuter, "error_message")) {
    if (const Token text = leaves.TextAt(at); !text.empty()) return text;
  }
  if (const At at = ObjectMember(leaves, Field::kMessageChain, "response_message")) {
    if (const Token text = leaves.TextAt(at); !text.empty()) return text;
  }
  if (const At error = FirstError(leaves)) {
    for (const std::string_view key : {"us_english_description", "localized_description"}) {
      if (const Token text = leaves.MemberText(error, key); !text.empty()) return text;
    }
  }
  return leaves.Take(Field::kResult, Attribute::kStatusDetail);
}

struct SeverityWord {
  std::string_view word;
  int severity_id;
};
constexpr SeverityWord kVendorSeverities[] = {{"info", 1},   {"informational", 1}, {"low", 2},
                                              {"medium", 3}, {"high", 4},          {"critical", 5}};

bool FillVendorSeverity(Leaves& leaves, Event& event) {
  for (const Field field :
       {Field::kSeverity, Field::kPriority, Field::kResourceSeverity, Field::kResourcePriority}) {
    if (leaves.Peek(field).empty()) continue;
    const std::string_view text = event.Word(leaves.Peek(field));
    event.has_own_severity = true;
    event.has_guessed_severity = false;
    for (const SeverityWord& known : kVendorSeverities) {
      if (!Is(text, known.word)) continue;
      event.severity_id = known.severity_id;
      return true;
    }
    event.severity_id = kOther;
    event.severity = leaves.Take(field, Attribute::kSeverity);
    return true;
  }
  return false;
}

// Simple LDAP bind without encryption.
bool SentPasswordInClear(const Event& event) { return event.is_cleartext.value_or(false); }

}  // namespace

std::optional<bool> AsBool(const Record& record, At at) {
  const char first = record.in.text()[*at];
  if (first == 't') return true;
  if (first == 'f') return false;
  return BoolOf(record.Word(record.in.TextAt(at)));
}

void FillStatus(Leaves& leaves, Event& event) {
  // A finding has statuses of its own.
  if (event.class_uid != kFinding) event.status_id = DecideStatus(leaves, event);
  event.status_code = StatusCode(leaves, event);
  event.status_detail = StatusDetail(leaves);
  if (event.authorizations.empty()) return;
  if (AnyDenial(event)) {
    event.action_id = 2;
    event.disposition_id = 2;
  } else if (event.status_id == kOther) {
    event.action_id = kOther;
    event.action = event.status;
    event.disposition_id = 23;
  } else {
    event.action_id = 1;
    event.disposition_id = 1;
  }
}

void FillSeverity(Leaves& leaves, const EventType& type, Event& event) {
  if (FillVendorSeverity(leaves, event)) return;
  int severity = std::max<int>(type.severity_id, event.severity_id);
  if (event.status_id == kStatusFailure && event.class_uid != kFinding)
    severity = std::max(severity, 2);
  if (event.class_uid == kAuthentication) {
    const bool password_accepted =
        std::any_of(event.factors.begin(), event.factors.begin() + event.factor_count,
                    [](const AuthFactor& factor) { return factor.type_id == 11; });
    if (password_accepted && event.action_id == 2) severity = std::max(severity, 3);
    if (SentPasswordInClear(event) && event.status_id == kStatusSuccess) {
      severity = std::max(severity, 2);
    }
  }
  event.severity_id = severity;
}

}  // namespace cce::jumpcloud
