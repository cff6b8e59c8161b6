#include "outputs/format/ecs_format.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "cce/api/event.h"
#include "cce/api/ocsf_ids.h"
#include "outputs/format/deciding_policy.h"
#include "outputs/format/event_json.h"
#include "outputs/format/event_outcome.h"
#include "outputs/format/event_text.h"
#include "outputs/format/json_writer.h"

namespace cce {
namespace {

// All that is written besides what comes from the event: keys, numbers, punctuation.
constexpr std::size_t kFixedSize = 8 << 10;
// No text of an event is written more often: of user, source, client and related.
constexpr std::size_t kTimesWritten = 8;

// What a field of ECS gives back as the source has it.
constexpr AttributeSet kWritten = {
    Attribute::kEventCode,       Attribute::kLogSource,     Attribute::kOriginalEventUid,
    Attribute::kTenantUid,       Attribute::kStatusId,      Attribute::kStatusCode,
    Attribute::kStatusDetail,    Attribute::kMessage,       Attribute::kActorUid,
    Attribute::kActorName,       Attribute::kActorEmail,    Attribute::kActorType,
    Attribute::kActorRole,       Attribute::kUserUid,       Attribute::kUserName,
    Attribute::kUserEmail,       Attribute::kUserType,      Attribute::kUserRole,
    Attribute::kOtherUserUid,    Attribute::kOtherUserName, Attribute::kOtherUserEmail,
    Attribute::kSourceIp,        Attribute::kCountry,       Attribute::kCountryName,
    Attribute::kRegionName,      Attribute::kCity,          Attribute::kContinentCode,
    Attribute::kTimezone,        Attribute::kLatitude,      Attribute::kLongitude,
    Attribute::kAsNumber,        Attribute::kDeviceIp,      Attribute::kDeviceUid,
    Attribute::kDeviceHostname,  Attribute::kDeviceName,    Attribute::kDeviceOsName,
    Attribute::kDeviceOsVersion, Attribute::kServiceUid,    Attribute::kServiceName,
    Attribute::kServiceLabel,    Attribute::kUrl,           Attribute::kProcessName,
    Attribute::kGroupUid,        Attribute::kGroupName,     Attribute::kAppName,
    Attribute::kAppVersion,      Attribute::kAppPath,       Attribute::kFileName,
    Attribute::kFileSize,        Attribute::kFileSha256,    Attribute::kFindingTitle,
    Attribute::kAnalyticUid,
};

// ECS's geo_point has both.
bool IsWholePoint(const Location& location) {
  return !location.latitude.empty() && !location.longitude.empty();
}

// ECS os.type of an operating system by OCSF's number for it; absent for any that ECS has no word
// for.
Token FamilyOf(int os_type_id) {
  switch (os_type_id) {
    case 100:
      return "windows";
    case 200:
      return "linux";
    case 201:
      return "android";
    case 300:
      return "macos";
    case 301:
    case 302:
      return "ios";
    default:
      return {};
  }
}

// One event on its way out.
class EcsLine {
 public:
  EcsLine(const Event& event, const Mark& mark, char* to)
      : event_(event), mark_(mark), out_(to, event.recorder) {}

  char* at() const { return out_.at(); }

  void Write(bool keep_original) {
    char* const open = out_.Open();
    out_.Text(",\"@timestamp\":\"", event_.time_text);
    out_.Literal(",\"ecs\":{\"version\":\"8.17.0\"}");
    WriteEvent(keep_original);
    WriteMessage();
    WriteOrganization();
    WriteUsers();
    WriteSource();
    WriteClient();
    WriteHost();
    WriteThings();
    WriteRelated();
    WriteLabels(out_, ",\"tags\":", event_, mark_);
    WriteUnmapped();
    out_.CloseObject(open);
  }

