#include "parsers/jumpcloud/event_changes.h"

#include <initializer_list>
#include <optional>

#include "cce/api/copy.h"
#include "parsers/json/pieces.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

std::optional<bool> BoolOf(std::string_view value) {
  if (value == "true" || Is(json::StringIn(value), "true")) return true;
  if (value == "false" || Is(json::StringIn(value), "false")) return false;
  return std::nullopt;
}

AccountChange AccountChangeOf(std::string_view change) {
  std::string_view field_value;
  std::string_view to;
  json::ForEachMember(change, [&](std::string_view key, std::string_view value) {
    if (key == "field" && field_value.empty()) field_value = value;
    if (key == "to" && to.empty()) to = value;
    return field_value.empty() || to.empty();
  });
  const std::string_view field = json::StringIn(field_value);
  if (field.empty()) return AccountChange::kNothing;
  const std::optional<bool> on = BoolOf(to);
  const std::string_view text = json::StringIn(to);
  if (field == "suspended" && on) {
    return *on ? AccountChange::kSuspend : AccountChange::kUnsuspend;
  }
  if (field == "state" && Is(text, "suspended")) return AccountChange::kSuspend;
  if (field == "state" && Is(text, "activated")) return AccountChange::kUnsuspend;
  if (field == "account_locked" && on) return *on ? AccountChange::kLock : AccountChange::kUnlock;
  if (field == "password" || field == "password_date") return AccountChange::kPassword;
  if (field == "totp_enabled" || field == "enable_user_portal_multifactor" ||
      field == "enableMultiFactor") {
    if (on) return *on ? AccountChange::kMfaOn : AccountChange::kMfaOff;
  }
  if (field == "mfa.exclusion" && on && *on) return AccountChange::kMfaExclusion;
  if (field == "role" || field == "roleName" || field == "roles") return AccountChange::kRole;
  return AccountChange::kNothing;
}

// The text that the first of them about one of `fields` says in `to`; else empty.
std::string_view NewValue(std::string_view changes,
                          std::initializer_list<std::string_view> fields) {
  std::string_view value;
  json::ForEachElement(changes, [&](std::string_view change) {
    if (IsOneOf(json::StringIn(json::MemberOf(change, "field")), fields)) {
      value = json::StringIn(json::MemberOf(change, "to"));
    }
    return value.empty();
  });
  return value;
}

std::string_view NewName(std::string_view changes) { return NewValue(changes, {"username"}); }
std::string_view NewEmail(std::string_view changes) { return NewValue(changes, {"email"}); }
std::string_view NewFullName(std::string_view changes) {
  return NewValue(changes, {"displayname"});
}

char* Write(std::string_view text, char* to) { return CopyText(to, text.data(), text.size()); }

}  // namespace

std::int64_t AskUserChanges(std::string_view changes, std::string_view, std::string_view) {
  return (NewName(changes).empty() ? 0 : kNameChanged) |
         (NewEmail(changes).empty() ? 0 : kEmailChanged) |
         (NewFullName(changes).empty() ? 0 : kFullNameChanged);
}

char* WriteNewName(std::string_view changes, std::string_view, std::string_view, char* to) {
  return Write(NewName(changes), to);
}
char* WriteNewEmail(std::string_view changes, std::string_view, std::string_view, char* to) {
  return Write(NewEmail(changes), to);
}
char* WriteNewFullName(std::string_view changes, std::string_view, std::string_view, char* to) {
  return Write(NewFullName(changes), to);
}

std::int64_t AskAccountChange(std::string_view changes, std::string_view, std::string_view) {
  AccountChange first = AccountChange::kNothing;
  json::ForEachElement(changes, [&](std::string_view one) {
    const AccountChange change = AccountChangeOf(one);
    if (change != AccountChange::kNothing && (first == AccountChange::kNothing || change < first)) {
      first = change;
    }
    return first != AccountChange::kSuspend;
  });
  return static_cast<std::int64_t>(first);
}

std::int64_t AskRequestState(std::string_view changes, std::string_view, std::string_view) {
  const std::string_view state = NewValue(changes, {"access_request_state", "status", "state"});
  RequestState answer = RequestState::kUnsaid;
  if (IsOneOf(state, {"granted", "approved"})) answer = RequestState::kGranted;
  if (IsOneOf(state, {"revoked", "expired"})) answer = RequestState::kRevoked;
  if (Is(state, "denied")) answer = RequestState::kDenied;
  if (Is(state, "rejected")) answer = RequestState::kRejected;
  return static_cast<std::int64_t>(answer);
}

std::string_view NewStatus(std::string_view changes) { return NewValue(changes, {"status"}); }

}  // namespace cce::jumpcloud
