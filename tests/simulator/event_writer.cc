#include "tests/simulator/event_writer.h"

#include <array>
#include <utility>

#include "tests/simulator/concat.h"
#include "tests/simulator/seeded_random.h"

namespace cce::simulator {

enum class EventWriter::Placeholder {
  kEnd,
  kHead,  // service to timestamp, in the usual order
  kService,
  kType,
  kOrganisation,    // the id in quotes, or null
  kOrganisationId,  // the id alone
  kIdMember,        // "id":"...", or nothing
  kTime,
  kTimeNanoseconds,  // the same second, with nine digits
  kTimeOffset,       // the same second in another zone
  kAdmin,
  kAdminId,
  kAdminEmail,
  kAdminFull,
  kUser,
  kUserId,
  kUserName,
  kUserEmail,
  kTarget,
  kTargetName,
  kMachine,
  kMachineOs,
  kMachineId,
  kHost,
  kApplicationId,
  kApplicationConnector,
  kApplicationLabel,
  kGroupId,
  kGroupName,
  kPolicyId,
  kPolicyName,
  kGeo,
  kUserAgent,
  kIp,
  kOtherIp,
  kProvider,  // null, "" or an id
  kBool,
  kSuccess,  // true more often than not
  kMfaType,
  kAuthMethod,
  kAuthContext,
  kChanges,
  kError,
  kText,
  kHex,
  kUuid,
  kBase64Short,
  kBase64,
  kBase64Long,
  kSmall,   // two digits
  kNumber,  // six digits
};

namespace {

constexpr std::string_view kBase64Characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::string_view, 4> kMfaTypes = {"totp", "duo", "none", ""};
constexpr std::array<std::string_view, 4> kAuthMethods = {"session", "api key", "api-key", "other"};
constexpr std::array<std::string_view, 5> kErrors = {"", "invalid credentials",
                                                     "TOTP code incorrect", "mot de passe expiré",
                                                     "denied by policy \\\"Global\\\"\\n"};
constexpr std::array<std::string_view, 7> kTexts = {
    "Prod access", "Übergabe – Büro 3",  "月次レポート",   "line one\\nline two",
    "tab\\there",  "50 % \\u003c 100 %", "C:\\\\Temp\\\\x"};
constexpr std::array<std::string_view, 6> kZones = {"+02:00", "+09:30", "-05:00",
                                                    "Z",      "+00:00", "-11:00"};
constexpr std::array<std::string_view, 8> kChangeList = {
    R"({"field":"manager","from":null,"to":"5f0000000000000000000abc"})",
    R"({"field":"unix_uid","from":5001,"to":5007})",
    R"({"field":"attributes","from":[{"name":"Division","id":"5f0000000000000000000d01","_id":"5f0000000000000000000d01","value":"Marketing"}],"to":[{"name":"Division","id":"5f0000000000000000000d02","_id":"5f0000000000000000000d02","value":"Ventes – été"}]})",
    R"({"field":"password"})",
    R"({"field":"department","from":"","to":"R\u0026D"})",
    R"({"field":"enable_user_portal_multifactor","from":false,"to":true})",
    R"({"field":"phoneNumbers","to":[{"type":"work","number":"+33 1 00 00 00 00"}]})",
    R"({"field":"samba","from":{"enabled":true,"gid":4294967295},"to":{}})"};

template <std::size_t kSize>
std::string_view Pick(const std::array<std::string_view, kSize>& choices, SeededRandom& random) {
  return choices[random.Below(kSize)];
}

template <class T>
const T& Pick(const std::vector<T>& choices, SeededRandom& random) {
  return choices[random.Below(choices.size())];
}

void AppendHex(std::uint64_t value, int digits, std::string_view alphabet, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += alphabet[(value >> shift) & 15];
}

constexpr std::string_view kLower = "0123456789abcdef";
constexpr std::string_view kUpper = "0123456789ABCDEF";

void AppendObjectId(SeededRandom& random, std::string& out) {
  AppendHex(random.Next(), 16, kLower, out);
  AppendHex(random.Next(), 8, kLower, out);
}

void AppendUuid(SeededRandom& random, std::string_view alphabet, std::string& out) {
  const std::uint64_t high = random.Next();
  const std::uint64_t low = random.Next();
  AppendHex(high >> 32, 8, alphabet, out);
  out += '-';
  AppendHex(high >> 16, 4, alphabet, out);
  out += "-4";
  AppendHex(high, 3, alphabet, out);
  out += "-8";
  AppendHex(low >> 48, 3, alphabet, out);
  out += '-';
  AppendHex(low, 12, alphabet, out);
}

void AppendBase64(SeededRandom& random, std::size_t groups_of_ten, std::string& out) {
  for (std::size_t group = 0; group < groups_of_ten; ++group) {
    std::uint64_t bits = random.Next();
    for (int i = 0; i < 10; ++i, bits >>= 6) out += kBase64Characters[bits & 63];
  }
  out += "A=";
}

// Addresses of the documentation ranges (RFC 5737, RFC 3849).
void AppendIp(SeededRandom& random, std::string& out) {
  constexpr std::array<std::string_view, 3> kNetworks = {"192.0.2.", "198.51.100.", "203.0.113."};
  if (random.Chance(0.04)) {
    Append(out, "2001:db8::", random.Below(9999));
  } else {
    Append(out, Pick(kNetworks, random), 1 + random.Below(254));
  }
}

void AppendPrincipal(std::string_view type, std::string_view name_key, const Person& person,
                     std::string& out) {
  Append(out, R"({"id":")", person.id, R"(","type":")", type, R"(",")", name_key, R"(":")",
         name_key == "email" ? person.email : person.username, R"("})");
}

