// Ends a file: from then on it never changes.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "outputs/file/folder.h"

namespace cce::file {

// Blocks, for as long as it takes to read the file once. Cuts the file to its committed length,
// writes its manifest and gives it its sealed name, each durable before the next; may be called
// again after any error or crash. kDataLoss: the file is gone or shorter than its record.
absl::Status Seal(Disk disk, const std::string& folder, const FileRecord& record,
                  const Origin& origin);

struct ManifestHead {
  std::string organisation;
  std::uint64_t bytes = 0;
};

// kNotFound without one; kDataLoss if it cannot be understood.
absl::StatusOr<ManifestHead> ReadManifest(Disk disk, const std::string& folder,
                                          const std::string& sealed_name);

// A record for an open file of which nothing but its content is known: whole lines count, a cut
// last line is dropped by Seal.
absl::StatusOr<FileRecord> Survey(Disk disk, const std::string& folder,
                                  const std::string& sealed_name, std::uint64_t sequence);

}  // namespace cce::file
