// How much happened lately, in a fixed number of buckets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace cce {

// Counts over the last kBuckets * `bucket`, exact to one bucket. Thread-compatible. A clock that
// steps back counts into the newest bucket.
template <std::size_t kBuckets>
class SlidingCount {
 public:
  explicit SlidingCount(absl::Duration bucket) : bucket_(bucket) {}

  void Add(absl::Time now, std::uint64_t count) {
    Advance(now);
    counts_[Slot(newest_)] += count;
  }

  // The sum over the `buckets` newest buckets, the one in progress included.
  std::uint64_t Sum(absl::Time now, std::size_t buckets = kBuckets) const {
    const std::int64_t last = Index(now) > newest_ ? Index(now) : newest_;
    std::uint64_t sum = 0;
    for (std::size_t back = 0; back < buckets && back < kBuckets; ++back) {
      const std::int64_t index = last - static_cast<std::int64_t>(back);
      if (index <= newest_ && index > newest_ - static_cast<std::int64_t>(kBuckets)) {
        sum += counts_[Slot(index)];
      }
    }
    return sum;
  }

 private:
  static std::size_t Slot(std::int64_t index) { return static_cast<std::size_t>(index) % kBuckets; }

  std::int64_t Index(absl::Time now) const { return (now - absl::UnixEpoch()) / bucket_; }

  void Advance(absl::Time now) {
    const std::int64_t index = Index(now);
    if (index - newest_ >= static_cast<std::int64_t>(kBuckets)) {
      counts_.fill(0);
      newest_ = index;
    }
    while (newest_ < index) counts_[Slot(++newest_)] = 0;
  }

  absl::Duration bucket_;
  std::int64_t newest_ = 0;
  std::array<std::uint64_t, kBuckets> counts_{};
};

}  // namespace cce
