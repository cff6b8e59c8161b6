#include "cce/api/checkpoint.h"

#include <algorithm>

namespace cce {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

std::int64_t MinuteOf(std::int64_t time_ns) {
  const std::int64_t minute = time_ns / kMinuteNs;
  return time_ns % kMinuteNs < 0 ? minute - 1 : minute;
}

void Count(const Accounted& event, std::vector<MinuteCount>& minutes) {
  const std::int64_t minute = MinuteOf(event.time_ns);
  if (minutes.empty() || minutes.back().minute != minute) {
    minutes.push_back(MinuteCount{.minute = minute});
  }
  MinuteCount& count = minutes.back();
  switch (event.outcome) {
    case Outcome::kDelivered:
      ++count.delivered;
      break;
    case Outcome::kFiltered:
      ++count.filtered;
      break;
    case Outcome::kDeadLettered:
      ++count.dead_lettered;
      break;
  }
}

}  // namespace

bool IsWiderThanABlock(std::int64_t from_ns, std::int64_t to_ns) {
  // Times of the years 1678 and 2261 are further apart than a signed difference can say.
  return static_cast<std::uint64_t>(to_ns) - static_cast<std::uint64_t>(from_ns) >
         static_cast<std::uint64_t>(IdentityBlock::kMaxWidthNs);
}

std::vector<IdentityBlock> ToBlocks(absl::Span<const Accounted> events) {
  // A page comes sorted by time but for future and unreadable timestamps, so sorting is nearly free
  // and makes blocks narrow.
  std::vector<Accounted> sorted(events.begin(), events.end());
  const auto by_time = [](const Accounted& a, const Accounted& b) { return a.time_ns < b.time_ns; };
  if (!std::is_sorted(sorted.begin(), sorted.end(), by_time)) {
    std::stable_sort(sorted.begin(), sorted.end(), by_time);
  }

  std::vector<IdentityBlock> blocks;
  for (const Accounted& event : sorted) {
    if (blocks.empty() || blocks.back().identities.size() == IdentityBlock::kMaxIdentities ||
        IsWiderThanABlock(blocks.back().min_ns, event.time_ns)) {
      blocks.push_back(IdentityBlock{.min_ns = event.time_ns});
      blocks.back().identities.reserve(
          std::min(sorted.size(), std::size_t{IdentityBlock::kMaxIdentities}));
    }
    IdentityBlock& block = blocks.back();
    block.max_ns = event.time_ns;
    block.identities.push_back(event.identity);
    Count(event, block.minutes);
  }
  return blocks;
}

}  // namespace cce
