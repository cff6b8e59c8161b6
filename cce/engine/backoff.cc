#include "cce/engine/backoff.h"

#include <algorithm>
#include <cstdint>

namespace cce {

absl::Duration Backoff::Next() {
  constexpr int kDoublings = 6;  // 2^6 s passes the cap
  const absl::Duration ceiling = std::min(Cap(), Base() * (1 << std::min(failures_, kDoublings)));
  ++failures_;
  const auto width = static_cast<std::uint64_t>(absl::ToInt64Microseconds(ceiling));
  return absl::Microseconds(static_cast<std::int64_t>(random_.Next() % (width + 1)));
}

}  // namespace cce
