// The fast way through a page and the slow one are one function: whatever the bytes, the same
// answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "tests/events/normalised_page.h"
#include "tests/ocsf/ocsf_validator.h"
#include "tests/simulator/hostile_record.h"
#include "tests/simulator/seeded_random.h"

namespace cce {
namespace {

using ::testing::IsEmpty;

const jumpcloud::OrganisationKey& Key() {
  static const auto& key = *new jumpcloud::OrganisationKey(kOrganisation);
  return key;
}

std::string PageOf(const std::vector<std::string>& events) {
  return "[" + absl::StrJoin(events, ",") + "]";
}

// Both ways agree about `body`; returns whether it was a page.
bool ExpectSame(const std::string& body) {
  const jumpcloud::Passed passed{1'783'325'745'000, {}};
  const auto fast = jumpcloud::ParsePage(Bytes(body), Key(), passed, 7);
  const auto slow = jumpcloud::ParsePageSlowly(Bytes(body), Key(), passed, 7);
  EXPECT_EQ(fast.ok(), slow.ok()) << body;
  if (!fast.ok() || !slow.ok()) {
    EXPECT_EQ(fast.status().code(), slow.status().code());
    return false;
  }
  EXPECT_EQ(fast->untimed, slow->untimed) << body;
  EXPECT_EQ(fast->passed_after, slow->passed_after);
  EXPECT_EQ(fast->other_organisation, slow->other_organisation);
  const auto fast_heads = fast->page->heads();
  const auto slow_heads = slow->page->heads();
  EXPECT_EQ(fast_heads.size(), slow_heads.size()) << body;
  if (fast_heads.size() != slow_heads.size()) return true;
  for (std::size_t i = 0; i < fast_heads.size(); ++i) {
    EXPECT_EQ(fast_heads[i].identity, slow_heads[i].identity);
    EXPECT_EQ(fast_heads[i].time_ns, slow_heads[i].time_ns);
    EXPECT_EQ(fast_heads[i].offset, slow_heads[i].offset);
    EXPECT_EQ(fast_heads[i].length, slow_heads[i].length);
  }
  EXPECT_EQ(ToOcsf(*fast->page), ToOcsf(*slow->page)) << body;
  return true;
}

TEST(SameBothWays, ForEveryShapeOfEvent) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    EXPECT_TRUE(ExpectSame(PageOf(ShapedEvents(seed))));
}

TEST(SameBothWays, ForAPageCutOffAtAnyByteWhichIsNoPage) {
  const std::vector<std::string> events = ShapedEvents(3);
  const std::string body = PageOf({events[0], events[5], events[20]});
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(ExpectSame(body.substr(0, size)));
  EXPECT_TRUE(ExpectSame(body));
}

TEST(SameBothWays, ForBytesChangedAtRandom) {
  const std::vector<std::string> events = ShapedEvents(4);
  constexpr std::string_view kBytes = "{}[]\":,\\ \n\tnt0-e.u\x01\xc3\xff";
  std::uint64_t seed = 1;
  const auto draw = [&seed](std::size_t below) { return simulator::Mix(++seed) % below; };
  for (int i = 0; i < 20'000 && !testing::Test::HasFailure(); ++i) {
    std::string body = PageOf({events[draw(events.size())], events[draw(events.size())]});
    for (std::size_t times = draw(3) + 1; times > 0; --times) {
      const std::size_t at = draw(body.size());
      switch (draw(3)) {
        case 0:
          body[at] = kBytes[draw(kBytes.size())];
          break;
        case 1:
          body.insert(at, 1, kBytes[draw(kBytes.size())]);
          break;
        default:
          body.erase(at, 1);
          break;
      }
    }
    ExpectSame(body);
  }
}

TEST(SameBothWays, ForEveryHostileElementBetweenGoodOnes) {
  const std::vector<std::string> events = ShapedEvents(6);
  for (int kind = 1; kind < static_cast<int>(simulator::Hostile::kCount); ++kind) {
    std::string hostile;
    simulator::WriteHostile(static_cast<simulator::Hostile>(kind), kOrganisation,
                            1'783'325'745'000'000'000, 17, hostile);
    const std::string body = PageOf({events[1], hostile, events[2]});
    ASSERT_TRUE(ExpectSame(body)) << simulator::Name(static_cast<simulator::Hostile>(kind));
    for (const std::string& line : ToOcsf(body)) {
      // The validator's JSON library has no numbers beyond a double's range.
      if (static_cast<simulator::Hostile>(kind) != simulator::Hostile::kHugeNumbers) {
        EXPECT_THAT(ocsf::FindFaults(line), IsEmpty()) << line.substr(0, 4000);
      }
      EXPECT_EQ(line.find_first_of("\r\n"), std::string::npos);
    }
  }
}

TEST(SameBothWays, ForLargePagesAndRecords) {
  std::vector<std::string> events;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::string& event : ShapedEvents(seed)) events.push_back(std::move(event));
  }
  // A text full of what looks like the end of a record.
  std::string trap = R"({"id":"x","timestamp":"2026-07-06T08:15:45Z","text":")";
  for (int i = 0; i < 100'000; ++i) trap += "},";
  events.push_back(trap + "\"}");
  const std::string body = PageOf(events);
  ASSERT_GT(body.size(), 1'000'000u);
  EXPECT_TRUE(ExpectSame(body));
}

}  // namespace
}  // namespace cce
