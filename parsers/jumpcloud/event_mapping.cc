#include "parsers/jumpcloud/event_mapping.h"

#include <optional>

#include "parsers/json/scalars.h"
#include "parsers/jumpcloud/event_access.h"
#include "parsers/jumpcloud/event_account.h"
#include "parsers/jumpcloud/event_activity.h"
#include "parsers/jumpcloud/event_authentication.h"
#include "parsers/jumpcloud/event_device.h"
#include "parsers/jumpcloud/event_entity.h"
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
  record.is_systems = Is(out.log_source, "systems");
  record.is_radius = Is(out.log_source, "radius");
  record.is_ldap = Is(out.log_source, "ldap");
  out.log_version = in.Take(Field::kVersion, Attribute::kLogVersion);
  out.original_event_uid = in.Take(Field::kId, Attribute::kOriginalEventUid);
  out.tenant_uid = TakeFirst(in, Attribute::kTenantUid, Field::kOrganization, Field::kProvider);
  out.correlation_uid =
      TakeFirst(in, Attribute::kCorrelationUid, Field::kCorrelationId, Field::kAccessRequestId);

  const TypeMatch match = MatchEventType(out.event_code);
  record.type = match.type;
  if (match.by == MatchedBy::kFamily) record.Degrade("mapping:family");
  if (match.by == MatchedBy::kNothing) record.Degrade("mapping:unknown");
  out.class_uid = match.type->class_uid;
  out.activity_id = match.type->activity_id;
  out.activity_name = match.type->activity_name;
  if (out.class_uid == kBaseEvent) {
    out.activity_name = out.event_code.empty() ? Token("unknown") : out.event_code;
  }
  if (match.type->activity_by == ActivityBy::kAssociation) DecideAssociation(record);
  if (out.class_uid == kFinding && out.activity_id == 1) out.kind = EventKind::kAlert;
}

// `ns` as text in the scratch memory.
Token TextOf(std::int64_t ns, Buffer& scratch) {
  char text[kMaxTimeText];
  const std::size_t begin = scratch.size();
  scratch.Append(std::string_view(text, WriteTime(ns, text)));
  return scratch.view().substr(begin);
}

void FillTime(const Known& known, Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  const Token timestamp = in.Take(Field::kTimestamp, Attribute::kOriginalTime);
  const Token server = in.Peek(Field::kServerTimestamp);
  const EventTime time = ChooseTime(timestamp, server, in.Peek(Field::kTransformationTimestamp));
  out.original_time = timestamp;
  out.time_ns = time.source == TimeSource::kNone ? known.time_ns : time.ns;
  out.time_text = time.canonical.empty() ? TextOf(out.time_ns, out.scratch) : time.canonical;
  if (time.source == TimeSource::kServer) record.Degrade("time:server");
  if (time.source == TimeSource::kTransformation) record.Degrade("time:transformation");
  if (time.source == TimeSource::kNone) record.Degrade("time:collected");

  if (const std::optional<ParsedTime> logged = ParseTime(server)) {
    out.logged_time_ns = logged->ns;
    out.logged_time_text = logged->canonical
                               ? in.Take(Field::kServerTimestamp, Attribute::kLoggedTime)
                               : TextOf(logged->ns, out.scratch);
  }
  if (const std::optional<ParsedTime> local = ParseTime(in.Peek(Field::kSystemTimestamp))) {
    out.timezone_offset = local->offset_minutes;
  }
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
  FillOtherAddress(record);
  if (ResourceIsPrincipal(record.in)) record.out.other_user = PeekPrincipal(record.in);
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
  event.scratch.Reserve(known.raw.size() + 512);
  Record record{leaves, event};
  FillOrigin(known, record);
  FillTime(known, record);
  FillActor(record);
  FillDevice(record);
  FillAuthorizations(record);
  FillClass(record);
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
  event.scratch.Reserve(kMaxTimeText);
  char text[kMaxTimeText];
  event.scratch.Append(std::string_view(text, WriteTime(known.time_ns, text)));
  event.kind = EventKind::kUndecodable;
  event.product = &DirectoryInsights();
  event.identity = known.identity;
  event.time_ns = known.time_ns;
  event.time_text = event.scratch.view();
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
