#include "outputs/format/ecs_format.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

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
    Attribute::kEventCode,    Attribute::kLogSource,    Attribute::kOriginalEventUid,
    Attribute::kTenantUid,    Attribute::kStatusId,     Attribute::kStatusCode,
    Attribute::kStatusDetail, Attribute::kMessage,      Attribute::kActorUid,
    Attribute::kActorName,    Attribute::kActorEmail,   Attribute::kUserUid,
    Attribute::kUserName,     Attribute::kUserEmail,    Attribute::kSourceIp,
    Attribute::kCountry,      Attribute::kRegionName,   Attribute::kCity,
    Attribute::kLatitude,     Attribute::kLongitude,    Attribute::kAsNumber,
    Attribute::kDeviceIp,     Attribute::kDeviceUid,    Attribute::kDeviceHostname,
    Attribute::kDeviceName,   Attribute::kDeviceOsName, Attribute::kDeviceOsVersion,
    Attribute::kServiceUid,   Attribute::kServiceName,  Attribute::kServiceLabel,
    Attribute::kGroupUid,     Attribute::kGroupName,    Attribute::kAppName,
    Attribute::kAppVersion,   Attribute::kAppPath,      Attribute::kFileName,
    Attribute::kFileSize,     Attribute::kFileSha256,   Attribute::kAnalyticUid,
};

