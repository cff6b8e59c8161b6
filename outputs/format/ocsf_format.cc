#include "outputs/format/ocsf_format.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cce/api/event.h"
#include "cce/api/ocsf_ids.h"
#include "outputs/format/event_json.h"
#include "outputs/format/event_text.h"
#include "outputs/format/json_writer.h"
#include "outputs/format/ocsf_captions.h"
#include "outputs/format/ocsf_objects.h"
#include "outputs/format/ocsf_observables.h"

namespace cce {
namespace {

// All that is written besides what comes from the event: keys, captions, numbers, punctuation.
constexpr std::size_t kFixedSize = 16 << 10;
// No text of an event is written more often: as an attribute, in an observable and in the message,
// of the actor and of the subject.
constexpr std::size_t kTimesWritten = 8;

// What only formats with more places for it give back.
constexpr Attribute kUnwritten[] = {
    Attribute::kActorRole,
    Attribute::kUserRole,
    Attribute::kOtherUserUid,
    Attribute::kOtherUserName,
    Attribute::kOtherUserEmail,
    Attribute::kCountryName,
    Attribute::kContinentCode,
    Attribute::kTimezone,
    Attribute::kStatusCodeOtherKind,
    Attribute::kLogonTypeOtherKind,
    Attribute::kAuthMethod,
    Attribute::kAuthType,
    Attribute::kUrl,
    Attribute::kDestinationType,
    Attribute::kDestinationName,
    Attribute::kBindName,
    Attribute::kResultCount,
    Attribute::kChanges,
    Attribute::kAssociation,
};

constexpr AttributeSet kWritten = [] {
  AttributeSet written = AttributeSet::All();
  for (const Attribute attribute : kUnwritten) written.Remove(attribute);
  return written;
}();

bool HasActor(const Event& event) { return !event.actor.empty() || !event.actor_app_name.empty(); }

// One event on its way out.
class OcsfLine {
 public:
  OcsfLine(const Event& event, const Mark& mark, char* to)
      : event_(event),
        class_(ocsf::ClassOf(event.class_uid)),
        mark_(mark),
        out_(to, event.recorder) {}

  char* at() const { return out_.at(); }

  void Write(bool keep_original) {
    char* const open = out_.Open();
    WriteClassification();
    WriteTime();
    WriteMetadata();
    WriteStatus();
    WriteMessage();
    WriteActor();
    if (class_.has_user) ocsf::WriteUser(out_, ",\"user\":", Subject());
    if (class_.has_request) WriteRequest();
    WriteClass();
    ocsf::WriteDevice(out_, ",\"device\":", event_.device);
    WriteAuthorizations();
    ocsf::WriteObservables(out_, event_);
    if (event_.unmapped != nullptr) out_.Unmapped(",\"unmapped\":", *event_.unmapped, Written());
    if (keep_original && !event_.raw.empty()) {
      WriteOriginal(out_, ",\"raw_data\":\"", event_);
      out_.Literal(",\"raw_data_size\":");
      out_.SizeOf(event_.raw);
    }
    out_.CloseObject(open);
  }

 private:
  // The classes that have a user require one, but for groups.
  Principal Subject() const {
    Principal subject = event_.user;
    if (subject.empty() && event_.class_uid != kGroupManagement) subject.name = "unknown";
    return subject;
  }

  AttributeSet Written() const {
    AttributeSet written = kWritten;
    if (!class_.has_request && event_.class_uid != kFinding) {
      written.Remove(Attribute::kSourceIp);
      written.Remove(Attribute::kAsNumber);
      if (event_.device.location.empty()) {
        written.Remove(Attribute::kCountry);
        written.Remove(Attribute::kRegionName);
        written.Remove(Attribute::kCity);
        written.Remove(Attribute::kLatitude);
        written.Remove(Attribute::kLongitude);
      }
    }
    // A service that nothing else names is called after the process, if there is one to call it by.
    const Service& service = event_.service;
    if (!service.is_stand_in || !event_.Same(service.name, event_.process_name)) {
      written.Remove(Attribute::kProcessName);
    }
    return written;
  }

