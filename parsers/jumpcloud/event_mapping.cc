#include "parsers/jumpcloud/event_mapping.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "cce/api/copy.h"
#include "cce/api/text.h"
#include "parsers/json/scalars.h"
#include "parsers/jumpcloud/event_addresses.h"
#include "parsers/jumpcloud/event_status.h"
#include "parsers/jumpcloud/event_time.h"
#include "parsers/jumpcloud/event_types.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

// OCSF user.type_id.
constexpr int kUser = 1;
constexpr int kAdmin = 2;
constexpr int kSystem = 3;
constexpr int kService = 4;

bool Contains(std::string_view text, std::string_view lower_case) {
  const auto same = [](char a, char b) {
    return absl::ascii_tolower(static_cast<unsigned char>(a)) == b;
  };
  return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) !=
         text.end();
}

struct TypedName {
  std::string_view name;
  int type_id;
};

constexpr TypedName kPrincipalTypes[] = {
    {"user", kUser},     {"admin", kAdmin},      {"systemuser", kUser}, {"administrator", kAdmin},
    {"system", kSystem}, {"workflow", kService}, {"service", kService}, {"application", kService},
};

constexpr TypedName kMethods[] = {
    {"password", 11}, {"totp", 7}, {"webauthn", 10}, {"jumpcloud_protect", 5},
    {"push", 5},      {"u2f", 9},  {"sms", 1},       {"email", 8},
};

// The type_id of `name`, or 99.
template <std::size_t kSize>
int TypeId(const TypedName (&types)[kSize], std::string_view name) {
  for (const TypedName& type : types) {
    if (Is(name, type.name)) return type.type_id;
  }
  return kOther;
}

// The first of `fields` that is text; claimed.
template <class... Fields>
Token TakeFirst(Leaves& leaves, Fields... fields) {
  Token found;
  ((found.empty() ? static_cast<void>(found = leaves.Take(fields)) : static_cast<void>(0)), ...);
  return found;
}

// A number as it stands, claimed, else empty.
Token TakeNumber(Leaves& leaves, Field field) {
  Leaf* leaf = leaves.Find(field);
  if (leaf == nullptr || leaf->kind != Kind::kNumber) return {};
  leaf->claimed = true;
  return leaf->value();
}

// A number, or the number inside a string, which stays unclaimed; else empty.
Token TakeCoordinate(Leaves& leaves, Field field) {
  if (const Token number = TakeNumber(leaves, field); !number.empty()) return number;
  const Token text = leaves.Peek(field);
  if (text.empty()) return {};
  return json::EndOfNumber(text.data()) == text.data() + text.size() ? text : Token();
}

// One record on its way. Rules look at the record through `in_` and fill `out_`.
class Mapping {
 public:
  Mapping(Leaves& in, const Known& known, Event& out) : in_(in), known_(known), out_(out) {}

  void Run() {
    FillOrigin();
    FillTime();
    FillActor();
    FillDevice();
    FillAuthorizations();
    switch (out_.class_uid) {
      case kAuthentication:
        FillAuthentication();
        break;
      case kAccountChange:
        FillAccountChange();
        break;
      default:
        FillBaseEvent();
        break;
    }
    if (out_.actor.empty() && out_.actor_app_name.empty()) out_.actor_app_name = "JumpCloud";
    FillStatus(in_, out_);
    if (type_->activity_by == ActivityBy::kChanges && out_.class_uid == kAccountChange) {
      FillActivityByChanges(in_, out_);
    }
    FillSeverity(in_, *type_, out_);
    out_.message = TakeFirst(in_, Field::kMessage, Field::kDetail);
    if (in_.has_duplicates()) AddDegradation("json:dupkey");
    FillUnmapped();
  }

 private:
  void AddDegradation(Token label) {
    out_.degraded = true;
    out_.AddLabel(label);
  }