 private:
  bool IsAuthentication() const { return event_.class_uid == kAuthentication; }
  bool IsUndecodable() const { return event_.kind == EventKind::kUndecodable; }
  // Who has a place of their own beside the actor: whom the event is about.
  const Principal& Target() const {
    static constexpr Principal kNobody = {};
    if (IsAuthentication()) return kNobody;
    return event_.user.empty() ? event_.other_user : event_.user;
  }

  // "a,b" as ["a","b"]; `key` is ,"NAME": of it.
  template <std::size_t kSize>
  void List(const char (&key)[kSize], std::string_view names) {
    if (names.empty()) return;
    out_.Literal(key);
    char* const list = out_.Open();
    while (!names.empty()) {
      const std::size_t end = std::min(names.find(','), names.size());
      out_.Text(",\"", Token::Constant(names.substr(0, end)));
      names.remove_prefix(std::min(end + 1, names.size()));
    }
    out_.CloseArray(list);
  }

  Token KindText() const {
    switch (event_.kind) {
      case EventKind::kEvent:
        return "event";
      case EventKind::kAlert:
        return "alert";
      case EventKind::kAsset:
        return "asset";
      case EventKind::kUndecodable:
        return "pipeline_error";
    }
    return "event";
  }

  void WriteEvent(bool keep_original) {
    out_.Literal(",\"event\":");
    char* const open = out_.Open();
    out_.Text(",\"kind\":\"", KindText());
    List(",\"category\":", event_.ecs_category);
    List(",\"type\":", event_.ecs_type);
    out_.Text(",\"action\":\"", event_.event_code);
    out_.Text(",\"outcome\":\"", OutcomeOf(event_));
    out_.Text(",\"id\":\"", event_.original_event_uid);
    out_.Text(",\"module\":\"", event_.log_source);
    out_.Text(",\"provider\":\"", event_.log_source);
    out_.Text(",\"dataset\":\"", Token::Constant(event_.product->ecs_dataset));
    out_.Text(",\"reason\":\"", event_.status_detail);
    if (event_.has_own_severity && event_.severity_id != kOther) {
      out_.Literal(",\"severity\":");
      out_.Number(event_.severity_id);
    }
    if (keep_original) WriteOriginal(out_, ",\"original\":\"", event_);
    out_.CloseObject(open);
  }

  void WriteMessage() {
    if (IsUndecodable()) {
      out_.Literal(",\"error\":{\"message\":\"the element is no JSON object\"}");
      return;
    }
    out_.Text(",\"message\":\"", event_.message);
    if (event_.status_code.empty()) return;
    out_.Text(",\"error\":{\"code\":\"", event_.status_code);
    out_.Char('}');
  }

  void WriteOrganization() {
    if (event_.tenant_uid.empty()) return;
    out_.Text(",\"organization\":{\"id\":\"", event_.tenant_uid);
    out_.Char('}');
  }

  // The members of a user that both roots and the mirrors have. A role is what the source calls
  // somebody.
  void WriteUserMembers(const Principal& user) {
    out_.Text(",\"id\":\"", user.uid);
    out_.Text(",\"name\":\"", user.name);
    out_.Text(",\"email\":\"", user.email);
    if (user.type.empty()) return;
    out_.Text(",\"roles\":[\"", user.type);
    out_.Char(']');
  }

  void WriteUsers() {
    const Principal& root = IsAuthentication() ? event_.user : event_.actor;
    if (root.empty() && Target().empty() && event_.user_changes.empty()) return;
    out_.Literal(",\"user\":");
    char* const open = out_.Open();
    WriteUserMembers(root);
    if (!Target().empty()) {
      out_.Literal(",\"target\":");
      char* const target = out_.Open();
      WriteUserMembers(Target());
      out_.CloseObject(target);
    }
    if (!event_.user_changes.empty()) {
      out_.Literal(",\"changes\":");
      char* const changes = out_.Open();
      out_.Text(",\"name\":\"", event_.user_changes.name);
      out_.Text(",\"email\":\"", event_.user_changes.email);
      out_.Text(",\"full_name\":\"", event_.user_changes.full_name);
      out_.CloseObject(changes);
    }
    out_.CloseObject(open);
  }

