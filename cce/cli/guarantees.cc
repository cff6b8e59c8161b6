#include "cce/cli/guarantees.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cce {
namespace {

// What the output's `only` takes away from what is promised; empty if nothing.
std::string DescribeFilter(const EventFilter& filter) {
  std::string taken;
  if (!filter.services.empty()) {
    absl::StrAppend(&taken, "events of ", absl::StrJoin(filter.services, ", "));
  }
  if (filter.min_severity > 0) {
    const auto severity = static_cast<std::size_t>(filter.min_severity - 1);
    absl::StrAppend(&taken, taken.empty() ? "events" : "", " of severity ",
                    std::string(kSeverityWords[severity]), " or more");
  }
  if (taken.empty()) return {};
  return absl::StrCat("    only ", taken, " (`only`); the others are counted, not delivered\n");
}

}  // namespace

std::string DescribeGuarantees(const Configuration& configuration, const Kinds& kinds) {
  std::string text;
  for (const DeviceConfiguration& device : configuration.devices) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", device.settings.device_name, "\n");
    absl::StrAppend(&text, "  collected: every event that the service shows within ",
                    absl::FormatDuration(device.settings.overlap),
                    " of its time (collection.overlap)\n    because each window of time is read to "
                    "its end before the next, and reaches back that far; what is shown later is "
                    "not looked for\n");
    for (const OutputConfiguration& output : configuration.outputs) {
      const auto& names = device.outputs;
      if (std::find(names.begin(), names.end(), output.name) == names.end()) continue;
      const auto kind = std::find_if(kinds.outputs.begin(), kinds.outputs.end(),
                                     [&](const OutputKind& one) { return one.type == output.type; });
      const Guarantee guarantee = kind->guarantee({.name = output.name,
                                                   .options = output.options,
                                                   .base_dir = output.base_dir,
                                                   .state_dir = configuration.state_dir});
      absl::StrAppend(&text, "  ", output.name, " (", output.type, ", ", output.format,
                      "): ", std::string(guarantee.promise), "\n    because ",
                      std::string(guarantee.reason), "\n", DescribeFilter(output.filter));
    }
  }
  if (text.empty()) text = "No device runs on this engine.\n";
  return text;
}

}  // namespace cce
