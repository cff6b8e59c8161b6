// The work on one device's folder that touches the file system. Every function blocks; none keeps
// anything.
#pragma once

#include <cstdint>
#include <map>
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
#include "outputs/file/names.h"
#include "outputs/file/records.h"

namespace cce::file {

// What is the same for every call.
struct Disk {
  Files& files;
  CrashPoints& crash_points;
};

// What a feed's recovery knows before it looks into the folder.
struct Expectation {
  std::string path;         // where the device's folder is now
  Origin origin;            // of what is delivered from now on
  Compression compression;  // of files that no record speaks of
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

// Compares the folder with the records and repairs what a crash may have left. A file whose record
// names another folder is sealed there, where the device's tenant or the output's directory has
// changed since, or here, where somebody has moved it along. Errors:
//   kFailedPrecondition  the folder holds files that this feed's state does not know
//   kDataLoss            committed bytes are missing
//   others               as Files has them
absl::StatusOr<Found> Inspect(Disk disk, const Expectation& expected);

// Makes the folder if need be and an empty file in it, all durable but the file's content.
absl::StatusOr<std::unique_ptr<File>> CreateOpen(Disk disk, const std::string& folder,
                                                 const std::string& data_name);

// What of a folder's entries is ours, by sequence.
struct Listing {
  std::map<std::uint64_t, ParsedName> open;
  std::map<std::uint64_t, ParsedName> sealed;
  std::map<std::uint64_t, ParsedName> manifests;
};

// Empty if there is no such folder.
absl::StatusOr<Listing> List(Disk disk, const std::string& path);

// A folder that holds files of a device, with what the state knows of them.
struct KnownFolder {
  OwnFolder own;
  std::uint64_t next_sequence = 1;
  std::set<std::uint64_t> unsealed;  // their sealing is not over
};

// Removes what a crash right before it leaves behind: open files that are sealed for good. The
// device's own recovery does so too; this is for folders that no device has any more.
absl::Status RemoveSources(Disk disk, const KnownFolder& folder);

// Writes the lines of `events` from `offset` on; neighbours in memory as one piece. After an error
// the file is cut back to `offset` if that is possible.
absl::Status Append(Disk disk, File& file, std::uint64_t offset,
                    absl::Span<const BatchEvent> events);

// The bytes that Append writes.
std::uint64_t SizeOf(absl::Span<const BatchEvent> events);

}  // namespace cce::file
