#include "outputs/format/leef_format.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "cce/api/event.h"
#include "cce/api/ocsf_ids.h"
#include "outputs/format/deciding_policy.h"
#include "outputs/format/event_line.h"
#include "outputs/format/event_outcome.h"
#include "outputs/format/event_text.h"
#include "outputs/format/ocsf_captions.h"

namespace cce {
namespace {

// LEEF has no escapes (ibm.com/docs/en/dsm, "LEEF event components").
constexpr LineStyle kStyle = {
    .header = {.bar = '/'}, .value = {.no_controls = false}, .separator = '\t', .trims = false};

// The longest that a field may be, in bytes.
constexpr std::size_t kId = 255;
constexpr std::size_t kText = 1023;

// Of a value of several parts: with what is between them they make its limit.
constexpr std::size_t kShareOfService = 63;
constexpr std::size_t kShareOfCode = kId - 1 - kShareOfService;

// All that is written besides what comes from the event: keys, captions, numbers.
constexpr std::size_t kFixedSize = (4 << 10) + EventLine::kRoomOfJson;
// No text of an event is written more often.
constexpr std::size_t kTimesWritten = 8;

class LeefLine : public EventLine {
 public:
  LeefLine(const Event& event, const Mark& mark, char* to, char* scratch)
      : EventLine(event, mark, kStyle, event.product->leef_prefix, to, scratch) {}

  void Write() {
    WriteHeader();
    WriteOrigin();
    if (event_.kind == EventKind::kUndecodable) {
      WriteLabels();
      return WriteOriginal();
    }
    WriteUsers();
    WriteEndpoints();
    WriteThings();
    WriteUnmapped();
  }

 private:
  void WriteHeader() {
    out_.Raw("LEEF:2.0|");
    WriteProduct(kId);
    out_.Char('|');
    WriteVersion(kId);
    out_.Char('|');
    WriteEventId(kShareOfService, kShareOfCode);
    out_.Raw("|x09|");
  }

  // "SERVICE.OUTCOME", which receivers look up together with the event id.
  void WriteCategory() {
    Begin("cat");
    if (!event_.log_source.empty()) {
      Part(event_.log_source, kShareOfService);
      out_.Char('.');
    }
    out_.Raw(OutcomeOf(event_));
  }

  void WriteOrigin() {
    WriteCategory();
    Own("Service", event_.log_source, Attribute::kLogSource);
    if (OutcomeIsWhole(event_)) Gives(Attribute::kStatusId);
    Begin("sev");
    out_.Number(std::max(Severity(), 1));  // the least that LEEF has
    Begin("devTime");
    out_.Raw(event_.time_ms);
    Own("EventId", event_.original_event_uid, Attribute::kOriginalEventUid);
    Pair("realm", event_.tenant_uid, kText, Attribute::kTenantUid);
    if (event_.class_uid != kFinding && event_.status_id == kOther) {
      Own("Outcome", event_.status, Attribute::kStatus);
    } else {
      Own("Outcome", OutcomeOf(event_));
    }
    Own("Msg", event_.message, Attribute::kMessage);
    Own("Reason", event_.status_detail, Attribute::kStatusDetail);
    Own("ErrorCode", event_.status_code, Attribute::kStatusCode);
    Own("Correlation", event_.correlation_uid, Attribute::kCorrelationUid);
  }

  void WriteUsers() {
    const bool is_logon = event_.class_uid == kAuthentication;
    const Principal& source = is_logon ? event_.user : event_.actor;
    const Attribute name = is_logon ? Attribute::kUserName : Attribute::kActorName;
    const Attribute uid = is_logon ? Attribute::kUserUid : Attribute::kActorUid;
    const Attribute email = is_logon ? Attribute::kUserEmail : Attribute::kActorEmail;
    if (source.name.empty()) {
      Pair("usrName", source.email, kId, email);
    } else {
      Pair("usrName", source.name, kId, name);
      AlsoGives(name, source.name, email, source.email);
    }
    Own("ActorId", source.uid, uid);
    if (source.type_id == kOther) {
      Pair("role", source.type, kText, Attribute::kActorType);
    } else if (source.type_id != 0) {
      Pair("role", ocsf::UserTypeCaption(source.type_id), kText);
    }
    Own("ActorSource", event_.actor_app_name);
    if (is_logon) {
      AlsoGives(name, source.name, Attribute::kActorName, event_.actor.name);
      AlsoGives(uid, source.uid, Attribute::kActorUid, event_.actor.uid);
      AlsoGives(email, source.email, Attribute::kActorEmail, event_.actor.email);
      return;
    }
    if (event_.user.name.empty()) {
      Pair("accountName", event_.user.email, kId, Attribute::kUserEmail);
    } else {
      Pair("accountName", event_.user.name, kId, Attribute::kUserName);
      AlsoGives(Attribute::kUserName, event_.user.name, Attribute::kUserEmail, event_.user.email);
    }
    Own("AccountId", event_.user.uid, Attribute::kUserUid);
  }

