#include "outputs/format/ocsf_captions.h"

#include <cstddef>

#include "cce/api/ocsf_ids.h"

namespace cce::ocsf {
namespace {

constexpr Token kOtherCaption = "Other";

// The caption at position `id` of `captions`, which holds those of 0 on.
template <std::size_t kSize>
Token CaptionAt(const Token (&captions)[kSize], int id) {
  if (id == kOther) return kOtherCaption;
  return id >= 0 && static_cast<std::size_t>(id) < kSize ? captions[id] : Token();
}

constexpr ClassTraits kClasses[] = {
    {0, "Base Event",
     R"(,"class_uid":0,"class_name":"Base Event","category_uid":0,)"
     R"("category_name":"Uncategorized")",
     false, false, false},
    {2004, "Detection Finding",
     R"(,"class_uid":2004,"class_name":"Detection Finding","category_uid":2,)"
     R"("category_name":"Findings")",
     false, false, false},
    {3001, "Account Change",
     R"(,"class_uid":3001,"class_name":"Account Change","category_uid":3,)"
     R"("category_name":"Identity & Access Management")",
     true, true, true},
    {3002, "Authentication",
     R"(,"class_uid":3002,"class_name":"Authentication","category_uid":3,)"
     R"("category_name":"Identity & Access Management")",
     true, true, true},
    {3004, "Entity Management",
     R"(,"class_uid":3004,"class_name":"Entity Management","category_uid":3,)"
     R"("category_name":"Identity & Access Management")",
     false, true, true},
    {3005, "User Access Management",
     R"(,"class_uid":3005,"class_name":"User Access Management","category_uid":3,)"
     R"("category_name":"Identity & Access Management")",
     true, true, true},
    {3006, "Group Management",
     R"(,"class_uid":3006,"class_name":"Group Management","category_uid":3,)"
     R"("category_name":"Identity & Access Management")",
     true, true, true},
    {6001, "Web Resources Activity",
     R"(,"class_uid":6001,"class_name":"Web Resources Activity","category_uid":6,)"
     R"("category_name":"Application Activity")",
     false, true, false},
    {6002, "Application Lifecycle",
     R"(,"class_uid":6002,"class_name":"Application Lifecycle","category_uid":6,)"
     R"("category_name":"Application Activity")",
     false, false, false},
    {6005, "Datastore Activity",
     R"(,"class_uid":6005,"class_name":"Datastore Activity","category_uid":6,)"
     R"("category_name":"Application Activity")",
     false, true, true},
    {6006, "File Hosting Activity",
     R"(,"class_uid":6006,"class_name":"File Hosting Activity","category_uid":6,)"
     R"("category_name":"Application Activity")",
     false, true, true},
};

}  // namespace

const ClassTraits& ClassOf(int class_uid) {
  for (const ClassTraits& known : kClasses) {
    if (known.class_uid == class_uid) return known;
  }
  return kClasses[0];
}

Token SeverityCaption(int severity_id) {
  static constexpr Token kCaptions[] = {"Unknown", "Informational", "Low",  "Medium",
                                        "High",    "Critical",      "Fatal"};
  return CaptionAt(kCaptions, severity_id);
}

Token StatusCaption(int status_id) {
  static constexpr Token kCaptions[] = {"Unknown", "Success", "Failure"};
  return CaptionAt(kCaptions, status_id);
}

Token FindingStatusCaption(int status_id) {
  static constexpr Token kCaptions[] = {"Unknown",  "New",      "In Progress", "Suppressed",
                                        "Resolved", "Archived", "Deleted"};
  return CaptionAt(kCaptions, status_id);
}

Token EntityTypeCaption(int type_id) {
  static constexpr Token kCaptions[] = {"Unknown", "Device",       "User",
                                        "Group",   "Organization", "Policy"};
  return CaptionAt(kCaptions, type_id);
}

Token UserTypeCaption(int type_id) {
  static constexpr Token kCaptions[] = {"Unknown", "User", "Admin", "System", "Service"};
  return CaptionAt(kCaptions, type_id);
}

Token DeviceTypeCaption(int type_id) {
  static constexpr Token kCaptions[] = {"Unknown", "Server", "Desktop", "Laptop",
                                        "Tablet",  "Mobile", "Virtual", "IOT"};
  return CaptionAt(kCaptions, type_id);
}

Token OsTypeCaption(int type_id) {
  switch (type_id) {
    case 0:
      return "Unknown";
    case 100:
      return "Windows";
    case 200:
      return "Linux";
    case 201:
      return "Android";
    case 300:
      return "macOS";
    case 301:
      return "iOS";
    case 302:
      return "iPadOS";
    case kOther:
      return kOtherCaption;
    default:
      return {};
  }
}

Token AuthProtocolCaption(int auth_protocol_id) {
  static constexpr Token kCaptions[] = {"Unknown", "NTLM", "Kerberos",  "Digest",
                                        "OpenID",  "SAML", "OAUTH 2.0", "PAP",
                                        "CHAP",    "EAP",  "RADIUS",    "Basic Authentication",
                                        "LDAP"};
  return CaptionAt(kCaptions, auth_protocol_id);
}

Token LogonTypeCaption(int logon_type_id) {
  static constexpr Token kCaptions[] = {"Unknown",
                                        "System",
                                        "Interactive",
                                        "Network",
                                        "Batch",
                                        "OS Service",
                                        "",
                                        "Unlock",
                                        "Network Cleartext",
                                        "New Credentials",
                                        "Remote Interactive",
                                        "Cached Interactive",
                                        "Cached Remote Interactive",
                                        "Cached Unlock"};
  return CaptionAt(kCaptions, logon_type_id);
}

Token FactorTypeCaption(int factor_type_id) {
  static constexpr Token kCaptions[] = {"Unknown",
                                        "SMS",
                                        "Security Question",
                                        "Phone Call",
                                        "Biometric",
                                        "Push Notification",
                                        "Hardware Token",
                                        "OTP",
                                        "Email",
                                        "U2F",
                                        "WebAuthn",
                                        "Password"};
  return CaptionAt(kCaptions, factor_type_id);
}

Token ActionCaption(int action_id) {
  static constexpr Token kCaptions[] = {"Unknown", "Allowed", "Denied", "Observed", "Modified"};
  return CaptionAt(kCaptions, action_id);
}

Token DispositionCaption(int disposition_id) {
  switch (disposition_id) {
    case 0:
      return "Unknown";
    case 1:
      return "Allowed";
    case 2:
      return "Blocked";
    case 23:
      return "Challenge";
    case kOther:
      return kOtherCaption;
    default:
      return {};
  }
}

}  // namespace cce::ocsf
