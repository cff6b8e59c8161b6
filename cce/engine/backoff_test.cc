#include "cce/engine/backoff.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

class Fixed : public Random {
 public:
  explicit Fixed(std::uint64_t value) : value_(value) {}
  std::uint64_t Next() override { return value_; }

 private:
  std::uint64_t value_;
};

TEST(Backoff, DoublesItsCeilingUpToTheCap) {
  // A draw as large as the ceiling leaves the ceiling.
  class Ceiling : public Random {
   public:
    std::uint64_t Next() override { return widths_[at_++]; }

   private:
    std::vector<std::uint64_t> widths_ = {1'000'000,  2'000'000,  4'000'000,  8'000'000,
                                          16'000'000, 32'000'000, 60'000'000, 60'000'000};
    std::size_t at_ = 0;
  } random;
  Backoff backoff(random);
  for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(backoff.Next(), absl::Seconds(seconds));
  }
}

TEST(Backoff, MayBeNothingAtAll) {
  Fixed zero(0);
  Backoff backoff(zero);
  EXPECT_EQ(backoff.Next(), absl::ZeroDuration());
}

TEST(Backoff, StartsAnewAfterASuccess) {
  Fixed large(1'000'000);
  Backoff backoff(large);
  for (int i = 0; i < 20; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), Backoff::Base());
}

}  // namespace
}  // namespace cce
