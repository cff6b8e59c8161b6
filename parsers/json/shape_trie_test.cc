#include "parsers/json/shape_trie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cce/api/bytes.h"
#include "parsers/json/pieces.h"
#include "parsers/json/without_empty.h"

namespace cce::json {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

ShapeTrie::Way WayOf(std::size_t depth, std::string_view key) {
  if (depth == 1 && key == "changes") return ShapeTrie::Way::kOnePiece;
  return depth == 1 && key.substr(0, 4) == "part" ? ShapeTrie::Way::kPart
                                                  : ShapeTrie::Way::kTakenApart;
}

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

  // Where the segments of the shape's leaves begin.
  std::vector<int> Segments(std::uint32_t shape) const {
    const LeafSegments& segments = trie_.SegmentsOf(shape);
    return {segments.begin.begin(), segments.begin.begin() + segments.count};
  }

  TokenIndex index_;
  ShapeTrie trie_{&WayOf};
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

TEST_F(ShapeTrieTest, TakesACompactContainerInOnePiece) {
  ASSERT_THAT(Add(R"({"changes":[{"field":"a","to":true}],"z":1})"), Optional(0u));
  ASSERT_THAT(Add(R"({"changes":[{"field":"a","to":null}],"z":1})"), Optional(1u));
  const auto expect = [&](const char* changes, std::uint32_t shape) {
    EXPECT_THAT(Find("{\"changes\":" + std::string(changes) + ",\"z\":1}"), Optional(shape))
        << changes;
    EXPECT_THAT(leaves_, ElementsAre(changes, "1"));
  };
  for (const char* changes : {R"([1])", R"([{"field":"b","from":"c\"","to":[1,false]},"x"])",
                              R"({"a":{"b":[[[-2e5]]]}})", R"({"":1})"}) {
    expect(changes, 0);
  }
  // With something empty in it, it is another piece.
  for (const char* changes : {R"([""])", R"([null])", R"([{}])", R"([[]])", R"([1,[],{}])",
                              R"([{"a":"","b":1}])", R"({"a":{},"b":[null,1]})"}) {
    expect(changes, 1);
  }
  for (const char* changes : {R"([])", R"({})", R"([1, 2])", R"([{"a": 1}])", R"([1,])", R"([1)",
                              R"([1}])", R"([})", R"([{]])", R"({"a"})", R"({"a":})", R"({1:1})",
                              R"([tru])", R"([nul])", R"(["\x"])", R"("text")", "1"}) {
    EXPECT_EQ(Find("{\"changes\":" + std::string(changes) + ",\"z\":1}"), std::nullopt) << changes;
  }
  // With white space in it, it is taken apart.
  ASSERT_THAT(Add(R"({"changes":[{"field": "a"}],"z":1})"), Optional(2u));
  EXPECT_THAT(Find(R"({"changes":[{"field": "b"}],"z":2})"), Optional(2u));
  EXPECT_THAT(leaves_, ElementsAre("b", "2"));
}

