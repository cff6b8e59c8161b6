// The files of a file output, as its readers find them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cce::simulator {

// The event files under `directory`, in order of their paths: of every device's folder, however
// deep, or of those with the name `device`. A file being written (.open) counts unless its sealed
// name is there. Errors: kNotFound.
absl::StatusOr<std::vector<std::filesystem::path>> DeliveredFiles(
    const std::filesystem::path& directory, const std::string& device);

// Whole lines only: what follows the last line break is still being written. Sealed files may be
// compressed; the programs zstd and gzip read them. Errors: kUnavailable.
absl::StatusOr<std::string> ReadDelivered(const std::filesystem::path& file);

// What is wrong with the manifest beside `file`, whose content ReadDelivered has read: it must name
// the file and give the count of its lines, its length and SHA-256, and those of the compressed
// bytes. Empty: nothing, or the file is still being written and has none.
std::string ManifestFault(const std::filesystem::path& file, const std::string& content);

}  // namespace cce::simulator
