// The output type "syslog", as main knows it.
#pragma once

#include "cce/api/kinds.h"
#include "outputs/syslog/syslog_options.h"

namespace cce {

OutputKind SyslogOutputKind();

namespace syslog {

// JSON Schema of the output's object in cce.json.
std::string_view Schema();

// kInvalidArgument if the options cannot work: a line "/POINTER: what was found; what is allowed"
// for each mistake.
absl::StatusOr<SyslogOptions> ReadOptions(const OutputSettings& settings);

}  // namespace syslog
}  // namespace cce
