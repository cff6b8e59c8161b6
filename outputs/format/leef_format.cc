#include "outputs/format/leef_format.h"

#include <cstddef>
#include <string_view>

#include "cce/api/event.h"
#include "outputs/format/deciding_policy.h"
#include "outputs/format/event_text.h"
#include "outputs/format/line_writer.h"
#include "outputs/format/ocsf_captions.h"

namespace cce {
namespace {

constexpr int kFinding = 2004;
constexpr int kAuthentication = 3002;
constexpr int kSuccess = 1;
constexpr int kFailure = 2;
constexpr int kOther = 99;

// LEEF has no escapes (ibm.com/docs/en/dsm, "LEEF event components").
constexpr Escapes kHeader = {.bar = '/'};
constexpr Escapes kValue = {.no_controls = false};

// The longest that a field may be, in bytes.
constexpr std::size_t kId = 255;
constexpr std::size_t kText = 1023;

// All that is written besides what comes from the event: keys, captions, numbers.
constexpr std::size_t kFixedSize = 4 << 10;
// No text of an event is written more often.
constexpr std::size_t kTimesWritten = 8;

// LEEF's scale of 1 to 10 for OCSF's severity_id.
int SeverityOf(int severity_id) {
  constexpr int kScale[] = {1, 1, 3, 5, 7, 9, 10};
  constexpr int kUnknownText = 5;
  return severity_id == kOther ? kUnknownText : kScale[severity_id];
}

class LeefLine {
 public:
  // `scratch` has room for what is unmapped.
  LeefLine(const Event& event, const Mark& mark, char* to, char* scratch)
      : event_(event), mark_(mark), out_(to), scratch_(scratch) {}

  char* at() const { return out_.at(); }

  void Write() {
    WriteHeader();
    WriteOrigin();
    if (event_.kind == EventKind::kUndecodable) return WriteOriginal();
    WriteUsers();
    WriteEndpoints();
    WriteThings();
    WriteUnmapped();
  }

 private:
  void WriteHeader() {
    out_.Raw("LEEF:2.0|");
    out_.Text(event_.product->vendor_name, kHeader, kId);
    out_.Char('|');
    out_.Text(event_.product->short_name, kHeader, kId);
    out_.Char('|');
    const Token version = event_.log_version.empty() ? Token("1") : event_.log_version;
    if (out_.Text(version, kHeader, kId)) written_.Add(Attribute::kLogVersion);
    out_.Char('|');
    constexpr std::size_t kHalf = kId / 2;
    out_.Text(event_.log_source, kHeader, kHalf);
    out_.Char(':');
    const Token code = event_.event_code.empty() ? Token("unknown") : event_.event_code;
    if (out_.Text(code, kHeader, kHalf)) written_.Add(Attribute::kEventCode);
    out_.Raw("|x09|");
  }

  void Begin(std::string_view prefix, std::string_view key) {
    if (any_) out_.Char('\t');
    any_ = true;
    out_.Raw(prefix);
    out_.Raw(key);
    out_.Char('=');
  }

  void Put(std::string_view prefix, std::string_view key, Token value, std::size_t limit,
           Attribute attribute) {
    if (value.empty()) return;
    Begin(prefix, key);
    const bool whole = out_.Text(value, kValue, limit);
    if (whole && attribute != Attribute::kNone) written_.Add(attribute);
  }

  // A pair; `attribute` is given back if the value is whole. Nothing if the value is absent.
  void Pair(std::string_view key, Token value, std::size_t limit,
            Attribute attribute = Attribute::kNone) {
    Put({}, key, value, limit, attribute);
  }

  // A key of the product's own.
  void Custom(std::string_view key, Token value, Attribute attribute = Attribute::kNone) {
    Put(event_.product->leef_prefix, key, value, kText, attribute);
  }

  std::string_view Outcome() const {
    if (event_.class_uid == kFinding) return "unknown";
    if (event_.status_id == kSuccess) return "success";
    return event_.status_id == kFailure ? "failure" : "unknown";
  }

  void WriteOrigin() {
    Begin({}, "cat");
    const bool whole = out_.Text(event_.log_source, kValue, kId);
    if (whole) written_.Add(Attribute::kLogSource);
    out_.Char('.');
    out_.Raw(Outcome());
    if (event_.status_id != kOther) written_.Add(Attribute::kStatusId);
    Begin({}, "sev");
    out_.Number(SeverityOf(event_.severity_id));
    Begin({}, "devTime");
    out_.Number(Milliseconds(event_.time_ns));
    Custom("EventId", event_.original_event_uid, Attribute::kOriginalEventUid);
    Pair("realm", event_.tenant_uid, kText, Attribute::kTenantUid);
    Custom("Outcome", event_.status_id == kOther ? event_.status : Token(Outcome()));
    Custom("Msg", event_.message, Attribute::kMessage);
    Custom("Reason", event_.status_detail, Attribute::kStatusDetail);
    Custom("ErrorCode", event_.status_code, Attribute::kStatusCode);
    Custom("Correlation", event_.correlation_uid, Attribute::kCorrelationUid);
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
    Custom("ActorId", source.uid, uid);
    if (source.type_id != 0) {
      Pair("role", source.type_id == kOther ? source.type : ocsf::UserTypeCaption(source.type_id),
           kText);
    }
    Custom("ActorSource", event_.actor_app_name);
    if (is_logon) {
      AlsoGives(name, source.name, Attribute::kActorName, event_.actor.name);
      AlsoGives(uid, source.uid, Attribute::kActorUid, event_.actor.uid);
      return;
    }
    if (event_.user.name.empty()) {
      Pair("accountName", event_.user.email, kId, Attribute::kUserEmail);
    } else {
      Pair("accountName", event_.user.name, kId, Attribute::kUserName);
      AlsoGives(Attribute::kUserName, event_.user.name, Attribute::kUserEmail, event_.user.email);
    }
    Custom("AccountId", event_.user.uid, Attribute::kUserUid);
  }

