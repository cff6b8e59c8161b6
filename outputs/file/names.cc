#include "outputs/file/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "cce/api/text.h"

namespace cce::file {
namespace {

constexpr std::string_view kDataEnding = ".ndjson";

constexpr absl::string_view kTimeFormat = "%E4Y%m%dT%H%M%SZ";

bool AllDigits(std::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return !text.empty();
}

}  // namespace

std::string DataName(absl::Time time, std::uint64_t sequence) {
  return absl::StrFormat("%s-%06d%s", absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone()),
                         sequence, ForAbseil(kDataEnding));
}

std::optional<ParsedName> ParseName(std::string_view name) {
  const std::size_t data_end = name.find(kDataEnding);
  const std::size_t dash = name.find('-');
  if (data_end == std::string_view::npos || dash == std::string_view::npos || dash > data_end) {
    return std::nullopt;
  }
  const std::string_view time = name.substr(0, dash);
  const std::string_view sequence = name.substr(dash + 1, data_end - dash - 1);
  std::string_view ending = name.substr(data_end + kDataEnding.size());
  ParsedName parsed;
  if (!AllDigits(sequence) || !absl::SimpleAtoi(ForAbseil(sequence), &parsed.sequence) ||
      !absl::ParseTime(kTimeFormat, ForAbseil(time), &parsed.time, nullptr)) {
    return std::nullopt;
  }
  parsed.data_name = std::string(name.substr(0, data_end + kDataEnding.size()));
  // Whatever is written otherwise than here is somebody else's.
  if (parsed.data_name != DataName(parsed.time, parsed.sequence)) return std::nullopt;

  for (const Compression compression : {Compression::kZstd, Compression::kGzip}) {
    if (!ending.starts_with(EndingOf(compression))) continue;
    parsed.compression = compression;
    ending.remove_prefix(EndingOf(compression).size());
    break;
  }
  if (ending.empty()) {
    parsed.part = Part::kSealed;
  } else if (ending == kOpenEnding && parsed.compression == Compression::kNone) {
    parsed.part = Part::kOpen;
  } else if (ending == kManifestEnding) {
    parsed.part = Part::kManifest;
  } else if (ending == kTemporaryManifestEnding || ending == kTemporaryEnding) {
    parsed.part = Part::kTemporary;
  } else {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace cce::file
