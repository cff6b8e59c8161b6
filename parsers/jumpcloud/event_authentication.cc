#include "parsers/jumpcloud/event_authentication.h"

#include <algorithm>
#include <optional>

#include "parsers/jumpcloud/event_device.h"
#include "parsers/jumpcloud/event_principals.h"
#include "parsers/jumpcloud/event_request.h"
#include "parsers/jumpcloud/event_status.h"
#include "parsers/jumpcloud/event_words.h"

namespace cce::jumpcloud {
namespace {

using json::At;

constexpr TypedName kMethods[] = {
    {"password", 11}, {"totp", kTotp}, {"webauthn", 10}, {"jumpcloud_protect", kPush},
    {"push", kPush},  {"u2f", 9},  {"sms", 1},       {"email", 8},
};

// The value of "uid=" that begins a distinguished name, or of a later part.
std::string_view UidOf(std::string_view dn) {
  std::size_t at = 0;
  while (at < dn.size()) {
    const std::size_t end = std::min(dn.find(',', at), dn.size());
    const std::string_view part = dn.substr(at, end - at);
    if (Is(part.substr(0, 4), "uid=")) return part.substr(4);
    at = end + 1;
  }
  return {};
}

std::int64_t AskHasUid(std::string_view dn, std::string_view, std::string_view) {
  return !UidOf(dn).empty();
}

// Who logs in. Where the service says what was typed, that; a known account only if it agrees.
void FillSubject(Record& record) {
  Leaves& in = record.in;
  Principal& user = record.out.user;
  const Principal& actor = record.out.actor;
  if (record.is_radius || record.is_ldap || record.is_systems) {
    user.name = in.Take(Field::kUsername, Attribute::kUserName);
    if (const Token dn = in.Peek(Field::kDn);
        user.name.empty() && record.is_ldap && record.out.Ask(&AskHasUid, dn) != 0) {
      record.out.GiveUpPlan();
      user.name = Token::OfRecord(UidOf(dn.Expose()));
    }
    if (!user.name.empty()) {
      if (record.out.Same(user.name, actor.name)) user = actor;
      if (user.uid.empty() && record.out.Same(user.name, in.Peek(Field::kResourceUsername)) &&
          ResourceIsPrincipal(record)) {
        user.uid = in.Take(Field::kResourceId, Attribute::kUserUid);
      }
      return;
    }
  }
  user = actor;
  if (user.empty() && ResourceIsPrincipal(record)) user = TakePrincipal(record);
}

// Removes a slash from the end, in both of its spellings in JSON; false if there is none.
bool RemoveSlash(std::string_view& url) {
  if (url.empty() || url.back() != '/') return false;
  url.remove_suffix(1);
  const std::size_t text = url.find_last_not_of('\\');
  const std::size_t backslashes = url.size() - (text == std::string_view::npos ? 0 : text + 1);
  if (backslashes % 2 == 1) url.remove_suffix(1);
  return true;
}

std::string_view LastSegment(std::string_view url) {
  while (RemoveSlash(url)) {
  }
  const std::size_t slash = url.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1);
}

std::int64_t AskHasLastSegment(std::string_view url, std::string_view, std::string_view) {
  return !LastSegment(url).empty();
}
char* WriteLastSegment(std::string_view url, std::string_view, std::string_view, char* to) {
  const std::string_view segment = LastSegment(url);
  return CopyText(to, segment.data(), segment.size());
}

std::int64_t AskIsApplication(std::string_view name, std::string_view, std::string_view) {
  return Is(name, "application");
}

// What was logged in to, if no application is named.
Token ServiceByTarget(Record& record) {
  Leaves& in = record.in;
  const std::string_view target = record.Word(in.Peek(Field::kTargetResourceType));
  const std::string_view code = record.Word(record.out.event_code);
  if (Is(target, "admin_portal")) return "JumpCloud Admin Portal";
  if (Is(target, "user_portal")) return "JumpCloud User Portal";
  if (Is(code, "admin_login_attempt")) return "JumpCloud Admin Portal";
  if (Is(code, "user_login_attempt")) return "JumpCloud User Portal";
  if (record.is_ldap) return "JumpCloud LDAP";
  if (record.is_radius) return "JumpCloud RADIUS";
  if (Is(record.Word(record.out.log_source), "password_manager"))
    return "JumpCloud Password Manager";
  const Token name = in.Peek(Field::kTargetResourceName);
  if (!name.empty() && record.out.Ask(&AskIsApplication, name) == 0) {
    return in.Take(Field::kTargetResourceName, Attribute::kServiceName);
  }
  record.out.service.is_stand_in = true;
  return "JumpCloud";
}

void FillService(Record& record) {
  Leaves& in = record.in;
  Service& service = record.out.service;
  service.uid = in.Take(Field::kApplicationId, Attribute::kServiceUid);
  service.name = in.Take(Field::kApplicationDisplayLabel, Attribute::kServiceName);
  if (service.name.empty()) {
    service.name = in.Take(Field::kApplicationName, Attribute::kServiceName);
  } else {
    service.label = in.Take(Field::kApplicationName, Attribute::kServiceLabel);
  }
  if (const Token url = in.Peek(Field::kApplicationSsoUrl);
      service.name.empty() && record.out.Ask(&AskHasLastSegment, url) != 0) {
    service.name = record.out.Derive(&WriteLastSegment, url);
  }
  if (service.name.empty())
    service.name = in.Take(Field::kResourceApplicationName, Attribute::kServiceName);
  if (record.is_systems) {
    record.out.dst_endpoint.uid = record.out.device.uid;
    record.out.dst_endpoint.hostname = record.out.device.hostname;
    if (service.name.empty()) {
      service.is_stand_in = true;
      service.name = in.Peek(Field::kProcessName);
      if (service.name.empty()) service.name = "device login";
    }
  }
  if (service.name.empty()) service.name = ServiceByTarget(record);
}

std::optional<bool> BoolIn(Record& record, Field field) {
  const Leaf* leaf = record.in.Find(field);
  return leaf == nullptr ? std::nullopt : AsBool(record, leaf->at);
}

void FillEncryption(Record& record) {
  Leaves& in = record.in;
  const std::optional<bool> start_tls = BoolIn(record, Field::kStartTls);
  const std::optional<bool> established = BoolIn(record, Field::kTlsEstablished);
  if (!start_tls || !established) return;
  const bool encrypted = *start_tls || *established;
  const Leaf* method = in.Find(Field::kAuthMethod);
  const std::string_view number =
      method == nullptr ? std::string_view() : record.Word(method->value());
  const bool simple = Is(record.Word(in.Peek(Field::kMech)), "simple") ||
                      Is(number, "\"simple\"") || number == "128" || number == "\"128\"";
  record.out.is_encrypted = encrypted;
  record.out.is_cleartext = simple && !encrypted;
}

std::int64_t AskIsSaml(std::string_view url, std::string_view, std::string_view) {
  return Contains(url, "/saml2/") || Contains(url, R"(/saml2\/)");
}

// OCSF auth_protocol_id.
void FillProtocol(Record& record) {
  Leaves& in = record.in;
  int& protocol = record.out.auth_protocol_id;
  if (record.is_ldap) {
    protocol = kLdap;
    FillEncryption(record);
    return;
  }
  if (record.is_radius) {
    const std::string_view type = record.Word(in.Peek(Field::kAuthType));
    protocol = Is(type, "pap") ? 7 : Is(type, "chap") ? 8 : Is(type, "eap") ? 9 : 10;
    return;
  }
  const std::string_view type = record.Word(in.Peek(Field::kApplicationSsoType));
  if (Is(type, "saml")) {
    protocol = 5;
  } else if (Is(type, "oidc")) {
    protocol = 4;
  } else if (type.empty()) {
    if (record.out.Ask(&AskIsSaml, in.Peek(Field::kApplicationSsoUrl)) != 0) protocol = 5;
  }
}

// Windows' numbers are OCSF's.
void FillLogonType(Record& record) {
  Leaf* leaf = record.in.Find(Field::kWindowsMetaLogonType);
  if (leaf == nullptr || (leaf->kind != Kind::kString && leaf->kind != Kind::kNumber)) return;
  const bool is_text = leaf->kind == Kind::kString;
  const Token text = is_text ? leaf->text() : leaf->value();
  const std::string_view number = record.Word(text);
  record.out.logon_type = text;
  for (const int known : {2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13}) {
    const char digits[] = {static_cast<char>('0' + known / 10),
                           static_cast<char>('0' + known % 10)};
    if (number != std::string_view(digits, 2).substr(known < 10 ? 1 : 0)) continue;
    record.out.logon_type_id = known;
    leaf->given = is_text ? Attribute::kLogonTypeOtherKind : Attribute::kLogonType;
    return;
  }
  record.out.logon_type_id = kOther;
  leaf->given = is_text ? Attribute::kLogonType : Attribute::kLogonTypeOtherKind;
}

// The telephone that JumpCloud Protect asked.
void FillProtectDevice(Record& record) {
  const Leaves& in = record.in;
  Device& device = record.out.push_device;
  const Leaf* leaf = record.in.Find(Field::kAuthContextJumpcloudProtectDevice);
  if (leaf == nullptr || leaf->kind != Kind::kObject) return;
  device.type_id = 5;
  device.uid = in.MemberText(leaf->at, "id");
  device.name = in.MemberText(leaf->at, "model");
  device.ip = OnlyAddress(record, in.MemberText(leaf->at, "ip"));
}

std::int64_t AskMethod(std::string_view name, std::string_view, std::string_view) {
  return TypeId(kMethods, name);
}

void AddFactor(Record& record, Token method) {
  Event& out = record.out;
  const auto type_id = static_cast<int>(out.Ask(&AskMethod, method));
  for (std::size_t i = 0; i < out.factor_count; ++i) {
    const AuthFactor& factor = out.factors[i];
    if (factor.type_id == type_id && (type_id != kOther || out.Same(factor.type, method))) return;
  }
  if (out.factor_count == Event::kMaxFactors) return;
  AuthFactor& factor = out.factors[out.factor_count++];
  factor = AuthFactor();
  factor.type_id = type_id;
  if (type_id == kOther) factor.type = method;
}

// The member `type` of an object that is spelled as text; else empty.
std::string_view FactorInText(std::string_view text) {
  constexpr std::string_view kQuote = R"(\")";
  constexpr std::string_view kType = R"(\"type\")";
  const std::size_t key = text.find(kType);
  if (key == std::string_view::npos) return {};
  const std::size_t colon = text.find_first_not_of(' ', key + kType.size());
  if (colon == std::string_view::npos || text[colon] != ':') return {};
  const std::size_t value = text.find_first_not_of(' ', colon + 1);
  if (value == std::string_view::npos || text.substr(value, kQuote.size()) != kQuote) return {};
  const std::string_view behind = text.substr(value + kQuote.size());
  const std::size_t end = behind.find('\\');
  return end == std::string_view::npos ? std::string_view() : behind.substr(0, end);
}

std::int64_t AskIsPlainFactor(std::string_view text, std::string_view, std::string_view) {
  return text.find('{') == std::string_view::npos;
}

// mfa_meta.type; mfa_meta is an object, a plain text or an object as text.
Token SecondFactor(Record& record) {
  Leaves& in = record.in;
  const Leaf* meta = in.Find(Field::kMfaMeta);
  if (meta == nullptr) return {};
  if (meta->kind == Kind::kObject) return in.MemberText(meta->at, "type");
  if (meta->kind != Kind::kString) return {};
  if (record.out.Ask(&AskIsPlainFactor, meta->text()) != 0) return meta->text();
  record.out.GiveUpPlan();
  return Token::OfRecord(FactorInText(meta->text().Expose()));
}

void FillFactors(Record& record) {
  Leaves& in = record.in;
  FillProtectDevice(record);
  bool more_than_password = false;
  for (const Field field : {Field::kAuthContextAuthMethods, Field::kAuthMetaAuthMethods}) {
    const Leaf* methods = in.Find(field);
    if (methods == nullptr || methods->kind != Kind::kObject) continue;
    in.ForEachMember(methods->at, [&](std::string_view method, At at) {
      const At success = in.Member(at, "success");
      if (success == nullptr || !AsBool(record, success).value_or(false)) return;
      AddFactor(record, Token::OfRecord(method));
      more_than_password |= !Is(method, "password");
    });
  }
  const Token second = SecondFactor(record);
  if (!second.empty() && !Is(record.Word(second), "none")) {
    AddFactor(record, second);
    more_than_password = true;
  }
  if (Leaf* mfa = in.Find(Field::kMfa); mfa != nullptr && AsBool(record, mfa->at)) {
    record.out.is_mfa = AsBool(record, mfa->at);
    if (mfa->IsBool()) mfa->given = Attribute::kIsMfa;
    if (more_than_password && !*record.out.is_mfa) record.out.AddLabel("mfa:conflict");
  } else if (more_than_password) {
    record.out.is_mfa = true;
  }
}

}  // namespace

void FillAuthentication(Record& record) {
  Event& out = record.out;
  FillDeviceFromResource(record);
  FillRequest(record);
  FillFactors(record);
  FillSubject(record);
  FillService(record);
  FillProtocol(record);
  FillLogonType(record);
  out.session_uid = record.in.Take(Field::kConnectionId, Attribute::kSessionUid);
  out.target_name = out.service.name;
  // An actor who has no name is the one who tried.
  if (out.actor.empty()) out.actor = out.user;
}

}  // namespace cce::jumpcloud
