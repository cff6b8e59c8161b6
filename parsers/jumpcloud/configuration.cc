#include "parsers/jumpcloud/configuration.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cce/api/text.h"

namespace cce::jumpcloud {
namespace {

using Json = nlohmann::json;

struct Region {
  std::string_view name;
  std::string_view api_host;
  std::string_view console_host;
};

constexpr std::array<Region, 3> kRegions = {{
    {"us", "api.jumpcloud.com", "console.jumpcloud.com"},
    {"eu", "api.eu.jumpcloud.com", "console.eu.jumpcloud.com"},
    {"in", "api.in.jumpcloud.com", "console.in.jumpcloud.com"},
}};

constexpr absl::Duration kShortestPoll = absl::Milliseconds(100);
constexpr absl::Duration kLongestPoll = absl::Hours(24);
constexpr std::size_t kLongestName = 128;

absl::Status Wrong(std::string_view pointer, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("/configuration", ForAbseil(pointer), ": ", ForAbseil(what)));
}

// `value` as an error message shows it.
std::string Shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  constexpr std::size_t kEnough = 60;
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true);
  if (text.size() > kEnough) text = text.substr(0, kEnough) + "...";
  return text;
}

absl::Status NotAllowed(std::string_view pointer, const Json& value, std::string_view allowed) {
  return Wrong(pointer, absl::StrCat("found ", Shown(value), "; allowed is ", ForAbseil(allowed)));
}

// What may stand in an HTTP header and in an identity: printable ASCII without spaces.
bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool IsPort(std::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(ForAbseil(text), &port) && port >= 1 &&
         port <= std::numeric_limits<std::uint16_t>::max() &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

bool IsHost(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {  // RFC 3986 section 3.2.2
    return text.find_first_not_of("0123456789abcdefABCDEF:.", 1) == text.size() - 1;
  }
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

// "https://host:port/path" without user, query and fragment. Which schemes and hosts may be asked
// is not decided here.
bool IsUrl(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, colon);
  if (!absl::EqualsIgnoreCase(ForAbseil(scheme), "https") &&
      !absl::EqualsIgnoreCase(ForAbseil(scheme), "http")) {
    return false;
  }
  std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view path = rest.substr(slash);
  std::string_view host = rest.substr(0, slash);
  const std::size_t port = host.find_last_of(":]");
  if (port != std::string_view::npos && host[port] == ':') {
    if (!IsPort(host.substr(port + 1))) return false;
    host = host.substr(0, port);
  }
  return IsHost(host) && path.find_first_of("?#\\\"<>{}|^`") == std::string_view::npos &&
         std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<absl::Duration> FiniteDuration(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration == absl::InfiniteDuration() ||
      duration == -absl::InfiniteDuration()) {
    return std::nullopt;
  }
  return duration;
}

absl::Status ReadOrgId(const Json& value, Configuration& out) {
  if (!value.is_string() || !IsName(value.get_ref<const std::string&>())) {
    return NotAllowed("/org_id", value,
                      "the organisation's id, without spaces (Admin Portal, Settings, Organization "
                      "Profile)");
  }
  out.org_id = value.get<std::string>();
  return absl::OkStatus();
}

absl::Status ReadRegion(const Json& value, Configuration& out) {
  if (value.is_string()) {
    for (const Region& region : kRegions) {
      if (value.get_ref<const std::string&>() != region.name) continue;
      out.region = region.name;
      return absl::OkStatus();
    }
  }
  return NotAllowed("/region", value, "\"us\", \"eu\" or \"in\"");
}

absl::Status ReadServices(const Json& value, Configuration& out) {
  if (!value.is_array() || value.empty()) {
    return NotAllowed("/services", value, "a list of services, such as [\"all\"]");
  }
  out.services.clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value[i].is_string() || !IsName(value[i].get_ref<const std::string&>())) {
      return NotAllowed(absl::StrCat("/services/", i), value[i],
                        absl::StrCat("the name of a service: ", ForAbseil(kDocumentedServices)));
    }
    out.services.push_back(value[i].get<std::string>());
  }
  std::sort(out.services.begin(), out.services.end());
  out.services.erase(std::unique(out.services.begin(), out.services.end()), out.services.end());
  return absl::OkStatus();
}

