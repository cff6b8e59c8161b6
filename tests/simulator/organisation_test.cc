#include "tests/simulator/organisation.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/event_shapes.h"
#include "tests/simulator/record_tokens.h"

namespace cce::simulator {
namespace {

using nlohmann::json;

const absl::Time kCreated = absl::FromUnixSeconds(1'790'000'000);
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::vector<std::string> Records(const Organisation& organisation) {
  std::vector<std::string> records;
  organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
    records.emplace_back(block.Record(index));
    return true;
  });
  return records;
}

bool IsSorted(const Organisation& organisation) {
  std::vector<Cursor> cursors;
  organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
    cursors.push_back(block.entries()[index].cursor());
    return true;
  });
  return std::is_sorted(cursors.begin(), cursors.end()) &&
         std::adjacent_find(cursors.begin(), cursors.end()) == cursors.end();
}

OrganisationOptions SomeHistory(std::size_t events) {
  OrganisationOptions options;
  options.events = events;
  options.span = absl::Hours(6);
  return options;
}

TEST(Organisation, HasTheSameBytesForTheSameSeed) {
  OrganisationOptions options = SomeHistory(3000);
  options.live_rate = 20;
  options.mix.delays = DelayProfile::kNasty;
  options.mix.hostile_rate = 0.01;
  Organisation one(options, kCreated), other(options, kCreated);
  // How often it is asked in between makes no difference.
  for (int second = 0; second < 100; ++second) one.Advance(kCreated + absl::Seconds(second));
  one.Advance(kCreated + absl::Minutes(10));
  other.Advance(kCreated + absl::Minutes(10));
  EXPECT_EQ(Records(one), Records(other));

  options.seed = 2;
  const Organisation different(options, kCreated);
  EXPECT_NE(Records(one), Records(different));
}

TEST(Organisation, EventsAreWhatTheServiceSends) {
  const Organisation organisation(SomeHistory(20'000), kCreated);
  std::set<std::string> types, services;
  std::set<std::string> ids;
  std::size_t bytes = 0, without_id = 0;
  for (std::string record : Records(organisation)) {
    bytes += record.size();
    const json event = json::parse(record, nullptr, false);
    ASSERT_TRUE(event.is_object()) << record;
    types.insert(event["event_type"]);
    services.insert(event["service"]);
    if (event.contains("id")) {
      EXPECT_TRUE(ids.insert(event["id"]).second) << record;
    } else {
      ++without_id;
    }
    // The only angle bracket is in a group's name: no placeholder is left over.
    const std::size_t name = record.find("<prototypes>");
    if (name != std::string::npos) record[name] = ' ';
    EXPECT_TRUE(record.find('<') == std::string::npos || name != std::string::npos) << record;
  }
  EXPECT_GE(types.size(), 40u);
  EXPECT_EQ(services.size(), 16u);
  EXPECT_GT(without_id, 0u);
  EXPECT_GT(bytes / 20'000, 800u);
  EXPECT_LT(bytes / 20'000, 950u);
}

TEST(Organisation, IndexesEachEventUnderItsOwnTimestamp) {
  const Organisation organisation(SomeHistory(5000), kCreated);
  RecordReader reader;
  std::size_t events = 0;
  organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
    const EventBlock::Entry& entry = block.entries()[index];
    const RecordTokens tokens = reader.Read(block.Record(index));
    EXPECT_EQ(ParseTimestamp(Unquoted(tokens.timestamp)), entry.time) << block.Record(index);
    EXPECT_EQ(ServiceBit(Unquoted(tokens.service)), entry.service);
    ++events;
    return true;
  });
  EXPECT_EQ(events, 5000u);
  EXPECT_TRUE(IsSorted(organisation));
}

TEST(Organisation, TwinsWithoutIdAreTheSameBytesInTheSameMillisecond) {
  OrganisationOptions options = SomeHistory(5000);
  options.mix.twin_rate = 0.02;
  const Organisation organisation(options, kCreated);
  std::map<std::string, std::set<std::int64_t>> seen;
  std::map<std::string, int> times;
  organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
    seen[std::string(block.Record(index))].insert(block.entries()[index].milliseconds());
    ++times[std::string(block.Record(index))];
    return true;
  });
  RecordReader reader;
  std::size_t twins = 0;
  for (const auto& [record, count] : times) {
    if (count == 1) continue;
    ++twins;
    EXPECT_EQ(seen[record].size(), 1u);
    EXPECT_EQ(reader.Read(record).id, "") << record;
  }
  EXPECT_GT(twins, 20u);
}