  // Where the event comes from, what it is called and so its class.
  void FillOrigin() {
    out_.kind = EventKind::kEvent;
    out_.product = &DirectoryInsights();
    out_.identity = known_.identity;
    out_.raw = known_.raw;
    out_.raw_has_line_break = known_.raw_has_line_break;

    out_.event_code = in_.Take(Field::kEventType);
    out_.log_source = in_.Take(Field::kService);
    is_systems_ = Is(out_.log_source, "systems");
    is_radius_ = Is(out_.log_source, "radius");
    is_ldap_ = Is(out_.log_source, "ldap");
    out_.log_version = in_.Take(Field::kVersion);
    out_.original_event_uid = in_.Take(Field::kId);
    out_.tenant_uid = TakeFirst(in_, Field::kOrganization, Field::kProvider);
    out_.correlation_uid = in_.Take(Field::kCorrelationId);

    const TypeMatch match = MatchEventType(out_.event_code);
    type_ = match.type;
    if (match.by == MatchedBy::kFamily) AddDegradation("mapping:family");
    if (match.by == MatchedBy::kNothing) AddDegradation("mapping:unknown");
    if (type_->class_uid == kAuthentication || type_->class_uid == kAccountChange) {
      out_.class_uid = type_->class_uid;
      out_.activity_id = type_->activity_id;
      out_.activity_name = type_->activity_name;
    } else {
      out_.class_uid = kBaseEvent;
      out_.activity_id = kOther;
      out_.activity_name = out_.event_code.empty() ? Token("unknown") : out_.event_code;
    }
  }

  void FillTime() {
    const Token timestamp = in_.Take(Field::kTimestamp);
    const Token server = in_.Peek(Field::kServerTimestamp);
    const EventTime time = ChooseTime(timestamp, server, in_.Peek(Field::kTransformationTimestamp));
    out_.original_time = timestamp;
    out_.time_ns = time.source == TimeSource::kNone ? known_.time_ns : time.ns;
    out_.time_text = time.canonical.empty() ? TextOf(out_.time_ns) : time.canonical;
    if (time.source == TimeSource::kServer) AddDegradation("time:server");
    if (time.source == TimeSource::kTransformation) AddDegradation("time:transformation");
    if (time.source == TimeSource::kNone) AddDegradation("time:collected");

    if (const std::optional<ParsedTime> logged = ParseTime(server)) {
      out_.logged_time_ns = logged->ns;
      out_.logged_time_text =
          logged->canonical ? in_.Take(Field::kServerTimestamp) : TextOf(logged->ns);
    }
    if (const std::optional<ParsedTime> local = ParseTime(in_.Peek(Field::kSystemTimestamp))) {
      out_.timezone_offset = local->offset_minutes;
    }
  }

  void FillType(Principal& principal, Field field) {
    const Token type = in_.Peek(field);
    if (type.empty()) return;
    principal.type_id = TypeId(kPrincipalTypes, type);
    if (principal.type_id == kOther) principal.type = in_.Take(field);
  }

  // initiated_by, and what stands in for it.
  void FillActor() {
    Principal& actor = out_.actor;
    actor.uid = in_.Take(Field::kInitiatedById);
    actor.name = TakeFirst(in_, Field::kInitiatedByUsername, Field::kInitiatedByName);
    actor.email = in_.Take(Field::kInitiatedByEmail);
    if (const Leaf* whole = in_.Find(Field::kInitiatedBy)) {
      if (whole->kind == Kind::kString) actor.name = in_.Take(Field::kInitiatedBy);
      if (whole->kind == Kind::kArray) FillActorFromArray(*whole);
    }
    if (actor.uid.empty()) actor.uid = in_.Take(Field::kJcInitiatedById);
    if (actor.email.empty()) actor.email = in_.Take(Field::kJcInitiatedByEmail);
    if (actor.empty() && out_.class_uid == kAuthentication) actor.name = in_.Take(Field::kUsername);
    NameByEmail(actor);
    if (!actor.empty()) {
      FillType(actor, Field::kInitiatedByType);
      actor.uid_alt = in_.Take(Field::kInitiatedByUserId);
    }

    out_.actor_app_name = ActorAppName();
  }

  void FillActorFromArray(const Leaf& array) {
    Principal& actor = out_.actor;
    in_.ForEachElement(array.at, [&](At at) {
      actor.uid = in_.MemberText(at, "id");
      actor.name = in_.MemberText(at, "username");
      actor.email = in_.MemberText(at, "email");
      return actor.empty();
    });
  }

