#include "parsers/jumpcloud/event_mapping.h"

#include <charconv>
#include <optional>

#include "parsers/json/scalars.h"
#include "parsers/jumpcloud/event_access.h"
#include "parsers/jumpcloud/event_account.h"
#include "parsers/jumpcloud/event_activity.h"
#include "parsers/jumpcloud/event_authentication.h"
#include "parsers/jumpcloud/event_device.h"
#include "parsers/jumpcloud/event_entity.h"
#include "parsers/jumpcloud/event_extras.h"
#include "parsers/jumpcloud/event_finding.h"
#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"
#include "parsers/jumpcloud/event_resources.h"
#include "parsers/jumpcloud/event_status.h"
#include "parsers/jumpcloud/event_time.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

// JumpCloud documents a number and sends a text. A number is not given back: its kind is changed.
Token TakeVersion(Leaves& in) {
  const Leaf* version = in.Find(Field::kVersion);
  if (version != nullptr && version->kind == Kind::kNumber) return version->value();
  return in.Take(Field::kVersion, Attribute::kLogVersion);
}

// Where the event comes from, what it is called and so its class.
void FillOrigin(const Known& known, Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  out.kind = EventKind::kEvent;
  out.product = &DirectoryInsights();
  out.identity = known.identity;
  out.raw = known.raw;
  out.raw_has_line_break = known.raw_has_line_break;

  out.event_code = in.Take(Field::kEventType, Attribute::kEventCode);
  out.log_source = in.Take(Field::kService, Attribute::kLogSource);
  const std::string_view service = record.Word(out.log_source);
  record.is_systems = Is(service, "systems");
  record.is_radius = Is(service, "radius");
  record.is_ldap = Is(service, "ldap");
  out.log_version = TakeVersion(in);
  out.original_event_uid = in.Take(Field::kId, Attribute::kOriginalEventUid);
  out.tenant_uid = TakeFirst(in, Attribute::kTenantUid, Field::kOrganization, Field::kProvider);
  out.correlation_uid =
      TakeFirst(in, Attribute::kCorrelationUid, Field::kCorrelationId, Field::kAccessRequestId);

  const TypeMatch match = MatchEventType(record.Word(out.event_code), known.overrides);
  record.type = match.type;
  if (match.by == MatchedBy::kFamily) record.Degrade("mapping:family");
  out.class_uid = match.type->class_uid;
  out.activity_id = match.type->activity_id;
  out.activity_name = Token::Constant(match.type->activity_name);
  if (match.by == MatchedBy::kNothing) {
    record.Degrade("mapping:unknown");
    out.has_guessed_severity = true;
    out.activity_name = out.event_code.empty() ? Token("unknown") : out.event_code;
  }
  if (match.type->activity_by == ActivityBy::kAssociation) DecideAssociation(record);
  if (out.class_uid == kFinding && out.activity_id == 1) out.kind = EventKind::kAlert;
}

// How an event's time is chosen, for Event::Ask: a TimeSource, plus kCanonical if its text can
// stand as it is, plus kFromServer if it is that of server_timestamp.
constexpr std::int64_t kCanonical = 16;
constexpr std::int64_t kFromServer = 32;

std::int64_t AskTime(std::string_view timestamp, std::string_view server,
                     std::string_view transformation) {
  const EventTime time = ChooseTime(timestamp, server, transformation);
  std::int64_t answer = static_cast<std::int64_t>(time.source);
  if (!time.canonical.empty()) answer |= kCanonical;
  if (!time.canonical.empty() && time.canonical.data() == server.data()) answer |= kFromServer;
  return answer;
}

char* WriteNumber(std::int64_t number, char* to) {
  constexpr std::size_t kMostDigits = 20;
  return std::to_chars(to, to + kMostDigits, number).ptr;
}

// The chosen time as a number of milliseconds, and as text. REQUIRES: there is one.
char* WriteChosenMs(std::string_view timestamp, std::string_view server,
                    std::string_view transformation, char* to) {
  return WriteNumber(Milliseconds(ChooseTime(timestamp, server, transformation).ns), to);
}
char* WriteChosenText(std::string_view timestamp, std::string_view server,
                      std::string_view transformation, char* to) {
  return to + WriteTime(ChooseTime(timestamp, server, transformation).ns, to);
}

