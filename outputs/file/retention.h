// Deletes sealed files that are old or that there is no room for.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "outputs/file/folder.h"

namespace cce::file {

struct RetentionRules {
  // Counted from ManifestHead::newest.
  absl::Duration retain_for = absl::InfiniteDuration();
  // Bytes that the sealed files of all devices together may take.
  std::uint64_t retain_size = std::numeric_limits<std::uint64_t>::max();

  bool KeepsAll() const { return *this == RetentionRules{}; }
  friend bool operator==(const RetentionRules&, const RetentionRules&) = default;
};

struct Retention {
  std::uint64_t removed_files = 0;
  std::uint64_t removed_bytes = 0;
  std::uint64_t kept_bytes = 0;  // counted only where there is a retain_size
  // What could not be judged or removed; it is tried again the next time.
  std::uint64_t problems = 0;
  std::string first_problem;
};

// Blocks, for as long as it takes to list the folders. Removes each file that is older than
// retain_for, and then, the oldest first by the times in their names, those that are more than
// retain_size; each before its manifest. A file is `output`'s if its number is below next_sequence
// and its manifest says so and names the folder's organisation; no other file is touched. A crash
// leaves manifests without their file at worst, which go the next time.
Retention Retain(Disk disk, const std::string& output, const RetentionRules& rules,
                 absl::Span<const KnownFolder> folders, absl::Time now);

}  // namespace cce::file
