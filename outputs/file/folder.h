// The work on one device's folder that touches the file system. Every function blocks; none keeps
// anything.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cce/api/crash_points.h"
#include "cce/api/files.h"
#include "cce/api/output.h"
#include "outputs/file/records.h"

namespace cce::file {

// What is the same for every call.
struct Disk {
  Files& files;
  CrashPoints& crash_points;
};

// What a manifest says besides the file's own figures.
struct Origin {
  std::string output;
  std::string device;
  std::string organisation;
  std::string format;
};

// What a feed's recovery knows before it looks into the folder.
struct Expectation {
  std::string path;  // the folder's
  Origin origin;
  Records records;
  // The operator has set the feed's position: what contradicts the records is accepted.
  bool was_reset = false;
  std::set<std::uint64_t> sealing;  // left alone
  std::set<std::uint64_t> retired;  // never written to again
};

struct Found {
  FolderRecord folder;
  std::optional<FileRecord> current;  // goes on at current->bytes
  std::unique_ptr<File> file;         // current's
  std::vector<FileRecord> to_seal;
  std::vector<std::uint64_t> gone;  // records whose file an operator has given up
};

// Compares the folder with the records and repairs what a crash may have left. Errors:
//   kFailedPrecondition  the folder holds files that this feed's state does not know
//   kDataLoss            committed bytes are missing
//   others               as Files has them
absl::StatusOr<Found> Inspect(Disk disk, const Expectation& expected);

// Makes the folder if need be and an empty file in it, all durable but the file's content.
absl::StatusOr<std::unique_ptr<File>> CreateOpen(Disk disk, const std::string& folder,
                                                 const std::string& sealed_name);

// Writes the lines of `events` from `offset` on and makes them durable; neighbours in memory as one
// piece. After an error other than kDataLoss the file is cut back to `offset` if that is possible.
absl::Status Append(Disk disk, File& file, std::uint64_t offset,
                    absl::Span<const BatchEvent> events);

// The bytes that Append writes.
std::uint64_t SizeOf(absl::Span<const BatchEvent> events);

}  // namespace cce::file