  void WriteClassification() {
    out_.Raw(class_.members);
    out_.Literal(",\"activity_id\":");
    out_.Number(event_.activity_id);
    out_.Text(",\"activity_name\":\"", event_.activity_name);
    out_.Literal(",\"type_uid\":");
    out_.Number(class_.class_uid * 100 + event_.activity_id);
    out_.Literal(",\"type_name\":\"");
    out_.Raw(class_.name);
    out_.Literal(": ");
    out_.Raw(event_.activity_id == kOther ? Token("Other") : event_.activity_name);
    out_.Char('"');
    out_.Enumeration(",\"severity_id\":", event_.severity_id, ",\"severity\":\"",
                     ocsf::SeverityCaption(event_.severity_id), event_.severity);
  }

  void WriteTime() {
    out_.Bare(",\"time\":", event_.time_ms);
    out_.Text(",\"time_dt\":\"", event_.time_text);
    out_.Bare(",\"timezone_offset\":", event_.timezone_offset);
  }

  void WriteMetadata() {
    out_.Literal(",\"metadata\":{\"version\":\"1.8.0\",\"product\":{\"name\":\"");
    out_.Raw(event_.product->name);
    out_.Text("\",\"vendor_name\":\"", Token::Constant(event_.product->vendor_name));
    out_.Literal("},\"uid\":\"");
    out_.Uuid(event_.identity);
    out_.Char('"');
    out_.Text(",\"event_code\":\"", event_.event_code);
    out_.Text(",\"original_event_uid\":\"", event_.original_event_uid);
    out_.Text(",\"log_name\":\"", Token::Constant(event_.product->log_name));
    out_.Text(",\"log_provider\":\"", Token::Constant(event_.product->log_provider));
    out_.Text(",\"log_source\":\"", event_.log_source);
    out_.Text(",\"log_version\":\"", event_.log_version);
    out_.Text(",\"tenant_uid\":\"", event_.tenant_uid);
    out_.Text(",\"correlation_uid\":\"", event_.correlation_uid);
    out_.Text(",\"original_time\":\"", event_.original_time);
    if (!event_.logged_time_ms.empty()) {
      out_.Bare(",\"logged_time\":", event_.logged_time_ms);
      out_.Text(",\"logged_time_dt\":\"", event_.logged_time_text);
    }
    WriteLabels(out_, ",\"labels\":", event_, mark_);
    out_.Literal(",\"profiles\":[\"datetime\"");
    if (!event_.device.empty() || (!class_.has_actor && HasActor(event_))) {
      out_.Literal(",\"host\"");
    }
    if (!event_.authorizations.empty()) out_.Literal(",\"security_control\"");
    out_.Literal("]}");
  }

  Token StatusCaption() const {
    return event_.class_uid == kFinding ? ocsf::FindingStatusCaption(event_.status_id)
                                        : ocsf::StatusCaption(event_.status_id);
  }

  void WriteStatus() {
    out_.Enumeration(",\"status_id\":", event_.status_id, ",\"status\":\"", StatusCaption(),
                     event_.status);
    out_.Text(",\"status_code\":\"", event_.status_code);
    out_.Text(",\"status_detail\":\"", event_.status_detail);
  }

  // The source's own, or "TYPE by ACTOR on TARGET: STATUS".
  void WriteMessage() {
    if (!event_.message.empty()) {
      out_.Text(",\"message\":\"", event_.message);
      return;
    }
    out_.Literal(",\"message\":\"");
    out_.Raw(event_.event_code.empty() ? event_.activity_name : event_.event_code);
    const Token actor = !event_.actor.name.empty()    ? event_.actor.name
                        : !event_.actor.email.empty() ? event_.actor.email
                        : !event_.actor.uid.empty()   ? event_.actor.uid
                                                      : event_.actor_app_name;
    if (!actor.empty()) {
      out_.Literal(" by ");
      out_.Raw(actor);
    }
    if (!event_.target_name.empty()) {
      out_.Literal(" on ");
      out_.Raw(event_.target_name);
    }
    out_.Literal(": ");
    out_.Raw(event_.status_id == kOther ? event_.status : StatusCaption());
    out_.Char('"');
  }

