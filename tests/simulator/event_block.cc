#include "tests/simulator/event_block.h"

#include <algorithm>

#include "tests/simulator/event_shapes.h"
#include "tests/simulator/seeded_random.h"

namespace cce::simulator {
namespace {

// In ASCII order, so that texts compare as the numbers do.
constexpr std::string_view kOrderedAlphabet =
    "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

bool IsBefore(const EventBlock::Entry& entry, const Cursor& cursor) {
  if (entry.milliseconds() != cursor.milliseconds) {
    return entry.milliseconds() < cursor.milliseconds;
  }
  return TiebreakText(entry.tiebreak) < cursor.tiebreak;
}

}  // namespace

ServiceSet ServiceBit(std::string_view service) {
  // The vendor's prose says `alert` where its enumeration says `alerts`.
  if (service == "alert") service = "alerts";
  const auto known = KnownServices();
  const auto found = std::find(known.begin(), known.end(), service);
  return found == known.end() ? ServiceSet{1} << 31 : ServiceSet{1} << (found - known.begin());
}

std::string TiebreakText(std::uint64_t tiebreak) {
  std::string text(20, '-');
  for (std::size_t i = 0; i < 11; ++i) {
    const std::size_t shift = 60 - 6 * i;
    text[i] = kOrderedAlphabet[(tiebreak >> shift) & 63];
  }
  std::uint64_t rest = Mix(tiebreak);
  for (std::size_t i = 11; i < 20; ++i, rest >>= 6) text[i] = kOrderedAlphabet[rest & 63];
  return text;
}

void EventBlock::Reserve(std::size_t events, std::size_t bytes) {
  entries_.reserve(events);
  bytes_.reserve(bytes);
}

void EventBlock::Append(Entry entry, std::string_view record) {
  if (!entries_.empty()) bytes_ += ',';
  entry.offset = static_cast<std::uint32_t>(bytes_.size());
  entry.size = static_cast<std::uint32_t>(record.size());
  bytes_ += record;
  entries_.push_back(entry);
}

std::string_view EventBlock::Records(std::size_t begin, std::size_t end) const {
  const std::size_t first = entries_[begin].offset;
  const std::size_t last = entries_[end - 1].offset + std::size_t{entries_[end - 1].size};
  return std::string_view(bytes_).substr(first, last - first);
}

std::size_t EventBlock::FirstAt(std::int64_t milliseconds) const {
  const auto found =
      std::partition_point(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return entry.milliseconds() < milliseconds; });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::size_t EventBlock::FirstAfter(const Cursor& cursor) const {
  const auto found =
      std::partition_point(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return entry.cursor() <= cursor; });
  return static_cast<std::size_t>(found - entries_.begin());
}

std::size_t EventBlock::FirstNotBefore(const Cursor& cursor) const {
  const auto found =
      std::partition_point(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return IsBefore(entry, cursor); });
  return static_cast<std::size_t>(found - entries_.begin());
}

}  // namespace cce::simulator
