// OCSF 1.8.0's names for the numbers of its enumerations (schema.ocsf.io/1.8.0).
#pragma once

#include <string_view>

#include "cce/api/token.h"

namespace cce::ocsf {

struct ClassTraits {
  int class_uid;
  std::string_view name;
  // class_uid to category_name as JSON, each member behind a comma.
  std::string_view members;
  bool has_user;     // attribute user
  bool has_request;  // src_endpoint and http_request
  bool has_actor;    // without the profile host
};

// Those of the base event for a class that is not known.
const ClassTraits& ClassOf(int class_uid);

// Each returns the caption of a defined number and an empty text for any other. 99 is "Other".
Token SeverityCaption(int severity_id);
Token StatusCaption(int status_id);
Token FindingStatusCaption(int status_id);
Token UserTypeCaption(int type_id);
Token EntityTypeCaption(int type_id);
Token DeviceTypeCaption(int type_id);
Token OsTypeCaption(int type_id);
Token AuthProtocolCaption(int auth_protocol_id);
Token LogonTypeCaption(int logon_type_id);
Token FactorTypeCaption(int factor_type_id);
Token ActionCaption(int action_id);
Token DispositionCaption(int disposition_id);

}  // namespace cce::ocsf