void AppendMachine(const Machine& machine, bool with_os, std::string& out) {
  Append(out, R"({"id":")", machine.id, R"(","hostname":")", machine.hostname,
         R"(","displayName":")", machine.hostname, R"(")");
  if (with_os) {
    Append(out, R"(,"os":")", machine.os, R"(","version":")", machine.os_version, R"(")");
  }
  out += '}';
}

void AppendAuthContext(const Machine& machine, const Thing& policy, SeededRandom& random,
                       std::string& out) {
  constexpr std::array<std::string_view, 4> kMethods = {
      R"({})", R"({"password":{"success":true},"totp":{"success":false}})",
      R"({"jumpcloud_go":{"success":true}})",
      R"({"password":{"success":true},"jumpcloud_protect":{"success":true}})"};
  constexpr std::array<std::string_view, 3> kActions = {"ALLOW", "DENY", "ALLOW_WITH_MFA"};
  Append(out, R"({"auth_methods":)", Pick(kMethods, random), R"(,"system":)");
  AppendMachine(machine, true, out);
  if (random.Chance(0.7)) {
    Append(out, R"(,"policies_applied":[{"id":")", random.Chance(0.3) ? "" : policy.id,
           R"(","name":")", policy.name, R"(","metadata":{"action":")", Pick(kActions, random),
           R"(","resource_type":"APPLICATION"}}])");
  }
  out += '}';
}

}  // namespace

