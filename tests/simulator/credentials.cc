#include "tests/simulator/credentials.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "cce/api/text.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/seeded_random.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

Credentials::Decision Refuse(int status, std::string_view message) {
  return {std::nullopt, {status, std::string(message)}};
}

bool LooksLikeAnObjectId(std::string_view text) {
  return text.size() == 24 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isxdigit(c) != 0;
         });
}

Response TokenAnswer(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = Body::Of(std::move(body));
  return response;
}

}  // namespace

absl::StatusOr<Role> ParseRole(std::string_view name) {
  if (name == "administrator") return Role::kAdministrator;
  if (name == "command_runner") return Role::kCommandRunner;
  if (name == "multi_tenant") return Role::kMultiTenant;
  return absl::InvalidArgumentError(
      Concat("role '", name, "': expected administrator, command_runner or multi_tenant"));
}

absl::Status Credentials::RevokeKey(std::string_view key) {
  bool found = false;
  for (ApiKey& known : keys_) {
    if (known.key != key) continue;
    known.revoked = true;
    found = true;
  }
  return found ? absl::OkStatus() : absl::NotFoundError("no such key");
}

Credentials::Decision Credentials::Check(const Request& request,
                                         const std::vector<std::string>& organisations,
                                         std::int64_t now) const {
  Grant grant;
  bool needs_organisation = true;
  if (const auto key = request.Header("x-api-key")) {
    const auto known = std::find_if(keys_.begin(), keys_.end(), [&](const ApiKey& candidate) {
      return !candidate.revoked && candidate.key == *key;
    });
    if (known == keys_.end()) return Refuse(401, "Unauthorized");
    if (known->role == Role::kCommandRunner) return Refuse(403, "Forbidden");
    grant.key = static_cast<std::size_t>(known - keys_.begin());
    grant.organisation = known->organisation;
    needs_organisation = known->role == Role::kMultiTenant;
  } else if (const auto authorization = request.Header("Authorization")) {
    const std::string_view token =
        FromAbseil(absl::StripPrefix(ForAbseil(*authorization), "Bearer "));
    const bool valid = std::any_of(tokens_.begin(), tokens_.end(), [&](const Token& candidate) {
      return candidate.text == token && candidate.expires > now;
    });
    if (!valid) return Refuse(401, "Unauthorized");
  } else {
    return Refuse(401, "Unauthorized");
  }

  const auto wanted = request.Header("x-org-id");
  if (!wanted) {
    if (needs_organisation) return Refuse(401, "Unauthorized");
    return {std::move(grant), {}};
  }
  if (!LooksLikeAnObjectId(*wanted)) return Refuse(400, "x-org-id is not a valid organization id");
  const auto repeated = std::count_if(
      request.headers.begin(), request.headers.end(),
      [](const auto& header) { return absl::EqualsIgnoreCase(header.first, "x-org-id"); });
  if (repeated > 1) return Refuse(400, "The simulator answers for one x-org-id at a time");
  if (std::find(organisations.begin(), organisations.end(), *wanted) == organisations.end()) {
    return Refuse(404, "Organization not found");
  }
  if (!needs_organisation && *wanted != grant.organisation) return Refuse(403, "Forbidden");
  grant.organisation = *wanted;
  return {std::move(grant), {}};
}

Response Credentials::AnswerToken(const Request& request, int lifetime_seconds, std::int64_t now) {
  const std::string_view header = request.Header("Authorization").value_or("");
  std::string basic;
  const bool readable =
      header.starts_with("Basic ") && absl::Base64Unescape(ForAbseil(header.substr(6)), &basic);
  const auto account =
      std::find_if(accounts_.begin(), accounts_.end(), [&](const ServiceAccount& candidate) {
        return readable && basic == Concat(candidate.client_id, ":", candidate.client_secret);
      });
  if (account == accounts_.end()) return TokenAnswer(401, R"({"error":"invalid_client"})");
  if (!(request.body.find("grant_type=client_credentials") != std::string::npos)) {
    return TokenAnswer(400, R"({"error":"unsupported_grant_type"})");
  }
  Token token;
  token.text =
      absl::StrFormat("simulated-%016x", Mix(static_cast<std::uint64_t>(now), tokens_.size()));
  token.expires = now + lifetime_seconds * kNanosecondsPerSecond;
  tokens_.push_back(token);
  return TokenAnswer(200, Concat(R"({"access_token":")", token.text, R"(","expires_in":)",
                                 lifetime_seconds, R"(,"scope":"api","token_type":"bearer"})"));
}

}  // namespace cce::simulator
