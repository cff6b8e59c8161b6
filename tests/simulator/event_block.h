// A run of events in index order, their bytes joined by commas: any stretch of it is a page's
// inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/timestamp.h"

namespace cce::simulator {

// Which services' events a query wants, as bits of service numbers.
using ServiceSet = std::uint32_t;
inline constexpr ServiceSet kAllServices = ~ServiceSet{0};

// The bit of a service; the last bit stands for every service that KnownServices() does not have.
ServiceSet ServiceBit(std::string_view service);

// The opaque half of a cursor: 20 characters whose order is the order of `tiebreak`.
std::string TiebreakText(std::uint64_t tiebreak);

struct Cursor {
  std::int64_t milliseconds = 0;
  std::string tiebreak;

  friend auto operator<=>(const Cursor&, const Cursor&) = default;
};

// Filled once, then immutable and shared.
class EventBlock {
 public:
  struct Entry {
    std::int64_t time = 0;        // ns since 1970 UTC
    std::int64_t visible_at = 0;  // ns since 1970 UTC
    std::uint64_t tiebreak = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    ServiceSet service = 0;

    std::int64_t milliseconds() const { return ToMilliseconds(time); }
    Cursor cursor() const { return {milliseconds(), TiebreakText(tiebreak)}; }
  };

  void Reserve(std::size_t events, std::size_t bytes);

  // `entry`'s offset and size are set here. REQUIRES: `entry` comes after the last one in index
  // order and the block stays below 4 GiB.
  void Append(Entry entry, std::string_view record);

  const std::vector<Entry>& entries() const { return entries_; }
  std::string_view Record(std::size_t index) const { return Records(index, index + 1); }

  // The bytes of [begin, end), joined by commas. REQUIRES: begin < end.
  std::string_view Records(std::size_t begin, std::size_t end) const;

  // Index of the first entry at or after the millisecond.
  std::size_t FirstAt(std::int64_t milliseconds) const;

  // Index of the first entry whose cursor is greater than `cursor`.
  std::size_t FirstAfter(const Cursor& cursor) const;

  // Index of the first entry whose cursor is not less than `cursor`.
  std::size_t FirstNotBefore(const Cursor& cursor) const;

 private:
  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace cce::simulator
