#include "outputs/kafka/records.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int32_t kShards = 4;

IdentityBlock SomeBlock(std::uint8_t mark) {
  IdentityBlock block{.min_ns = -5, .max_ns = std::numeric_limits<std::int64_t>::max()};
  block.identities = {Identity::FromHash({mark}), Identity::FromHash({mark, 1})};
  block.minutes = {{-1, 1, 2, 3}, {5, 4'000'000'000, 0, 0}};
  return block;
}

FeedChange SomeChange() {
  FeedChange change{.feed = {"bus", "a/b#c@d%", "org ü"}};
  change.position = std::string("\0\xff{}", 4);
  change.watermark_ns = std::numeric_limits<std::int64_t>::min();
  change.blocks = {{7, SomeBlock(1)}, {8, SomeBlock(2)}};
  change.dropped = {3, 4};
  change.days = {{-1, {{-60, 1, 0, 0}}}, {20'000, {}}};
  return change;
}

absl::Status AddTo(Mirror& mirror, const Record& record) {
  std::optional<std::string_view> value;
  if (record.value) value = *record.value;
  return mirror.Add(record.key, value);
}

std::vector<FeedChange> ReadBack(const std::vector<Record>& records) {
  Mirror mirror("bus", kShards);
  for (const Record& record : records) {
    const absl::Status added = AddTo(mirror, record);
    EXPECT_TRUE(added.ok()) << added;
  }
  return mirror.Take();
}

TEST(CheckpointRecords, SayWhatHasChanged) {
  FeedChange expected = SomeChange();
  // In the order of their numbers.
  EXPECT_THAT(ReadBack(ToRecords(SomeChange(), kShards)), ElementsAre(expected));
}

TEST(CheckpointRecords, HaveKeysThatNoNameCanImitate) {
  std::vector<std::string> keys;
  for (const Record& record : ToRecords(SomeChange(), kShards)) keys.push_back(record.key);
  const std::string feed = "bus/a%2fb%23c%40d%25/org%20%c3%bc";
  EXPECT_THAT(keys, ElementsAre(feed, feed + "#7", feed + "#8", feed + "#3", feed + "#4",
                                feed + "@-1", feed + "@20000"));
}

TEST(CheckpointRecords, AClaimIsOfNoFeed) {
  EXPECT_TRUE(IsClaim(ClaimRecord("me").key));
  EXPECT_THAT(ReadBack({ClaimRecord("me")}), IsEmpty());
  for (const Record& record : ToRecords(SomeChange(), kShards)) EXPECT_FALSE(IsClaim(record.key));
}

TEST(CheckpointRecords, TheLastOfAKeyCounts) {
  FeedChange first{.feed = {"bus", "a", "org"}, .position = "p1", .watermark_ns = 1};
  first.blocks = {{1, SomeBlock(1)}, {2, SomeBlock(2)}};
  first.days = {{5, {{60, 1, 0, 0}}}};
  FeedChange second{.feed = first.feed, .position = "p2", .watermark_ns = 2};
  second.dropped = {1};
  second.blocks = {{2, SomeBlock(3)}};
  second.days = {{5, {{60, 2, 0, 0}}}};
  std::vector<Record> records = ToRecords(first, kShards);
  for (Record& record : ToRecords(second, kShards)) records.push_back(std::move(record));
  EXPECT_THAT(ReadBack(records), ElementsAre(second));
}

TEST(CheckpointRecords, APartOfABatchHasNoState) {
  FeedChange change{.feed = {"bus", "a", "org"}, .watermark_ns = 5};
  change.blocks = {{1, SomeBlock(1)}};
  change.watermark_ns.reset();
  EXPECT_THAT(ReadBack(ToRecords(change, kShards)), ElementsAre(change));
  EXPECT_EQ(ToRecords(change, kShards).size(), 1u);
}

TEST(CheckpointRecords, AreToldFromThoseOfOtherFeeds) {
  for (const Record& record : ToRecords(SomeChange(), kShards)) {
    EXPECT_TRUE(IsOf(SomeChange().feed, record.key)) << record.key;
    EXPECT_FALSE(IsOf({"bus", "a", "org"}, record.key));
    EXPECT_FALSE(IsOf({"bus", "a/b#c@d%", "org"}, record.key));
  }
}

TEST(Mirror, IsEmptyAfterItWasTaken) {
  Mirror mirror("bus", kShards);
  for (const Record& record : ToRecords(SomeChange(), kShards)) {
    ASSERT_TRUE(AddTo(mirror, record).ok());
  }
  EXPECT_GT(mirror.size(), 64u);
  mirror.Take();
  EXPECT_EQ(mirror.size(), 0u);
  EXPECT_THAT(mirror.Take(), IsEmpty());
}

TEST(Mirror, RefusesValuesThatWereCutOrGrew) {
  for (const Record& record : ToRecords(SomeChange(), kShards)) {
    if (!record.value) continue;
    for (std::size_t size = 0; size < record.value->size(); ++size) {
      Mirror mirror("bus", kShards);
      const absl::Status added = mirror.Add(record.key, record.value->substr(0, size));
      EXPECT_TRUE(absl::IsDataLoss(added)) << record.key << " of " << size << " bytes: " << added;
    }
    Mirror mirror("bus", kShards);
    EXPECT_TRUE(absl::IsDataLoss(mirror.Add(record.key, *record.value + "x"))) << record.key;
  }
}

TEST(Mirror, SurvivesAnyDamage) {
  for (const Record& record : ToRecords(SomeChange(), kShards)) {
    if (!record.value) continue;
    for (std::size_t at = 0; at < record.value->size(); ++at) {
      for (const int bit : {0, 3, 7}) {
        std::string damaged = *record.value;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
        Mirror mirror("bus", kShards);
        mirror.Add(record.key, damaged).IgnoreError();
      }
    }
  }
}

TEST(Mirror, RefusesKeysThatAreNotOurs) {
  for (const char* key : {"", "a", "a/b", "bus/a/org#", "bus/a/org#x", "bus/a/b/org", "bus/a b/org",
                          "bus/%4/org", "bus/%zz/org"}) {
    Mirror mirror("bus", kShards);
    EXPECT_TRUE(absl::IsDataLoss(mirror.Add(key, std::nullopt))) << key;
  }
  Mirror mirror("bus", kShards);
  EXPECT_TRUE(absl::IsDataLoss(mirror.Add("bus/a/org", std::nullopt)))
      << "a feed's state is never deleted";
}

TEST(Mirror, RefusesANewerLayoutAnotherNumberOfShardsAndAnotherOutput) {
  std::vector<Record> records = ToRecords(SomeChange(), kShards);
  Mirror other("bus", kShards + 1);
  const absl::Status moved = AddTo(other, records[0]);
  EXPECT_TRUE(absl::IsFailedPrecondition(moved)) << moved;
  Mirror stranger("archive", kShards);
  const absl::Status foreign = AddTo(stranger, records[0]);
  EXPECT_TRUE(absl::IsFailedPrecondition(foreign)) << foreign;
  (*records[1].value)[0] = 2;
  Mirror mirror("bus", kShards);
  const absl::Status newer = AddTo(mirror, records[1]);
  EXPECT_TRUE(absl::IsFailedPrecondition(newer)) << newer;
}

}  // namespace
}  // namespace cce::kafka
