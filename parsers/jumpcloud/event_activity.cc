#include "parsers/jumpcloud/event_activity.h"

#include <optional>

#include "parsers/jumpcloud/event_status.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

constexpr int kMedium = 3;
constexpr int kHigh = 4;

void Set(Event& event, int activity_id, Token activity_name) {
  event.activity_id = activity_id;
  event.activity_name = activity_name;
}

// What one of changes[] does to the account; kNothing for most.
enum class Change {
  kNothing,
  kSuspend,
  kUnsuspend,
  kLock,
  kUnlock,
  kPassword,
  kMfaOn,
  kMfaOff,
  kMfaExclusion,
  kRole,
};

Change ChangeOf(const Leaves& leaves, At change) {
  const Token field = leaves.MemberText(change, "field");
  if (field.empty()) return Change::kNothing;
  const At to = leaves.Member(change, "to");
  const std::optional<bool> on = to == nullptr ? std::nullopt : AsBool(leaves, to);
  const Token text = to == nullptr ? Token() : leaves.TextAt(to);
  if (field == "suspended" && on) return *on ? Change::kSuspend : Change::kUnsuspend;
  if (field == "state" && Is(text, "suspended")) return Change::kSuspend;
  if (field == "state" && Is(text, "activated")) return Change::kUnsuspend;
  if (field == "account_locked" && on) return *on ? Change::kLock : Change::kUnlock;
  if (field == "password" || field == "password_date") return Change::kPassword;
  if (field == "totp_enabled" || field == "enable_user_portal_multifactor" ||
      field == "enableMultiFactor") {
    if (on) return *on ? Change::kMfaOn : Change::kMfaOff;
  }
  if (field == "mfa.exclusion" && on && *on) return Change::kMfaExclusion;
  if (field == "role" || field == "roleName" || field == "roles") return Change::kRole;
  return Change::kNothing;
}

void FillAccountActivity(Leaves& leaves, Event& event) {
  const Leaf* changes = leaves.Find(Field::kChanges);
  if (changes == nullptr || changes->kind != Kind::kArray) return;
  // The order of the enumeration is the order of the rules; the earliest that any change meets
  // wins.
  Change first = Change::kNothing;
  leaves.ForEachElement(changes->at, [&](At at) {
    const Change change = ChangeOf(leaves, at);
    if (change != Change::kNothing && (first == Change::kNothing || change < first)) first = change;
    return first != Change::kSuspend;
  });
  switch (first) {
    case Change::kNothing:
      return;
    case Change::kSuspend:
      Set(event, 5, "Disable");
      return;
    case Change::kUnsuspend:
      Set(event, 2, "Enable");
      return;
    case Change::kLock:
      Set(event, 9, "Lock");
      return;
    case Change::kUnlock:
      Set(event, 12, "Unlock");
      return;
    case Change::kPassword:
      Set(event, 3, "Password Change");
      return;
    case Change::kMfaOn:
      Set(event, 10, "MFA Factor Enable");
      return;
    case Change::kMfaOff:
      Set(event, 11, "MFA Factor Disable");
      event.severity_id = 3;
      return;
    case Change::kMfaExclusion:
      Set(event, kOther, "MFA Exclusion");
      event.severity_id = 3;
      return;
    case Change::kRole:
      Set(event, kOther, "Role Change");
      event.severity_id = 3;
      return;
  }
}

// What became of a request for access, by the first of `changes` that says so; else empty.
Token RequestState(Leaves& leaves) {
  const Leaf* changes = leaves.Find(Field::kChanges);
  Token state;
  if (changes == nullptr || changes->kind != Kind::kArray) return state;
  leaves.ForEachElement(changes->at, [&](At at) {
    if (IsOneOf(leaves.MemberText(at, "field"), {"access_request_state", "status", "state"})) {
      state = leaves.MemberText(at, "to");
    }
    return state.empty();
  });
  return state;
}

bool IsGrant(Token state) { return IsOneOf(state, {"granted", "approved"}); }

void FillAccessActivity(Leaves& leaves, Event& event) {
  const Token state = RequestState(leaves);
  if (IsGrant(state)) Set(event, 1, "Assign Privileges");
  if (IsOneOf(state, {"revoked", "expired", "denied"})) Set(event, 2, "Revoke Privileges");
}

void FillApprovalActivity(Leaves& leaves, Event& event) {
  const Token state = RequestState(leaves);
  if (IsGrant(state)) Set(event, kOther, "Approve");
  if (IsOneOf(state, {"denied", "rejected"})) Set(event, kOther, "Reject");
}

// request_type, or that of the command that was sent.
Token RequestType(Leaves& leaves) {
  if (const Token type = leaves.Peek(Field::kRequestType); !type.empty()) return type;
  const Leaf* command = leaves.Find(Field::kCommand);
  return command == nullptr || command->kind != Kind::kObject
             ? Token()
             : leaves.MemberText(command->at, "request_type");
}

// A command of Apple's MDM protocol by its name.
void FillCommandActivity(Leaves& leaves, Event& event) {
  const Token type = RequestType(leaves);
  if (type.empty()) return;
  if (Is(type, "erasedevice")) {
    Set(event, kOther, "Erase Device");
    event.severity_id = kHigh;
  } else if (IsOneOf(type, {"devicelock", "enablelostmode"})) {
    Set(event, kOther, "Lock Device");
    event.severity_id = kMedium;
  } else if (IsOneOf(type, {"clearpasscode", "rotatefilevaultkey"})) {
    Set(event, 3, "Update");
    event.severity_id = kMedium;
  } else if (EndsAs(type, "list") || EndsAs(type, "information") || EndsAs(type, "info") ||
             Contains(type, "query") || Is(type, "devicelocation")) {
    Set(event, 2, "Read");
  } else if (StartsAs(type, "install") || StartsAs(type, "remove") || Is(type, "settings") ||
             StartsAs(type, "schedule") || Contains(type, "update") || StartsAs(type, "set")) {
    Set(event, 3, "Update");
  } else {
    Set(event, kOther, type);
  }
}

}  // namespace

void FillActivityByPayload(Record& record) {
  switch (record.type->activity_by) {
    case ActivityBy::kChanges:
      if (record.out.class_uid == kAccountChange) FillAccountActivity(record.in, record.out);
      if (record.out.class_uid == kUserAccess) FillAccessActivity(record.in, record.out);
      if (record.out.class_uid == kEntityManagement) FillApprovalActivity(record.in, record.out);
      return;
    case ActivityBy::kRequestType:
      FillCommandActivity(record.in, record.out);
      return;
    case ActivityBy::kTable:
    case ActivityBy::kAssociation:
    case ActivityBy::kStatus:
      return;
  }
}

}  // namespace cce::jumpcloud
