// What the state keeps of a device: one value for its folder and one for each file that is not
// sealed yet. A delivery writes the folder's and the current file's; sealing only deletes its
// file's, so that the two need no order between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cce/api/checkpoint_store.h"
#include "outputs/file/compression.h"

namespace cce::file {

// Whose events a file holds and how they are written. All events of a file agree in it.
struct Origin {
  std::string output;
  std::string device;
  std::string tenant;
  std::string organisation;
  std::string format;

  friend bool operator==(const Origin&, const Origin&) = default;
};

// All that sealing needs to know, so that it needs neither the device nor the configuration that
// the file was begun with.
struct FileRecord {
  std::uint64_t sequence = 0;
  std::string folder;  // path; empty: from a version that kept none, in the device's only one
  std::string name;    // DataName
  Origin origin;
  Compression compression = Compression::kNone;
  std::uint64_t bytes = 0;  // committed; 0: announced, nothing in it yet
  std::uint64_t events = 0;
  std::uint64_t late = 0;
  std::optional<std::int64_t> first_ns;  // event times; nullopt if nobody knows them
  std::optional<std::int64_t> last_ns;
  std::int64_t opened_ns = 0;  // when it was first delivered to
};

// A folder that a device's files are in, and whose they are.
struct OwnFolder {
  std::string path;
  std::string organisation;

  friend bool operator==(const OwnFolder&, const OwnFolder&) = default;
};

struct FolderRecord {
  std::string organisation;
  std::string path;
  std::vector<OwnFolder> former;  // before `path`: of other tenants, or where the output wrote then
  std::uint64_t next_sequence = 1;
  // The feed's position as of the folder's last commit. Another one in the feed's checkpoint means
  // that an operator has reset the feed since.
  std::string position;
  std::uint64_t dead_letter_bytes = 0;
};

// By which retention tells a clock that has been set far forward.
struct ClockRecord {
  std::int64_t seen_ns = 0;           // the time of the last round of retention
  std::int64_t believed_from_ns = 0;  // no file is too old before
};

struct Records {
  std::optional<FolderRecord> folder;
  std::vector<FileRecord> files;  // ascending
};

// The keys of a device's values begin with this. `device` is percent-encoded.
std::string KeyPrefix(const std::string& device);

OutputValue ToValue(const std::string& device, const FolderRecord& record);
OutputValue ToValue(const std::string& device, const FileRecord& record);
OutputValue ToValue(const ClockRecord& record);
// Deletes what ToValue wrote for that file.
OutputValue Deletion(const std::string& device, std::uint64_t sequence);

// kDataLoss if a value is not what ToValue writes. REQUIRES: all are of one device.
absl::StatusOr<Records> ReadRecords(absl::Span<const OutputValue> values);

// No name that is encoded for a path begins like this.
inline constexpr std::string_view kClockKey = "=retention/clock";

// As ReadRecords; nullopt if there is none.
absl::StatusOr<std::optional<ClockRecord>> ReadClock(absl::Span<const OutputValue> values);

// An output's values cut into those of each device. REQUIRES: sorted by key.
std::vector<absl::Span<const OutputValue>> ByDevice(absl::Span<const OutputValue> values);

}  // namespace cce::file
