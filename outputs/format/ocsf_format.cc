#include "outputs/format/ocsf_format.h"

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>

#include "cce/api/copy.h"
#include "cce/api/event.h"
#include "outputs/format/ocsf_captions.h"

namespace cce {
namespace {

constexpr int kOther = 99;
constexpr int kBaseEvent = 0;
constexpr int kAuthentication = 3002;
constexpr int kPush = 5;  // of auth_factor.factor_type_id

// All that is written besides what comes from the event: keys, captions, numbers, punctuation.
constexpr std::size_t kFixedSize = 16 << 10;
// Of one authorization, one forwarded address.
constexpr std::size_t kPerElement = 128;
// No text of an event is written more often: as an attribute, in an observable and in the message,
// of the actor and of the subject.
constexpr std::size_t kTimesWritten = 8;

// Sum of the texts of an event, each once.
std::size_t TextSize(const Principal& user) {
  return user.type.size() + user.uid.size() + user.uid_alt.size() + user.name.size() +
         user.email.size();
}

std::size_t TextSize(const Location& location) {
  return location.country.size() + location.region.size() + location.city.size() +
         location.continent.size() + location.name.size() + location.latitude.size() +
         location.longitude.size();
}

std::size_t TextSize(const Endpoint& endpoint) {
  return endpoint.ip.size() + endpoint.port.size() + endpoint.uid.size() +
         endpoint.hostname.size() + endpoint.svc_name.size() + endpoint.as_number.size() +
         endpoint.as_name.size() + TextSize(endpoint.location);
}

std::size_t TextSize(const Device& device) {
  return device.uid.size() + device.hostname.size() + device.name.size() + device.ip.size() +
         device.os_name.size() + device.os_version.size() + device.group_uid.size() +
         device.group_name.size() + TextSize(device.location);
}

std::size_t TextSize(const Event& event) {
  std::size_t size = 0;
  for (const Token token : {event.time_text,
                            event.product->name,
                            event.product->vendor_name,
                            event.product->log_name,
                            event.product->log_provider,
                            event.activity_name,
                            event.severity,
                            event.status,
                            event.status_code,
                            event.status_detail,
                            event.message,
                            event.target_name,
                            event.event_code,
                            event.log_source,
                            event.log_version,
                            event.original_event_uid,
                            event.original_time,
                            event.tenant_uid,
                            event.correlation_uid,
                            event.logged_time_text,
                            event.actor_app_name,
                            event.other_ip,
                            event.service.name,
                            event.service.uid,
                            event.service.label,
                            event.user_agent.name,
                            event.user_agent.version,
                            event.user_agent.os,
                            event.session_uid,
                            event.auth_protocol,
                            event.logon_type,
                            event.action}) {
    size += token.size();
  }
  for (std::size_t i = 0; i < event.label_count; ++i) {
    size += event.labels[i].name.size() + event.labels[i].value.size();
  }
  for (std::size_t i = 0; i < event.factor_count; ++i) {
    size += event.factors[i].type.size();
  }
  for (const Token token : event.forwarded_for) size += token.size() + kPerElement;
  for (const Authorization& one : event.authorizations) {
    size += one.decision.size() + one.policy_uid.size() + one.policy_name.size() + kPerElement;
  }
  return size + TextSize(event.actor) + TextSize(event.user) + TextSize(event.other_user) +
         TextSize(event.src_endpoint) + TextSize(event.dst_endpoint) + TextSize(event.device) +
         TextSize(event.push_device);
}

constexpr char kTwoDigits[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

// Writes JSON into memory that has room for it. Every member and every element brings the comma
// before it; the first one's comma lies where Close puts the opening bracket.
class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}

  char* at() const { return at_; }

  char* Open() const { return at_; }
  void CloseObject(char* open) { Close(open, '{', '}'); }
  void CloseArray(char* open) { Close(open, '[', ']'); }

  template <std::size_t kSize>
  void Literal(const char (&text)[kSize]) {
    std::memcpy(at_, text, kSize - 1);
    at_ += kSize - 1;
  }

  void Raw(std::string_view text) { at_ = CopyText(at_, text.data(), text.size()); }

  void Char(char c) { *at_++ = c; }

