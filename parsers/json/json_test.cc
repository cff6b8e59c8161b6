#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cce/api/bytes.h"
#include "parsers/json/scalars.h"
#include "parsers/json/splitter.h"
#include "parsers/json/token_index.h"
#include "parsers/json/walker.h"

namespace cce::json {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

// What the fast way says about `text`.
bool WalkerAccepts(std::string_view text) {
  const Bytes bytes(text);
  TokenIndex index;
  if (!index.Build(bytes.view())) return false;
  Walker walker(bytes.view(), FindPeculiarities(bytes.view()).backslash);
  return walker.Check(index.begin()) == index.end();
}

std::string Nested(std::size_t depth, std::string_view opening, std::string_view closing) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += opening;
  text += "0";
  for (std::size_t i = 0; i < depth; ++i) text += closing;
  return text;
}

constexpr std::string_view kGood[] = {
    "{}",
    "[]",
    "0",
    "-0",
    "-1.5e+10",
    "1E400",
    "true",
    "false",
    "null",
    R"("")",
    R"({"a":1,"b":[true,false,null,{"c":"d"}],"e":{}})",
    " { \"a\" :\t[ 1 ,\r\n2 ] } ",
    R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
    "\"\xc3\xa9 \xf0\x9f\x98\x80\"",
    "123456789012345678901234567890",
    R"({"a":1,"a":2})",
};

constexpr std::string_view kBad[] = {
    "",
    " ",
    "{",
    "[",
    "]",
    "{]",
    "[}",
    "[1,]",
    "{\"a\":1,}",
    "{\"a\"}",
    "{\"a\":}",
    "{1:2}",
    "[1 2]",
    "01",
    "+1",
    "1.",
    ".5",
    "1e",
    "-",
    "1x",
    "--1",
    "0x10",
    "NaN",
    "Infinity",
    "tru",
    "truee",
    "nul",
    "True",
    "\"a",
    "\"a\"b",
    "\"a\"\"b\"",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\ud800\"",
    "\"\\\"",
    "\"\n\"",
    "\"\x01\"",
    "\"\xff\"",
    "\"\xc3\"",
    "\"\xed\xa0\x80\"",
    "\"\xc0\x80\"",
    "[1]]",
    "{} {}",
    "\\",
    "'a'",
    "[1,,2]",
    "{\"a\":1 \"b\":2}",
    "/**/1",
};

TEST(Walker, AcceptsJsonAndNothingElse) {
  for (const std::string_view text : kGood) EXPECT_TRUE(WalkerAccepts(text)) << text;
  for (const std::string_view text : kBad) EXPECT_FALSE(WalkerAccepts(text)) << text;
  EXPECT_FALSE(WalkerAccepts(std::string_view("1\0", 2)));
}

TEST(StrictJson, AcceptsJsonAndNothingElse) {
  for (const std::string_view text : kGood) EXPECT_TRUE(IsStrictJson(text)) << text;
  for (const std::string_view text : kBad) EXPECT_FALSE(IsStrictJson(text)) << text;
  EXPECT_FALSE(IsStrictJson(std::string_view("1\0", 2)));
}

