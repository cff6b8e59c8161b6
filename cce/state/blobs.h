// The binary columns of the state.
//
//   identities  16 bytes each, in the order in which they were accounted for
//   minutes     for each count: the minute as a difference to the one before it (the first: to 0),
//               delivered, filtered, dead-lettered; each a varint (7 bits a byte, low first, the
//               high bit set on all but the last byte), the difference zigzag-coded
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cce/api/checkpoint.h"

namespace cce {

// The bytes of `identities` where they are.
std::string_view IdentitiesAsBlob(const std::vector<Identity>& identities);
// kDataLoss if `blob` is nothing that IdentitiesAsBlob gave.
absl::StatusOr<std::vector<Identity>> ReadIdentities(std::string_view blob);

std::string WriteMinutes(absl::Span<const MinuteCount> minutes);
// kDataLoss if `blob` is nothing that WriteMinutes gave.
absl::StatusOr<std::vector<MinuteCount>> ReadMinutes(std::string_view blob);

// `counts` sorted by minute, counts of the same minute added up.
void Merge(std::vector<MinuteCount>& counts);

}  // namespace cce