  void Number(std::int64_t value) {
    char digits[24];
    char* const end = digits + sizeof digits;
    char* begin = end;
    auto rest =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    while (rest >= 100) {
      begin -= 2;
      std::memcpy(begin, kTwoDigits + 2 * (rest % 100), 2);
      rest /= 100;
    }
    if (rest >= 10) {
      begin -= 2;
      std::memcpy(begin, kTwoDigits + 2 * rest, 2);
    } else {
      *--begin = static_cast<char>('0' + rest);
    }
    if (value < 0) *--begin = '-';
    at_ = CopyText(at_, begin, static_cast<std::size_t>(end - begin));
  }

  // A member that is text; `key` is ,"NAME":" of it. Nothing if the text is absent.
  template <std::size_t kSize>
  void Text(const char (&key)[kSize], Token text) {
    if (text.empty()) return;
    Literal(key);
    Raw(text);
    Char('"');
  }

  // A member that is a number's text; `key` is ,"NAME": of it.
  template <std::size_t kSize>
  void Bare(const char (&key)[kSize], Token number) {
    if (number.empty()) return;
    Literal(key);
    Raw(number);
  }

  // An enumeration's number and its name: the caption, or for 99 what the source says.
  template <std::size_t kIdSize, std::size_t kNameSize>
  void Enumeration(const char (&id_key)[kIdSize], int id, const char (&name_key)[kNameSize],
                   Token caption, Token source = {}) {
    Literal(id_key);
    Number(id);
    Text(name_key, id == kOther && !source.empty() ? source : caption);
  }

  void Uuid(const Identity& identity) {
    WriteText(identity, at_);
    at_ += 36;
  }

  // Any bytes as the contents of a JSON string.
  void Escaped(std::string_view bytes) {
    constexpr char kHex[] = "0123456789abcdef";
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        Char('\\');
        Char(c);
      } else if (byte >= 0x20) {
        Char(c);
      } else {
        Literal("\\u00");
        Char(kHex[byte >> 4]);
        Char(kHex[byte & 15]);
      }
    }
  }

  void Base64(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    const std::size_t size = sodium_base64_encoded_len(bytes.size(), kVariant);
    sodium_bin2base64(at_, size, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      kVariant);
    at_ += size - 1;  // without the NUL
  }

 private:
  void Close(char* open, char opening, char closing) {
    if (at_ == open) ++at_;
    *open = opening;
    Char(closing);
  }

  char* at_;
};

std::int64_t Milliseconds(std::int64_t ns) {
  const std::int64_t ms = ns / 1'000'000;
  return ns % 1'000'000 < 0 ? ms - 1 : ms;
}

// Classes with user, src_endpoint and http_request.
bool HasRequest(const Event& event) { return event.class_uid != kBaseEvent; }
bool HasActor(const Event& event) { return !event.actor.empty() || !event.actor_app_name.empty(); }
bool HasUserAgent(const Event& event) {
  return HasRequest(event) && !(event.user_agent.name.empty() && event.user_agent.os.empty());
}

// One event on its way out.
class OcsfLine {
 public:
  OcsfLine(const Event& event, const Mark& mark, char* to) : event_(event), mark_(mark), out_(to) {}

  char* at() const { return out_.at(); }

  void Write(bool keep_original) {
    char* const open = out_.Open();
    WriteClassification();
    WriteTime();
    WriteMetadata();
    WriteStatus();
    WriteMessage();
    WriteActor();
    if (HasRequest(event_)) {
      WriteUser(",\"user\":", event_.user);
      WriteEndpoint(",\"src_endpoint\":", event_.src_endpoint);
      WriteHttpRequest();
    }
    if (event_.class_uid == kAuthentication) WriteAuthentication();
    if (!event_.device.empty()) WriteDevice(",\"device\":", event_.device);
    WriteAuthorizations();
    WriteObservables();
    if (!event_.unmapped.empty()) {
      out_.Literal(",\"unmapped\":");
      out_.Raw(event_.unmapped);
    }
    if (keep_original) WriteOriginal();
    out_.CloseObject(open);
  }