TEST(Depth, IsLimitedWithoutUsingTheStack) {
  for (const auto& [opening, closing] : {std::pair{"[", "]"}, std::pair{R"({"a":)", "}"}}) {
    EXPECT_TRUE(WalkerAccepts(Nested(kMaxDepth, opening, closing)));
    EXPECT_TRUE(IsStrictJson(Nested(kMaxDepth, opening, closing)));
    for (const std::size_t depth : {kMaxDepth + 1, std::size_t{100'000}}) {
      EXPECT_FALSE(WalkerAccepts(Nested(depth, opening, closing)));
      EXPECT_FALSE(IsStrictJson(Nested(depth, opening, closing)));
    }
  }
}

// Three readers of different authors: ours fast, ours slow, nlohmann's. Only that one refuses
// numbers beyond a double's range, which the mutations do not make.
TEST(BothWays, AgreeWithAThirdReaderAboutChangedTexts) {
  const std::string_view seed_texts[] = {
      R"({"id":"6a5c","n":-12.5e3,"t":true,"f":false,"z":null,"a":[1,{"b":[]},"x\\y\"\u00e9"],"o":{}})",
      R"([{"k":"\ud83d\ude00","l":[[],[[]]]}, 0.10, "caf\u00e9 )"
      "\xc3\xa9"
      R"(" , {"":""}])",
  };
  constexpr std::string_view kBytes = "{}[]\":,\\ \n0-e.utfn\x01\xc3\xff";
  std::uint64_t state = 1;
  const auto draw = [&state](std::size_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text(seed_texts[draw(2)]);
    for (std::size_t times = draw(3) + 1; times > 0; --times) {
      const std::size_t at = draw(text.size());
      switch (draw(3)) {
        case 0:
          text[at] = kBytes[draw(kBytes.size())];
          break;
        case 1:
          text.insert(at, 1, kBytes[draw(kBytes.size())]);
          break;
        default:
          text.erase(at, 1);
          break;
      }
    }
    const bool expected = nlohmann::json::accept(text);
    accepted += expected ? 1 : 0;
    ASSERT_EQ(WalkerAccepts(text), expected) << text;
    ASSERT_EQ(IsStrictJson(text), expected) << text;
  }
  EXPECT_GT(accepted, 1'000);
}

TEST(SplitArray, CutsAtCommasBetweenElementsOnly) {
  EXPECT_THAT(SplitArray("[]"), Optional(ElementsAre()));
  EXPECT_THAT(SplitArray(" [ ] "), Optional(ElementsAre()));
  EXPECT_THAT(SplitArray(R"([{"a":",]}"}, [1,2] ,3 ])"),
              Optional(ElementsAre(R"({"a":",]}"})", "[1,2]", "3")));
  EXPECT_THAT(SplitArray(R"(["\"",1])"), Optional(ElementsAre(R"("\"")", "1")));
}

TEST(SplitArray, KeepsABrokenElementApart) {
  EXPECT_THAT(SplitArray(R"([{"a":NaN},{"b":2}])"),
              Optional(ElementsAre(R"({"a":NaN})", R"({"b":2})")));
  EXPECT_THAT(SplitArray(R"([{"a":[1},{"b":2}])"),
              Optional(ElementsAre(R"({"a":[1})", R"({"b":2})")));
  EXPECT_THAT(SplitArray(R"([{"a":1]},{"b":2}])"),
              Optional(ElementsAre(R"({"a":1]})", R"({"b":2})")));
  EXPECT_THAT(SplitArray("[1,,2]"), Optional(ElementsAre("1", "", "2")));
}

TEST(SplitArray, RefusesWhatIsNoWholeArray) {
  for (const std::string_view body :
       {"", "{}", "null", "[", "[1", "[1,", "[{}", R"(["a)", "[1]x", "[1] ]"}) {
    EXPECT_EQ(SplitArray(body), std::nullopt) << body;
  }
}

TEST(SplitArray, TakesTimeInProportionToItsInput) {
  const std::string opening(1'000'000, '{');
  EXPECT_EQ(SplitArray("[" + opening + std::string(1'000'000, ']')), std::nullopt);
  EXPECT_EQ(SplitArray("[" + opening), std::nullopt);
}

TEST(Peculiarities, AreFoundWhereverTheyStand) {
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      EXPECT_FALSE(FindPeculiarities(text).control || FindPeculiarities(text).backslash);
      text[at] = '\n';
      EXPECT_TRUE(FindPeculiarities(text).control);
      text[at] = '\\';
      EXPECT_TRUE(FindPeculiarities(text).backslash);
    }
  }
}

TEST(Kernel, IsNotTheFallbackOnAMachineWithBetter) {
#if defined(__x86_64__)
  EXPECT_NE(KernelName(), "fallback");
#endif
}

}  // namespace
}  // namespace cce::json
