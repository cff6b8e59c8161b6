#include "cce/api/values.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"

namespace cce {
namespace {

absl::Status Refuse(std::string_view found, std::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat("found \"", ForAbseil(found), "\"; allowed: ", ForAbseil(allowed)));
}

}  // namespace

absl::StatusOr<absl::Duration> ReadDuration(std::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(ForAbseil(text), &duration) || duration == absl::InfiniteDuration() ||
      duration == -absl::InfiniteDuration()) {
    return Refuse(text, "a duration such as \"30s\", \"5m\" or \"24h\"");
  }
  return duration;
}

absl::StatusOr<std::uint64_t> ReadSize(std::string_view text) {
  static constexpr std::pair<std::string_view, int> kUnits[] = {
      {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}, {"B", 0}};
  for (const auto& [unit, shift] : kUnits) {
    if (text.size() <= unit.size() || text.substr(text.size() - unit.size()) != unit) continue;
    const std::string_view digits = text.substr(0, text.size() - unit.size());
    std::uint64_t count = 0;
    if (digits.find_first_not_of("0123456789") == std::string_view::npos &&
        absl::SimpleAtoi(ForAbseil(digits), &count) &&
        count <= std::numeric_limits<std::uint64_t>::max() >> shift) {
      return count << shift;
    }
    break;
  }
  return Refuse(text, "a size such as \"512KiB\", \"64MiB\" or \"2GiB\"");
}

absl::StatusOr<absl::Time> ReadTime(std::string_view text) {
  absl::Time time;
  std::string error;
  // ParseTime would also take "infinite-future", which is no time to collect from.
  if (text.empty() || text.front() < '0' || text.front() > '9' ||
      !absl::ParseTime(absl::RFC3339_full, ForAbseil(text), &time, &error)) {
    return Refuse(text, "an RFC 3339 time such as \"2026-07-01T00:00:00Z\"");
  }
  return time;
}

}  // namespace cce
