// Where a device's secret comes from.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "cce/config/secret.h"

namespace cce {

struct LoadedSecret {
  Secret secret;
  std::string warning;  // empty if there is nothing to warn of
};

// `value` is a string, {"file": PATH}, {"env": NAME} or {"credential": NAME}, as
// conf/device.schema.json has it. PATH is relative to `base_dir`; NAME of a credential is a file in
// $CREDENTIALS_DIRECTORY (systemd.exec(5)). A line end behind the secret is not part of it. Errors
// say what is missing and never what was read. REQUIRES: `value` is valid against the schema.
absl::StatusOr<LoadedSecret> LoadSecret(const nlohmann::json& value, const std::string& base_dir);

}  // namespace cce
