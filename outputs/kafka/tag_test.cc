#include "outputs/kafka/tag.h"

#include "gtest/gtest.h"

namespace cce::kafka {
namespace {

constexpr absl::Duration kKept = absl::Hours(24);

class TagTest : public ::testing::Test {
 protected:
  Resumption Resume(std::int64_t low, std::int64_t end) {
    return ResumeFrom(tag_, "cluster", "checkpoints", low, end, now_, kKept);
  }

  const absl::Time now_ = absl::FromUnixSeconds(1'780'000'000);
  std::optional<Tag> tag_ = Tag{"cluster", "checkpoints", 50, absl::ToUnixNanos(now_)};
};

TEST_F(TagTest, IsReadAsItWasWritten) {
  EXPECT_EQ(ReadTag({ToValue(3, *tag_)}), tag_);
  EXPECT_EQ(ReadTag({}), std::nullopt);
  EXPECT_EQ(ReadTag({{TagKey(3), "nonsense"}}), std::nullopt);
}

TEST_F(TagTest, OfOnePartitionIsNotTakenForAnother) {
  EXPECT_FALSE(TagKey(10).starts_with(TagKey(1)));
}

TEST_F(TagTest, ReadsOnlyTheDifference) {
  const Resumption resumption = Resume(0, 80);
  EXPECT_FALSE(resumption.from_beginning);
  EXPECT_EQ(resumption.from, 50);
}

TEST_F(TagTest, ReadsAllWithoutACacheOrWithAnotherClustersOrTopics) {
  tag_->cluster = "other";
  EXPECT_TRUE(Resume(7, 80).from_beginning);
  EXPECT_EQ(Resume(7, 80).from, 7);
  tag_ = Tag{"cluster", "other", 50, absl::ToUnixNanos(now_)};
  EXPECT_TRUE(Resume(0, 80).from_beginning);
  tag_.reset();
  EXPECT_TRUE(Resume(0, 80).from_beginning);
}

TEST_F(TagTest, ReadsAllWhereTombstonesMayHaveGone) {
  tag_->time_ns = absl::ToUnixNanos(now_ - absl::Hours(11));
  EXPECT_FALSE(Resume(0, 80).from_beginning);
  tag_->time_ns = absl::ToUnixNanos(now_ - absl::Hours(13));
  EXPECT_TRUE(Resume(0, 80).from_beginning);
  tag_->time_ns = absl::ToUnixNanos(now_ + absl::Hours(13));
  EXPECT_TRUE(Resume(0, 80).from_beginning) << "a clock that was ahead proves nothing";
}

TEST_F(TagTest, ReadsAllAgainIfItHasNotAllBeenRead) {
  tag_->offset = Tag::kIncomplete;
  EXPECT_TRUE(Resume(0, 80).from_beginning);
}

TEST_F(TagTest, ReadsAllIfTheLogBeginsBehindIt) { EXPECT_TRUE(Resume(51, 80).from_beginning); }

TEST_F(TagTest, NoticesThatTheTopicHasLostWhatWasCommitted) {
  EXPECT_TRUE(Resume(0, 49).lost);
  EXPECT_FALSE(Resume(0, 50).lost);
  tag_->offset = Tag::kRecordsLost;
  EXPECT_TRUE(Resume(0, 80).lost) << "others have been added since";
}

}  // namespace
}  // namespace cce::kafka
