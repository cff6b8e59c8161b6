#include "parsers/jumpcloud/timestamp.h"

#include "cce/api/text.h"

namespace cce::jumpcloud {
namespace {

constexpr char kFormat[] = "%Y-%m-%d%ET%H:%M:%E3SZ";

}  // namespace

std::string ToTimestamp(absl::Time time) {
  return absl::FormatTime(kFormat, time, absl::UTCTimeZone());
}

std::optional<absl::Time> ReadTimestamp(std::string_view text) {
  absl::Time time;
  std::string error;
  const bool readable = absl::ParseTime(kFormat, ForAbseil(text), &time, &error) &&
                        time != absl::InfinitePast() && time != absl::InfiniteFuture();
  if (!readable || ToTimestamp(time) != text) return std::nullopt;
  return time;
}

}  // namespace cce::jumpcloud
