#include "cce/api/format.h"

#include <atomic>

namespace cce {
namespace {

std::atomic<std::uint64_t> formats_made = 0;

}  // namespace

Format::Format() : number_(formats_made.fetch_add(1, std::memory_order_relaxed)) {}

}  // namespace cce