// ECS's geo_point has both.
bool IsWholePoint(const Location& location) {
  return !location.latitude.empty() && !location.longitude.empty();
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
  // The subject has a place of its own beside the actor.
  bool HasTarget() const { return !IsAuthentication() && !event_.user.empty(); }

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

  // The members of a user that both roots and the mirrors have.
  void WriteUserMembers(const Principal& user) {
    out_.Text(",\"id\":\"", user.uid);
    out_.Text(",\"name\":\"", user.name);
    out_.Text(",\"email\":\"", user.email);
  }

  Token Role(const Principal& user) const {
    static constexpr Token kRoles[] = {"", "user", "admin", "system", "service"};
    if (user.type_id == kOther) return user.type;
    return kRoles[user.type_id];
  }

  void WriteUsers() {
    const Principal& root = IsAuthentication() ? event_.user : event_.actor;
    if (root.empty() && !HasTarget()) return;
    out_.Literal(",\"user\":");
    char* const open = out_.Open();
    WriteUserMembers(root);
    if (!Role(root).empty()) {
      out_.Text(",\"roles\":[\"", Role(root));
      out_.Char(']');
    }
    if (HasTarget()) {
      out_.Literal(",\"target\":");
      char* const target = out_.Open();
      WriteUserMembers(event_.user);
      out_.CloseObject(target);
    }
    out_.CloseObject(open);
  }

  void WriteGeo(const Location& location) {
    if (location.empty()) return;
    char* const before = out_.at();
    out_.Literal(",\"geo\":");
    char* const open = out_.Open();
    out_.Text(",\"country_iso_code\":\"", location.country);
    if (!location.region.empty() && !location.country.empty()) {
      out_.Literal(",\"region_iso_code\":\"");
      out_.Raw(location.country);
      out_.Char('-');
      out_.Raw(location.region);
      out_.Char('"');
    }
    out_.Text(",\"region_name\":\"", location.name);
    out_.Text(",\"city_name\":\"", location.city);
    out_.Text(",\"continent_name\":\"", location.continent);
    if (IsWholePoint(location)) {
      out_.Bare(",\"location\":{\"lat\":", location.latitude);
      out_.Bare(",\"lon\":", location.longitude);
      out_.Char('}');
    }
    if (out_.at() == open) return out_.Return(before);
    out_.CloseObject(open);
  }

  void WriteAddress(Token ip, Token port, const Location& location) {
    out_.Text(",\"ip\":\"", ip);
    out_.Text(",\"address\":\"", ip);
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

  Token SourceIp() const {
    return event_.src_endpoint.ip.empty() ? event_.other_ip : event_.src_endpoint.ip;
  }

  // Who asked, from where. Elastic's own package mirrors the actor here.
  void WriteSource() {
    if (SourceIp().empty() && event_.actor.empty()) return;
    out_.Literal(",\"source\":");
    char* const open = out_.Open();
    WriteAddress(SourceIp(), event_.src_endpoint.port, event_.src_endpoint.location);
    WriteAs(event_.src_endpoint);
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
    const bool by_device = !event_.device.ip.empty() || !event_.device.location.empty();
    const Token ip = by_device ? event_.device.ip : SourceIp();
    // Where something on the device was logged in to, the source is no client of the service's.
    if (!by_device && (ip.empty() || !event_.dst_endpoint.empty())) return;
    out_.Literal(",\"client\":");
    char* const open = out_.Open();
    WriteAddress(ip, by_device ? Token() : event_.src_endpoint.port,
                 by_device ? event_.device.location : event_.src_endpoint.location);
    if (!by_device) WriteAs(event_.src_endpoint);
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
      out_.Char('}');
    }
    out_.CloseObject(open);
  }

  // What the event is about besides users and hosts.
  void WriteThings() {
    if (!event_.service.name.empty() || !event_.service.uid.empty()) {
      out_.Literal(",\"service\":");
      char* const open = out_.Open();
      out_.Text(",\"id\":\"", event_.service.uid);
      out_.Text(",\"name\":\"", event_.service.name);
      out_.Text(",\"type\":\"", event_.service.label);
      out_.CloseObject(open);
    }
    if (!event_.user_agent.empty()) {
      out_.Literal(",\"user_agent\":");
      char* const open = out_.Open();
      out_.Text(",\"name\":\"", event_.user_agent.name);
      out_.Text(",\"version\":\"", event_.user_agent.version);
      if (!event_.user_agent.os.empty()) {
        out_.Text(",\"os\":{\"full\":\"", event_.user_agent.os);
        out_.Char('}');
      }
      out_.CloseObject(open);
    }
    if (!event_.group.empty()) WriteNamed(",\"group\":", event_.group);
    WriteRule();
    if (!event_.app.name.empty()) {
      out_.Text(",\"package\":{\"name\":\"", event_.app.name);
      out_.Text(",\"version\":\"", event_.app.version);
      out_.Text(",\"path\":\"", event_.app.path);
      out_.Char('}');
    }
    WriteFile();
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
    Token name;
    if (const Authorization* policy = DecidingPolicy(event_); id.empty() && policy != nullptr) {
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
    if (event_.file.name.empty()) return;
    out_.Text(",\"file\":{\"name\":\"", event_.file.name);
    out_.Bare(",\"size\":", event_.file.size);
    if (!event_.file.sha256.empty()) {
      out_.Text(",\"hash\":{\"sha256\":\"", event_.file.sha256);
      out_.Char('}');
    }
    out_.Char('}');
  }

  // `values` that are there, each once; `key` is ,"NAME": of them.
  template <std::size_t kSize>
  void WriteSet(const char (&key)[kSize], std::initializer_list<Token> values) {
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
    WriteSet(",\"ip\":", {event_.src_endpoint.ip, event_.device.ip, event_.other_ip});
    WriteSet(",\"user\":",
             {event_.user.name, event_.actor.name, event_.other_user.name, event_.user.email,
              event_.actor.email, event_.other_user.email, event_.user.uid, event_.actor.uid});
    WriteSet(",\"hosts\":", {event_.device.hostname, event_.device.name});
    WriteSet(",\"hash\":", {event_.file.sha256});
    if (out_.at() == open) {
      out_.Return(before);
      return;
    }
    out_.CloseObject(open);
  }

  void WriteUnmapped() {
    if (event_.unmapped == nullptr) return;
    AttributeSet written = kWritten;
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
