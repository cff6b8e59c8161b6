#include "tests/reference/surroundings.h"

#include <cstdint>
#include <regex>
#include <vector>

#include "tests/reference/address.h"

namespace cce::reference {
namespace {

json LocationAt(const Record& record, const std::string& place) {
  json country;
  for (const char* member : {"/country_code", "/country_code2"}) {
    static const std::regex alpha2("[A-Z]{2}");
    const bool is_alpha2 = std::regex_match(record.Text(place + member), alpha2);
    if (country.is_null() && is_alpha2) country = record.Copy(place + member);
  }
  const std::string code = TextOf(country);
  const std::string region = record.Text(place + "/region_code");
  json location = {{"country", country},
                   {"city", record.Copy({place + "/city", place + "/city_name"})}};
  if (!region.empty()) location["region"] = code.empty() ? region : code + "-" + region;
  Settle(location);
  if (location.empty()) return nullptr;
  location["country"] = country;
  location["city"] = record.Copy({place + "/city", place + "/city_name"});
  location["desc"] = record.Copy(place + "/region_name");
  location["lat"] = record.Number(place + "/latitude");
  location["long"] = record.Number(place + "/longitude");
  const std::string continent = record.Text(place + "/continent_code");
  const std::pair<const char*, const char*> names[] = {
      {"AF", "Africa"},  {"AN", "Antarctica"},    {"AS", "Asia"},         {"EU", "Europe"},
      {"OC", "Oceania"}, {"NA", "North America"}, {"SA", "South America"}};
  for (const auto& [name, caption] : names) {
    if (continent == name) location["continent"] = caption;
  }
  return location;
}

json LocationOf(const Record& record) {
  for (const char* place : {"/geoip", "/Geoip", "/geoip/geoip", "/Geoip/geoip"}) {
    json location = LocationAt(record, place);
    if (!location.is_null()) return location;
  }
  return nullptr;
}

json Integer(const Record& record, const std::string& place) {
  const json number(record.At(place));
  // OCSF's integer_t has 32 bits with a sign.
  return number.is_number_unsigned() && number.get<std::uint64_t>() < 1'000'000'000 ? number
                                                                                    : json();
}

json AutonomousSystemOf(const Record& record) {
  for (const std::string place :
       {"/asn", "/geoip/asn", "/Geoip/asn", "/geoip/geoip/asn", "/Geoip/geoip/asn"}) {
    if (record.At(place).is_object() && !record.At(place).empty()) {
      // Its shape is published nowhere, so that the record's own stays in the rest.
      json as = {{"number", Integer(record, place + "/number")},
                 {"name", record.Text(place + "/organization")}};
      Settle(as);
      return as;
    }
    if (!Integer(record, place).is_null()) return {{"number", record.Number(place)}};
  }
  return nullptr;
}

json UserAgentOf(const Record& record) {
  for (const std::string place : {"/useragent", "/user_agent"}) {
    std::string parts;
    const std::string name = record.Text(place + "/name");
    std::string version = record.Text(place + "/version");
    for (const char* part : {"/major", "/minor", "/patch"}) {
      const std::string number = record.Text(place + part);
      parts += (parts.empty() || number.empty() ? "" : ".") + number;
      if (number.empty()) break;
    }
    if (version.empty()) version = parts;
    const std::string os = record.Text(place + "/os_full");
    if (name.empty() && os.empty()) continue;
    std::string text = name;
    if (!name.empty() && !version.empty()) text += "/" + version;
    if (!os.empty()) text += (text.empty() ? "(" : " (") + os + ")";
    return text;
  }
  return nullptr;
}

// The first line that a system's name has a word of.
struct OperatingSystem {
  std::vector<std::string> words;
  int os_type_id;
  const char* os_type;
  int device_type_id;
  const char* device_type;
};
const OperatingSystem& SystemCalled(const std::string& name) {
  static const std::vector<OperatingSystem> kSystems = {
      {{"windows"}, 100, "Windows", 0, "Unknown"},
      {{"android"}, 201, "Android", 5, "Mobile"},
      {{"ipados"}, 302, "iPadOS", 4, "Tablet"},
      {{"mac os", "macos", "darwin"}, 300, "macOS", 0, "Unknown"},
      {{"iphone"}, 301, "iOS", 5, "Mobile"},
      {{"linux", "ubuntu", "debian", "fedora", "centos", "red hat", "rhel", "rocky", "amazon",
        "suse", "mint"},
       200,
       "Linux",
       0,
       "Unknown"}};
  static const OperatingSystem kIos = {{}, 301, "iOS", 5, "Mobile"};
  static const OperatingSystem kOther = {{}, 99, "Other", 0, "Unknown"};
  if (name == "ios") return kIos;
  for (const OperatingSystem& system : kSystems) {
    for (const std::string& word : system.words) {
      if (name.find(word) != std::string::npos) return system;
    }
  }
  return kOther;
}

// `device`, of which no type is known, if anything is.
json Known(json device) {
  json settled = device;
  Settle(settled);
  if (settled.empty()) return nullptr;
  device["type_id"] = 0;
  device["type"] = "Unknown";
  return device;
}

// The address at `place` as an endpoint has it.
json AddressAt(const Record& record, const std::string& place, Surroundings& surroundings) {
  const Dom& value = record.At(place);
  if (value.is_null() || value == "" || (value.is_structured() && value.empty())) return nullptr;
  const auto address = ParseAddress(record.Text(place));
  if (!address) {
    surroundings.has_invalid_ip = true;
    return nullptr;
  }
  json endpoint = {{"ip", address->as_written ? record.Copy(place) : json(address->ip)}};
  if (address->port) endpoint["port"] = *address->port;
  if (!address->forwarded_for.empty()) {
    surroundings.http_request["x_forwarded_for"] = address->forwarded_for;
  }
  return endpoint;
}

// The device at `place`, with `other_uid` if it has none of its own; null if nothing is known of
// it.
json DeviceAt(const Record& record, const std::string& place, json other_uid = nullptr) {
  json uid = record.Copy(place + "/id");
  json device = Known({{"uid", uid.is_null() ? other_uid : uid},
                       {"hostname", record.Copy(place + "/hostname")},
                       {"name", record.Copy(place + "/displayName")}});
  if (device.is_null()) return device;
  const std::string os = record.LowerText(place + "/os");
  if (os.empty()) return device;
  const OperatingSystem& system = SystemCalled(os);
  device["type_id"] = system.device_type_id;
  device["type"] = system.device_type;
  device["os"] = {{"name", record.Copy(place + "/os")},
                  {"version", record.Copy(place + "/version")},
                  {"type_id", system.os_type_id},
                  {"type", system.os_type}};
  return device;
}

}  // namespace

Surroundings SurroundingsOf(const Record& record, int class_uid) {
  Surroundings surroundings;
  const std::string service = record.LowerText("/service");
  surroundings.http_request = {{"user_agent", UserAgentOf(record)}};
  surroundings.device = DeviceAt(record, "/system", record.Copy("/system_object_id"));
  if (surroundings.device.is_null()) surroundings.device = DeviceAt(record, "/auth_context/system");
  json& device = surroundings.device;
  if (!device.is_null()) {
    device["groups"] = {{{"uid", record.Copy({"/system_group/object_id", "/system_group/id"})},
                         {"name", record.Copy("/system_group/name")}}};
  }
  json& endpoint = surroundings.src_endpoint;
  // What somebody logs in to.
  if (class_uid == 3002 && device.is_null() &&
      IsOneOf(record.LowerText("/resource/type"), {"system", "device"})) {
    device = {{"uid", record.Copy({"/resource/id", "/resource/object_id"})},
              {"hostname", record.Copy("/resource/hostname")},
              {"name", record.Copy({"/resource/name", "/resource/displayName"})}};
    device = Known(device);
  }
  if (service == "systems") {
    // client_ip is the way out of the device's network, src_ip where the visitor comes from.
    endpoint = AddressAt(record, "/src_ip", surroundings);
    const json egress = AddressAt(record, "/client_ip", surroundings);
    if (!egress.is_null()) {
      if (device.is_null()) device = {{"type_id", 0}, {"type", "Unknown"}};
      device["ip"] = egress["ip"];
    }
    if (!device.is_null()) device["location"] = LocationOf(record);
  } else {
    endpoint = AddressAt(record, "/client_ip", surroundings);
    if (!endpoint.is_null()) {
      endpoint["location"] = LocationOf(record);
      endpoint["autonomous_system"] = AutonomousSystemOf(record);
      if (service == "radius") endpoint["svc_name"] = "radius-nas";
    }
  }
  return surroundings;
}

}  // namespace cce::reference