// 0: no time. 1: a time. 2: one whose text can stand as it is.
std::int64_t AskLoggedTime(std::string_view text, std::string_view, std::string_view) {
  const std::optional<ParsedTime> time = ParseTime(text);
  return !time ? 0 : time->canonical ? 2 : 1;
}
// REQUIRES: `text` is a time.
char* WriteMs(std::string_view text, std::string_view, std::string_view, char* to) {
  return WriteNumber(Milliseconds(ParseTime(text)->ns), to);
}
char* WriteText(std::string_view text, std::string_view, std::string_view, char* to) {
  return to + WriteTime(ParseTime(text)->ns, to);
}
char* WriteOffset(std::string_view text, std::string_view, std::string_view, char* to) {
  return WriteNumber(ParseTime(text)->offset_minutes, to);
}

// The time in the event's head.
Token HeadTimeMs(std::int64_t time_ns, Event& out) {
  char text[kMaxTimeText];
  const char* const end = WriteNumber(Milliseconds(time_ns), text);
  const std::size_t begin = out.scratch.size();
  out.scratch.Append(std::string_view(text, static_cast<std::size_t>(end - text)));
  const std::string_view written = out.scratch.view().substr(begin);
  if (out.recorder != nullptr) out.recorder->GaveTimeMs(written);
  return Token::OfRecord(written);
}

// That of an event which says nothing of its time.
void FillKnownTime(std::int64_t time_ns, Event& out) {
  out.time_ms = HeadTimeMs(time_ns, out);
  char text[kMaxTimeText];
  const std::size_t begin = out.scratch.size();
  out.scratch.Append(std::string_view(text, WriteTime(time_ns, text)));
  out.time_text = Token::OfRecord(out.scratch.view().substr(begin));
}

// The time of the record, which has been read for its head already if the timestamp is as most are.
TimeSource FillChosenTime(const Known& known, Token timestamp, Record& record) {
  Event& out = record.out;
  const Token server = record.in.Peek(Field::kServerTimestamp);
  if (known.timestamp_form == TimestampForm::kWithFraction ||
      (known.timestamp_form == TimestampForm::kWholeSeconds && server.empty())) {
    out.time_ms = HeadTimeMs(known.time_ns, out);
    out.time_text = timestamp;
    return TimeSource::kTimestamp;
  }
  const Token transformation = record.in.Peek(Field::kTransformationTimestamp);
  const std::int64_t chosen = out.Ask(&AskTime, timestamp, server, transformation);
  const auto source = static_cast<TimeSource>(chosen & (kCanonical - 1));
  if (source == TimeSource::kNone) {
    out.GiveUpPlan();
    FillKnownTime(known.time_ns, out);
    return source;
  }
  out.time_ms = out.Derive(&WriteChosenMs, timestamp, server, transformation);
  if ((chosen & kFromServer) != 0) {
    out.time_text = server;
  } else if ((chosen & kCanonical) != 0) {
    out.time_text = source == TimeSource::kTransformation ? transformation : timestamp;
  } else {
    out.time_text = out.Derive(&WriteChosenText, timestamp, server, transformation);
  }
  return source;
}

void FillTime(const Known& known, Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  out.original_time = in.Take(Field::kTimestamp, Attribute::kOriginalTime);
  const TimeSource source = FillChosenTime(known, out.original_time, record);
  if (source == TimeSource::kServer) record.Degrade("time:server");
  if (source == TimeSource::kTransformation) record.Degrade("time:transformation");
  if (source == TimeSource::kNone) record.Degrade("time:collected");

  const Token server = in.Peek(Field::kServerTimestamp);
  if (const std::int64_t logged = out.Ask(&AskLoggedTime, server); logged != 0) {
    out.logged_time_ms = out.Derive(&WriteMs, server);
    out.logged_time_text = logged == 2 ? in.Take(Field::kServerTimestamp, Attribute::kLoggedTime)
                                       : out.Derive(&WriteText, server);
  }
  const Token local = in.Peek(Field::kSystemTimestamp);
  if (out.Ask(&AskLoggedTime, local) != 0) out.timezone_offset = out.Derive(&WriteOffset, local);
}

// What conditional access decided.
void FillAuthorizations(Record& record) {
  const Leaves& in = record.in;
  const Leaf* policies = record.in.Find(Field::kAuthContextPoliciesApplied);
  if (policies == nullptr || policies->kind != Kind::kArray) return;
  in.ForEachElement(policies->at, [&](At at) {
    Authorization one;
    one.policy_uid = in.MemberText(at, "id");
    one.policy_name = in.MemberText(at, "name");
    if (const At metadata = in.Member(at, "metadata")) {
      one.decision = in.MemberText(metadata, "action");
    }
    if (!one.decision.empty() || !one.policy_uid.empty() || !one.policy_name.empty()) {
      record.out.authorizations.push_back(one);
    }
    return true;
  });
}

