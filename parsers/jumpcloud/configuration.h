// The `configuration` object of a JumpCloud device's file.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace cce::jumpcloud {

// What to do about a `services` that the service refuses; documented at
// https://docs.jumpcloud.com/api/insights/directory/1.0/. The list grows without notice, hence
// nothing is checked against it.
inline constexpr std::string_view kDocumentedServices =
    "access_management, alerts, all, asset_management, directory, ldap, mdm, notifications, "
    "object_storage, password_manager, radius, reports, saas_app_management, software, sso, "
    "systems, "
    "workflows";

struct Configuration {
  std::string org_id;
  std::string region = "us";
  // Scheme, host, port and path prefix, without a slash at the end; the region's unless configured.
  std::string base_url;
  std::vector<std::string> services = {"all"};  // sorted, each once
  // Where a feed that has never run starts: a time, or so long before that.
  std::variant<absl::Duration, absl::Time> start = absl::Hours(24);
  absl::Duration poll_interval = absl::Seconds(60);
  int page_size = 10'000;
};

// The JSON Schema of the object (jumpcloud.schema.json).
std::string_view ConfigurationSchema();

// Hosts of JumpCloud's three regions. The consoles are among them because JumpCloud's documentation
// sends customers in the EU there for Directory Insights.
std::vector<std::string> Hosts();

// `json` as a Configuration. kInvalidArgument: the JSON pointer of the member, what was found and
// what is allowed. What ConfigurationSchema() can say is checked here too, in fewer words.
absl::StatusOr<Configuration> ParseConfiguration(std::string_view json);

}  // namespace cce::jumpcloud