TEST(Organisation, PutsABurstIntoOneMillisecond) {
  OrganisationOptions options = SomeHistory(15'000);
  options.burst = 12'000;
  const Organisation organisation(options, kCreated);
  std::map<std::int64_t, std::size_t> per_millisecond;
  organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
    ++per_millisecond[block.entries()[index].milliseconds()];
    return true;
  });
  std::size_t most = 0;
  for (const auto& [millisecond, count] : per_millisecond) most = std::max(most, count);
  EXPECT_GE(most, 12'000u);
  EXPECT_EQ(organisation.store().size(), 15'000u);
  EXPECT_TRUE(IsSorted(organisation));
}

TEST(Organisation, DelaysFollowTheProfile) {
  OrganisationOptions options = SomeHistory(20'000);
  const auto share_visible_within = [&](absl::Duration delay) {
    const Organisation organisation(options, kCreated);
    std::size_t within = 0;
    organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
      const EventBlock::Entry& entry = block.entries()[index];
      if (entry.visible_at - entry.time <= absl::ToInt64Nanoseconds(delay)) ++within;
      return true;
    });
    return static_cast<double>(within) / 20'000;
  };
  options.mix.delays = DelayProfile::kRealistic;
  EXPECT_GT(share_visible_within(absl::Seconds(6)), 0.85);
  EXPECT_LT(share_visible_within(absl::Seconds(6)), 0.99);
  options.mix.delays = DelayProfile::kNasty;
  EXPECT_LT(share_visible_within(absl::Seconds(6)), 0.75);
  EXPECT_LT(share_visible_within(absl::Minutes(6)), 0.99);
  EXPECT_GT(share_visible_within(-absl::Seconds(1)), 0.001) << "no event lies in the future";
  options.mix.delays = DelayProfile::kNone;
  EXPECT_EQ(share_visible_within(absl::Seconds(1)), 1);
  EXPECT_EQ(share_visible_within(-absl::Nanoseconds(1)), 0);
}

TEST(Organisation, GoesOnLivingAtItsRate) {
  OrganisationOptions options;
  options.live_rate = 2.5;
  options.mix.delays = DelayProfile::kNone;
  Organisation organisation(options, kCreated);
  organisation.Advance(kCreated + absl::Seconds(100));
  EventRange range;
  range.first_ms = absl::ToUnixMillis(kCreated);
  range.end_ms = absl::ToUnixMillis(kCreated + absl::Seconds(100));
  EXPECT_EQ(organisation.store().Count(range, kNever), 250u);
  EXPECT_TRUE(IsSorted(organisation));
  // Nobody can see what has not happened.
  organisation.store().ForEach([&](const EventBlock& block, std::size_t index) {
    EXPECT_GE(block.entries()[index].visible_at,
              block.entries()[index].time - kNanosecondsPerSecond);
    return true;
  });
}

TEST(Organisation, MergesTheFutureWhenItHasCome) {
  OrganisationOptions options = SomeHistory(4000);
  options.live_rate = 50;
  options.mix.delays = DelayProfile::kNasty;
  Organisation organisation(options, kCreated);
  for (int slot = 0; slot < 60; ++slot) {
    const std::size_t before = organisation.store().size();
    organisation.Advance(kCreated + absl::Seconds(slot * 10));
    EXPECT_EQ(organisation.store().size(), before + 500u) << slot;
    ASSERT_TRUE(IsSorted(organisation)) << slot;
  }
}

