#include "outputs/kafka/partition.h"

#include "gtest/gtest.h"

namespace cce::kafka {
namespace {

// org.apache.kafka.common.utils.UtilsTest.testMurmur2.
TEST(Murmur2, HashesAsKafkasJavaClientDoes) {
  const auto hash = [](std::string_view text) { return static_cast<std::int32_t>(Murmur2(text)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(PartitionOf, IsThatOfTheJavaClient) {
  EXPECT_EQ(PartitionOf("21", 7), ((-973932308) & 0x7fffffff) % 7);
  EXPECT_EQ(PartitionOf("abc", 7), 479470107 % 7);
  EXPECT_EQ(PartitionOf("anything", 1), 0);
}

// The shards of devices are in checkpoint topics.
TEST(PartitionOf, NeverChanges) {
  EXPECT_EQ(PartitionOf("acme", 4), 0);
  EXPECT_EQ(PartitionOf("lyon", 4), 3);
  EXPECT_EQ(PartitionOf("kafka", 4), 0);
  EXPECT_EQ(PartitionOf("", 4), 1);
}

}  // namespace
}  // namespace cce::kafka