std::vector<EventWriter::Piece> EventWriter::Compile(std::string_view text) {
  using P = Placeholder;
  static constexpr std::pair<std::string_view, P> kNames[] = {
      {"head", P::kHead},
      {"service", P::kService},
      {"type", P::kType},
      {"org", P::kOrganisation},
      {"org_id", P::kOrganisationId},
      {"id_member", P::kIdMember},
      {"time", P::kTime},
      {"time_ns", P::kTimeNanoseconds},
      {"time_offset", P::kTimeOffset},
      {"admin", P::kAdmin},
      {"admin_id", P::kAdminId},
      {"admin_email", P::kAdminEmail},
      {"admin_full", P::kAdminFull},
      {"user", P::kUser},
      {"user_id", P::kUserId},
      {"user_name", P::kUserName},
      {"user_email", P::kUserEmail},
      {"target", P::kTarget},
      {"target_name", P::kTargetName},
      {"machine", P::kMachine},
      {"machine_os", P::kMachineOs},
      {"machine_id", P::kMachineId},
      {"host", P::kHost},
      {"app_id", P::kApplicationId},
      {"app_connector", P::kApplicationConnector},
      {"app_label", P::kApplicationLabel},
      {"group_id", P::kGroupId},
      {"group_name", P::kGroupName},
      {"policy_id", P::kPolicyId},
      {"policy_name", P::kPolicyName},
      {"geo", P::kGeo},
      {"ua", P::kUserAgent},
      {"ip", P::kIp},
      {"ip2", P::kOtherIp},
      {"provider", P::kProvider},
      {"bool", P::kBool},
      {"success", P::kSuccess},
      {"mfa_type", P::kMfaType},
      {"auth_method", P::kAuthMethod},
      {"auth_context", P::kAuthContext},
      {"changes", P::kChanges},
      {"error", P::kError},
      {"text", P::kText},
      {"hex", P::kHex},
      {"uuid", P::kUuid},
      {"base64_short", P::kBase64Short},
      {"base64", P::kBase64},
      {"base64_long", P::kBase64Long},
      {"small", P::kSmall},
      {"number", P::kNumber},
  };

  std::vector<Piece> pieces;
  std::size_t literal_start = 0;
  std::size_t open = text.find('<');
  while (open != std::string_view::npos) {
    const std::size_t close = text.find('>', open);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    for (const auto& [known, placeholder] : kNames) {
      if (close != std::string_view::npos && known == name) {
        pieces.push_back({text.substr(literal_start, open - literal_start), placeholder});
        literal_start = close + 1;
      }
    }
    open = text.find('<', open + 1);
  }
  pieces.push_back({text.substr(literal_start), P::kEnd});
  return pieces;
}

EventWriter::EventWriter(const Population& population) : population_(population) {
  for (const EventShape& shape : EventShapes()) shapes_.push_back(Compile(shape.text));
}

