#include "outputs/kafka/dead_letters.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cce::kafka {
namespace {

using nlohmann::json;

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

}  // namespace
}  // namespace cce::kafka
