#include "outputs/format/event_text.h"

namespace cce {
namespace {

// Of one authorization, one forwarded address.
constexpr std::size_t kPerElement = 128;

std::size_t TextSize(const Principal& user) {
  return user.type.size() + user.uid.size() + user.uid_alt.size() + user.name.size() +
         user.email.size();
}

std::size_t TextSize(const Location& location) {
  return location.country.size() + location.region.size() + location.city.size() +
         location.continent.size() + location.name.size() + location.latitude.size() +
         location.longitude.size();
}

std::size_t TextSize(const Endpoint& endpoint) {
  return endpoint.ip.size() + endpoint.port.size() + endpoint.uid.size() +
         endpoint.hostname.size() + endpoint.svc_name.size() + endpoint.as_number.size() +
         endpoint.as_name.size() + TextSize(endpoint.location);
}

std::size_t TextSize(const Device& device) {
  return device.uid.size() + device.hostname.size() + device.name.size() + device.ip.size() +
         device.os_name.size() + device.os_version.size() + device.group_uid.size() +
         device.group_name.size() + TextSize(device.location);
}

}  // namespace

std::size_t TextSize(const Event& event) {
  std::size_t size = 0;
  for (const Token token : {event.time_text,
                            event.product->name,
                            event.product->vendor_name,
                            event.product->log_name,
                            event.product->log_provider,
                            event.activity_name,
                            event.severity,
                            event.status,
                            event.status_code,
                            event.status_detail,
                            event.message,
                            event.target_name,
                            event.event_code,
                            event.log_source,
                            event.log_version,
                            event.original_event_uid,
                            event.original_time,
                            event.tenant_uid,
                            event.correlation_uid,
                            event.logged_time_text,
                            event.actor_app_name,
                            event.other_ip,
                            event.service.name,
                            event.service.uid,
                            event.service.label,
                            event.user_agent.name,
                            event.user_agent.version,
                            event.user_agent.os,
                            event.session_uid,
                            event.auth_protocol,
                            event.logon_type,
                            event.action,
                            event.entity.type,
                            event.entity.uid,
                            event.entity.name,
                            event.entity.device_uid,
                            event.entity.device_uid_alt,
                            event.comment,
                            event.group.uid,
                            event.group.name,
                            event.subgroup.uid,
                            event.subgroup.name,
                            event.privilege.name,
                            event.privilege.value,
                            event.resource.uid,
                            event.resource.name,
                            event.resource.type,
                            event.app.name,
                            event.app.version,
                            event.app.path,
                            event.app.vendor_name,
                            event.query.database_name,
                            event.query.database_type,
                            event.query.name,
                            event.query.text,
                            event.file.name,
                            event.file.uid,
                            event.file.size,
                            event.file.sha256,
                            event.finding.uid,
                            event.finding.title,
                            event.finding.description,
                            event.finding.category,
                            event.finding.analytic_uid}) {
    size += token.size();
  }
  for (std::size_t i = 0; i < event.label_count; ++i) {
    size += event.labels[i].name.size() + event.labels[i].value.size();
  }
  for (std::size_t i = 0; i < event.factor_count; ++i) {
    size += event.factors[i].type.size();
  }
  for (const Token token : event.forwarded_for) size += token.size() + kPerElement;
  for (const Authorization& one : event.authorizations) {
    size += one.decision.size() + one.policy_uid.size() + one.policy_name.size() + kPerElement;
  }
  return size + TextSize(event.actor) + TextSize(event.user) + TextSize(event.other_user) +
         TextSize(event.src_endpoint) + TextSize(event.dst_endpoint) + TextSize(event.device) +
         TextSize(event.push_device);
}

std::int64_t Milliseconds(std::int64_t ns) {
  const std::int64_t ms = ns / 1'000'000;
  return ns % 1'000'000 < 0 ? ms - 1 : ms;
}

}  // namespace cce