void EventWriter::Write(std::size_t shape_index, std::int64_t time, bool with_id,
                        std::uint64_t content_seed, std::string& out) const {
  using P = Placeholder;
  const EventShape& shape = EventShapes()[shape_index];
  SeededRandom random(content_seed);
  // Who and what the event is about is drawn first, so that its members agree with one another.
  const Person& admin = Pick(population_.admins, random);
  const Person& user = Pick(population_.users, random);
  const Person& target = Pick(population_.users, random);
  const Machine& machine = Pick(population_.machines, random);
  const Application& application = Pick(population_.applications, random);
  const Thing& group = Pick(population_.groups, random);
  const Thing& policy = Pick(population_.policies, random);

  const auto append_id_member = [&] {
    if (!with_id) return;
    out += R"("id":")";
    // The id comes from a stream of its own: with or without it, the rest stays the same.
    SeededRandom id_random(Mix(content_seed, 1));
    switch (shape.id_style) {
      case IdStyle::kObjectId:
        AppendObjectId(id_random, out);
        break;
      case IdStyle::kUuid:
        AppendUuid(id_random, kLower, out);
        break;
      case IdStyle::kUpperCaseUuid:
        AppendUuid(id_random, kUpper, out);
        break;
    }
    out += R"(",)";
  };

  for (const Piece& piece : shapes_[shape_index]) {
    out += piece.literal;
    switch (piece.placeholder) {
      case P::kEnd:
        break;
      case P::kHead:
        Append(out, R"("service":")", shape.service, R"(","event_type":")", shape.event_type,
               R"(","organization":")", population_.organisation, R"(","@version":"1",)");
        append_id_member();
        out += R"("timestamp":")";
        AppendTimestamp(time, shape.fraction, out);
        out += '"';
        break;
      case P::kService:
        out += shape.service;
        break;
      case P::kType:
        out += shape.event_type;
        break;
      case P::kOrganisation:
        Append(out, "\"", population_.organisation, "\"");
        break;
      case P::kOrganisationId:
        out += population_.organisation;
        break;
      case P::kIdMember:
        append_id_member();
        break;
      case P::kTime:
        AppendTimestamp(time, shape.fraction, out);
        break;
      case P::kTimeNanoseconds:
        AppendTimestamp(Truncate(time, Fraction::kNone) +
                            static_cast<std::int64_t>(random.Below(kNanosecondsPerSecond)),
                        Fraction::kNanosecondsCut, out);
        break;
      case P::kTimeOffset:
        AppendTimestamp(Truncate(time, Fraction::kNone), Fraction::kNone, out);
        out.pop_back();
        out += Pick(kZones, random);
        break;
      case P::kAdmin:
        AppendPrincipal("admin", "email", admin, out);
        break;
      case P::kAdminId:
        out += admin.id;
        break;
      case P::kAdminEmail:
        out += admin.email;
        break;
      case P::kAdminFull:
        out += admin.full_name;
        break;
      case P::kUser:
        AppendPrincipal("user", "username", user, out);
        break;
      case P::kUserId:
        out += user.id;
        break;
      case P::kUserName:
        out += user.username;
        break;
      case P::kUserEmail:
        out += user.email;
        break;
      case P::kTarget:
        AppendPrincipal("user", "username", target, out);
        break;
      case P::kTargetName:
        out += target.username;
        break;
      case P::kMachine:
        AppendMachine(machine, false, out);
        break;
      case P::kMachineOs:
        AppendMachine(machine, true, out);
        break;
      case P::kMachineId:
        out += machine.id;
        break;
      case P::kHost:
        out += machine.hostname;
        break;
      case P::kApplicationId:
        out += application.id;
        break;
      case P::kApplicationConnector:
        out += application.connector;
        break;
      case P::kApplicationLabel:
        out += application.label;
        break;
      case P::kGroupId:
        out += group.id;
        break;
      case P::kGroupName:
        out += group.name;
        break;
      case P::kPolicyId:
        out += policy.id;
        break;
      case P::kPolicyName:
        out += policy.name;
        break;
      case P::kGeo:
        out += Pick(population_.geoips, random);
        break;
      case P::kUserAgent:
        out += Pick(population_.user_agents, random);
        break;
      case P::kIp:
      case P::kOtherIp:
        AppendIp(random, out);
        break;
      case P::kProvider: {
        const std::uint64_t kind = random.Below(3);
        out += kind == 0 ? "null" : "\"";
        if (kind == 1) AppendObjectId(random, out);
        if (kind != 0) out += '"';
        break;
      }
      case P::kBool:
        out += random.Chance(0.5) ? "true" : "false";
        break;
      case P::kSuccess:
        out += random.Chance(0.9) ? "true" : "false";
        break;
      case P::kMfaType:
        out += Pick(kMfaTypes, random);
        break;
      case P::kAuthMethod:
        out += Pick(kAuthMethods, random);
        break;
      case P::kAuthContext:
        AppendAuthContext(machine, policy, random, out);
        break;
      case P::kChanges: {
        const std::uint64_t count = random.Chance(0.002) ? 300 : 1 + random.Below(4);
        for (std::uint64_t i = 0; i < count; ++i) {
          if (i > 0) out += ',';
          out += Pick(kChangeList, random);
        }
        break;
      }
      case P::kError:
        out += Pick(kErrors, random);
        break;
      case P::kText:
        out += Pick(kTexts, random);
        break;
      case P::kHex:
        AppendObjectId(random, out);
        break;
      case P::kUuid:
        AppendUuid(random, kLower, out);
        break;
      case P::kBase64Short:
        AppendBase64(random, 4, out);
        break;
      case P::kBase64:
        AppendBase64(random, 20, out);
        break;
      case P::kBase64Long:
        AppendBase64(random, 100 + random.Below(100), out);
        break;
      case P::kSmall:
        Append(out, 10 + random.Below(90));
        break;
      case P::kNumber:
        Append(out, 100000 + random.Below(900000));
        break;
    }
  }
}

}  // namespace cce::simulator
