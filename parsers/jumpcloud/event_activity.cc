#include "parsers/jumpcloud/event_activity.h"

#include <string_view>

#include "parsers/jumpcloud/event_changes.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

constexpr int kMedium = 3;
constexpr int kHigh = 4;

void Set(Event& event, int activity_id, Token activity_name) {
  event.activity_id = activity_id;
  event.activity_name = activity_name;
}

// The text of `changes`, absent unless they are an array.
Token Changes(Leaves& leaves) {
  const Leaf* changes = leaves.Find(Field::kChanges);
  return changes == nullptr || changes->kind != Kind::kArray ? Token() : changes->value();
}

void FillAccountActivity(Leaves& leaves, Event& event) {
  switch (static_cast<AccountChange>(event.Ask(&AskAccountChange, Changes(leaves)))) {
    case AccountChange::kNothing:
      return;
    case AccountChange::kSuspend:
      Set(event, 5, "Disable");
      return;
    case AccountChange::kUnsuspend:
      Set(event, 2, "Enable");
      return;
    case AccountChange::kLock:
      Set(event, 9, "Lock");
      return;
    case AccountChange::kUnlock:
      Set(event, 12, "Unlock");
      return;
    case AccountChange::kPassword:
      Set(event, 3, "Password Change");
      return;
    case AccountChange::kMfaOn:
      Set(event, 10, "MFA Factor Enable");
      return;
    case AccountChange::kMfaOff:
      Set(event, 11, "MFA Factor Disable");
      event.severity_id = 3;
      return;
    case AccountChange::kMfaExclusion:
      Set(event, kOther, "MFA Exclusion");
      event.severity_id = 3;
      return;
    case AccountChange::kRole:
      Set(event, kOther, "Role Change");
      event.severity_id = 3;
      return;
  }
}

RequestState StateOfRequest(Leaves& leaves, const Event& event) {
  return static_cast<RequestState>(event.Ask(&AskRequestState, Changes(leaves)));
}

void FillAccessActivity(Leaves& leaves, Event& event) {
  switch (StateOfRequest(leaves, event)) {
    case RequestState::kGranted:
      return Set(event, 1, "Assign Privileges");
    case RequestState::kRevoked:
    case RequestState::kDenied:
      return Set(event, 2, "Revoke Privileges");
    case RequestState::kUnsaid:
    case RequestState::kRejected:
      return;
  }
}

void FillApprovalActivity(Leaves& leaves, Event& event) {
  switch (StateOfRequest(leaves, event)) {
    case RequestState::kGranted:
      return Set(event, kOther, "Approve");
    case RequestState::kDenied:
    case RequestState::kRejected:
      return Set(event, kOther, "Reject");
    case RequestState::kUnsaid:
    case RequestState::kRevoked:
      return;
  }
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
  const Token request_type = RequestType(leaves);
  if (request_type.empty()) return;
  const std::string_view type = event.Word(request_type);
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
    Set(event, kOther, request_type);
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