  // "jumpcloud:scim/okta" of source and source_metadata.name.
  Token ActorAppName() {
    const Token source = in_.Peek(Field::kInitiatedBySource);
    if (source.empty()) return {};
    Token name;
    const Leaf* metadata = in_.Find(Field::kInitiatedBySourceMetadata);
    if (metadata != nullptr && metadata->kind == Kind::kObject) {
      name = in_.MemberText(metadata->at, "name");
    }
    const std::size_t begin = out_.scratch.size();
    out_.scratch.Append("jumpcloud:");
    out_.scratch.Append(source);
    if (!name.empty()) {
      out_.scratch.Append('/');
      out_.scratch.Append(name);
    }
    return out_.scratch.view().substr(begin);
  }

  // OCSF's user needs a name or uid; some services know people by e-mail only.
  static void NameByEmail(Principal& principal) {
    if (principal.name.empty() && principal.uid.empty()) principal.name = principal.email;
  }

  bool ResourceIsPrincipal() {
    const Token type = in_.Peek(Field::kResourceType);
    const int id = TypeId(kPrincipalTypes, type);
    return type.empty() ? in_.Find(Field::kResourceUsername) || in_.Find(Field::kResourceEmail)
                        : id == kUser || id == kAdmin;
  }

  Principal TakeResource() {
    Principal principal;
    principal.uid = TakeFirst(in_, Field::kResourceId, Field::kResourceObjectId);
    principal.name = TakeFirst(in_, Field::kResourceUsername, Field::kResourceName,
                               Field::kResourceDisplayName, Field::kResourceDisplayLabel);
    principal.email = in_.Take(Field::kResourceEmail);
    NameByEmail(principal);
    if (!principal.empty()) FillType(principal, Field::kResourceType);
    return principal;
  }

  // The same without a claim, for what an observable alone repeats.
  Principal PeekResource() {
    Principal principal;
    principal.name = in_.Peek(Field::kResourceUsername);
    principal.email = in_.Peek(Field::kResourceEmail);
    return principal;
  }

  // What JumpCloud knows of the device: the one that the event is about, else the requester's.
  void FillDevice() {
    Device& device = out_.device;
    device.uid = TakeFirst(in_, Field::kSystemId, Field::kSystemObjectId);
    device.hostname = in_.Take(Field::kSystemHostname);
    device.name = in_.Take(Field::kSystemDisplayName);
    Field os = Field::kSystemOs;
    Field version = Field::kSystemVersion;
    if (device.empty()) {
      device.uid = in_.Take(Field::kAuthSystemId);
      device.hostname = in_.Take(Field::kAuthSystemHostname);
      device.name = in_.Take(Field::kAuthSystemDisplayName);
      os = Field::kAuthSystemOs;
      version = Field::kAuthSystemVersion;
    }
    if (device.empty()) return;
    FillOs(device, in_.Take(os));
    if (!device.os_name.empty()) device.os_version = in_.Take(version);
    device.group_uid = TakeFirst(in_, Field::kSystemGroupObjectId, Field::kSystemGroupId);
    device.group_name = in_.Take(Field::kSystemGroupName);
  }

  static void FillOs(Device& device, Token name) {
    device.os_name = name;
    if (name.empty()) return;
    device.os_type_id = kOther;
    if (Contains(name, "windows")) {
      device.os_type_id = 100;
    } else if (Contains(name, "android")) {
      device.os_type_id = 201;
      device.type_id = 5;
    } else if (Contains(name, "ipados")) {
      device.os_type_id = 302;
      device.type_id = 4;
    } else if (Contains(name, "mac os") || Contains(name, "macos") || Contains(name, "darwin")) {
      device.os_type_id = 300;
    } else if (Is(name, "ios") || Contains(name, "iphone")) {
      device.os_type_id = 301;
      device.type_id = 5;
    } else {
      for (const std::string_view linux : {"linux", "ubuntu", "debian", "fedora", "centos",
                                           "red hat", "rhel", "rocky", "amazon", "suse", "mint"}) {
        if (Contains(name, linux)) device.os_type_id = 200;
      }
    }
  }