void FillBaseEvent(Record& record) {
  FillRequest(record);
  if (ResourceIsPrincipal(record)) record.out.other_user = TakeOtherUser(record.in);
}

void FillEcsCategory(Record& record) {
  Event& out = record.out;
  out.ecs_category = record.type->ecs_category;
  out.ecs_type = record.type->ecs_type;
  if (out.ecs_type == "info+start_on_success") {
    out.ecs_type = out.status_id == kStatusSuccess ? "info,start" : "info";
  }
  if (record.type->activity_by == ActivityBy::kRequestType) {
    constexpr int kRead = 2;
    out.ecs_type = out.activity_id == kRead ? "info" : "change";
  }
  if (record.type->activity_by != ActivityBy::kAssociation) return;
  if (out.class_uid == kEntityManagement) {
    out.ecs_category = "configuration";
    out.ecs_type = "change";
  } else if (out.class_uid == kUserAccess) {
    out.ecs_type = "user,change";
  } else {
    out.ecs_type = out.user.empty() ? "group,change" : "group,user,change";
  }
}

void FillClass(Record& record) {
  switch (record.out.class_uid) {
    case kFinding:
      return FillFinding(record);
    case kAccountChange:
      return FillAccountChange(record);
    case kAuthentication:
      return FillAuthentication(record);
    case kEntityManagement:
      return FillEntityManagement(record);
    case kUserAccess:
      return FillUserAccess(record);
    case kGroupManagement:
      return FillGroup(record);
    case kWebResources:
      return FillWebResource(record);
    case kApplicationLifecycle:
      return FillApplication(record);
    case kDatastore:
      return FillDatastore(record);
    case kFileHosting:
      return FillFileHosting(record);
    default:
      return FillBaseEvent(record);
  }
}

}  // namespace

const Product& DirectoryInsights() {
  static constexpr Product kProduct = {.name = "JumpCloud Directory Insights",
                                       .short_name = "Directory Insights",
                                       .vendor_name = "JumpCloud",
                                       .log_name = "directory_insights",
                                       .log_provider = "JumpCloud",
                                       .ecs_field_set = "jumpcloud",
                                       .ecs_dataset = "jumpcloud.events",
                                       .cef_prefix = "JumpCloudDirectoryInsights",
                                       .leef_prefix = "jc"};
  return kProduct;
}

void Normalise(Leaves& leaves, const Known& known, Event& event) {
  // All that is put into the scratch memory: texts made of the record's parts, and a few times.
  // Views of it stay valid because it does not grow again.
  event.scratch.Reserve(10 * known.raw.size() + 2048);
  leaves.DropEmpty(event);
  Record record{leaves, event};
  FillOrigin(known, record);
  FillTime(known, record);
  FillActor(record);
  FillDevice(record);
  FillAuthorizations(record);
  FillClass(record);
  FillExtras(record);
  if (event.actor.empty() && event.actor_app_name.empty()) event.actor_app_name = "JumpCloud";
  if (event.class_uid == kFinding) FillFindingStatus(record);
  FillStatus(leaves, event);
  FillActivityByPayload(record);
  FillEcsCategory(record);
  FillSeverity(leaves, *record.type, event);
  event.message = TakeFirst(leaves, Attribute::kMessage, Field::kMessage, Field::kDetail);
  if (leaves.has_duplicates()) record.Degrade("json:dupkey");
  event.unmapped = &leaves;
}

void NormaliseUndecodable(const Known& known, Event& event) {
  event.GiveUpPlan();
  event.scratch.Reserve(2 * kMaxTimeText);
  FillKnownTime(known.time_ns, event);
  event.kind = EventKind::kUndecodable;
  event.product = &DirectoryInsights();
  event.identity = known.identity;
  event.raw = known.raw;
  event.raw_has_line_break = known.raw_has_line_break;
  event.raw_is_utf8 = json::IsUtf8(known.raw);
  event.degraded = true;
  event.class_uid = kBaseEvent;
  event.activity_id = kOther;
  event.activity_name = "undecodable";
  event.status_id = kOther;
  event.status = "Undecodable";
}

}  // namespace cce::jumpcloud
