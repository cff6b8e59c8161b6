// What could not be delivered, kept beside the state: one JSON object a line in a file for each
// device of an output. An output appends before it commits and keeps the committed length in its
// own values. Every function but the pure ones blocks; none keeps anything.
//
//   {"time", "cause", "position", "bytes"} with "bytes_base64" instead of "bytes", and
//   "position_base64" instead of "position", for what is not UTF-8
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cce/api/files.h"
#include "cce/api/log.h"
#include "cce/api/output.h"

namespace cce::dead_letters {

// "<state_dir>/dead_letters/<output>/<device>.ndjson", names percent-encoded.
std::string DeadLetterPath(const std::string& state_dir, const std::string& output,
                           const std::string& device);

std::string DeadLetterLines(absl::Span<const DeadLetter> letters, absl::Time time);

// Counts `event` of `step`'s as dead-lettered instead of delivered.
void MoveToDeadLetters(const BatchEvent& event, Step& step);

// Where the next line goes in the file at `path`, of which `committed` bytes are known; more is cut
// off. Less than `committed` is what an operator leaves who has taken lines away; `log` is told.
// nullopt: the state knows nothing of the feed because it is new or was lost; then all that is
// there stays.
absl::StatusOr<std::uint64_t> RecoverDeadLetters(Files& files, Log& log, const std::string& path,
                                                 std::optional<std::uint64_t> committed);

// Writes `lines` from `offset` on, or where the file ends if that is before it, of which `log` is
// told; in a new file if there is none. Makes them durable and returns the offset behind them.
absl::StatusOr<std::uint64_t> AppendDeadLetters(Files& files, Log& log, const std::string& path,
                                                std::uint64_t offset, const std::string& lines);

}  // namespace cce::dead_letters
