#include "outputs/format/event_text.h"

namespace cce {
namespace {

// Of one authorization, one forwarded address.
constexpr std::size_t kPerElement = 128;

std::size_t TextSize(const Principal& user) {
  return user.type.room() + user.uid.room() + user.uid_alt.room() + user.name.room() +
         user.email.room();
}

std::size_t TextSize(const Location& location) {
  return location.country.room() + location.country_name.room() + location.region.room() +
         location.city.room() + location.continent.room() + location.continent_code.room() +
         location.timezone.room() + location.name.room() + location.latitude.room() +
         location.longitude.room();
}

std::size_t TextSize(const Endpoint& endpoint) {
  return endpoint.ip.room() + endpoint.address.room() + endpoint.port.room() + endpoint.uid.room() +
         endpoint.hostname.room() + endpoint.svc_name.room() + endpoint.as_number.room() +
         endpoint.as_name.room() + TextSize(endpoint.location);
}

std::size_t TextSize(const Device& device) {
  return device.uid.room() + device.hostname.room() + device.name.room() + device.ip.room() +
         device.address.room() + device.os_name.room() + device.os_version.room() +
         device.group_uid.room() + device.group_name.room() + TextSize(device.location);
}

}  // namespace

std::size_t TextSize(const Event& event) {
  std::size_t size = 0;
  for (const Token token : {event.time_ms,
                            event.time_text,
                            event.timezone_offset,
                            event.logged_time_ms,
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
                            event.service.name,
                            event.service.uid,
                            event.service.label,
                            event.user_agent.name,
                            event.user_agent.version,
                            event.user_agent.os,
                            event.user_agent.os_name,
                            event.user_agent.os_version,
                            event.user_agent.device_name,
                            event.user_changes.name,
                            event.user_changes.email,
                            event.user_changes.full_name,
                            event.session_uid,
                            event.auth_protocol,
                            event.logon_type,
                            event.action,
                            event.auth_method,
                            event.auth_type,
                            event.url,
                            event.process_name,
                            event.destination.type,
                            event.destination.name,
                            event.bind_name,
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
                            event.query.result_count,
                            event.file.name,
                            event.file.uid,
                            event.file.size,
                            event.file.sha256,
                            event.finding.uid,
                            event.finding.title,
                            event.finding.description,
                            event.finding.category,
                            event.finding.analytic_uid}) {
    size += token.room();
  }
  for (std::size_t i = 0; i < event.label_count; ++i) {
    size += event.labels[i].room();
  }
  for (std::size_t i = 0; i < event.factor_count; ++i) {
    size += event.factors[i].type.room();
  }
  for (const Token token : event.forwarded_for) size += token.room() + kPerElement;
  for (const Authorization& one : event.authorizations) {
    size += one.decision.room() + one.policy_uid.room() + one.policy_name.room() + kPerElement;
  }
  return size + TextSize(event.actor) + TextSize(event.user) + TextSize(event.other_user) +
         TextSize(event.src_endpoint) + TextSize(event.dst_endpoint) + TextSize(event.device) +
         TextSize(event.push_device);
}

}  // namespace cce
