// The files of a file output, as its readers find them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cce::simulator {

// The event files of <directory>/<device>/, for every device or for the one named, in order of
// their names. A file being written (.open) counts unless its sealed name is there. Errors:
// kNotFound.
absl::StatusOr<std::vector<std::filesystem::path>> DeliveredFiles(
    const std::filesystem::path& directory, const std::string& device);

// Whole lines only: what follows the last line break is still being written. Sealed files may be
// compressed; the programs zstd and gzip read them. Errors: kUnavailable.
absl::StatusOr<std::string> ReadDelivered(const std::filesystem::path& file);

}  // namespace cce::simulator
