# A small OCSF-like mapping, as collect.py's.
({"sso_auth": [3002, 3, 1], "admin_login_attempt": [3002, 3, 1], "user_login_attempt": [3002, 3, 1],
  "ldap_bind": [3002, 3, 1], "radius_auth_attempt": [3002, 3, 1], "user_update": [3001, 3, 3]}[.event_type]
 // [0, 0, 99]) as $class
| {class_uid: $class[0], category_uid: $class[1], activity_id: $class[2],
   severity_id: (if .success == false then 3 else 1 end), time: .timestamp,
   actor: {user: {name: (.initiated_by.username // .initiated_by.email)}},
   src_endpoint: {ip: (.client_ip // .src_ip)}, metadata: {uid: .id}, unmapped: .}