TEST(Organisation, InjectedEventsStandWhereTheyBelong) {
  OrganisationOptions options = SomeHistory(100);
  options.live_rate = 1;
  Organisation organisation(options, kCreated);
  organisation.Advance(kCreated + absl::Seconds(5));
  for (int i = -400; i < 400; ++i) {
    organisation.Inject("{}", "sso", kCreated + absl::Minutes(i), kCreated);
  }
  organisation.Advance(kCreated + absl::Hours(8));
  EXPECT_TRUE(IsSorted(organisation));
  EventRange range;
  range.first_ms = std::numeric_limits<std::int64_t>::min();
  range.end_ms = kNever;
  const auto records = Records(organisation);
  EXPECT_EQ(std::count(records.begin(), records.end(), "{}"), 800);
}

TEST(Organisation, ServesSomebodysExport) {
  Organisation organisation(OrganisationOptions{}, kCreated);
  ASSERT_TRUE(organisation
                  .Load("{\"service\":\"sso\",\"timestamp\":\"2026-01-02T00:00:00.5Z\",\"n\":1}\r\n"
                        "\n"
                        "{\"service\":\"new_one\",\"n\":2}\n"
                        "  {\"n\":3,\"timestamp\":\"2026-01-01T00:00:00Z\"}")
                  .ok());
  EXPECT_EQ(Records(organisation),
            (std::vector<std::string>{"{\"n\":3,\"timestamp\":\"2026-01-01T00:00:00Z\"}",
                                      Records(organisation)[1], Records(organisation)[2]}));
  EventRange range;
  range.first_ms = *ParseTimestamp("2026-01-02T00:00:00.5Z") / kNanosecondsPerMillisecond;
  range.end_ms = range.first_ms + 1;
  // The event without a timestamp has the preceding line's.
  EXPECT_EQ(organisation.store().Count(range, 0), 2u);
  range.services = ServiceBit("sso");
  EXPECT_EQ(organisation.store().Count(range, 0), 1u);
}

TEST(Organisation, NamesTheBrokenLineOfAnExport) {
  Organisation organisation(OrganisationOptions{}, kCreated);
  const auto message = [&](std::string_view lines) {
    const absl::Status status = organisation.Load(lines);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  constexpr std::string_view kGood = "{\"timestamp\":\"2026-01-02T00:00:00Z\"}\n";
  EXPECT_NE(message(std::string(kGood) + "{\"a\":").find("line 2"), std::string::npos);
  EXPECT_NE(message("[1]").find("line 1"), std::string::npos);
  EXPECT_NE(message("\n{\"timestamp\":\"yesterday\"}").find("line 2"), std::string::npos);
  EXPECT_EQ(organisation.store().size(), 0u);
}

TEST(HostileRecords, CanBeTakenApartByBracketsAndQuotes) {
  for (int kind = 1; kind < static_cast<int>(Hostile::kCount); ++kind) {
    std::string record;
    WriteHostile(static_cast<Hostile>(kind), "5f1d0c0de000000000000001",
                 absl::ToUnixNanos(kCreated), 7, record);
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < record.size(); ++i) {
      const char c = record[i];
      if (in_string && c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string && (c == '{' || c == '[')) {
        ++depth;
      } else if (!in_string && (c == '}' || c == ']')) {
        --depth;
      } else if (!in_string && c == ',') {
        EXPECT_GT(depth, 0) << Name(static_cast<Hostile>(kind));
      }
      EXPECT_GE(depth, 0);
    }
    EXPECT_EQ(depth, 0) << Name(static_cast<Hostile>(kind));
    EXPECT_FALSE(in_string) << Name(static_cast<Hostile>(kind));
  }
}

}  // namespace
}  // namespace cce::simulator
