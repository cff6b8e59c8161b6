// The objects that an event is made of, in the terms of OCSF 1.8.0 (schema.ocsf.io/1.8.0/objects).
#pragma once

#include <string_view>

#include "cce/api/token.h"

namespace cce {

// Who sends the events. Lives as long as the program.
struct Product {
  std::string_view name;        // all of it program text, as JSON spells it
  std::string_view short_name;  // without the vendor's
  std::string_view vendor_name;
  std::string_view log_name;
  std::string_view log_provider;
  std::string_view ecs_field_set;  // what Elastic's package for the product calls its own fields
  std::string_view ecs_dataset;
  std::string_view cef_prefix;   // of CEF keys of the product's own
  std::string_view leef_prefix;  // likewise
};

// OCSF object user.
struct Principal {
  int type_id = 0;
  Token type;  // what the source calls it; OCSF has captions of its own but for type_id 99
  Token uid;
  Token uid_alt;
  Token name;
  Token email;

  bool empty() const { return uid.empty() && name.empty() && email.empty(); }
};

// OCSF object location. REQUIRES: country, region or city is set.
struct Location {
  Token country;
  Token country_name;
  Token region;  // without the country that the format puts before it
  Token city;
  Token continent;
  Token continent_code;  // of `continent`
  Token timezone;
  Token name;
  Token latitude;  // numbers
  Token longitude;

  bool empty() const { return country.empty() && region.empty() && city.empty(); }
};

// OCSF object network_endpoint.
struct Endpoint {
  Token ip;
  Token address;  // all that the source says in the place of `ip`, also where that is no address
  Token port;     // a number from 0 to 65535
  Token uid;
  Token hostname;
  Token svc_name;
  Location location;
  Token as_number;  // a number
  Token as_name;

  bool empty() const { return ip.empty() && uid.empty() && hostname.empty() && svc_name.empty(); }
};

// OCSF object device.
struct Device {
  int type_id = 0;
  Token uid;
  Token hostname;
  Token name;
  Token ip;
  Token address;  // as an endpoint's
  Location location;
  int os_type_id = 0;
  Token os_name;
  Token os_version;
  Token group_uid;
  Token group_name;

  bool empty() const { return uid.empty() && hostname.empty() && name.empty() && ip.empty(); }
};

// OCSF object group.
struct UserGroup {
  Token uid;
  Token name;

  bool empty() const { return uid.empty() && name.empty(); }
};

// OCSF object managed_entity. `device_uid` and `device_uid_alt` are of its device.
struct Entity {
  int type_id = 0;
  Token type;  // text of type_id 99
  Token uid;
  Token name;
  Token device_uid;
  Token device_uid_alt;

  bool empty() const { return uid.empty() && name.empty() && device_uid.empty(); }
};

// OCSF objects resource_details and web_resource.
struct Resource {
  Token uid;
  Token name;
  Token type;

  bool empty() const { return uid.empty() && name.empty(); }
};

// OCSF object product, where it is what was installed or started.
struct Application {
  Token name;
  bool is_stand_in = false;  // none is named, but OCSF requires a name
  Token version;
  Token path;
  Token vendor_name;
};

// What was asked of a directory or database: OCSF objects database and query_info.
struct DatastoreQuery {
  Token database_name;
  bool is_stand_in = false;  // no database is named, but OCSF requires a name
  Token database_type;
  Token name;
  Token text;
  Token result_count;  // a whole number; no attribute of OCSF's
};

// OCSF object file.
struct HostedFile {
  Token name;
  Token uid;
  Token size;  // a number
  Token sha256;
};

// OCSF object finding_info, with the analytic that found it.
struct Finding {
  Token uid;
  Token title;
  Token description;
  Token category;
  Token analytic_uid;
  bool is_alert = false;
};

// OCSF object service. The names are labels of it besides `name`.
struct Service {
  Token name;
  bool is_stand_in = false;  // as an application's
  Token uid;
  Token label;
};

// What http_request.user_agent is put together from: "name/version (os)"; and the parts that only
// ECS has.
struct UserAgent {
  Token name;
  Token version;
  Token os;  // in full
  Token os_name;
  Token os_version;
  Token device_name;

  // Of the text.
  bool empty() const { return name.empty() && os.empty(); }
};

// What somebody's account has become.
struct AccountChanges {
  Token name;
  Token email;
  Token full_name;

  bool empty() const { return name.empty() && email.empty() && full_name.empty(); }
};

// OCSF object auth_factor.
struct AuthFactor {
  int type_id = 0;
  Token type;  // text of type_id 99
};

// OCSF object authorization with the policy that decided.
struct Authorization {
  Token decision;
  Token policy_uid;
  Token policy_name;
};

// One of privileges: NAME, or NAME:VALUE.
struct Privilege {
  Token name;
  Token value;
};

// What the source calls it; what stands in is no name.
inline Token Named(const Application& app) { return app.is_stand_in ? Token() : app.name; }
inline Token Named(const Service& service) { return service.is_stand_in ? Token() : service.name; }
inline Token Named(const DatastoreQuery& query) {
  return query.is_stand_in ? Token() : query.database_name;
}

}  // namespace cce