  void WriteActor() {
    if (!HasActor(event_)) return;
    out_.Literal(",\"actor\":");
    char* const open = out_.Open();
    ocsf::WriteUser(out_, ",\"user\":", event_.actor);
    out_.Text(",\"app_name\":\"", event_.actor_app_name);
    out_.CloseObject(open);
  }

  void WriteRequest() {
    ocsf::WriteEndpoint(out_, ",\"src_endpoint\":", event_.src_endpoint);
    if (event_.user_agent.empty() && event_.forwarded_for.empty()) return;
    out_.Literal(",\"http_request\":");
    char* const open = out_.Open();
    if (!event_.user_agent.empty()) {
      out_.Literal(",\"user_agent\":\"");
      ocsf::WriteUserAgent(out_, event_.user_agent);
      out_.Char('"');
    }
    if (!event_.forwarded_for.empty()) {
      out_.Literal(",\"x_forwarded_for\":");
      char* const list = out_.Open();
      for (const Token address : event_.forwarded_for) out_.Text(",\"", address);
      out_.CloseArray(list);
    }
    out_.CloseObject(open);
  }

  // What only the event's class has.
  void WriteClass() {
    switch (event_.class_uid) {
      case kFinding:
        return WriteFinding();
      case kAuthentication:
        return WriteAuthentication();
      case kEntityManagement:
        ocsf::WriteEntity(out_, event_.entity);
        return out_.Text(",\"comment\":\"", event_.comment);
      case kUserAccess:
        WritePrivilege();
        return ocsf::WriteResources(out_, ",\"resources\":", event_.resource,
                                    ocsf::ResourceRole::kTarget);
      case kGroupManagement:
        ocsf::WriteGroup(
            out_, ",\"group\":", event_.group.empty() ? UserGroup{{}, "unknown"} : event_.group);
        ocsf::WriteGroup(out_, ",\"subgroup\":", event_.subgroup);
        WritePrivilege();
        return ocsf::WriteResource(out_, ",\"resource\":", event_.resource,
                                   ocsf::ResourceRole::kTarget);
      case kWebResources:
        return ocsf::WriteResources(out_, ",\"web_resources\":", event_.resource,
                                    ocsf::ResourceRole::kUnsaid);
      case kApplicationLifecycle:
        return ocsf::WriteApplication(out_, event_.app);
      case kDatastore:
        return ocsf::WriteQuery(out_, event_.query);
      case kFileHosting:
        return ocsf::WriteFile(out_, event_.file);
      default:
        return;
    }
  }

  void WriteFinding() {
    ocsf::WriteFinding(out_, event_.finding);
    if (event_.finding.is_alert) out_.Literal(",\"is_alert\":true");
    ocsf::WriteResources(out_, ",\"resources\":", event_.resource, ocsf::ResourceRole::kUnsaid);
    if (event_.src_endpoint.empty()) return;
    out_.Literal(",\"evidences\":[");
    char* const open = out_.Open();
    WriteRequest();
    out_.CloseObject(open);
    out_.Char(']');
  }

  void WritePrivilege() {
    if (event_.privilege.name.empty()) return;
    out_.Literal(",\"privileges\":[\"");
    out_.Raw(event_.privilege.name);
    if (!event_.privilege.value.empty()) {
      out_.Char(':');
      out_.Raw(event_.privilege.value);
    }
    out_.Literal("\"]");
  }