  void WriteEndpoints() {
    const Token ip = event_.src_endpoint.ip;
    Pair("src", ip, kText, Attribute::kSourceIp);
    Pair("srcPort", event_.src_endpoint.port, kText);
    // LEEF knows a host's name only together with its address.
    if (Pair("identSrc", event_.device.ip, kText, Attribute::kDeviceIp)) {
      Pair("identHostName", event_.device.hostname, kText, Attribute::kDeviceHostname);
    } else {
      Own("Host", event_.device.hostname, Attribute::kDeviceHostname);
    }
    Own("HostId", event_.device.uid, Attribute::kDeviceUid);
    Own("App", Named(event_.service), Attribute::kServiceName);
    Own("Target", event_.destination.type, Attribute::kDestinationType);
    Own("TargetName", event_.destination.name, Attribute::kDestinationName);
    Pair("url", event_.url, kText, Attribute::kUrl);
    Own("Process", event_.process_name, Attribute::kProcessName);
    Own("LogonType", event_.logon_type, Attribute::kLogonType);
    Own("AuthMethod", event_.auth_method, Attribute::kAuthMethod);
    Own("AuthType", event_.auth_type, Attribute::kAuthType);
    if (event_.is_encrypted) Own("Tls", *event_.is_encrypted ? Token("true") : Token("false"));
    WriteConnection();
    Own("Asn", event_.src_endpoint.as_number, Attribute::kAsNumber);
    EndWithPlace(BeginOwn("Geo"));
    EndWithUserAgent(BeginOwn("UserAgent"));
    EndWithFactors(BeginOwn("Mfa"));
  }

  // Where a class has no session, its connection stands for the source.
  void WriteConnection() {
    const Token source = event_.src_endpoint.uid;
    if (event_.session_uid.empty() && !event_.Same(source, event_.device.uid)) {
      Own("Connection", source, Attribute::kSourceUid);
    } else {
      Own("Connection", event_.session_uid, Attribute::kSessionUid);
    }
  }

  void WriteThings() {
    Pair("groupID", event_.group.uid, kText, Attribute::kGroupUid);
    Own("Group", event_.group.name, Attribute::kGroupName);
    if (!Pair("resource", event_.entity.name, kText, Attribute::kEntityName) &&
        !Pair("resource", event_.resource.name, kText, Attribute::kResourceName)) {
      Pair("resource", event_.entity.device_uid, kText, Attribute::kEntityDeviceUid);
    }
    Own("ResourceId", event_.entity.uid.empty() ? event_.resource.uid : event_.entity.uid,
        event_.entity.uid.empty() ? Attribute::kResourceUid : Attribute::kEntityUid);
    if (const Authorization* policy = DecidingPolicy(event_)) {
      Pair("policy", policy->policy_name, kText);
    }
    Own("Request", event_.comment, Attribute::kComment);
    if (!Own("LdapBase", Named(event_.query), Attribute::kDatabaseName)) {
      Own("LdapBase", event_.bind_name, Attribute::kBindName);
    }
    Own("LdapFilter", event_.query.text, Attribute::kQueryText);
    Own("Results", event_.query.result_count, Attribute::kResultCount);
    Own("Package", Named(event_.app), Attribute::kAppName);
    Own("File", event_.file.name, Attribute::kFileName);
    AlsoGives(Attribute::kFileName, event_.file.name, Attribute::kFileUid, event_.file.uid);
    Own("FileHash", event_.file.sha256, Attribute::kFileSha256);
    Own("Alert", event_.finding.title, Attribute::kFindingTitle);
    Own("ProtectDevice",
        event_.push_device.name.empty() ? event_.push_device.uid : event_.push_device.name);
    OwnJson("Changes", event_.changes, Attribute::kChanges);
    OwnJson("Association", event_.association, Attribute::kAssociation);
    AlsoGivesOtherKinds();
    WriteLabels();
  }
};

}  // namespace

void LeefFormat::Write(const Event& event, const Mark& mark, Buffer& out) const {
  const std::size_t unmapped = event.unmapped != nullptr ? event.unmapped->Room() : 0;
  const std::size_t original = event.kind == EventKind::kUndecodable ? 2 * event.raw.size() : 0;
  const std::size_t line = kFixedSize + kTimesWritten * TextSize(event) + unmapped + original;
  char* const to = out.Reserve(line + unmapped);
  LeefLine written(event, mark, to, to + line);
  written.Write();
  out.Commit(written.at());
}

}  // namespace cce
