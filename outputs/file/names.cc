#include "outputs/file/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "cce/api/text.h"

namespace cce::file {
namespace {

constexpr std::string_view kDataEnding = ".ndjson";

bool AllDigits(std::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return !text.empty();
}

}  // namespace

std::string SealedName(absl::Time time, std::uint64_t sequence) {
  return absl::StrFormat("%s-%06d%s", absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone()),
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
  const std::string_view ending = name.substr(data_end + kDataEnding.size());
  if (time.size() != 16 || time[8] != 'T' || time[15] != 'Z' || !AllDigits(time.substr(0, 8)) ||
      !AllDigits(time.substr(9, 6)) || !AllDigits(sequence)) {
    return std::nullopt;
  }
  ParsedName parsed;
  if (!absl::SimpleAtoi(ForAbseil(sequence), &parsed.sequence)) return std::nullopt;
  parsed.sealed_name = std::string(name.substr(0, data_end + kDataEnding.size()));
  if (ending.empty()) {
    parsed.part = Part::kSealed;
  } else if (ending == kOpenEnding) {
    parsed.part = Part::kOpen;
  } else if (absl::EndsWith(ForAbseil(ending), kManifestEnding)) {
    parsed.part = Part::kManifest;
  } else if (ending == kTemporaryEnding) {
    parsed.part = Part::kTemporary;
  } else if (ending == ".zst" || ending == ".gz") {
    parsed.part = Part::kSealed;
  } else {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace cce::file
