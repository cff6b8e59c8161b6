#include "parsers/json/shape_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cce/api/bytes.h"
#include "parsers/json/pieces.h"

namespace cce::json {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

bool OnlyChanges(std::size_t depth, std::string_view key) { return depth == 1 && key == "changes"; }

class ShapeTrieTest : public ::testing::Test {
 protected:
  // The number of the shape that the object now has, or nothing.
  std::optional<std::uint32_t> Add(std::string_view object) {
    const Bytes text(object);
    EXPECT_TRUE(index_.Build(text.view())) << object;
    LeafSpan leaves[ShapeTrie::kMaxLeaves];
    const auto match = trie_.Add(text.view(), index_.begin(), leaves);
    if (!match) return std::nullopt;
    EXPECT_EQ(match->size, object.size());
    return match->shape;
  }

  // The same for an object with something behind it.
  std::optional<std::uint32_t> Find(std::string_view object) {
    const Bytes text(std::string(object) + ",{\"a\":1}]");
    LeafSpan leaves[ShapeTrie::kMaxLeaves];
    const auto match = trie_.Find(text.data(), leaves);
    if (!match) return std::nullopt;
    EXPECT_EQ(match->size, object.size());
    leaves_.clear();
    for (std::uint32_t i = 0; i < match->leaf_count; ++i) {
      leaves_.emplace_back(object.substr(leaves[i].begin, leaves[i].end - leaves[i].begin));
    }
    is_ascii_ = match->is_ascii;
    return match->shape;
  }

  TokenIndex index_;
  ShapeTrie trie_{&OnlyChanges};
  std::vector<std::string> leaves_;
  bool is_ascii_ = true;
};

TEST_F(ShapeTrieTest, KnowsAnObjectByAllButItsLeaves) {
  EXPECT_THAT(Add(R"({"a":"x","b":{"c":1,"d":[true,null,""]}})"), Optional(0u));
  EXPECT_THAT(
      Find(
          R"({"a":"a longer text than one of thirty-two bytes","b":{"c":-1.5e3,"d":[true,null,""]}})"),
      Optional(0u));
  EXPECT_THAT(leaves_, ElementsAre("a longer text than one of thirty-two bytes", "-1.5e3"));
  for (const char* other : {R"({"a":"x","b":{"c":1,"d":[false,null,""]}})",
                            R"({"a":"","b":{"c":1,"d":[true,null,""]}})",
                            R"({"a":"x","b":{"c":"1","d":[true,null,""]}})",
                            R"({"a":"x","b":{"c":1,"d":[true,null,"y"]}})",
                            R"({"a": "x","b":{"c":1,"d":[true,null,""]}})",
                            R"({"A":"x","b":{"c":1,"d":[true,null,""]}})", R"({})", R"([])", ""}) {
    EXPECT_EQ(Find(other), std::nullopt) << other;
  }
}

TEST_F(ShapeTrieTest, TellsShapesApartThatBeginAlike) {
  const std::vector<std::string> objects = {
      R"({"a":"x"})",
      R"({"a":""})",
      R"({"a":null})",
      R"({"a":1})",
      R"({"a":"x","b":1})",
      R"({"a":"x","b":"1"})",
      R"({"a":["x"]})",
      R"({"a":{"x":1}})",
      // The text in front of the leaf is as long as a node's literal: 32 bytes.
      R"({"k0123456789012345678901234567":"x"})",
      R"({"k0123456789012345678901234567":"","b":1})",
      R"({"k01234567890123456789012345678":5})",
      R"({"k01234567890123456789012345678":null})",
      R"({"k01234567890123456789012345678":{"b":{}}})",
  };
  for (std::uint32_t i = 0; i < objects.size(); ++i) EXPECT_THAT(Add(objects[i]), Optional(i));
  for (std::uint32_t i = 0; i < objects.size(); ++i) {
    EXPECT_THAT(Find(objects[i]), Optional(i)) << objects[i];
    EXPECT_THAT(Add(objects[i]), Optional(i)) << objects[i];
  }
  EXPECT_EQ(trie_.size(), objects.size());
}

TEST_F(ShapeTrieTest, RefusesLeavesThatAreBroken) {
  ASSERT_THAT(Add(R"({"a":"x","n":1})"), Optional(0u));
  EXPECT_THAT(Find(R"({"a":"\u00e9\"\\\/\n\ud83d\ude00","n":1})"), Optional(0u));
  for (const char* broken : {R"({"a":"\x","n":1})", R"({"a":"\ud83d","n":1})",
                             R"({"a":"\u12","n":1})", "{\"a\":\"tab\there\",\"n\":1}",
                             R"({"a":"no end)", R"({"a":"x","n":01})", R"({"a":"x","n":1.})",
                             R"({"a":"x","n":-})", R"({"a":"x","n":1e})", R"({"a":"x","n":+1})"}) {
    EXPECT_EQ(Find(broken), std::nullopt) << broken;
  }
}

