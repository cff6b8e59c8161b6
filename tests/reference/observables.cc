#include "tests/reference/observables.h"

#include <algorithm>

namespace cce::reference {
namespace {

struct Line {
  const char* place;
  int type_id;
  const char* type;
  const char* name;  // of the attribute; null in an array, where no path leads
};
constexpr Line kLines[] = {
    {"/src_endpoint/ip", 2, "IP Address", "src_endpoint.ip"},
    {"/device/ip", 2, "IP Address", "device.ip"},
    {"/user/name", 4, "User Name", "user.name"},
    {"/user/email_addr", 5, "Email Address", "user.email_addr"},
    {"/actor/user/name", 4, "User Name", "actor.user.name"},
    {"/actor/user/email_addr", 5, "Email Address", "actor.user.email_addr"},
    {"/device/hostname", 1, "Hostname", "device.hostname"},
    {"/dst_endpoint/hostname", 1, "Hostname", "dst_endpoint.hostname"},
    {"/file/name", 7, "File Name", "file.name"},
    {"/file/hashes/0/value", 8, "Hash", nullptr},
    {"/entity/uid", 10, "Resource UID", "entity.uid"},
    {"/resource/uid", 10, "Resource UID", nullptr},
    {"/resources/0/uid", 10, "Resource UID", nullptr},
    {"/web_resources/0/uid", 10, "Resource UID", nullptr},
    {"/http_request/user_agent", 16, "HTTP User-Agent", "http_request.user_agent"},
};

void Add(const json& value, const Line& line, json& observables) {
  if (!value.is_string()) return;
  for (const json& other : observables) {
    if (other["type_id"] == line.type_id && other["value"] == value) return;
  }
  observables.push_back({{"type_id", line.type_id}, {"type", line.type}, {"value", value}});
  if (line.name != nullptr) observables.back()["name"] = line.name;
}

}  // namespace

json ObservablesOf(const json& event, const json& address, json user) {
  json observables = json::array();
  for (const Line& line : kLines) {
    const json::json_pointer place(line.place);
    if (event.contains(place)) Add(event.at(place), line, observables);
  }
  Add(address, {"", 2, "IP Address", nullptr}, observables);
  Settle(user);
  if (!user.is_object()) return observables;
  Add(user.value("name", json()), {"", 4, "User Name", nullptr}, observables);
  Add(user.value("email_addr", json()), {"", 5, "Email Address", nullptr}, observables);
  return observables;
}

}  // namespace cce::reference
