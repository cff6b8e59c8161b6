#include "outputs/kafka/dead_letters.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cce::kafka {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

const FeedKey kFeed = {"bus", "acme", "org"};

TEST(DeadLetterValue, SaysWhatAndWhy) {
  const DeadLetter letter{.cause = "too large", .position = "p", .bytes = "{}"};
  const json value = json::parse(DeadLetterValue(kFeed, letter, absl::UnixEpoch()));
  EXPECT_EQ(value, json::parse(R"({"time": "1970-01-01T00:00:00.000Z", "cause": "too large",
      "output": "bus", "device": "acme", "organisation": "org", "position": "p", "bytes": "{}",
      "size": 2})"));
}

TEST(DeadLetterValue, KeepsBytesThatAreNotUtf8AndTheBeginningOfWhatIsTooLong) {
  const DeadLetter letter{.cause = "c", .position = "\xff", .bytes = "\xff"};
  const json value = json::parse(DeadLetterValue(kFeed, letter, absl::UnixEpoch()));
  EXPECT_EQ(value["position_base64"], "/w==");
  EXPECT_EQ(value["bytes_base64"], "/w==");

  const std::string large(1 << 20, 'x');
  const DeadLetter cut{.cause = "c", .position = "p", .bytes = large};
  const json beginning = json::parse(DeadLetterValue(kFeed, cut, absl::UnixEpoch()));
  EXPECT_EQ(beginning["bytes"].get<std::string>().size(), kDeadLetterBytes);
  EXPECT_EQ(beginning["size"], large.size());
}

TEST(MoveToDeadLetters, CountsTheEventAsDeadLetteredInItsMinute) {
  const Identity refused = Identity::FromHash({1});
  const Accounted events[] = {{Identity::FromHash({9}), -60'000'000'001},
                              {refused, -1},
                              {Identity::FromHash({2}), -2},
                              {Identity::FromHash({3}), -1, Outcome::kFiltered},
                              {Identity::FromHash({4}), 0}};
  Step step{.blocks = ToBlocks(events)};
  MoveToDeadLetters({.identity = refused, .time_ns = -1}, step);
  ASSERT_EQ(step.blocks.size(), 1u);
  EXPECT_THAT(
      step.blocks[0].minutes,
      ElementsAre(MinuteCount{-2, 1, 0, 0}, MinuteCount{-1, 1, 1, 1}, MinuteCount{0, 1, 0, 0}));
}

}  // namespace
}  // namespace cce::kafka