  void WriteGeo(const Location& location) {
    if (location.empty()) return;
    char* const before = out_.at();
    out_.Literal(",\"geo\":");
    char* const open = out_.Open();
    out_.Text(",\"country_iso_code\":\"", location.country);
    out_.Text(",\"country_name\":\"", location.country_name);
    if (!location.region.empty() && !location.country.empty()) {
      out_.Literal(",\"region_iso_code\":\"");
      out_.Raw(location.country);
      out_.Char('-');
      out_.Raw(location.region);
      out_.Char('"');
    }
    out_.Text(",\"region_name\":\"", location.name);
    out_.Text(",\"city_name\":\"", location.city);
    out_.Text(",\"continent_code\":\"", location.continent_code);
    out_.Text(",\"continent_name\":\"", location.continent);
    out_.Text(",\"timezone\":\"", location.timezone);
    if (IsWholePoint(location)) {
      out_.Bare(",\"location\":{\"lat\":", location.latitude);
      out_.Bare(",\"lon\":", location.longitude);
      out_.Char('}');
    }
    if (out_.at() == open) return out_.Return(before);
    out_.CloseObject(open);
  }

  void WriteAddress(Token ip, Token address, Token port, const Location& location) {
    out_.Text(",\"ip\":\"", ip);
    out_.Text(",\"address\":\"", address);
    out_.Bare(",\"port\":", port);
    WriteGeo(location);
  }

  void WriteAs(const Endpoint& endpoint) {
    if (endpoint.as_number.empty() && endpoint.as_name.empty()) return;
    out_.Literal(",\"as\":");
    char* const as = out_.Open();
    out_.Bare(",\"number\":", endpoint.as_number);
    if (!endpoint.as_name.empty()) {
      out_.Text(",\"organization\":{\"name\":\"", endpoint.as_name);
      out_.Char('}');
    }
    out_.CloseObject(as);
  }

  // Who asked, from where. Elastic's own package mirrors the actor here.
  void WriteSource() {
    const Endpoint& source = event_.src_endpoint;
    if (source.address.empty() && event_.actor.empty()) return;
    out_.Literal(",\"source\":");
    char* const open = out_.Open();
    WriteAddress(source.ip, source.address, source.port, source.location);
    WriteAs(source);
    if (!event_.actor.empty()) {
      out_.Literal(",\"user\":");
      char* const user = out_.Open();
      WriteUserMembers(event_.actor);
      out_.CloseObject(user);
    }
    out_.CloseObject(open);
  }

  // The service's peer: the device's own address where a login on it came from elsewhere.
  void WriteClient() {
    const Device& device = event_.device;
    const Endpoint& source = event_.src_endpoint;
    const bool by_device = !device.address.empty() || !device.location.empty();
    // Where something on the device was logged in to, the source is no client of the service's.
    if (!by_device && (source.address.empty() || !event_.dst_endpoint.empty())) return;
    out_.Literal(",\"client\":");
    char* const open = out_.Open();
    if (by_device) {
      WriteAddress(device.ip, device.address, {}, device.location);
    } else {
      WriteAddress(source.ip, source.address, source.port, source.location);
      WriteAs(source);
    }
    out_.CloseObject(open);
  }

  void WriteHost() {
    const Device& device = event_.device;
    if (device.empty()) return;
    out_.Literal(",\"host\":");
    char* const open = out_.Open();
    out_.Text(",\"id\":\"", device.uid);
    out_.Text(",\"hostname\":\"", device.hostname);
    out_.Text(",\"name\":\"", device.name);
    if (!device.ip.empty()) {
      out_.Text(",\"ip\":[\"", device.ip);
      out_.Char(']');
    }
    if (!device.os_name.empty()) {
      out_.Text(",\"os\":{\"name\":\"", device.os_name);
      out_.Text(",\"version\":\"", device.os_version);
      out_.Text(",\"type\":\"", FamilyOf(device.os_type_id));
      out_.Char('}');
    }
    out_.CloseObject(open);
  }