  void WriteAuthentication() {
    const Service& service = event_.service;
    if (!service.name.empty() || !service.uid.empty()) {
      out_.Literal(",\"service\":");
      char* const open = out_.Open();
      out_.Text(",\"name\":\"", service.name);
      out_.Text(",\"uid\":\"", service.uid);
      if (!service.label.empty()) {
        out_.Text(",\"labels\":[\"", service.label);
        out_.Char(']');
      }
      out_.CloseObject(open);
    }
    ocsf::WriteEndpoint(out_, ",\"dst_endpoint\":", event_.dst_endpoint);
    if (!event_.session_uid.empty()) {
      out_.Text(",\"session\":{\"uid\":\"", event_.session_uid);
      out_.Char('}');
    }
    if (event_.auth_protocol_id != 0) {
      out_.Enumeration(",\"auth_protocol_id\":", event_.auth_protocol_id, ",\"auth_protocol\":\"",
                       ocsf::AuthProtocolCaption(event_.auth_protocol_id), event_.auth_protocol);
    }
    if (event_.logon_type_id != 0) {
      out_.Enumeration(",\"logon_type_id\":", event_.logon_type_id, ",\"logon_type\":\"",
                       ocsf::LogonTypeCaption(event_.logon_type_id), event_.logon_type);
    }
    if (event_.is_mfa) {
      out_.Raw(*event_.is_mfa ? Token(",\"is_mfa\":true") : Token(",\"is_mfa\":false"));
    }
    if (event_.is_cleartext) {
      out_.Raw(*event_.is_cleartext ? Token(",\"is_cleartext\":true")
                                    : Token(",\"is_cleartext\":false"));
    }
    WriteFactors();
  }

  void WriteFactors() {
    if (event_.factor_count == 0) return;
    out_.Literal(",\"auth_factors\":");
    char* const list = out_.Open();
    for (std::size_t i = 0; i < event_.factor_count; ++i) {
      const AuthFactor& factor = event_.factors[i];
      out_.Char(',');
      char* const open = out_.Open();
      out_.Enumeration(",\"factor_type_id\":", factor.type_id, ",\"factor_type\":\"",
                       ocsf::FactorTypeCaption(factor.type_id), factor.type);
      if (factor.type_id == kTotp) out_.Literal(",\"is_totp\":true");
      if (factor.type_id == kPush) ocsf::WriteDevice(out_, ",\"device\":", event_.push_device);
      out_.CloseObject(open);
    }
    out_.CloseArray(list);
  }

  void WriteAuthorizations() {
    if (event_.authorizations.empty()) return;
    out_.Literal(",\"authorizations\":");
    char* const list = out_.Open();
    for (const Authorization& one : event_.authorizations) {
      out_.Char(',');
      char* const open = out_.Open();
      out_.Text(",\"decision\":\"", one.decision);
      if (!one.policy_uid.empty() || !one.policy_name.empty()) {
        out_.Literal(",\"policy\":");
        char* const policy = out_.Open();
        out_.Text(",\"uid\":\"", one.policy_uid);
        out_.Text(",\"name\":\"", one.policy_name);
        out_.Literal(",\"is_applied\":true");
        out_.CloseObject(policy);
      }
      out_.CloseObject(open);
    }
    out_.CloseArray(list);
    out_.Enumeration(",\"action_id\":", event_.action_id, ",\"action\":\"",
                     ocsf::ActionCaption(event_.action_id), event_.action);
    out_.Enumeration(",\"disposition_id\":", event_.disposition_id, ",\"disposition\":\"",
                     ocsf::DispositionCaption(event_.disposition_id));
  }

  const Event& event_;
  const ocsf::ClassTraits& class_;
  const Mark& mark_;
  JsonWriter out_;
};

}  // namespace

void OcsfFormat::Write(const Event& event, const Mark& mark, Buffer& out) const {
  const bool keep_original = KeepsOriginal(event, keep_original_);
  const std::size_t room = kFixedSize + kTimesWritten * TextSize(event) +
                           (event.unmapped != nullptr ? event.unmapped->Room() : 0) +
                           (keep_original ? OriginalRoom(event) : 0);
  char* const to = out.Reserve(room);
  OcsfLine line(event, mark, to);
  line.Write(keep_original);
  out.Commit(line.at());
}

}  // namespace cce
