#include "cce/system/heap.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

namespace cce {
namespace {

constexpr std::size_t kMappedAtOnce = 4096;
// Of one page: body, heads and leaves, lines.
constexpr std::size_t kSizes[] = {9 << 20, 3 << 20, 14 << 20};
constexpr long kBytesOfOne = 26 << 20;

using Block = std::unique_ptr<char, decltype(&std::free)>;

// Returns a small block behind the large ones, which are freed.
Block UseAsAPageDoes() {
  std::vector<Block> blocks;
  for (const std::size_t size : kSizes) {
    blocks.emplace_back(static_cast<char*>(std::malloc(size)), &std::free);
    volatile char* const bytes = blocks.back().get();
    for (std::size_t i = 0; i < size; i += kMappedAtOnce) bytes[i] = 1;
  }
  return Block(static_cast<char*>(std::malloc(kMappedAtOnce)), &std::free);
}

// How often this thread has touched memory that was not mapped.
long Faults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

long ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  long size = 0;
  long resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

class Heap : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef NDEBUG_SANITIZER
    GTEST_SKIP() << "a sanitizer has a malloc of its own";
#endif
    KeepFreedMemory();
  }
};

TEST_F(Heap, KeepsThePagesMemoryForTheNext) {
  long faults = 0;
  std::thread device([&faults] {
    UseAsAPageDoes();
    const long before = Faults();
    for (int page = 0; page < 10; ++page) UseAsAPageDoes();
    faults = Faults() - before;
  });
  device.join();
  EXPECT_LT(faults * static_cast<long>(kMappedAtOnce), kBytesOfOne / 4) << "of ten pages";
}

TEST_F(Heap, GivesBackWhatNoPageUses) {
  Block in_use(nullptr, &std::free);
  std::thread device([&in_use] { in_use = UseAsAPageDoes(); });
  device.join();
  const long before = ResidentBytes();
  ReturnFreedMemory();
  EXPECT_LT(ResidentBytes(), before - kBytesOfOne / 2);
}

}  // namespace
}  // namespace cce
