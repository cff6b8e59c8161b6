#include "cce/system/system_random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <thread>
#include <vector>

namespace cce {
namespace {

TEST(SystemRandom, GivesTwoGeneratorsDifferentNumbers) {
  SystemRandom one;
  SystemRandom other;
  EXPECT_NE(one.Next(), other.Next());
}

TEST(SystemRandom, RepeatsNothingAcrossThreads) {
  constexpr std::size_t kNumbers = 10'000;
  SystemRandom random;
  std::vector<std::vector<std::uint64_t>> drawn(4);
  {
    std::vector<std::jthread> threads;
    for (std::vector<std::uint64_t>& numbers : drawn) {
      threads.emplace_back([&] {
        for (std::size_t i = 0; i < kNumbers; ++i) numbers.push_back(random.Next());
      });
    }
  }
  std::set<std::uint64_t> all;
  for (const std::vector<std::uint64_t>& numbers : drawn)
    all.insert(numbers.begin(), numbers.end());
  EXPECT_EQ(all.size(), drawn.size() * kNumbers);
}

}  // namespace
}  // namespace cce
