#include "outputs/dead_letters/dead_letters.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "outputs/dead_letters/percent_encode.h"
#include "outputs/dead_letters/put_bytes.h"

namespace cce::dead_letters {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMinuteNs = 60'000'000'000;

void SayThatSomeAreGone(Log& log, const std::string& path, std::uint64_t bytes) {
  log.Warning("dead letters have been taken away", {{"file", path}, {"bytes", bytes}});
}

// Where a line may begin behind the `size` bytes of `file`: a last line that a crash has cut is
// ended.
absl::StatusOr<std::uint64_t> EndOfLines(File& file, std::uint64_t size) {
  if (size == 0) return size;
  char last = '\0';
  const absl::StatusOr<std::size_t> read = file.ReadAt(size - 1, &last, 1);
  if (!read.ok()) return read.status();
  if (last == '\n') return size;
  const std::array<std::string_view, 1> line_end = {"\n"};
  if (absl::Status written = file.WriteAt(size, line_end); !written.ok()) return written;
  if (absl::Status synced = file.SyncData(); !synced.ok()) return synced;
  return size + 1;
}

}  // namespace

std::string DeadLetterPath(const std::string& state_dir, const std::string& output,
                           const std::string& device) {
  return absl::StrCat(state_dir, "/dead_letters/", PercentEncode(output), "/",
                      PercentEncode(device), ".ndjson");
}

std::string DeadLetterLines(absl::Span<const DeadLetter> letters, absl::Time time) {
  std::string lines;
  for (const DeadLetter& letter : letters) {
    ordered_json object;
    object["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
    PutBytes(object, "cause", letter.cause);
    PutBytes(object, "position", letter.position);
    PutBytes(object, "bytes", letter.bytes);
    absl::StrAppend(&lines, object.dump(), "\n");
  }
  return lines;
}

absl::StatusOr<std::uint64_t> RecoverDeadLetters(Files& files, Log& log, const std::string& path,
                                                 std::optional<std::uint64_t> committed) {
  const absl::StatusOr<std::unique_ptr<File>> file = files.OpenForWriting(path);
  if (absl::IsNotFound(file.status())) {
    if (committed.value_or(0) > 0) SayThatSomeAreGone(log, path, *committed);
    return std::uint64_t{0};
  }
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (!committed) return EndOfLines(**file, *size);
  if (*size < *committed) SayThatSomeAreGone(log, path, *committed - *size);
  if (*size <= *committed) return *size;
  if (absl::Status cut = (*file)->Truncate(*committed); !cut.ok()) return cut;
  return *committed;
}

absl::StatusOr<std::uint64_t> AppendDeadLetters(Files& files, Log& log, const std::string& path,
                                                std::uint64_t offset, const std::string& lines) {
  const std::string folder = path.substr(0, path.rfind('/'));
  absl::StatusOr<std::unique_ptr<File>> file = files.OpenForWriting(path);
  if (absl::IsNotFound(file.status())) {
    if (absl::Status made = files.MakeDirectories(folder); !made.ok()) return made;
    file = files.Create(path);
  }
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size < offset) {
    SayThatSomeAreGone(log, path, offset - *size);
    const absl::StatusOr<std::uint64_t> end = EndOfLines(**file, *size);
    if (!end.ok()) return end.status();
    offset = *end;
  }
  if (offset == 0) {
    // The file may be here from a try that was cut before this.
    if (absl::Status synced = files.SyncDirectory(folder); !synced.ok()) return synced;
  }
  const std::array<std::string_view, 1> pieces = {lines};
  if (absl::Status written = (*file)->WriteAt(offset, pieces); !written.ok()) {
    (*file)->Truncate(offset).IgnoreError();
    return written;
  }
  if (absl::Status synced = (*file)->SyncData(); !synced.ok()) return synced;
  return offset + lines.size();
}

void MoveToDeadLetters(const BatchEvent& event, Step& step) {
  std::int64_t minute = event.time_ns / kMinuteNs;
  if (event.time_ns % kMinuteNs < 0) --minute;
  for (IdentityBlock& block : step.blocks) {
    if (event.time_ns < block.min_ns || event.time_ns > block.max_ns ||
        std::find(block.identities.begin(), block.identities.end(), event.identity) ==
            block.identities.end()) {
      continue;
    }
    for (MinuteCount& count : block.minutes) {
      if (count.minute != minute || count.delivered == 0) continue;
      --count.delivered;
      ++count.dead_lettered;
      return;
    }
  }
}

}  // namespace cce::dead_letters
