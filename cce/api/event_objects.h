// The objects that an event is made of, in the terms of OCSF 1.8.0 (schema.ocsf.io/1.8.0/objects).
#pragma once

#include <string_view>

namespace cce {

// Text as JSON spells it between its quotes: escaped, UTF-8, ready to be copied. Empty means
// absent.
using Token = std::string_view;

// Who sends the events. Lives as long as the program.
struct Product {
  Token name;
  Token vendor_name;
  Token log_name;
  Token log_provider;
};

// OCSF object user.
struct Principal {
  int type_id = 0;
  Token type;  // text of type_id 99; otherwise the format writes the caption
  Token uid;
  Token uid_alt;
  Token name;
  Token email;

  bool empty() const { return uid.empty() && name.empty() && email.empty(); }
};

// OCSF object location. REQUIRES: country, region or city is set.
struct Location {
  Token country;
  Token region;  // without the country that the format puts before it
  Token city;
  Token continent;
  Token name;
  Token latitude;  // numbers
  Token longitude;

  bool empty() const { return country.empty() && region.empty() && city.empty(); }
};

// OCSF object network_endpoint.
struct Endpoint {
  Token ip;
  Token port;  // a number from 0 to 65535
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
  Location location;
  int os_type_id = 0;
  Token os_name;
  Token os_version;
  Token group_uid;
  Token group_name;

  bool empty() const { return uid.empty() && hostname.empty() && name.empty() && ip.empty(); }
};

// OCSF object service. The names are labels of it besides `name`.
struct Service {
  Token name;
  Token uid;
  Token label;
};

// What http_request.user_agent is put together from: "name/version (os)".
struct UserAgent {
  Token name;
  Token version;
  Token os;
};

// OCSF object auth_factor.
struct AuthFactor {
  int type_id = 0;
  Token type;  // text of type_id 99
  bool is_totp = false;
};

// OCSF object authorization with the policy that decided.
struct Authorization {
  Token decision;
  Token policy_uid;
  Token policy_name;
};

// One of metadata.labels: NAME, or NAME:VALUE.
struct Label {
  Token name;
  Token value;
};

}  // namespace cce
