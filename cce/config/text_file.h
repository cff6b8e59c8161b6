// A small file, whole.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace cce {

// The content of a regular file of at most 4 MiB. kNotFound, kPermissionDenied, kInvalidArgument;
// the message is the cause alone, without the path.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Whether users besides its owner and group may read the file.
bool IsReadableByOthers(const std::string& path);

}  // namespace cce
