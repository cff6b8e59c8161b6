#include "parsers/jumpcloud/event_finding.h"

#include "parsers/jumpcloud/event_changes.h"
#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

constexpr int kCreate = 1;
constexpr int kUpdate = 2;
constexpr int kClose = 3;

// OCSF's status_id of a finding.
constexpr int kNew = 1;
constexpr int kInProgress = 2;
constexpr int kSuppressed = 3;
constexpr int kResolved = 4;
constexpr int kArchived = 5;
constexpr int kDeleted = 6;

constexpr TypedName kStatuses[] = {
    {"new", kNew},
    {"open", kNew},
    {"in progress", kInProgress},
    {"in_progress", kInProgress},
    {"acknowledged", kInProgress},
    {"suppressed", kSuppressed},
    {"resolved", kResolved},
    {"closed", kResolved},
    {"archived", kArchived},
    {"deleted", kDeleted},
};

// The status_id of what `changes` say the status has become; 0 if they do not.
std::int64_t AskNewStatus(std::string_view changes, std::string_view, std::string_view) {
  const std::string_view status = NewStatus(changes);
  return status.empty() ? 0 : TypeId(kStatuses, status);
}

// That of `changes`, or of `resource`.
void FillNewStatus(Record& record) {
  Event& out = record.out;
  const Leaf* changes = record.in.Find(Field::kChanges);
  if (changes != nullptr && changes->kind == Kind::kArray) {
    out.status_id = static_cast<int>(out.Ask(&AskNewStatus, changes->value()));
    if (out.status_id == kOther) {
      out.GiveUpPlan();
      out.status = Token::OfRecord(NewStatus(changes->value().Expose()));
    }
    if (out.status_id != 0) return;
  }
  const Token status = record.in.Peek(Field::kResourceStatus);
  if (status.empty()) return;
  out.status_id = TypeId(kStatuses, record.Word(status));
  if (out.status_id == kOther) out.status = status;
}

}  // namespace

void FillFinding(Record& record) {
  Leaves& in = record.in;
  Event& out = record.out;
  Finding& finding = out.finding;
  FillRequest(record);
  finding.uid = TakeFirst(in, Attribute::kFindingUid, Field::kAlertId, Field::kResourceId);
  if (ResourceIsPrincipal(record)) out.other_user = TakeOtherUser(in);
  if (finding.uid.empty()) finding.uid = out.original_event_uid;
  if (finding.uid.empty()) finding.uid = "unknown";
  finding.title = in.Take(Field::kAlertTitle, Attribute::kFindingTitle);
  finding.description = in.Take(Field::kDescription, Attribute::kFindingDescription);
  finding.category = in.Take(Field::kCategory, Attribute::kFindingCategory);
  finding.analytic_uid = in.Take(Field::kRuleId, Attribute::kAnalyticUid);
  if (finding.analytic_uid.empty()) finding.analytic_uid = in.Peek(Field::kCorrelationId);
  finding.is_alert = out.activity_id == kCreate;
  out.resource.uid = in.Take(Field::kResourceSourceId, Attribute::kResourceUid);
  out.resource.name = in.Take(Field::kResourceName, Attribute::kResourceName);
  if (!out.resource.empty()) {
    out.resource.type =
        TakeFirst(in, Attribute::kResourceType, Field::kResourceSourceType, Field::kResourceType);
  }
  out.target_name = finding.title.empty() ? finding.uid : finding.title;
}

void FillFindingStatus(Record& record) {
  Event& out = record.out;
  FillNewStatus(record);
  if (out.status_id == 0 && out.activity_id == kCreate) out.status_id = kNew;
  if (out.status_id == 0 && out.activity_id == kClose) out.status_id = kResolved;
  if (out.activity_id == kUpdate && out.status_id == kResolved) {
    out.activity_id = kClose;
    out.activity_name = "Close";
  }
}

}  // namespace cce::jumpcloud
