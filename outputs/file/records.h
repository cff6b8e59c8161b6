// What the state keeps of a folder: one value for the folder and one for each file of it that is
// not sealed yet. A delivery writes the folder's and the current file's; sealing only deletes its
// file's, so that the two need no order between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cce/api/checkpoint_store.h"

namespace cce::file {

struct FileRecord {
  std::uint64_t sequence = 0;
  std::string name;         // sealed name
  std::uint64_t bytes = 0;  // committed; 0: announced, nothing in it yet
  std::uint64_t events = 0;
  std::uint64_t late = 0;
  std::optional<std::int64_t> first_ns;  // event times; nullopt if nobody knows them
  std::optional<std::int64_t> last_ns;
  std::int64_t opened_ns = 0;  // when it was first delivered to
};

struct FolderRecord {
  std::string organisation;
  std::uint64_t next_sequence = 1;
  // The feed's position as of the folder's last commit. Another one in the feed's checkpoint means
  // that an operator has reset the feed since.
  std::string position;
  std::uint64_t dead_letter_bytes = 0;
};

struct Records {
  std::optional<FolderRecord> folder;
  std::vector<FileRecord> files;  // ascending
};

// The keys of a folder's values begin with this. `folder` is percent-encoded.
std::string KeyPrefix(const std::string& folder);

OutputValue ToValue(const std::string& folder, const FolderRecord& record);
OutputValue ToValue(const std::string& folder, const FileRecord& record);
// Deletes what ToValue wrote for that file.
OutputValue Deletion(const std::string& folder, std::uint64_t sequence);

// kDataLoss if a value is not what ToValue writes.
absl::StatusOr<Records> ReadRecords(absl::Span<const OutputValue> values);

}  // namespace cce::file
