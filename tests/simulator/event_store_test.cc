#include "tests/simulator/event_store.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/seeded_random.h"

namespace cce::simulator {
namespace {

// What the store holds, as a plain list to search naively.
struct Row {
  EventBlock::Entry entry;
  std::string record;
};

struct World {
  std::vector<Row> rows;  // in index order
  EventStore store;

  // Few distinct milliseconds, so that many rows share one, and delays of up to 100 ns.
  World(std::uint64_t seed, std::size_t count) {
    SeededRandom random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      Row row;
      row.entry.time = random.Between(0, 40) * kNanosecondsPerMillisecond + random.Between(0, 999);
      row.entry.visible_at = random.Chance(0.7) ? 0 : random.Between(1, 100);
      row.entry.tiebreak = random.Next();
      row.entry.service = ServiceSet{1} << random.Below(3);
      row.record = Concat("\"", i, "\"");
      rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return a.entry.cursor() < b.entry.cursor(); });
    std::size_t next = 0;
    while (next < rows.size()) {
      EventBlock block;
      const std::size_t end = std::min(rows.size(), next + 1 + random.Below(50));
      for (; next < end; ++next) block.Append(rows[next].entry, rows[next].record);
      store.Append(std::move(block));
    }
  }

  // The array that the whole of `query` must give, page after page, and its rows' cursors.
  std::vector<Row> Expected(const PageQuery& query, std::int64_t now) const {
    std::vector<Row> expected;
    for (const Row& row : rows) {
      const std::int64_t ms = row.entry.milliseconds();
      if (ms >= query.range.first_ms && ms < query.range.end_ms && row.entry.visible_at <= now &&
          (row.entry.service & query.range.services) != 0) {
        expected.push_back(row);
      }
    }
    if (query.descending) std::reverse(expected.begin(), expected.end());
    return expected;
  }
};

TEST(EventStore, PagingIsCompleteAndExactForAnyWindowAndLimit) {
  SeededRandom random(11);
  for (int round = 0; round < 400; ++round) {
    const World world(static_cast<std::uint64_t>(round), random.Below(400));
    PageQuery query;
    query.range.first_ms = random.Between(-2, 42);
    query.range.end_ms = query.range.first_ms + random.Between(0, 45);
    query.range.services = random.Chance(0.5) ? kAllServices : ServiceSet{1} << random.Below(3);
    query.descending = random.Chance(0.3);
    query.limit = 1 + random.Below(60);
    const std::int64_t now = random.Between(0, 110);

    const std::vector<Row> expected = world.Expected(query, now);
    EXPECT_EQ(world.store.Count(query.range, now), expected.size());
    std::size_t seen = 0;
    for (bool more = true; more;) {
      const EventPage page = world.store.Read(query, now);
      ASSERT_LE(page.count, query.limit);
      ASSERT_LE(seen + page.count, expected.size());
      std::string body = "[";
      for (std::size_t i = 0; i < page.count; ++i) {
        Append(body, i > 0 ? "," : "", expected[seen + i].record);
      }
      ASSERT_EQ(page.body.Text(), body + "]");
      seen += page.count;
      ASSERT_EQ(page.last.has_value(), page.count > 0);
      if (page.count > 0) {
        ASSERT_EQ(*page.last, expected[seen - 1].entry.cursor());
      }
      // A last page that is exactly full costs one more, empty page.
      more = page.count == query.limit;
      query.after = page.last;
    }
    EXPECT_EQ(seen, expected.size());
  }
}

TEST(EventStore, ACursorExcludesItsOwnRowAndNeedsNoRowOfItsOwn) {
  const World world(3, 200);
  PageQuery query;
  query.range.end_ms = 100;
  query.limit = 1;
  query.after = world.rows[57].entry.cursor();
  EXPECT_EQ(world.store.Read(query, 1000).last, world.rows[58].entry.cursor());
  query.descending = true;
  EXPECT_EQ(world.store.Read(query, 1000).last, world.rows[56].entry.cursor());
  query.descending = false;
  query.after->tiebreak += "!";
  EXPECT_EQ(world.store.Read(query, 1000).last, world.rows[58].entry.cursor());
}

TEST(EventStore, SendsNeighboursAsOneSlice) {
  World world(4, 40);
  PageQuery query;
  query.range.end_ms = 100;
  const EventPage page = world.store.Read(query, 1000);
  EXPECT_EQ(page.count, 40u);
  EXPECT_LE(page.body.slices.size(), 2u + 2 * page.body.owners.size());
}

TEST(EventStore, APageOutlivesChangesOfTheStore) {
  World world(5, 100);
  PageQuery query;
  query.range.end_ms = 100;
  const EventPage before = world.store.Read(query, 1000);
  const std::string text = before.body.Text();
  EventBlock::Entry entry;
  entry.time = 5 * kNanosecondsPerMillisecond;
  entry.service = 1;
  world.store.Insert(entry, "\"inserted\"");
  EXPECT_EQ(before.body.Text(), text);
  EXPECT_EQ(world.store.Read(query, 1000).count, 101u);
}

TEST(EventStore, AnInsertedEventIsFoundWhereverItBelongs) {
  for (const std::int64_t ms : {-5, 0, 20, 40, 90}) {
    World world(6, 100);
    EventBlock::Entry entry;
    entry.time = ms * kNanosecondsPerMillisecond;
    entry.tiebreak = 1;
    entry.service = 1;
    world.store.Insert(entry, "\"inserted\"");
    PageQuery query;
    query.range.first_ms = ms;
    query.range.end_ms = ms + 1;
    query.limit = 1;
    EXPECT_EQ(world.store.Read(query, 1000).body.Text(), "[\"inserted\"]") << ms;
  }
}

TEST(Tiebreak, TextsAreInTheOrderOfTheirNumbers) {
  SeededRandom random(8);
  std::vector<std::uint64_t> numbers = {0, 1, 63, 64, std::numeric_limits<std::uint64_t>::max()};
  for (int i = 0; i < 1000; ++i) numbers.push_back(random.Next() >> random.Below(60));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    EXPECT_LT(TiebreakText(numbers[i - 1]), TiebreakText(numbers[i]));
    EXPECT_EQ(TiebreakText(numbers[i]).size(), 20u);
  }
}

}  // namespace
}  // namespace cce::simulator