TEST_F(ShapeTrieTest, SaysWhetherSomethingIsNotAscii) {
  ASSERT_THAT(Add(R"({"a":"x","b":"x"})"), Optional(0u));
  ASSERT_THAT(Find(R"({"a":"x","b":"x"})"), Optional(0u));
  EXPECT_TRUE(is_ascii_);
  for (std::size_t before = 1; before < 70; ++before) {
    const std::string text = std::string(before, 'x') + "\xc3\xa9";
    ASSERT_THAT(Find("{\"a\":\"" + text + "\",\"b\":\"x\"}"), Optional(0u));
    EXPECT_FALSE(is_ascii_) << before;
    ASSERT_THAT(Find("{\"a\":\"" + std::string(before, 'x') + "\",\"b\":\"x\"}"), Optional(0u));
    EXPECT_TRUE(is_ascii_) << before;
  }
}

TEST_F(ShapeTrieTest, TakesAContainerInOnePieceUnlessSomethingInItIsEmptyOrApart) {
  ASSERT_THAT(Add(R"({"changes":[{"field":"a","to":true}],"z":1})"), Optional(0u));
  for (const char* changes : {R"([1])", R"([{"field":"b","from":"c\"","to":[1,false]},"x"])",
                              R"({"a":{"b":[[[-2e5]]]}})"}) {
    EXPECT_THAT(Find("{\"changes\":" + std::string(changes) + ",\"z\":1}"), Optional(0u))
        << changes;
    EXPECT_THAT(leaves_, ElementsAre(changes, "1"));
  }
  for (const char* changes : {R"([])", R"([""])", R"([null])", R"([{}])", R"([1, 2])",
                              R"([{"a": 1}])", R"([1,])", R"([1)", R"([1}])", R"({"a"})",
                              R"({"a":})", R"({1:1})", R"([tru])", R"(["\x"])", R"("text")", "1"}) {
    EXPECT_EQ(Find("{\"changes\":" + std::string(changes) + ",\"z\":1}"), std::nullopt) << changes;
  }
  // Such a one is taken apart.
  ASSERT_THAT(Add(R"({"changes":[{"field":"a","to":null}],"z":1})"), Optional(1u));
  EXPECT_THAT(Find(R"({"changes":[{"field":"b","to":null}],"z":2})"), Optional(1u));
  EXPECT_THAT(leaves_, ElementsAre("b", "2"));
}

TEST_F(ShapeTrieTest, HasNoShapeOfWhatIsTooLarge) {
  EXPECT_EQ(Add("{\"a\":\"" + std::string(70'000, 'x') + "\"}"), std::nullopt);
  ASSERT_THAT(Add(R"({"a":"x"})"), Optional(0u));
  EXPECT_EQ(Find("{\"a\":\"" + std::string(70'000, 'x') + "\"}"), std::nullopt);
  std::string many = "{\"a\":[0";
  for (int i = 0; i < 300; ++i) many += ",0";
  EXPECT_EQ(Add(many + "]}"), std::nullopt);
}

TEST(Pieces, AreFoundInCheckedText) {
  const std::string_view object = R"({"a" : [1 , "]", {"b":"}\""}] ,"c":-1e5, "d":"x\\"})";
  EXPECT_EQ(FirstValue(std::string(object) + ",5"), object);
  std::vector<std::string> seen;
  ForEachMember(object, [&](std::string_view key, std::string_view value) {
    seen.push_back(std::string(key) + "=" + std::string(value));
    return true;
  });
  EXPECT_THAT(seen, ElementsAre(R"(a=[1 , "]", {"b":"}\""}])", "c=-1e5", R"(d="x\\")"));
  std::vector<std::string> elements;
  ForEachElement(MemberOf(object, "a"), [&](std::string_view element) {
    elements.emplace_back(element);
    return true;
  });
  EXPECT_THAT(elements, ElementsAre("1", R"("]")", R"({"b":"}\""})"));
  EXPECT_EQ(StringIn(MemberOf(object, "d")), R"(x\\)");
  EXPECT_THAT(MemberOf(object, "x"), IsEmpty());
  EXPECT_THAT(StringIn("5"), IsEmpty());
}

}  // namespace
}  // namespace cce::json
