// Ends a file: from then on it never changes.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "outputs/file/folder.h"

namespace cce::file {

// Where the file is sealed to, and where it is written to until then.
std::string SealedPath(const FileRecord& record);
std::string OpenPath(const FileRecord& record);

// Blocks, for as long as it takes to read and compress the file once; memory is bounded. Gives the
// committed length its manifest and its sealed name, each durable before the next, and returns the
// bytes of the sealed file. May be called again after any error or crash. A compressed file's
// source is still there afterwards. kDataLoss: the file is gone or shorter than its record.
// REQUIRES: record.bytes > 0.
absl::StatusOr<std::uint64_t> Seal(Disk disk, const FileRecord& record, absl::Time now);

// Delivered bytes of a file of `origin`'s are gone: kDataLoss with `cause` and what to do.
absl::Status Missing(const Origin& origin, std::string_view cause);

// The command that sets a feed back. Of this output alone: the others have what they have.
std::string ResetCommand(const Origin& origin);

// Removes, durably, what was written to: the source of a sealed file, once nobody would seal it
// again, or an empty file. OK if it is not there. Passes the crash point on its way.
absl::Status RemoveOpen(Disk disk, const FileRecord& record, std::string_view crash_point);

struct ManifestHead {
  std::string file;
  std::string output;
  std::string organisation;
  std::uint64_t bytes = 0;  // of the plain text
  // When the file was sealed, or the time of its last event if that is later: the age of the file
  // counts from here. nullopt if the manifest does not say.
  std::optional<absl::Time> newest;
};

// Of the sealed file `name` of `folder`. kNotFound without one; kDataLoss if it cannot be
// understood.
absl::StatusOr<ManifestHead> ReadManifest(Disk disk, const std::string& folder,
                                          const std::string& name);

// A record for an open file of which nothing but its content is known: whole lines count, a cut
// last line is dropped by Seal. Whose it is, is for the caller to say.
absl::StatusOr<FileRecord> Survey(Disk disk, const std::string& folder,
                                  const std::string& data_name, std::uint64_t sequence);

}  // namespace cce::file
