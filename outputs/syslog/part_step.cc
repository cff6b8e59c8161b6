#include "outputs/syslog/part_step.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace cce::syslog {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

std::int64_t MinuteOf(std::int64_t time_ns) {
  return time_ns / kMinuteNs - (time_ns % kMinuteNs < 0 ? 1 : 0);
}

}  // namespace

Step PartStep(absl::Span<const BatchEvent> events) {
  std::vector<Accounted> accounted;
  accounted.reserve(events.size());
  for (const BatchEvent& event : events) accounted.push_back({event.identity, event.time_ns});
  Step step;
  step.blocks = ToBlocks(accounted);
  return step;
}

void TakeOut(absl::Span<const BatchEvent> events, Step& step) {
  if (events.empty()) return;
  absl::flat_hash_map<Identity, std::int64_t> minutes;
  minutes.reserve(events.size());
  for (const BatchEvent& event : events) minutes.emplace(event.identity, MinuteOf(event.time_ns));
  for (IdentityBlock& block : step.blocks) {
    std::erase_if(block.identities, [&](const Identity& identity) {
      const auto taken = minutes.find(identity);
      if (taken == minutes.end()) return false;
      for (MinuteCount& count : block.minutes) {
        if (count.minute == taken->second && count.delivered > 0) --count.delivered;
      }
      return true;
    });
    std::erase_if(block.minutes, [](const MinuteCount& count) {
      return count.delivered + count.filtered + count.dead_lettered == 0;
    });
  }
  std::erase_if(step.blocks, [](const IdentityBlock& block) { return block.identities.empty(); });
}

}  // namespace cce::syslog
