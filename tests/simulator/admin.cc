#include "tests/simulator/admin.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "cce/api/text.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/concat.h"
#include "tests/simulator/simulator.h"

namespace cce::simulator {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

Response Answer(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", content_type);
  response.body = Body::Of(std::move(body));
  return response;
}

Response Lines(std::string lines) { return Answer(200, "application/x-ndjson", std::move(lines)); }

Response Object(const ordered_json& object, int status = 200) {
  return Answer(status, "application/json",
                object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

Response Refuse(std::string_view message) { return Object({{"message", message}}, 400); }

Response FromStatus(const absl::Status& status) {
  return status.ok() ? Object({{"ok", true}}) : Refuse(FromAbseil(status.message()));
}

// "" when absent or no string.
std::string Text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Response ChangeKeys(Simulator& simulator, const json& body) {
  if (const std::string key = Text(body, "revoke"); !key.empty()) {
    return FromStatus(simulator.credentials().RevokeKey(key));
  }
  const std::string key = Text(body, "add");
  if (key.empty()) return Refuse(R"(expected {"add": KEY, "organisation": ID} or {"revoke": KEY})");
  const std::string role_name = Text(body, "role");
  const absl::StatusOr<Role> role = ParseRole(role_name.empty() ? "administrator" : role_name);
  if (!role.ok()) return Refuse(FromAbseil(role.status().message()));
  const std::string organisation = Text(body, "organisation");
  if (*role != Role::kMultiTenant && simulator.FindOrganisation(organisation) == nullptr) {
    return Refuse(Concat("no organisation '", organisation, "'"));
  }
  simulator.credentials().AddKey({key, organisation, *role});
  return Object({{"ok", true}});
}

// {"organisation", "record", "service", "time", "visible_at"}; the times are RFC 3339, `visible_at`
// defaults to now.
Response InjectEvent(Simulator& simulator, const json& body, absl::Time now) {
  Organisation* organisation = simulator.FindOrganisation(Text(body, "organisation"));
  if (organisation == nullptr) return Refuse("no such organisation");
  const std::string record = Text(body, "record");
  const std::optional<std::int64_t> time = ParseTimestamp(Text(body, "time"));
  const std::optional<std::int64_t> visible_at = ParseTimestamp(Text(body, "visible_at"));
  if (record.empty() || !time || (body.contains("visible_at") && !visible_at)) {
    return Refuse("expected record (text), time and perhaps visible_at (RFC 3339)");
  }
  organisation->Advance(simulator.ServiceTime(now));
  organisation->Inject(record, Text(body, "service"), absl::FromUnixNanos(*time),
                       visible_at ? absl::FromUnixNanos(*visible_at) : simulator.ServiceTime(now));
  return Object({{"ok", true}});
}

Response DescribeStats(Simulator& simulator, absl::Time now) {
  const absl::Time service_time = simulator.ServiceTime(now);
  std::size_t events = 0, visible = 0, bytes = 0;
  for (const std::string& id : simulator.organisation_ids()) {
    Organisation& organisation = *simulator.FindOrganisation(id);
    organisation.Advance(service_time);
    EventRange everything;
    everything.first_ms = std::numeric_limits<std::int64_t>::min();
    everything.end_ms = std::numeric_limits<std::int64_t>::max();
    events += organisation.store().size();
    bytes += organisation.store().bytes();
    visible += organisation.store().Count(everything, absl::ToUnixNanos(service_time));
  }
  const Stats& stats = simulator.stats();
  return Object({{"now", absl::ToUnixNanos(service_time)},
                 {"organisations", simulator.organisation_ids().size()},
                 {"events", events},
                 {"events_visible", visible},
                 {"event_bytes", bytes},
                 {"requests", stats.requests},
                 {"pages_served", stats.pages},
                 {"events_served", stats.events},
                 {"body_bytes_served", stats.body_bytes}});
}

Response DescribeOrganisations(Simulator& simulator) {
  std::string lines;
  for (const std::string& id : simulator.organisation_ids()) {
    ordered_json line = {{"organisation", id}, {"keys", ordered_json::array()}};
    for (const ApiKey& key : simulator.credentials().keys()) {
      if (key.organisation == id && !key.revoked) line["keys"].push_back(key.key);
    }
    Append(lines, line.dump(), "\n");
  }
  return Lines(std::move(lines));
}

}  // namespace

Response AnswerAdmin(Simulator& simulator, const Request& request, absl::Time now) {
  std::string_view path = request.target;
  std::string_view organisation;
  if (const std::size_t query = path.find('?'); query != std::string_view::npos) {
    organisation = path.substr(query + 1);
    path = path.substr(0, query);
    constexpr std::string_view kParameter = "organisation=";
    if (!organisation.starts_with(kParameter)) {
      return Refuse("the only query parameter is organisation=ID");
    }
    organisation.remove_prefix(kParameter.size());
  }
  if (request.method == "GET") {
    if (path == "/_simulator/truth") return Lines(simulator.Truth(organisation, now));
    if (path == "/_simulator/requests") {
      std::string lines;
      for (const LoggedRequest& logged : simulator.log()) {
        if (organisation.empty() || logged.organisation == organisation) AppendLine(logged, lines);
      }
      return Lines(std::move(lines));
    }
    if (path == "/_simulator/stats") return DescribeStats(simulator, now);
    if (path == "/_simulator/organisations") return DescribeOrganisations(simulator);
  } else if (request.method == "POST") {
    const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object()) return Refuse("the body is not a JSON object");
    if (path == "/_simulator/keys") return ChangeKeys(simulator, body);
    if (path == "/_simulator/events") return InjectEvent(simulator, body, now);
    if (path == "/_simulator/faults") {
      if (body.contains("clear")) {
        simulator.faults().Clear();
        return Object({{"ok", true}});
      }
      absl::StatusOr<Fault> fault = ParseFault(request.body);
      if (!fault.ok()) return Refuse(FromAbseil(fault.status().message()));
      simulator.faults().Add(*std::move(fault));
      return Object({{"ok", true}});
    }
  }
  return Object({{"message", "no such endpoint; tests/simulator/README.md lists them"}}, 404);
}

}  // namespace cce::simulator