  // What the event is about besides users and hosts.
  void WriteThings() {
    WriteService();
    WriteUserAgent();
    if (!event_.group.empty()) WriteNamed(",\"group\":", event_.group);
    WriteRule();
    WritePackage();
    WriteFile();
  }

  // What was logged in to and through.
  void WriteService() {
    const Service& service = event_.service;
    const Token name = Named(service);
    if (!name.empty() || !service.uid.empty()) {
      out_.Literal(",\"service\":");
      char* const open = out_.Open();
      out_.Text(",\"id\":\"", service.uid);
      out_.Text(",\"name\":\"", name);
      out_.Text(",\"type\":\"", service.label);
      out_.CloseObject(open);
    }
    if (!event_.url.empty()) {
      out_.Text(",\"url\":{\"full\":\"", event_.url);
      out_.Char('}');
    }
    if (!event_.process_name.empty()) {
      out_.Text(",\"process\":{\"name\":\"", event_.process_name);
      out_.Char('}');
    }
  }

  void WriteUserAgent() {
    const UserAgent& agent = event_.user_agent;
    char* const before = out_.at();
    out_.Literal(",\"user_agent\":");
    char* const open = out_.Open();
    out_.Text(",\"name\":\"", agent.name);
    out_.Text(",\"version\":\"", agent.version);
    if (!agent.device_name.empty()) {
      out_.Text(",\"device\":{\"name\":\"", agent.device_name);
      out_.Char('}');
    }
    if (!agent.os.empty() || !agent.os_name.empty() || !agent.os_version.empty()) {
      out_.Literal(",\"os\":");
      char* const os = out_.Open();
      out_.Text(",\"name\":\"", agent.os_name);
      out_.Text(",\"version\":\"", agent.os_version);
      out_.Text(",\"full\":\"", agent.os);
      out_.CloseObject(os);
    }
    if (out_.at() == open) return out_.Return(before);
    out_.CloseObject(open);
  }

  void WritePackage() {
    const Application& app = event_.app;
    const Token name = Named(app);
    if (name.empty() && app.version.empty() && app.path.empty()) return;
    out_.Literal(",\"package\":");
    char* const open = out_.Open();
    out_.Text(",\"name\":\"", name);
    out_.Text(",\"version\":\"", app.version);
    out_.Text(",\"path\":\"", app.path);
    out_.CloseObject(open);
  }

  template <std::size_t kSize>
  void WriteNamed(const char (&key)[kSize], const UserGroup& group) {
    out_.Literal(key);
    char* const open = out_.Open();
    out_.Text(",\"id\":\"", group.uid);
    out_.Text(",\"name\":\"", group.name);
    out_.CloseObject(open);
  }

  // The policy that decided, or the analytic that found.
  void WriteRule() {
    Token id = event_.finding.analytic_uid;
    Token name = event_.finding.title;
    if (const Authorization* policy = DecidingPolicy(event_);
        event_.class_uid != kFinding && policy != nullptr) {
      id = policy->policy_uid;
      name = policy->policy_name;
    }
    if (id.empty() && name.empty()) return;
    out_.Literal(",\"rule\":");
    char* const open = out_.Open();
    out_.Text(",\"id\":\"", id);
    out_.Text(",\"name\":\"", name);
    out_.CloseObject(open);
  }

  void WriteFile() {
    const HostedFile& file = event_.file;
    char* const before = out_.at();
    out_.Literal(",\"file\":");
    char* const open = out_.Open();
    out_.Text(",\"name\":\"", file.name);
    out_.Bare(",\"size\":", file.size);
    if (!file.sha256.empty()) {
      out_.Text(",\"hash\":{\"sha256\":\"", file.sha256);
      out_.Char('}');
    }
    if (out_.at() == open) return out_.Return(before);
    out_.CloseObject(open);
  }

