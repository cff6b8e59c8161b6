// What the service's refusals mean, in words a user can act on.
//
// JumpCloud documents few bodies of errors, so the status code decides and the body is only quoted,
// except for 400, where its words tell a clock's fault from a configuration's.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "cce/api/http.h"
#include "parsers/jumpcloud/configuration.h"

namespace cce::jumpcloud {

// What `response` says, as cce/api/trouble.h has it. REQUIRES: response.status != 200.
absl::Status Verdict(const HttpResponse& response, const Configuration& configuration);

// An answer that says OK and makes no sense: asked again, alarmed, never skipped.
absl::Status Senseless(std::string_view cause);

// Events of an organisation other than the configured one.
absl::Status WrongOrganisation(std::string_view found, const Configuration& configuration);

// `text` of somebody else's as a message may show it: one line of at most 200 bytes without control
// characters, and without what looks like a key.
std::string Quotable(std::string_view text);

}  // namespace cce::jumpcloud