  void FillAuthorizations() {
    const Leaf* policies = in_.Find(Field::kAuthContextPoliciesApplied);
    if (policies == nullptr || policies->kind != Kind::kArray) return;
    in_.ForEachElement(policies->at, [this](At at) {
      Authorization one;
      one.policy_uid = in_.MemberText(at, "id");
      one.policy_name = in_.MemberText(at, "name");
      if (const At metadata = in_.Member(at, "metadata")) {
        one.decision = in_.MemberText(metadata, "action");
      }
      if (!one.decision.empty() || !one.policy_uid.empty() || !one.policy_name.empty()) {
        out_.authorizations.push_back(one);
      }
      return true;
    });
  }

  bool IsSystems() const { return is_systems_; }
  bool IsRadius() const { return is_radius_; }
  bool IsLdap() const { return is_ldap_; }

  // The address in `field`; claimed if it is given back as it stands.
  ParsedAddress TakeAddress(Field field) {
    Leaf* leaf = in_.Find(field);
    if (leaf == nullptr) return {};
    ParsedAddress address;
    if (leaf->kind == Kind::kString) address = ParseAddress(leaf->text(), out_.forwarded_for);
    leaf->claimed = address.whole;
    if (address.ip.empty()) AddDegradation("ip:invalid");
    return address;
  }

  // Who asked, from where and with what: for classes that have these attributes.
  void FillRequest() {
    Endpoint& source = out_.src_endpoint;
    const ParsedAddress client =
        IsSystems() ? TakeAddress(Field::kSrcIp) : TakeAddress(Field::kClientIp);
    source.ip = client.ip;
    source.port = client.port;
    if (IsRadius() && !source.ip.empty()) source.svc_name = "radius-nas";
    if (IsSystems()) {
      // The address that JumpCloud sees is the device's own; geoip describes it.
      out_.device.ip = TakeAddress(Field::kClientIp).ip;
      if (!out_.device.empty()) FillLocation(out_.device.location);
    } else if (!source.empty()) {
      FillLocation(source.location);
      FillAutonomousSystem(source);
    }
    if (const Leaf* agent = in_.Find(Field::kUseragent); agent && agent->kind == Kind::kObject) {
      FillUserAgent(*agent);
    }
    if (const Token method = in_.Peek(Field::kAuthMethod); !method.empty()) {
      out_.AddLabel("auth_method", AuthMethod(method));
    } else if (const Leaf* code = in_.Find(Field::kAuthMethod);
               code && code->kind == Kind::kNumber) {
      out_.AddLabel("auth_method", AuthMethod(code->value()));
    }
  }

  static Token AuthMethod(Token method) {
    if (Is(method, "api key")) return "api-key";
    // LDAP's bind choices by number.
    if (method == "128") return "simple";
    if (method == "163") return "sasl";
    if (method == "0") return "anonymous";
    return method;
  }

  void FillLocation(Location& location) {
    const Leaf* country = CountryCode();
    const Token region = in_.Peek(Field::kGeoipRegionCode);
    const bool has_city = in_.Find(Field::kGeoipCity) || in_.Find(Field::kGeoipCityName);
    if (country == nullptr && region.empty() && !has_city) return;
    location.city = TakeFirst(in_, Field::kGeoipCity, Field::kGeoipCityName);
    location.region = region;
    if (country != nullptr) location.country = country->text();
    if (location.empty()) return;
    location.continent = ContinentName(in_.Peek(Field::kGeoipContinentCode));
    location.name = in_.Take(Field::kGeoipRegionName);
    location.latitude = TakeCoordinate(in_, Field::kGeoipLatitude);
    location.longitude = TakeCoordinate(in_, Field::kGeoipLongitude);
  }

  // The leaf with an alpha-2 country code in capitals, claimed; or nullptr.
  Leaf* CountryCode() {
    for (const Field field : {Field::kGeoipCountryCode, Field::kGeoipCountryCode2}) {
      Leaf* leaf = in_.Find(field);
      if (leaf == nullptr || leaf->kind != Kind::kString) continue;
      const Token code = leaf->text();
      const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
      if (code.size() != 2 || !is_capital(code[0]) || !is_capital(code[1])) continue;
      leaf->claimed = true;
      return leaf;
    }
    return nullptr;
  }

  static Token ContinentName(Token code) {
    constexpr std::string_view kContinents[][2] = {
        {"AF", "Africa"},        {"AN", "Antarctica"}, {"AS", "Asia"},         {"EU", "Europe"},
        {"NA", "North America"}, {"OC", "Oceania"},    {"SA", "South America"}};
    for (const auto& [known, name] : kContinents) {
      if (code == known) return name;
    }
    return {};
  }

