#include "tests/reference/authentication.h"

#include <optional>

#include "tests/reference/address.h"
#include "tests/reference/outcome.h"

namespace cce::reference {
namespace {

struct Factor {
  const char* method;
  int type_id;
  const char* type;
};
constexpr Factor kFactors[] = {{"password", 11, "Password"},
                               {"totp", 7, "OTP"},
                               {"webauthn", 10, "WebAuthn"},
                               {"jumpcloud_protect", 5, "Push Notification"},
                               {"push", 5, "Push Notification"},
                               {"u2f", 9, "U2F"},
                               {"sms", 1, "SMS"},
                               {"email", 8, "Email"}};

json FactorOf(const std::string& method) {
  for (const Factor& factor : kFactors) {
    if (method != factor.method) continue;
    json made = {{"factor_type_id", factor.type_id}, {"factor_type", factor.type}};
    if (method == "totp") made["is_totp"] = true;
    return made;
  }
  return {{"factor_type_id", 99}, {"factor_type", method}};
}

// "" if no second factor is named.
std::string MetaType(const Record& record) {
  std::string type = record.Text("/mfa_meta/type");
  const Dom& meta = record.At("/mfa_meta");
  if (meta.is_string()) {
    const Dom inside = Dom::parse(meta.get<std::string>(), nullptr, false);
    type = inside.is_object() ? Record(inside).Text("/type") : record.Text("/mfa_meta");
  }
  return Lower(type) == "none" ? "" : type;
}

std::vector<std::string> SucceededMethods(const Record& record) {
  std::vector<std::string> methods;
  for (const std::string place : {"/auth_context/auth_methods", "/auth_meta/auth_methods"}) {
    const Dom& all = record.At(place);
    if (!all.is_object()) continue;
    for (const auto& [method, result] : all.items()) {
      if (Record(result).Bool("/success") == true) methods.push_back(method);
    }
  }
  return methods;
}

json PushDevice(const Record& record) {
  const std::string place = "/auth_context/jumpcloud_protect_device";
  json device = {{"uid", record.Text(place + "/id")}, {"name", record.Text(place + "/model")}};
  const auto address = ParseAddress(record.Text(place + "/ip"));
  if (address && address->as_written) device["ip"] = address->ip;
  Settle(device);
  if (device.empty()) return nullptr;
  device["type_id"] = 5;
  device["type"] = "Mobile";
  return device;
}

void AddFactors(const Record& record, json& event, std::vector<std::string>& labels) {
  std::vector<std::string> methods = SucceededMethods(record);
  const std::string meta = MetaType(record);
  bool seems_mfa = !meta.empty();
  for (const std::string& method : methods) seems_mfa = seems_mfa || method != "password";
  const std::optional<bool> mfa = record.Bool("/mfa");
  if (mfa == false && seems_mfa) labels.push_back("mfa:conflict");
  if (mfa || seems_mfa) event["is_mfa"] = mfa.value_or(true);
  if (record.At("/mfa").is_boolean()) event["is_mfa"] = record.CopyOfBool("/mfa");
  if (!meta.empty()) methods.push_back(meta);
  json factors = json::array();
  for (const std::string& method : methods) {
    json factor = FactorOf(method);
    bool is_new = true;
    for (const json& other : factors) is_new = is_new && other != factor;
    // A dozen is more than anybody has.
    if (is_new && factors.size() < 12) factors.push_back(factor);
  }
  for (json& factor : factors) {
    if (factor["factor_type_id"] == 5) factor["device"] = PushDevice(record);
  }
  event["auth_factors"] = factors;
}

void AddProtocol(const Record& record, json& event) {
  const std::string service = record.LowerText("/service");
  const std::string sso = record.LowerText("/application/sso_type");
  const std::string radius = record.LowerText("/auth_type");
  struct Line {
    bool is_it;
    int id;
    const char* caption;
  };
  const Line lines[] = {
      {service == "ldap", 12, "LDAP"},
      {service == "radius" && radius == "pap", 7, "PAP"},
      {service == "radius" && radius == "chap", 8, "CHAP"},
      {service == "radius" && radius == "eap", 9, "EAP"},
      {service == "radius", 10, "RADIUS"},
      {sso == "saml", 5, "SAML"},
      {sso == "oidc", 4, "OpenID"},
      {sso.empty() && record.Text("/application/sso_url").find("/saml2/") != std::string::npos, 5,
       "SAML"},
  };
  for (const Line& line : lines) {
    if (!line.is_it) continue;
    event["auth_protocol_id"] = line.id;
    event["auth_protocol"] = line.caption;
    return;
  }
}

void AddLogonType(const Record& record, json& event) {
  const std::pair<const char*, const char*> types[] = {{"2", "Interactive"},
                                                       {"3", "Network"},
                                                       {"4", "Batch"},
                                                       {"5", "OS Service"},
                                                       {"7", "Unlock"},
                                                       {"8", "Network Cleartext"},
                                                       {"9", "New Credentials"},
                                                       {"10", "Remote Interactive"},
                                                       {"11", "Cached Interactive"},
                                                       {"12", "Cached Remote Interactive"},
                                                       {"13", "Cached Unlock"}};
  const std::string type = record.TextOrNumber("/windows_meta/logon_type");
  if (type.empty()) return;
  event["logon_type_id"] = 99;
  event["logon_type"] = record.At("/windows_meta/logon_type").is_number()
                            ? json(type)
                            : record.Copy("/windows_meta/logon_type");
  for (const auto& [number, caption] : types) {
    if (type != number) continue;
    event["logon_type_id"] = std::stoi(number);
    event["logon_type"] = caption;
  }
}

std::string LastSegment(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const std::size_t slash = url.rfind('/');
  return slash == std::string::npos ? "" : url.substr(slash + 1);
}

json ServiceOf(const Record& record) {
  const std::string service = record.LowerText("/service");
  const std::string type = record.LowerText("/event_type");
  json name = record.Copy({"/application/display_label", "/application/name"});
  if (name.is_null()) name = LastSegment(record.Text("/application/sso_url"));
  if (TextOf(name).empty()) name = record.Copy("/resource/application_name");
  json made = {{"uid", record.Copy("/application/id")}, {"labels", json::array()}};
  const bool is_labelled = !record.Text("/application/display_label").empty();
  if (is_labelled) made["labels"].push_back(record.Copy("/application/name"));
  if (TextOf(name).empty()) {
    std::string target = record.LowerText("/target_resource/type");
    if (!IsOneOf(target, {"admin_portal", "user_portal"})) target = "";
    if (target.empty() && type == "admin_login_attempt") target = "admin_portal";
    if (target.empty() && type == "user_login_attempt") target = "user_portal";
    if (service == "systems") {
      name = record.Copy("/process_name");
      if (name.is_null()) name = "device login";
    } else if (target == "admin_portal") {
      name = "JumpCloud Admin Portal";
    } else if (target == "user_portal") {
      name = "JumpCloud User Portal";
    } else if (service == "ldap") {
      name = "JumpCloud LDAP";
    } else if (service == "radius") {
      name = "JumpCloud RADIUS";
    } else if (service == "password_manager") {
      name = "JumpCloud Password Manager";
    } else if (record.LowerText("/target_resource/name") != "application") {
      name = record.Copy("/target_resource/name");
    }
    if (TextOf(name).empty()) name = "JumpCloud";
  }
  made["name"] = name;
  return made;
}

}  // namespace

void AddAuthentication(const Record& record, const json& device, json& event,
                       std::vector<std::string>& labels) {
  AddFactors(record, event, labels);
  AddProtocol(record, event);
  AddLogonType(record, event);
  event["service"] = ServiceOf(record);
  event["session"] = {{"uid", record.Copy("/connection_id")}};
  if (const auto is_cleartext = IsCleartext(record)) event["is_cleartext"] = *is_cleartext;
  if (record.LowerText("/service") == "systems" && !device.is_null()) {
    event["dst_endpoint"] = {{"uid", device.value("uid", json())},
                             {"hostname", device.value("hostname", json())}};
  }
}

bool AddAuthorizations(const Record& record, json& event) {
  const Dom& policies = record.At("/auth_context/policies_applied");
  json authorizations = json::array();
  for (std::size_t i = 0; policies.is_array() && i < policies.size(); ++i) {
    const std::string place = "/auth_context/policies_applied/" + std::to_string(i);
    json policy = {{"uid", record.Text(place + "/id")},
                   {"name", record.Text(place + "/name")},
                   {"is_applied", true}};
    json authorization = {{"decision", record.Text(place + "/metadata/action")},
                          {"policy", policy}};
    Settle(authorization);
    const bool is_named = authorization["policy"].size() > 1;
    if (!is_named) authorization.erase("policy");
    if (is_named || authorization.contains("decision")) authorizations.push_back(authorization);
  }
  if (authorizations.empty()) return false;
  event["authorizations"] = authorizations;
  const bool is_denied = Decision(record) == "deny";
  const bool is_challenge = event["status_id"] == 99;
  event["action_id"] = is_denied ? 2 : is_challenge ? 99 : 1;
  event["action"] = is_denied ? json("Denied") : is_challenge ? event["status"] : json("Allowed");
  event["disposition_id"] = is_denied ? 2 : is_challenge ? 23 : 1;
  event["disposition"] = is_denied ? "Blocked" : is_challenge ? "Challenge" : "Allowed";
  return true;
}

}  // namespace cce::reference
