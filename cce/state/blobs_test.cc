#include "cce/state/blobs.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<MinuteCount> Minutes() {
  return {{-5, 1, 0, 0},
          {0, 127, 128, 16'384},
          {29'666'667, std::numeric_limits<std::uint32_t>::max(), 0, 1},
          {29'666'668, 3, 2, 1}};
}

TEST(Blobs, ReadBackWhatTheyWrote) {
  const absl::StatusOr<std::vector<MinuteCount>> read = ReadMinutes(WriteMinutes(Minutes()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Minutes());

  const std::vector<Identity> identities = {Identity::FromHash({1}), Identity::FromHash({2})};
  const auto ids = ReadIdentities(IdentitiesAsBlob(identities));
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_EQ(*ids, identities);
}

TEST(Blobs, HaveTheDocumentedLayout) {
  EXPECT_EQ(WriteMinutes(std::vector<MinuteCount>{{-1, 1, 0, 0}, {1, 300, 2, 3}}),
            std::string("\x01\x01\x00\x00\x04\xac\x02\x02\x03", 9));
}

TEST(Blobs, CutAnywhereAreDataLossOrAWholePrefix) {
  const std::string blob = WriteMinutes(Minutes());
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const auto read = ReadMinutes(std::string_view(blob).substr(0, size));
    if (!read.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(read.status())) << read.status();
    } else {
      const std::vector<MinuteCount> whole = Minutes();
      EXPECT_EQ(*read,
                std::vector<MinuteCount>(
                    whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(read->size())));
    }
  }
  EXPECT_TRUE(absl::IsDataLoss(ReadIdentities("seventeen bytes !").status()));
}

TEST(Blobs, OfNoiseAreRefusedWithoutHarm) {
  EXPECT_TRUE(absl::IsDataLoss(ReadMinutes(std::string(40, '\xff')).status()));
  EXPECT_TRUE(absl::IsDataLoss(ReadMinutes(std::string("\x00\xff\xff\xff\xff\xff", 6)).status()));
}

TEST(Merge, AddsCountsOfTheSameMinute) {
  std::vector<MinuteCount> counts = {{7, 1, 2, 3}, {5, 1, 0, 0}, {7, 10, 20, 30}};
  Merge(counts);
  EXPECT_THAT(counts, ElementsAre(MinuteCount{5, 1, 0, 0}, MinuteCount{7, 11, 22, 33}));

  std::vector<MinuteCount> none;
  Merge(none);
  EXPECT_THAT(none, IsEmpty());
}

TEST(Merge, StaysAtTheTopInsteadOfBeginningAnew) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  std::vector<MinuteCount> counts = {{1, kMost, 0, 0}, {1, 1, 0, 0}};
  Merge(counts);
  EXPECT_THAT(counts, ElementsAre(MinuteCount{1, kMost, 0, 0}));
}

}  // namespace
}  // namespace cce