 private:
  void WriteClassification() {
    const ocsf::ClassNames& names = ocsf::ClassOf(event_.class_uid);
    out_.Raw(names.members);
    out_.Literal(",\"activity_id\":");
    out_.Number(event_.activity_id);
    out_.Text(",\"activity_name\":\"", event_.activity_name);
    out_.Literal(",\"type_uid\":");
    out_.Number(names.class_uid * 100 + event_.activity_id);
    out_.Literal(",\"type_name\":\"");
    out_.Raw(names.name);
    out_.Literal(": ");
    out_.Raw(event_.activity_id == kOther ? Token("Other") : event_.activity_name);
    out_.Char('"');
    out_.Enumeration(",\"severity_id\":", event_.severity_id, ",\"severity\":\"",
                     ocsf::SeverityCaption(event_.severity_id), event_.severity);
  }

  void WriteTime() {
    out_.Literal(",\"time\":");
    out_.Number(Milliseconds(event_.time_ns));
    out_.Text(",\"time_dt\":\"", event_.time_text);
    if (event_.timezone_offset) {
      out_.Literal(",\"timezone_offset\":");
      out_.Number(*event_.timezone_offset);
    }
  }

  void WriteMetadata() {
    out_.Literal(",\"metadata\":{\"version\":\"1.8.0\",\"product\":{\"name\":\"");
    out_.Raw(event_.product->name);
    out_.Text("\",\"vendor_name\":\"", event_.product->vendor_name);
    out_.Literal("},\"uid\":\"");
    out_.Uuid(event_.identity);
    out_.Char('"');
    out_.Text(",\"event_code\":\"", event_.event_code);
    out_.Text(",\"original_event_uid\":\"", event_.original_event_uid);
    out_.Text(",\"log_name\":\"", event_.product->log_name);
    out_.Text(",\"log_provider\":\"", event_.product->log_provider);
    out_.Text(",\"log_source\":\"", event_.log_source);
    out_.Text(",\"log_version\":\"", event_.log_version);
    out_.Text(",\"tenant_uid\":\"", event_.tenant_uid);
    out_.Text(",\"correlation_uid\":\"", event_.correlation_uid);
    out_.Text(",\"original_time\":\"", event_.original_time);
    if (event_.logged_time_ns) {
      out_.Literal(",\"logged_time\":");
      out_.Number(Milliseconds(*event_.logged_time_ns));
      out_.Text(",\"logged_time_dt\":\"", event_.logged_time_text);
    }
    WriteLabels();
    out_.Literal(",\"profiles\":[\"datetime\"");
    if (!event_.device.empty() || (!HasRequest(event_) && HasActor(event_)))
      out_.Literal(",\"host\"");
    if (!event_.authorizations.empty()) out_.Literal(",\"security_control\"");
    out_.Literal("]}");
  }

  void WriteLabels() {
    if (event_.label_count == 0 && !mark_.late) return;
    out_.Literal(",\"labels\":");
    char* const open = out_.Open();
    for (std::size_t i = 0; i < event_.label_count; ++i) {
      out_.Literal(",\"");
      out_.Raw(event_.labels[i].name);
      if (!event_.labels[i].value.empty()) {
        out_.Char(':');
        out_.Raw(event_.labels[i].value);
      }
      out_.Char('"');
    }
    if (mark_.late) out_.Literal(",\"late\"");
    out_.CloseArray(open);
  }

  void WriteStatus() {
    out_.Enumeration(",\"status_id\":", event_.status_id, ",\"status\":\"",
                     ocsf::StatusCaption(event_.status_id), event_.status);
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
    out_.Raw(event_.status_id == kOther ? event_.status : ocsf::StatusCaption(event_.status_id));
    out_.Char('"');
  }

  void WriteActor() {
    if (!HasActor(event_)) return;
    out_.Literal(",\"actor\":");
    char* const open = out_.Open();
    WriteUser(",\"user\":", event_.actor);
    out_.Text(",\"app_name\":\"", event_.actor_app_name);
    out_.CloseObject(open);
  }

  template <std::size_t kSize>
  void WriteUser(const char (&key)[kSize], const Principal& user) {
    if (user.empty()) return;
    out_.Literal(key);
    char* const open = out_.Open();
    if (user.type_id != 0) {
      out_.Enumeration(",\"type_id\":", user.type_id, ",\"type\":\"",
                       ocsf::UserTypeCaption(user.type_id), user.type);
    }
    out_.Text(",\"uid\":\"", user.uid);
    out_.Text(",\"uid_alt\":\"", user.uid_alt);
    out_.Text(",\"name\":\"", user.name);
    out_.Text(",\"email_addr\":\"", user.email);
    out_.CloseObject(open);
  }

