// What cannot be delivered, as records of the topic for dead letters.
//
//   {"time", "cause", "output", "device", "organisation", "position", "bytes", "size"} with
//   "bytes_base64" and "position_base64" instead for what is not UTF-8; "bytes" are the first
//   kDeadLetterBytes of `size`
#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "cce/api/checkpoint.h"
#include "cce/api/output.h"

namespace cce::kafka {

// What is too long for the topic of the events is too long for this one, too.
inline constexpr std::size_t kDeadLetterBytes = 128 << 10;

std::string DeadLetterValue(const FeedKey& feed, const DeadLetter& letter, absl::Time time);

}  // namespace cce::kafka
