#include "outputs/format/cef_format.h"

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

// Document version 27, "Character Encoding": a header field escapes backslash and bar, a value of
// the extension backslash and equal sign.
constexpr LineStyle kStyle = {.header = {.with_backslash = "\\|"},
                              .value = {.with_backslash = "\\=", .names_line_ends = true},
                              .separator = ' ',
                              .trims = true};

// The longest that a field may be, in bytes.
constexpr std::size_t kVersion = 31;
constexpr std::size_t kApp = 31;
constexpr std::size_t kShort = 40;
constexpr std::size_t kWord = 63;
constexpr std::size_t kId = 255;
constexpr std::size_t kText = 1023;
constexpr std::size_t kCustom = 4000;  // of cs1 to cs6

// Of a value of several parts: with what is between them they make its limit.
constexpr std::size_t kShareOfService = 255;
constexpr std::size_t kShareOfCode = kText - 1 - kShareOfService;
constexpr std::size_t kShareOfType = 255;
constexpr std::size_t kShareOfName = kCustom - 1 - kShareOfType - 1 - kText;
constexpr std::size_t kShareOfPolicy = kCustom - 1 - kWord;

// All that is written besides what comes from the event: keys, captions, numbers.
constexpr std::size_t kFixedSize = (4 << 10) + EventLine::kRoomOfJson;
// No text of an event is written more often, and a byte becomes two at most.
constexpr std::size_t kTimesWritten = 8;
constexpr std::size_t kEscaped = 2;

std::int64_t AskIsIpv6(std::string_view ip, std::string_view, std::string_view) {
  return ip.find(':') != std::string_view::npos;
}

