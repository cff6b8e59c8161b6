#include "cce/system/heap.h"

#include <malloc.h>

namespace cce {
namespace {

// The largest that glibc takes. What is larger is mapped for itself and unmapped when it is freed.
constexpr int kLargestKept = 32 << 20;
// As large as the pieces that the heap of any thread but the first is made of: an empty one stays.
constexpr int kMostKept = 64 << 20;

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, kLargestKept);
  mallopt(M_TRIM_THRESHOLD, kMostKept);
  mallopt(M_TOP_PAD, kMostKept);
}

void ReturnFreedMemory() { malloc_trim(0); }

}  // namespace cce