  // `values` that are there, each once; `key` is ,"NAME": of them.
  template <std::size_t kSize>
  void WriteSet(const char (&key)[kSize], absl::Span<const Token> values) {
    char* open = nullptr;
    for (const Token* value = values.begin(); value != values.end(); ++value) {
      const auto is_same = [&](Token before) { return event_.Same(before, *value); };
      if (value->empty() || std::any_of(values.begin(), value, is_same)) continue;
      if (open == nullptr) {
        out_.Literal(key);
        open = out_.Open();
      }
      out_.Text(",\"", *value);
    }
    if (open != nullptr) out_.CloseArray(open);
  }

  void WriteRelated() {
    char* const before = out_.at();
    out_.Literal(",\"related\":");
    char* const open = out_.Open();
    absl::InlinedVector<Token, 8> addresses = {event_.src_endpoint.ip, event_.device.ip,
                                               event_.push_device.ip};
    addresses.insert(addresses.end(), event_.forwarded_for.begin(), event_.forwarded_for.end());
    WriteSet(",\"ip\":", addresses);
    WriteSet(",\"user\":", {event_.user.name, event_.actor.name, event_.other_user.name,
                            event_.user.email, event_.actor.email, event_.other_user.email,
                            event_.user.uid, event_.actor.uid, event_.other_user.uid});
    WriteSet(",\"hosts\":", {event_.device.hostname, event_.device.name});
    WriteSet(",\"hash\":", {event_.file.sha256});
    if (out_.at() == open) {
      out_.Return(before);
      return;
    }
    out_.CloseObject(open);
  }

  // Of what class 3004 is about, users, groups and devices have id and name, too.
  void AddEntity(AttributeSet& written) const {
    const Entity& entity = event_.entity;
    const auto add = [&](Token uid, Token name) {
      if (event_.Same(uid, entity.uid)) written.Add(Attribute::kEntityUid);
      if (event_.Same(name, entity.name)) written.Add(Attribute::kEntityName);
    };
    if (entity.type_id == kUserEntity) add(event_.user.uid, event_.user.name);
    if (entity.type_id == kGroupEntity) add(event_.group.uid, event_.group.name);
    if (entity.type_id == kDeviceEntity) add(event_.device.uid, event_.device.name);
  }

  void WriteUnmapped() {
    if (event_.unmapped == nullptr) return;
    AttributeSet written = kWritten;
    AddEntity(written);
    if (event_.Same(event_.original_time, event_.time_text)) written.Add(Attribute::kOriginalTime);
    // The outcome is unknown then.
    if (event_.status_id == kOther) written.Remove(Attribute::kStatusId);
    if (!IsWholePoint(event_.src_endpoint.location) && !IsWholePoint(event_.device.location)) {
      written.Remove(Attribute::kLatitude);
      written.Remove(Attribute::kLongitude);
    }
    out_.Literal(",\"");
    char* const name = out_.at();
    out_.Raw(event_.product->ecs_field_set);
    out_.Literal("\":{\"event\":");
    char* const value = out_.at();
    out_.Unmapped("", *event_.unmapped, written);
    if (out_.at() == value) {
      out_.Return(name - 2);
      return;
    }
    out_.Char('}');
  }

  const Event& event_;
  const Mark& mark_;
  JsonWriter out_;
};

}  // namespace

void EcsFormat::Write(const Event& event, const Mark& mark, Buffer& out) const {
  const bool keep_original = KeepsOriginal(event, keep_original_);
  const std::size_t room = kFixedSize + kTimesWritten * TextSize(event) +
                           (event.unmapped != nullptr ? event.unmapped->Room() : 0) +
                           (keep_original ? OriginalRoom(event) : 0);
  char* const to = out.Reserve(room);
  EcsLine line(event, mark, to);
  line.Write(keep_original);
  out.Commit(line.at());
}

}  // namespace cce