absl::Status ReadStart(const Json& value, Configuration& out) {
  constexpr std::string_view kAllowed =
      "\"-24h\" (so long ago; days are hours: \"-168h\"), an RFC 3339 time such as "
      "\"2026-07-06T00:00:00Z\", or \"now\"";
  if (!value.is_string()) return NotAllowed("/start", value, kAllowed);
  const std::string& text = value.get_ref<const std::string&>();
  if (text == "now") {
    out.start = absl::ZeroDuration();
    return absl::OkStatus();
  }
  if (absl::StartsWith(text, "-")) {
    const std::optional<absl::Duration> ago = FiniteDuration(text.substr(1));
    if (!ago || *ago < absl::ZeroDuration()) return NotAllowed("/start", value, kAllowed);
    out.start = *ago;
    return absl::OkStatus();
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || time < absl::UnixEpoch() ||
      time == absl::InfiniteFuture()) {
    return NotAllowed("/start", value, kAllowed);
  }
  out.start = time;
  return absl::OkStatus();
}

absl::Status ReadPollInterval(const Json& value, Configuration& out) {
  std::optional<absl::Duration> interval;
  if (value.is_string()) interval = FiniteDuration(value.get<std::string>());
  if (!interval || *interval < kShortestPoll || *interval > kLongestPoll) {
    return NotAllowed("/poll_interval", value, "a duration from \"100ms\" to \"24h\"");
  }
  out.poll_interval = *interval;
  return absl::OkStatus();
}

absl::Status ReadPageSize(const Json& value, Configuration& out) {
  if (!value.is_number_integer() || value < 1 || value > 10'000) {
    return NotAllowed("/page_size", value, "a whole number from 1 to 10000");
  }
  out.page_size = value.get<int>();
  return absl::OkStatus();
}

absl::Status ReadBaseUrl(const Json& value, Configuration& out) {
  constexpr std::string_view kAllowed =
      "a URL without user, query and fragment, such as \"https://api.jumpcloud.com\"";
  if (!value.is_string() || !IsUrl(value.get_ref<const std::string&>())) {
    // A password may hide in it, as in https://user:password@host.
    const bool secret = value.is_string() && absl::StrContains(value.get<std::string>(), '@');
    return secret ? Wrong("/base_url", absl::StrCat("is not ", ForAbseil(kAllowed)))
                  : NotAllowed("/base_url", value, kAllowed);
  }
  out.base_url = value.get<std::string>();
  while (absl::EndsWith(out.base_url, "/")) out.base_url.pop_back();
  return absl::OkStatus();
}

struct Member {
  std::string_view name;
  absl::Status (*read)(const Json& value, Configuration& out);
};

constexpr std::array<Member, 7> kMembers = {{
    {"org_id", ReadOrgId},
    {"region", ReadRegion},
    {"services", ReadServices},
    {"start", ReadStart},
    {"poll_interval", ReadPollInterval},
    {"page_size", ReadPageSize},
    {"base_url", ReadBaseUrl},
}};

}  // namespace

std::vector<std::string> Hosts() {
  std::vector<std::string> hosts;
  for (const Region& region : kRegions) {
    hosts.emplace_back(region.api_host);
    hosts.emplace_back(region.console_host);
  }
  return hosts;
}

absl::StatusOr<Configuration> ParseConfiguration(std::string_view json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Wrong("", "is not a JSON object");
  Configuration configuration;
  for (const auto& [key, value] : object.items()) {
    const auto member = std::find_if(kMembers.begin(), kMembers.end(),
                                     [&key = key](const Member& m) { return m.name == key; });
    if (member == kMembers.end()) {
      return Wrong("", absl::StrCat("unknown key ", Shown(key),
                                    "; allowed are org_id, region, services, start, poll_interval, "
                                    "page_size, base_url"));
    }
    if (absl::Status status = member->read(value, configuration); !status.ok()) return status;
  }
  if (configuration.org_id.empty()) {
    return Wrong("",
                 "org_id is missing: the organisation's id (Admin Portal, Settings, "
                 "Organization Profile)");
  }
  if (configuration.base_url.empty()) {
    for (const Region& region : kRegions) {
      if (region.name == configuration.region) {
        configuration.base_url = absl::StrCat("https://", ForAbseil(region.api_host));
      }
    }
  }
  return configuration;
}

}  // namespace cce::jumpcloud