  void WriteLocation(const Location& location) {
    if (location.empty()) return;
    out_.Literal(",\"location\":");
    char* const open = out_.Open();
    out_.Text(",\"country\":\"", location.country);
    if (!location.region.empty()) {
      out_.Literal(",\"region\":\"");
      if (!location.country.empty()) {
        out_.Raw(location.country);
        out_.Char('-');
      }
      out_.Raw(location.region);
      out_.Char('"');
    }
    out_.Text(",\"city\":\"", location.city);
    out_.Text(",\"continent\":\"", location.continent);
    out_.Text(",\"desc\":\"", location.name);
    out_.Bare(",\"lat\":", location.latitude);
    out_.Bare(",\"long\":", location.longitude);
    out_.CloseObject(open);
  }

  template <std::size_t kSize>
  void WriteEndpoint(const char (&key)[kSize], const Endpoint& endpoint) {
    if (endpoint.empty()) return;
    out_.Literal(key);
    char* const open = out_.Open();
    out_.Text(",\"ip\":\"", endpoint.ip);
    out_.Bare(",\"port\":", endpoint.port);
    out_.Text(",\"uid\":\"", endpoint.uid);
    out_.Text(",\"hostname\":\"", endpoint.hostname);
    out_.Text(",\"svc_name\":\"", endpoint.svc_name);
    WriteLocation(endpoint.location);
    if (!endpoint.as_number.empty() || !endpoint.as_name.empty()) {
      out_.Literal(",\"autonomous_system\":");
      char* const as = out_.Open();
      out_.Bare(",\"number\":", endpoint.as_number);
      out_.Text(",\"name\":\"", endpoint.as_name);
      out_.CloseObject(as);
    }
    out_.CloseObject(open);
  }

  // "name/version (os)".
  void WriteUserAgent() {
    const UserAgent& agent = event_.user_agent;
    out_.Raw(agent.name);
    if (!agent.name.empty() && !agent.version.empty()) {
      out_.Char('/');
      out_.Raw(agent.version);
    }
    if (agent.os.empty()) return;
    if (!agent.name.empty()) out_.Char(' ');
    out_.Char('(');
    out_.Raw(agent.os);
    out_.Char(')');
  }

