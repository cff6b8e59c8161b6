// Who may ask for which organisation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/http_message.h"

namespace cce::simulator {

enum class Role {
  kAdministrator,  // of one organisation
  kCommandRunner,  // of one organisation, and refused with 403
  kMultiTenant,    // of every organisation; x-org-id is required
};

// "administrator", "command_runner", "multi_tenant"; errors: kInvalidArgument.
absl::StatusOr<Role> ParseRole(std::string_view name);

struct ApiKey {
  std::string key;
  std::string organisation;  // "" for multi-tenant
  Role role = Role::kAdministrator;
  bool revoked = false;
};

// A client of the OAuth token endpoint; acts for every organisation, named by x-org-id.
struct ServiceAccount {
  std::string client_id;
  std::string client_secret;
};

// Thread-compatible.
class Credentials {
 public:
  struct Grant {
    std::string organisation;
    std::optional<std::size_t> key;  // index of the API key, in the order of AddKey
  };
  struct Refusal {
    int status = 401;
    std::string message;
  };
  struct Decision {
    std::optional<Grant> grant;
    Refusal refusal;  // when there is no grant
  };

  void AddKey(ApiKey key) { keys_.push_back(std::move(key)); }

  // Errors: kNotFound.
  absl::Status RevokeKey(std::string_view key);

  void AddServiceAccount(ServiceAccount account) { accounts_.push_back(std::move(account)); }

  const std::vector<ApiKey>& keys() const { return keys_; }

  // Decides who asks, from x-api-key or Authorization, and for what, from x-org-id.
  // `organisations` are the ids that exist. `now` in ns since 1970 UTC.
  Decision Check(const Request& request, const std::vector<std::string>& organisations,
                 std::int64_t now) const;

  // Answers the token endpoint (RFC 6749 section 4.4): a token that lasts `lifetime_seconds`.
  Response AnswerToken(const Request& request, int lifetime_seconds, std::int64_t now);

 private:
  struct Token {
    std::string text;
    std::int64_t expires = 0;
  };

  std::vector<ApiKey> keys_;
  std::vector<ServiceAccount> accounts_;
  std::vector<Token> tokens_;
};

}  // namespace cce::simulator