class CefLine : public EventLine {
 public:
  CefLine(const Event& event, const Mark& mark, char* to, char* scratch)
      : EventLine(event, mark, kStyle, event.product->cef_prefix, to, scratch) {}

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
    WriteOwn();
    WriteUnmapped();
  }

 private:
  void WriteHeader() {
    out_.Raw("CEF:0|");
    WriteProduct(kWord);
    out_.Char('|');
    WriteVersion(kVersion);
    out_.Char('|');
    WriteEventId(kShareOfService, kShareOfCode);
    out_.Char('|');
    // Nothing of the event's own, so that receivers can count by it.
    out_.Raw(ocsf::ClassOf(event_.class_uid).name);
    out_.Raw(": ");
    out_.Text(event_.activity_id == kOther ? Token("Other") : event_.activity_name, kStyle.header,
              kWord);
    out_.Char('|');
    out_.Number(Severity());
    out_.Char('|');
  }

  Token Outcome() const {
    const bool has_text = event_.class_uid != kFinding && event_.status_id == kOther;
    return has_text && event_.Word(event_.status) == "Challenge" ? Token("challenge")
                                                                 : OutcomeOf(event_);
  }

  void WriteOrigin() {
    Begin("rt");
    out_.Raw(event_.time_ms);
    Pair("cat", event_.log_source, kText, Attribute::kLogSource);
    Pair("act", event_.activity_name, kWord);
    Pair("outcome", Outcome(), kWord,
         OutcomeIsWhole(event_) ? Attribute::kStatusId : Attribute::kNone);
    Pair("externalId", event_.original_event_uid, kShort, Attribute::kOriginalEventUid);
    Pair("deviceExternalId", event_.tenant_uid, kId, Attribute::kTenantUid);
    // What a finding is called is what happened, if the source has no other words for it.
    if (event_.message.empty()) {
      Pair("msg", event_.finding.title, kText, Attribute::kFindingTitle);
    } else {
      Pair("msg", event_.message, kText, Attribute::kMessage);
      Own("Alert", event_.finding.title, Attribute::kFindingTitle);
    }
    Pair("reason", event_.status_detail, kText, Attribute::kStatusDetail);
  }

  void WriteUsers() {
    const bool is_logon = event_.class_uid == kAuthentication;
    const Principal& source = is_logon ? event_.user : event_.actor;
    const Attribute name = is_logon ? Attribute::kUserName : Attribute::kActorName;
    const Attribute uid = is_logon ? Attribute::kUserUid : Attribute::kActorUid;
    const Attribute email = is_logon ? Attribute::kUserEmail : Attribute::kActorEmail;
    if (source.name.empty()) {
      Pair("suser", source.email, kText, email);
    } else {
      Pair("suser", source.name, kText, name);
      AlsoGives(name, source.name, email, source.email);
    }
    Pair("suid", source.uid, kText, uid);
    if (source.type_id == kOther) Pair("spriv", source.type, kText, Attribute::kActorType);
    if (source.type_id != kOther && source.type_id != 0) {
      Pair("spriv", ocsf::UserTypeCaption(source.type_id), kText);
    }
    if (is_logon) {
      AlsoGives(name, source.name, Attribute::kActorName, event_.actor.name);
      AlsoGives(uid, source.uid, Attribute::kActorUid, event_.actor.uid);
      AlsoGives(email, source.email, Attribute::kActorEmail, event_.actor.email);
      return;
    }
    if (event_.user.name.empty()) {
      Pair("duser", event_.user.email, kText, Attribute::kUserEmail);
    } else {
      Pair("duser", event_.user.name, kText, Attribute::kUserName);
      AlsoGives(Attribute::kUserName, event_.user.name, Attribute::kUserEmail, event_.user.email);
    }
    if (event_.user.uid.empty()) {
      Pair("duid", event_.entity.device_uid, kText, Attribute::kEntityDeviceUid);
      return;
    }
    Pair("duid", event_.user.uid, kText, Attribute::kUserUid);
    AlsoGives(Attribute::kUserUid, event_.user.uid, Attribute::kEntityUid, event_.entity.uid);
    AlsoGives(Attribute::kUserName, event_.user.name, Attribute::kEntityName, event_.entity.name);
  }

  void WriteEndpoints() {
    const Token ip = event_.src_endpoint.ip;
    if (event_.Ask(&AskIsIpv6, ip) == 0) {
      Pair("src", ip, kShort, Attribute::kSourceIp);
    } else {
      Pair("c6a2", ip, kShort, Attribute::kSourceIp);
      Pair("c6a2Label", "Source IPv6 Address", kText);
    }
    Pair("spt", event_.src_endpoint.port, kShort);
    if (event_.Ask(&AskIsIpv6, event_.device.ip) == 0) {
      Pair("dvc", event_.device.ip, kShort, Attribute::kDeviceIp);
    }
    Pair("dhost", event_.device.hostname, kText, Attribute::kDeviceHostname);
    Pair("destinationServiceName", Named(event_.service), kText, Attribute::kServiceName);
    Pair("request", event_.url, kText, Attribute::kUrl);
    EndWithUserAgent(Begin("requestClientApplication"));
    Pair("app", event_.auth_type, kApp, Attribute::kAuthType);
    Pair("dproc", event_.process_name, kText, Attribute::kProcessName);
    if (EndWithPlace(Begin("cs3"))) Pair("cs3Label", "Geo", kText);
  }

  void WriteThings() {
    Pair("fname", event_.file.name.empty() ? Named(event_.app) : event_.file.name, kText,
         event_.file.name.empty() ? Attribute::kAppName : Attribute::kFileName);
    Pair("fsize", event_.file.size, kShort, Attribute::kFileSize);
    Pair("fileHash", event_.file.sha256, kId, Attribute::kFileSha256);
    Pair("fileId", event_.file.uid, kText, Attribute::kFileUid);
    WriteThing();
    WriteNumbers();
    if (EndWithFactors(Begin("cs2"))) Pair("cs2Label", "MFA", kText);
    WritePolicies();
    if (Json("cs5", event_.changes, Attribute::kChanges)) Pair("cs5Label", "Changes", kText);
    if (Json("cs6", event_.association, Attribute::kAssociation)) {
      Pair("cs6Label", "Association", kText);
    }
  }

  bool IsLdap() const { return event_.auth_protocol_id == kLdap || event_.class_uid == kDatastore; }

  void WriteNumbers() {
    if (IsLdap() && Integer("cn1", event_.status_code, Attribute::kStatusCode)) {
      Pair("cn1Label", "LDAP Result Code", kText);
    } else {
      Own("StatusCode", event_.status_code, Attribute::kStatusCode);
    }
    if (Pair("cn2", event_.query.result_count, kShort, Attribute::kResultCount)) {
      Pair("cn2Label", "Result Count", kText);
    }
    if (Integer("cn3", event_.logon_type, Attribute::kLogonType)) {
      Pair("cn3Label", "Windows Logon Type", kText);
    }
    AlsoGivesOtherKinds();
  }

  // "type:id:name" of what the event is about; of a directory, the place that was searched or whom
  // it was to authenticate.
  void WriteThing() {
    Resource thing = event_.resource;
    const Entity& entity = event_.entity;
    if (!entity.empty()) {
      thing = {entity.uid.empty() ? entity.device_uid : entity.uid, entity.name,
               entity.type_id == kOther ? entity.type : ocsf::EntityTypeCaption(entity.type_id)};
    } else if (!event_.group.empty()) {
      thing = {event_.group.uid, event_.group.name, "Group"};
    }
    if (thing.empty()) {
      if (Pair("cs1", Named(event_.query), kCustom, Attribute::kDatabaseName) ||
          Pair("cs1", event_.bind_name, kCustom, Attribute::kBindName)) {
        Pair("cs1Label", "Resource", kText);
      }
      return;
    }
    const Begun pair = Begin("cs1");
    Part(thing.type, kShareOfType);
    out_.Char(':');
    Part(thing.uid, kText);
    out_.Char(':');
    Part(thing.name, kShareOfName);
    End(pair);
    Pair("cs1Label", "Resource", kText);
  }

  // "name:decision" of the one that decided.
  void WritePolicies() {
    const Authorization* policy = DecidingPolicy(event_);
    if (policy == nullptr) return;
    const Begun pair = Begin("cs4");
    Part(policy->policy_name, kShareOfPolicy);
    out_.Char(':');
    Part(policy->decision, kWord);
    End(pair);
    Pair("cs4Label", "Policies", kText);
  }

  void WriteOwn() {
    Own("CorrelationId", event_.correlation_uid, Attribute::kCorrelationUid);
    Own("ActorSource", event_.actor_app_name);
    Own("AuthMethod", event_.auth_method, Attribute::kAuthMethod);
    Own("LdapFilter", event_.query.text, Attribute::kQueryText);
    Own("Request", event_.comment, Attribute::kComment);
    WriteLabels();
  }
};

}  // namespace

void CefFormat::Write(const Event& event, const Mark& mark, Buffer& out) const {
  const std::size_t unmapped = event.unmapped != nullptr ? event.unmapped->Room() : 0;
  const std::size_t original = event.kind == EventKind::kUndecodable ? event.raw.size() : 0;
  const std::size_t line =
      kFixedSize + kEscaped * (kTimesWritten * TextSize(event) + unmapped + original);
  char* const to = out.Reserve(line + unmapped);
  CefLine written(event, mark, to, to + line);
  written.Write();
  out.Commit(written.at());
}

}  // namespace cce