  void WriteHttpRequest() {
    if (!HasUserAgent(event_) && event_.forwarded_for.empty()) return;
    out_.Literal(",\"http_request\":");
    char* const open = out_.Open();
    if (HasUserAgent(event_)) {
      out_.Literal(",\"user_agent\":\"");
      WriteUserAgent();
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

  template <std::size_t kSize>
  void WriteDevice(const char (&key)[kSize], const Device& device) {
    out_.Literal(key);
    char* const open = out_.Open();
    out_.Enumeration(",\"type_id\":", device.type_id, ",\"type\":\"",
                     ocsf::DeviceTypeCaption(device.type_id));
    out_.Text(",\"uid\":\"", device.uid);
    out_.Text(",\"hostname\":\"", device.hostname);
    out_.Text(",\"name\":\"", device.name);
    out_.Text(",\"ip\":\"", device.ip);
    WriteLocation(device.location);
    if (!device.os_name.empty()) {
      out_.Literal(",\"os\":");
      char* const os = out_.Open();
      out_.Text(",\"name\":\"", device.os_name);
      out_.Enumeration(",\"type_id\":", device.os_type_id, ",\"type\":\"",
                       ocsf::OsTypeCaption(device.os_type_id));
      out_.Text(",\"version\":\"", device.os_version);
      out_.CloseObject(os);
    }
    if (!device.group_uid.empty() || !device.group_name.empty()) {
      out_.Literal(",\"groups\":[");
      char* const group = out_.Open();
      out_.Text(",\"uid\":\"", device.group_uid);
      out_.Text(",\"name\":\"", device.group_name);
      out_.CloseObject(group);
      out_.Char(']');
    }
    out_.CloseObject(open);
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
    WriteEndpoint(",\"dst_endpoint\":", event_.dst_endpoint);
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
    if (event_.is_mfa) out_.Raw(*event_.is_mfa ? ",\"is_mfa\":true" : ",\"is_mfa\":false");
    if (event_.is_cleartext) {
      out_.Raw(*event_.is_cleartext ? ",\"is_cleartext\":true" : ",\"is_cleartext\":false");
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
      if (factor.is_totp) out_.Literal(",\"is_totp\":true");
      if (factor.type_id == kPush && !event_.push_device.empty()) {
        WriteDevice(",\"device\":", event_.push_device);
      }
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

  // Addresses, users and hosts once more in one place, each value once. A name is the path of the
  // attribute that it repeats; what has no attribute has none.
  void WriteObservables() {
    struct Candidate {
      int type_id;
      Token value;
      std::string_view beginning;
    };
#define NAMED(type_id, type, name) \
  ",{\"name\":\"" name "\",\"type_id\":" #type_id ",\"type\":\"" type "\",\"value\":\""
#define UNNAMED(type_id, type) ",{\"type_id\":" #type_id ",\"type\":\"" type "\",\"value\":\""
    const bool request = HasRequest(event_);
    const bool authentication = event_.class_uid == kAuthentication;
    const Candidate candidates[] = {
        {2, request ? event_.src_endpoint.ip : Token(), NAMED(2, "IP Address", "src_endpoint.ip")},
        {2, event_.device.ip, NAMED(2, "IP Address", "device.ip")},
        {2, event_.other_ip, UNNAMED(2, "IP Address")},
        {4, request ? event_.user.name : Token(), NAMED(4, "User Name", "user.name")},
        {4, event_.actor.name, NAMED(4, "User Name", "actor.user.name")},
        {4, event_.other_user.name, UNNAMED(4, "User Name")},
        {5, request ? event_.user.email : Token(), NAMED(5, "Email Address", "user.email_addr")},
        {5, event_.actor.email, NAMED(5, "Email Address", "actor.user.email_addr")},
        {5, event_.other_user.email, UNNAMED(5, "Email Address")},
        {1, event_.device.hostname, NAMED(1, "Hostname", "device.hostname")},
        {1, authentication ? event_.dst_endpoint.hostname : Token(),
         NAMED(1, "Hostname", "dst_endpoint.hostname")},
    };
    // Candidates of one type are neighbours: three at most.
    constexpr std::size_t kNeighbours = 2;
    char* open = nullptr;
    for (std::size_t i = 0; i < std::size(candidates); ++i) {
      const Candidate& candidate = candidates[i];
      if (candidate.value.empty()) continue;
      bool repeated = false;
      for (std::size_t back = 1; back <= kNeighbours && back <= i; ++back) {
        repeated |= candidates[i - back].value == candidate.value &&
                    candidates[i - back].type_id == candidate.type_id;
      }
      if (repeated) continue;
      if (open == nullptr) {
        out_.Literal(",\"observables\":");
        open = out_.Open();
      }
      out_.Raw(candidate.beginning);
      out_.Raw(candidate.value);
      out_.Literal("\"}");
    }
    if (HasUserAgent(event_)) {
      if (open == nullptr) {
        out_.Literal(",\"observables\":");
        open = out_.Open();
      }
      out_.Literal(NAMED(16, "HTTP User-Agent", "http_request.user_agent"));
      WriteUserAgent();
      out_.Literal("\"}");
    }
    if (open != nullptr) out_.CloseArray(open);
#undef NAMED
#undef UNNAMED
  }

  void WriteOriginal() {
    if (event_.raw.empty()) return;  // an element between two commas
    out_.Literal(",\"raw_data\":\"");
    if (event_.raw_is_utf8) {
      out_.Escaped(event_.raw);
    } else {
      out_.Base64(event_.raw);
    }
    out_.Literal("\",\"raw_data_size\":");
    out_.Number(static_cast<std::int64_t>(event_.raw.size()));
  }

  const Event& event_;
  const Mark& mark_;
  Writer out_;
};

}  // namespace

void OcsfFormat::Write(const Event& event, const Mark& mark, Buffer& out) const {
  const bool keep_original = event.kind == EventKind::kUndecodable ||
                             keep_original_ == KeepOriginal::kAlways ||
                             (keep_original_ == KeepOriginal::kDegraded && event.degraded);
  // One byte becomes at most six (\u00XX).
  const std::size_t original = keep_original ? 6 * event.raw.size() : 0;
  const std::size_t room =
      kFixedSize + kTimesWritten * TextSize(event) + event.unmapped.size() + original;
  char* const to = out.Reserve(room);
  OcsfLine line(event, mark, to);
  line.Write(keep_original);
  out.Commit(line.at());
}

}  // namespace cce
