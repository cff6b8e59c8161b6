#include "cce/config/json_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<Finding> FindingsIn(const std::string& text) {
  std::vector<Finding> findings;
  (void)ParseJson(text, findings);
  return findings;
}

TEST(JsonText, NamesLineAndColumnOfASyntaxError) {
  const std::vector<Finding> findings = FindingsIn("{\n  \"a\": 1,\n  \"b\" 2\n}");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].text, HasSubstr("line 3, column 7"));
  EXPECT_THAT(FindingsIn("")[0].text, HasSubstr("line 1, column 1"));
  EXPECT_THAT(FindingsIn("{\"a\": 1}\n}")[0].text, HasSubstr("line 2, column 1"));
}

TEST(JsonText, NeverQuotesWhatItCouldNotRead) {
  const std::vector<Finding> findings = FindingsIn("{\"secret_key\": \"s3cr3t\n}");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].text, Not(HasSubstr("s3cr3t")));
}

TEST(JsonText, FindsEveryKeyThatComesTwice) {
  const std::vector<Finding> findings = FindingsIn(
      R"({"a": {"x": 1, "x": 2}, "b": [{"y": 0}, {"y": 1, "y": 2, "z/~": 1, "z/~": 1}], "a": 0})");
  ASSERT_THAT(findings, SizeIs(4));
  EXPECT_EQ(findings[0].pointer, "/a/x");
  EXPECT_EQ(findings[1].pointer, "/b/1/y");
  EXPECT_EQ(findings[2].pointer, "/b/1/z~1~0");
  EXPECT_EQ(findings[3].pointer, "/a");
}

TEST(JsonText, AcceptsEqualKeysInDifferentObjects) {
  EXPECT_THAT(FindingsIn(R"({"a": {"a": [{"a": 1}, {"a": 1}]}, "b": {"a": 2}})"), IsEmpty());
}

TEST(JsonText, RefusesNestingThatNothingNeedsWithoutExhaustingTheStack) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const std::vector<Finding> findings = FindingsIn(deep);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].text, HasSubstr("nested deeper"));
}

TEST(JsonText, RefusesTextThatIsNotUtf8) {
  EXPECT_THAT(FindingsIn("{\"a\": \"\xff\"}"), SizeIs(1));
}

TEST(JsonText, QuotesAndPointersAreOneLine) {
  EXPECT_EQ(Quoted("a\n\"\x01"), "\"a\\n\\\"\\u0001\"");
  EXPECT_EQ(Below("/a", "b\nc"), "/a/b?c");
}

}  // namespace
}  // namespace cce
