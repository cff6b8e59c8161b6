// Reads cce.json and the device files and finds everything that is wrong with them in one go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cce/api/kinds.h"
#include "cce/config/configuration.h"

namespace cce {

struct LoadedConfiguration {
  std::optional<Configuration> configuration;  // nullopt if there is an error

  // "FILE: /pointer: what was found; what is allowed". One line each, never a secret.
  std::vector<std::string> errors;
  std::vector<std::string> warnings;

  // Known as soon as cce.json can be read, whatever else is wrong.
  std::string state_dir;
};

enum class Secrets {
  kLoad,
  kSkip,  // for commands that ask no service
};

// Reads files, environment and $CREDENTIALS_DIRECTORY; sends nothing, writes nothing. Blocking.
// Call it again to see what has changed. Devices for another engine's cce_ip are checked too and
// left out.
LoadedConfiguration LoadConfiguration(const std::string& path, const Kinds& kinds,
                                      Secrets secrets = Secrets::kLoad);

}  // namespace cce