  // What is written as `token` gives back `attribute` too.
  void AlsoGives(Attribute written, Token token, Attribute attribute, Token same) {
    if (written_.Has(written) && token == same) written_.Add(attribute);
  }

  void WriteEndpoints() {
    const Token ip = event_.src_endpoint.ip.empty() ? event_.other_ip : event_.src_endpoint.ip;
    Pair("src", ip, kText, Attribute::kSourceIp);
    Pair("srcPort", event_.src_endpoint.port, kText);
    Custom("DeviceIp", event_.device.ip, Attribute::kDeviceIp);
    Custom("Host", event_.device.hostname, Attribute::kDeviceHostname);
    Custom("HostId", event_.device.uid, Attribute::kDeviceUid);
    Custom("App", event_.service.name, Attribute::kServiceName);
    Custom("Connection", event_.session_uid, Attribute::kSessionUid);
    const Location& place = event_.src_endpoint.location.empty() ? event_.device.location
                                                                 : event_.src_endpoint.location;
    Custom("Country", place.country, Attribute::kCountry);
    Custom("City", place.city, Attribute::kCity);
    Custom("UserAgent", event_.user_agent.name);
    if (event_.is_mfa) {
      Custom("Mfa", *event_.is_mfa ? Token("true") : Token("false"), Attribute::kIsMfa);
    }
  }

  void WriteThings() {
    Pair("groupID", event_.group.uid, kText, Attribute::kGroupUid);
    Custom("Group", event_.group.name, Attribute::kGroupName);
    Pair("resource", event_.entity.name.empty() ? event_.resource.name : event_.entity.name, kText,
         event_.entity.name.empty() ? Attribute::kResourceName : Attribute::kEntityName);
    Custom("ResourceId", event_.entity.uid.empty() ? event_.resource.uid : event_.entity.uid,
           event_.entity.uid.empty() ? Attribute::kResourceUid : Attribute::kEntityUid);
    if (const Authorization* policy = DecidingPolicy(event_)) {
      Pair("policy", policy->policy_name, kText);
    }
    Custom("Request", event_.comment, Attribute::kComment);
    Custom("LdapBase", event_.query.database_name, Attribute::kDatabaseName);
    Custom("LdapFilter", event_.query.text, Attribute::kQueryText);
    Custom("Package", event_.app.name, Attribute::kAppName);
    Custom("File", event_.file.name, Attribute::kFileName);
    Custom("FileHash", event_.file.sha256, Attribute::kFileSha256);
    Custom("Alert", event_.finding.title, Attribute::kFindingTitle);
    WriteLabels();
  }

  // "NAME,NAME:VALUE".
  void WriteLabels() {
    if (mark_.late) Custom("Late", "true");
    if (event_.label_count == 0) return;
    Begin(event_.product->leef_prefix, "Labels");
    for (std::size_t i = 0; i < event_.label_count; ++i) {
      if (i > 0) out_.Char(',');
      out_.Text(event_.labels[i].name, kValue, kText);
      if (event_.labels[i].value.empty()) continue;
      out_.Char(':');
      out_.Text(event_.labels[i].value, kValue, kText);
    }
  }

  // An element that is no event has nothing but its bytes.
  void WriteOriginal() {
    WriteLabels();
    if (event_.raw.empty()) return;
    Begin(event_.product->leef_prefix, event_.raw_is_utf8 ? "Original" : "OriginalBase64");
    if (event_.raw_is_utf8) {
      out_.Bytes(event_.raw, kValue);
    } else {
      out_.Base64(event_.raw);
    }
  }

  void WriteUnmapped() {
    if (event_.unmapped == nullptr) return;
    char* const end = event_.unmapped->Write(written_, scratch_);
    if (end == scratch_) return;
    Begin(event_.product->leef_prefix, "Unmapped");
    out_.Bytes({scratch_, static_cast<std::size_t>(end - scratch_)}, kValue);
  }

  const Event& event_;
  const Mark& mark_;
  LineWriter out_;
  char* const scratch_;
  AttributeSet written_;
  bool any_ = false;
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
