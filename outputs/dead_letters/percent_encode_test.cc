#include "outputs/dead_letters/percent_encode.h"

#include "gtest/gtest.h"

namespace cce {
namespace {

TEST(PercentEncode, EncodesWhatAPathCannotHold) {
  EXPECT_EQ(PercentEncode("lyon-1_a.b"), "lyon-1_a.b");
  EXPECT_EQ(PercentEncode("a/b c%"), "a%2Fb%20c%25");
  EXPECT_EQ(PercentEncode(".."), "%2E.");
  EXPECT_EQ(PercentEncode("."), "%2E");
  EXPECT_EQ(PercentEncode(".hidden"), "%2Ehidden");
  EXPECT_EQ(PercentEncode("\xc3\xa9\n"), "%C3%A9%0A");
}

TEST(PercentEncode, EncodesDifferentDevicesDifferently) {
  EXPECT_NE(PercentEncode("a%2Fb"), PercentEncode("a/b"));
  EXPECT_NE(PercentEncode("Lyon"), PercentEncode("lyon"));
}

}  // namespace
}  // namespace cce