TEST_F(ShapeTrieTest, KnowsTheCombinationsOfPartsThatWereAdded) {
  ASSERT_THAT(Add(R"({"a":"x","part1":{"b":"x","c":{"d":1}},"e":"x","part2":{},"f":1})"),
              Optional(0u));
  ASSERT_THAT(Add(R"({"a":"x","part1":{"b":"x"},"e":"x","part2":{"g":"x"},"f":1})"), Optional(1u));
  EXPECT_THAT(Find(R"({"a":"1","part1":{"b":"2","c":{"d":3}},"e":"4","part2":{},"f":5})"),
              Optional(0u));
  EXPECT_THAT(leaves_, ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(Find(R"({"a":"1","part1":{"b":"2"},"e":"4","part2":{"g":"6"},"f":5})"), Optional(1u));
  EXPECT_THAT(leaves_, ElementsAre("1", "2", "4", "6", "5"));
  // Both parts are known, and the rest is, but not together.
  const char* const together = R"({"a":"1","part1":{"b":"2"},"e":"4","part2":{},"f":5})";
  EXPECT_EQ(Find(together), std::nullopt);
  EXPECT_THAT(Add(together), Optional(2u));
  EXPECT_THAT(Find(together), Optional(2u));
  // A part's shape counts under its own key alone, and only an object is a part.
  for (const char* other : {R"({"a":"1","part2":{"b":"2"},"e":"4","part1":{},"f":5})",
                            R"({"a":"1","part1":["b"],"e":"4","part2":{},"f":5})",
                            R"({"a":"1","part1":"b","e":"4","part2":{},"f":5})",
                            R"({"a":"1","part1":{"b":"2"},"e":"4","part2":{,"f":5})",
                            R"({"a":"1","part1":{"b":"2"}},"e":"4","part2":{},"f":5})"}) {
    EXPECT_EQ(Find(other), std::nullopt) << other;
  }
}

TEST_F(ShapeTrieTest, CutsLeavesWherePartsBeginAndEnd) {
  ASSERT_THAT(Add(R"({"a":"x","part1":{"b":"x","c":{"d":1}},"e":"x","part2":{},"f":1})"),
              Optional(0u));
  EXPECT_THAT(Segments(0), ElementsAre(0, 1, 3, 4, 4));
  ASSERT_THAT(Add(R"({"part1":{"b":"x"}})"), Optional(1u));
  EXPECT_THAT(Segments(1), ElementsAre(0, 0, 1));
  ASSERT_THAT(Add(R"({"a":{"part1":{"b":"x"}}})"), Optional(2u));
  EXPECT_THAT(Segments(2), ElementsAre(0));
}

TEST_F(ShapeTrieTest, TakesApartWhatWouldBeOnePartTooMany) {
  std::string text = "{";
  for (std::size_t i = 0; i < 2 * ShapeTrie::kMaxParts; ++i) {
    text += "\"part" + std::to_string(i) + "\":{\"a\":\"x\"},";
  }
  text.back() = '}';
  ASSERT_THAT(Add(text), Optional(0u));
  EXPECT_EQ(Segments(0).size(), 2 * ShapeTrie::kMaxParts + 1);
  EXPECT_THAT(Find(text), Optional(0u));
  EXPECT_EQ(leaves_.size(), 2 * ShapeTrie::kMaxParts);
}

TEST_F(ShapeTrieTest, HasNoShapeOfPartsThatAreTooLargeTogether) {
  std::string large = "{\"x\":0";
  for (std::size_t i = 1; i < ShapeTrie::kMaxLeaves - 2; ++i) {
    large += ",\"x" + std::to_string(i) + "\":0";
  }
  large += "}";
  const auto object = [](const std::string& one, const std::string& other) {
    return "{\"part1\":" + one + ",\"part2\":" + other + "}";
  };
  ASSERT_THAT(Add(object(large, R"({"x":0})")), Optional(0u));
  ASSERT_THAT(Add(object(R"({"x":0})", large)), Optional(1u));
  EXPECT_EQ(Find(object(large, large)), std::nullopt);
  EXPECT_EQ(Add(object(large, large)), std::nullopt);
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

std::string WithoutEmpty(std::string_view value) {
  std::string copy(value.size(), '?');
  copy.resize(static_cast<std::size_t>(CopyWithoutEmpty(value, copy.data()) - copy.data()));
  EXPECT_EQ(HasContent(value), !copy.empty()) << value;
  return copy;
}

TEST(WithoutEmpty, DropsWhatSaysNothingAndWhiteSpace) {
  EXPECT_EQ(WithoutEmpty(R"([{"field":"a","from":null,"to":""},{"b":[]},[[{}],1]])"),
            R"([{"field":"a"},[1]])");
  EXPECT_EQ(WithoutEmpty("{ \"a\" : [ 1 ,\t\"x y\" , null ] ,\r\n\"b\":{ } }"),
            R"({"a":[1,"x y"]})");
  EXPECT_EQ(WithoutEmpty(R"({"":0,"a":false,"b":"\"","c":[true,-1e5]})"),
            R"({"":0,"a":false,"b":"\"","c":[true,-1e5]})");
  for (const char* empty :
       {"null", R"("")", "{}", "[]", "[ ]", R"([null,"",{},[]])", R"({"a":{"b":[null]},"c":""})"}) {
    EXPECT_EQ(WithoutEmpty(empty), "") << empty;
  }
  for (const char* scalar : {"0", "true", R"("null")", R"(" ")"}) {
    EXPECT_EQ(WithoutEmpty(scalar), scalar);
  }
}

}  // namespace
}  // namespace cce::json
