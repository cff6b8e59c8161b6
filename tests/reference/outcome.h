// How an event ended and how grave it is (normalisation 2.4 and 2.5).
#pragma once

#include <optional>
#include <string>

#include "tests/reference/kind.h"
#include "tests/reference/record.h"

namespace cce::reference {

struct Outcome {
  int status_id = 0;
  std::string status;  // of status_id 99
  json status_code;
  json status_detail;
  int severity_id = 1;
  json severity;  // of severity_id 99
  Places said;    // the places that the status says
};

Outcome OutcomeOf(const Record& record, const EventKind& kind);

// Whether a password went over the wire in the clear; nothing where no flag of TLS says.
std::optional<bool> IsCleartext(const Record& record);

// What of its policies decided: "deny", "allow_with_mfa", "allow" or "".
std::string Decision(const Record& record);

}  // namespace cce::reference