  void FillAutonomousSystem(Endpoint& endpoint) {
    for (const Field field : {Field::kAsn, Field::kGeoipAsn}) {
      Leaf* asn = in_.Find(field);
      if (asn == nullptr) continue;
      if (asn->kind == Kind::kNumber && IsAsNumber(asn->value())) {
        endpoint.as_number = asn->value();
        asn->claimed = true;
        return;
      }
      if (asn->kind == Kind::kObject) {
        endpoint.as_name = in_.MemberText(asn->at, "organization");
        if (const At number = in_.Member(asn->at, "number")) {
          const std::string_view text = json::ScalarAt(in_.text(), number);
          if (IsAsNumber(text)) endpoint.as_number = text;
        }
        return;
      }
    }
  }

  static bool IsAsNumber(std::string_view text) {
    return !text.empty() && text.size() <= 9 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  void FillUserAgent(const Leaf& agent) {
    in_.ForEachMember(agent.at, [this](std::string_view key, At value) {
      if (key == "name") out_.user_agent.name = in_.TextAt(value);
      if (key == "version") out_.user_agent.version = in_.TextAt(value);
      if (key == "os_full") out_.user_agent.os = in_.TextAt(value);
    });
  }

  void FillAccountChange() {
    FillRequest();
    if (ResourceIsPrincipal()) out_.user = TakeResource();
    if (out_.user.empty()) out_.user = out_.actor;
    if (out_.user.empty()) out_.user.name = "unknown";
    out_.target_name = !out_.user.name.empty()    ? out_.user.name
                       : !out_.user.email.empty() ? out_.user.email
                                                  : out_.user.uid;
  }

  void FillBaseEvent() {
    Leaf* address = in_.Find(Field::kClientIp);
    if (address != nullptr && address->kind == Kind::kString) {
      out_.other_ip = ParseAddress(address->text(), out_.forwarded_for).ip;
    }
    if (address != nullptr && out_.other_ip.empty()) AddDegradation("ip:invalid");
    out_.forwarded_for.clear();
    if (ResourceIsPrincipal()) out_.other_user = PeekResource();
  }

  void FillAuthentication() {
    FillRequest();
    FillFactors();
    FillSubject();
    FillService();
    FillProtocol();
    FillLogonType();
    out_.session_uid = in_.Take(Field::kConnectionId);
    out_.target_name = out_.service.name;
    // An actor who has no name is the one who tried.
    if (out_.actor.empty()) out_.actor = out_.user;
    if (out_.user.empty()) out_.user.name = "unknown";
  }

  // Who logs in. Where the service says what was typed, that; a known account only if it agrees.
  void FillSubject() {
    Principal& user = out_.user;
    if (IsRadius() || IsLdap() || IsSystems()) {
      user.name = in_.Take(Field::kUsername);
      if (user.name.empty() && IsLdap()) user.name = UidOf(in_.Peek(Field::kDn));
      if (!user.name.empty()) {
        if (user.name == out_.actor.name) user.uid = out_.actor.uid;
        if (user.uid.empty() && user.name == in_.Peek(Field::kResourceUsername) &&
            ResourceIsPrincipal()) {
          user.uid = in_.Take(Field::kResourceId);
        }
        if (user.name == out_.actor.name) {
          user.type_id = out_.actor.type_id;
          user.type = out_.actor.type;
        }
        return;
      }
    }
    user = out_.actor;
    if (user.empty() && ResourceIsPrincipal()) user = TakeResource();
  }

  // The value of "uid=" that begins a distinguished name, or of a later part.
  static Token UidOf(Token dn) {
    std::size_t at = 0;
    while (at < dn.size()) {
      const std::size_t end = std::min(dn.find(',', at), dn.size());
      const Token part = dn.substr(at, end - at);
      if (Is(part.substr(0, 4), "uid=")) return part.substr(4);
      at = end + 1;
    }
    return {};
  }

  void FillService() {
    Service& service = out_.service;
    service.uid = in_.Take(Field::kApplicationId);
    service.name = in_.Take(Field::kApplicationDisplayLabel);
    if (service.name.empty()) {
      service.name = in_.Take(Field::kApplicationName);
    } else {
      service.label = in_.Take(Field::kApplicationName);
    }
    if (service.name.empty()) service.name = LastSegment(in_.Peek(Field::kApplicationSsoUrl));
    if (service.name.empty()) service.name = in_.Take(Field::kResourceApplicationName);
    if (IsSystems()) {
      out_.dst_endpoint.uid = out_.device.uid;
      out_.dst_endpoint.hostname = out_.device.hostname;
      if (service.name.empty()) service.name = in_.Take(Field::kProcessName);
      if (service.name.empty()) service.name = "device login";
    }
    if (service.name.empty()) service.name = ServiceByTarget();
  }

  static Token LastSegment(Token url) {
    while (!url.empty() && url.back() == '/') url.remove_suffix(1);
    const std::size_t slash = url.rfind('/');
    return slash == Token::npos ? Token() : url.substr(slash + 1);
  }

  Token ServiceByTarget() {
    const Token target = in_.Peek(Field::kTargetResourceType);
    if (Is(target, "admin_portal")) return "JumpCloud Admin Portal";
    if (Is(target, "user_portal")) return "JumpCloud User Portal";
    if (Is(out_.event_code, "admin_login_attempt")) return "JumpCloud Admin Portal";
    if (Is(out_.event_code, "user_login_attempt")) return "JumpCloud User Portal";
    if (IsLdap()) return "JumpCloud LDAP";
    if (IsRadius()) return "JumpCloud RADIUS";
    if (Is(out_.log_source, "password_manager")) return "JumpCloud Password Manager";
    const Token name = in_.Peek(Field::kTargetResourceName);
    if (!name.empty() && !Is(name, "application")) return in_.Take(Field::kTargetResourceName);
    return "JumpCloud";
  }

  // OCSF auth_protocol_id.
  void FillProtocol() {
    if (IsLdap()) {
      out_.auth_protocol_id = 12;
      FillCleartext();
      return;
    }
    if (IsRadius()) {
      const Token type = in_.Peek(Field::kAuthType);
      out_.auth_protocol_id = Is(type, "pap") ? 7 : Is(type, "chap") ? 8 : Is(type, "eap") ? 9 : 10;
      return;
    }
    const Token type = in_.Peek(Field::kApplicationSsoType);
    if (Is(type, "saml")) {
      out_.auth_protocol_id = 5;
    } else if (Is(type, "oidc")) {
      out_.auth_protocol_id = 4;
    } else if (type.empty() && Contains(in_.Peek(Field::kApplicationSsoUrl), "/saml2/")) {
      out_.auth_protocol_id = 5;
    }
  }

  void FillCleartext() {
    const Leaf* start_tls = in_.Find(Field::kStartTls);
    const Leaf* established = in_.Find(Field::kTlsEstablished);
    if (start_tls == nullptr || established == nullptr || !start_tls->IsBool() ||
        !established->IsBool()) {
      return;
    }
    const Leaf* method = in_.Find(Field::kAuthMethod);
    const bool simple =
        Is(in_.Peek(Field::kMech), "simple") ||
        (method != nullptr && (Is(method->value(), "\"simple\"") || method->value() == "128" ||
                               method->value() == "\"128\""));
    out_.is_cleartext =
        simple && start_tls->kind == Kind::kFalse && established->kind == Kind::kFalse;
  }

  // Windows' numbers are OCSF's.
  void FillLogonType() {
    Leaf* leaf = in_.Find(Field::kWindowsMetaLogonType);
    if (leaf == nullptr || (leaf->kind != Kind::kString && leaf->kind != Kind::kNumber)) return;
    const bool is_text = leaf->kind == Kind::kString;
    const std::string_view number = is_text ? leaf->text() : leaf->value();
    for (const int known : {2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13}) {
      const char digits[] = {static_cast<char>('0' + known / 10),
                             static_cast<char>('0' + known % 10)};
      if (number != std::string_view(digits, 2).substr(known < 10 ? 1 : 0)) continue;
      out_.logon_type_id = known;
      leaf->claimed = !is_text;
      return;
    }
    out_.logon_type_id = kOther;
    out_.logon_type = number;
    leaf->claimed = is_text;
  }

  void AddFactor(Token method) {
    const int type_id = TypeId(kMethods, method);
    for (std::size_t i = 0; i < out_.factor_count; ++i) {
      const AuthFactor& factor = out_.factors[i];
      if (factor.type_id == type_id && (type_id != kOther || factor.type == method)) return;
    }
    if (out_.factor_count == Event::kMaxFactors) return;
    AuthFactor& factor = out_.factors[out_.factor_count++];
    factor = AuthFactor();
    factor.type_id = type_id;
    if (type_id == kOther) factor.type = method;
    factor.is_totp = Is(method, "totp");
    if (type_id == 5) FillProtectDevice(out_.push_device);
  }

  // The telephone that JumpCloud Protect asked.
  void FillProtectDevice(Device& device) {
    const Leaf* leaf = in_.Find(Field::kAuthContextJumpcloudProtectDevice);
    if (leaf == nullptr || leaf->kind != Kind::kObject) return;
    device.type_id = 5;
    device.uid = in_.MemberText(leaf->at, "id");
    device.name = in_.MemberText(leaf->at, "model");
  }

  void FillFactors() {
    bool more_than_password = false;
    for (const Field field : {Field::kAuthContextAuthMethods, Field::kAuthMetaAuthMethods}) {
      const Leaf* methods = in_.Find(field);
      if (methods == nullptr || methods->kind != Kind::kObject) continue;
      in_.ForEachMember(methods->at, [&](std::string_view method, At at) {
        const At success = in_.Member(at, "success");
        if (success == nullptr || !AsBool(in_, success).value_or(false)) return;
        AddFactor(method);
        more_than_password |= !Is(method, "password");
      });
    }
    const Token second = SecondFactor();
    if (!second.empty() && !Is(second, "none")) {
      AddFactor(second);
      more_than_password = true;
    }
    if (Leaf* mfa = in_.Find(Field::kMfa); mfa != nullptr && AsBool(in_, mfa->at)) {
      out_.is_mfa = AsBool(in_, mfa->at);
      mfa->claimed = mfa->IsBool();
      if (more_than_password && !*out_.is_mfa) out_.AddLabel("mfa:conflict");
    } else if (more_than_password) {
      out_.is_mfa = true;
    }
  }

  // mfa_meta.type; mfa_meta is an object, a plain text or an object as text.
  Token SecondFactor() {
    const Leaf* meta = in_.Find(Field::kMfaMeta);
    if (meta == nullptr) return {};
    if (meta->kind == Kind::kObject) return in_.MemberText(meta->at, "type");
    if (meta->kind != Kind::kString) return {};
    const Token text = meta->text();
    if (text.find('{') == Token::npos) return text;
    constexpr std::string_view kType = R"(\"type\":\")";
    const std::size_t at = text.find(kType);
    if (at == Token::npos) return {};
    const Token behind = text.substr(at + kType.size());
    const std::size_t end = behind.find('\\');
    return end == Token::npos ? Token() : behind.substr(0, end);
  }

  // `ns` as text in the scratch memory.
  Token TextOf(std::int64_t ns) {
    char text[kMaxTimeText];
    const std::size_t begin = out_.scratch.size();
    out_.scratch.Append(std::string_view(text, WriteTime(ns, text)));
    return out_.scratch.view().substr(begin);
  }

  void FillUnmapped() {
    char* const begin = out_.scratch.Reserve(known_.raw.size() + kCopyWidth);
    char* const end = in_.WriteUnclaimed(begin);
    out_.scratch.Commit(end);
    out_.unmapped = {begin, static_cast<std::size_t>(end - begin)};
  }

  Leaves& in_;
  const Known& known_;
  Event& out_;
  const EventType* type_ = nullptr;
  bool is_systems_ = false;
  bool is_radius_ = false;
  bool is_ldap_ = false;
};

}  // namespace

const Product& DirectoryInsights() {
  static constexpr Product kProduct = {"JumpCloud Directory Insights", "JumpCloud",
                                       "directory_insights", "JumpCloud"};
  return kProduct;
}

void Normalise(Leaves& leaves, const Known& known, Event& event) {
  // All that is put into the scratch memory: the record once more for `unmapped`, once for texts
  // made of its parts, and a few times. Views of it stay valid because it does not grow again.
  event.scratch.Reserve(2 * known.raw.size() + 512);
  Mapping(leaves, known, event).Run();
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
