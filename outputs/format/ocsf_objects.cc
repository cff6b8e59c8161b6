#include "outputs/format/ocsf_objects.h"

#include "outputs/format/ocsf_captions.h"

namespace cce::ocsf {
namespace {

void WriteLocation(JsonWriter& out, const Location& location) {
  if (location.empty()) return;
  out.Literal(",\"location\":");
  char* const open = out.Open();
  out.Text(",\"country\":\"", location.country);
  if (!location.region.empty()) {
    out.Literal(",\"region\":\"");
    if (!location.country.empty()) {
      out.Raw(location.country);
      out.Char('-');
    }
    out.Raw(location.region);
    out.Char('"');
  }
  out.Text(",\"city\":\"", location.city);
  out.Text(",\"continent\":\"", location.continent);
  out.Text(",\"desc\":\"", location.name);
  out.Bare(",\"lat\":", location.latitude);
  out.Bare(",\"long\":", location.longitude);
  out.CloseObject(open);
}

}  // namespace

void WriteUserAgent(JsonWriter& out, const UserAgent& agent) {
  out.Raw(agent.name);
  if (!agent.name.empty() && !agent.version.empty()) {
    out.Char('/');
    out.Raw(agent.version);
  }
  if (agent.os.empty()) return;
  if (!agent.name.empty()) out.Char(' ');
  out.Char('(');
  out.Raw(agent.os);
  out.Char(')');
}

void WriteUser(JsonWriter& out, std::string_view key, const Principal& user) {
  if (user.empty()) return;
  out.Raw(key);
  char* const open = out.Open();
  if (user.type_id != 0) {
    out.Enumeration(",\"type_id\":", user.type_id, ",\"type\":\"",
                    ocsf::UserTypeCaption(user.type_id), user.type);
  }
  out.Text(",\"uid\":\"", user.uid);
  out.Text(",\"uid_alt\":\"", user.uid_alt);
  out.Text(",\"name\":\"", user.name);
  out.Text(",\"email_addr\":\"", user.email);
  out.CloseObject(open);
}

void WriteGroup(JsonWriter& out, std::string_view key, const UserGroup& group) {
  if (group.empty()) return;
  out.Raw(key);
  char* const open = out.Open();
  out.Text(",\"uid\":\"", group.uid);
  out.Text(",\"name\":\"", group.name);
  out.CloseObject(open);
}

void WriteEndpoint(JsonWriter& out, std::string_view key, const Endpoint& endpoint) {
  if (endpoint.empty()) return;
  out.Raw(key);
  char* const open = out.Open();
  out.Text(",\"ip\":\"", endpoint.ip);
  out.Bare(",\"port\":", endpoint.port);
  out.Text(",\"uid\":\"", endpoint.uid);
  out.Text(",\"hostname\":\"", endpoint.hostname);
  out.Text(",\"svc_name\":\"", endpoint.svc_name);
  WriteLocation(out, endpoint.location);
  if (!endpoint.as_number.empty() || !endpoint.as_name.empty()) {
    out.Literal(",\"autonomous_system\":");
    char* const as = out.Open();
    out.Bare(",\"number\":", endpoint.as_number);
    out.Text(",\"name\":\"", endpoint.as_name);
    out.CloseObject(as);
  }
  out.CloseObject(open);
}

void WriteDevice(JsonWriter& out, std::string_view key, const Device& device) {
  if (device.empty()) return;
  out.Raw(key);
  char* const open = out.Open();
  out.Enumeration(",\"type_id\":", device.type_id, ",\"type\":\"",
                  ocsf::DeviceTypeCaption(device.type_id));
  out.Text(",\"uid\":\"", device.uid);
  out.Text(",\"hostname\":\"", device.hostname);
  out.Text(",\"name\":\"", device.name);
  out.Text(",\"ip\":\"", device.ip);
  WriteLocation(out, device.location);
  if (!device.os_name.empty()) {
    out.Literal(",\"os\":");
    char* const os = out.Open();
    out.Text(",\"name\":\"", device.os_name);
    out.Enumeration(",\"type_id\":", device.os_type_id, ",\"type\":\"",
                    ocsf::OsTypeCaption(device.os_type_id));
    out.Text(",\"version\":\"", device.os_version);
    out.CloseObject(os);
  }
  if (!device.group_uid.empty() || !device.group_name.empty()) {
    out.Literal(",\"groups\":[");
    char* const group = out.Open();
    out.Text(",\"uid\":\"", device.group_uid);
    out.Text(",\"name\":\"", device.group_name);
    out.CloseObject(group);
    out.Char(']');
  }
  out.CloseObject(open);
}

void WriteEntity(JsonWriter& out, const Entity& entity) {
  out.Literal(",\"entity\":");
  char* const open = out.Open();
  if (entity.type_id != 0) {
    out.Enumeration(",\"type_id\":", entity.type_id, ",\"type\":\"",
                    EntityTypeCaption(entity.type_id), entity.type);
  }
  out.Text(",\"uid\":\"", entity.uid);
  out.Text(",\"name\":\"", entity.name);
  if (!entity.device_uid.empty()) {
    out.Text(",\"device\":{\"type_id\":0,\"type\":\"Unknown\",\"uid\":\"", entity.device_uid);
    out.Text(",\"uid_alt\":\"", entity.device_uid_alt);
    out.Char('}');
  }
  out.CloseObject(open);
}

void WriteResource(JsonWriter& out, std::string_view key, const Resource& resource,
                   ResourceRole role) {
  if (resource.empty()) return;
  out.Raw(key);
  char* const open = out.Open();
  out.Text(",\"uid\":\"", resource.uid);
  out.Text(",\"name\":\"", resource.name);
  out.Text(",\"type\":\"", resource.type);
  if (role == ResourceRole::kTarget) out.Literal(",\"role_id\":1,\"role\":\"Target\"");
  out.CloseObject(open);
}

void WriteResources(JsonWriter& out, std::string_view key, const Resource& resource,
                    ResourceRole role) {
  if (resource.empty()) return;
  out.Raw(key);
  char* const list = out.Open();
  WriteResource(out, ",", resource, role);
  out.CloseArray(list);
}

void WriteApplication(JsonWriter& out, const Application& app) {
  out.Literal(",\"app\":");
  char* const open = out.Open();
  out.Text(",\"name\":\"", app.name);
  out.Text(",\"version\":\"", app.version);
  out.Text(",\"path\":\"", app.path);
  out.Text(",\"vendor_name\":\"", app.vendor_name);
  out.CloseObject(open);
}

void WriteQuery(JsonWriter& out, const DatastoreQuery& query) {
  out.Text(",\"database\":{\"type_id\":99,\"type\":\"", query.database_type);
  out.Text(",\"name\":\"", query.database_name);
  out.Char('}');
  if (query.text.empty()) return;
  out.Text(",\"query_info\":{\"name\":\"", query.name);
  out.Text(",\"query_string\":\"", query.text);
  out.Char('}');
}

void WriteFile(JsonWriter& out, const HostedFile& file) {
  out.Text(",\"file\":{\"type_id\":1,\"type\":\"Regular File\",\"name\":\"",
           file.name.empty() ? Token("unknown") : file.name);
  out.Text(",\"uid\":\"", file.uid);
  out.Bare(",\"size\":", file.size);
  if (!file.sha256.empty()) {
    out.Text(",\"hashes\":[{\"algorithm_id\":3,\"algorithm\":\"SHA-256\",\"value\":\"",
             file.sha256);
    out.Literal("}]");
  }
  out.Char('}');
}

void WriteFinding(JsonWriter& out, const Finding& finding) {
  out.Text(",\"finding_info\":{\"uid\":\"", finding.uid);
  out.Text(",\"title\":\"", finding.title);
  out.Text(",\"desc\":\"", finding.description);
  if (!finding.category.empty()) {
    out.Text(",\"types\":[\"", finding.category);
    out.Char(']');
  }
  if (!finding.analytic_uid.empty()) {
    out.Text(",\"analytic\":{\"type_id\":1,\"type\":\"Rule\",\"uid\":\"", finding.analytic_uid);
    out.Char('}');
  }
  out.Char('}');
}

}  // namespace cce::ocsf
