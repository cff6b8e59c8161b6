#include "cce/state/sqlite_store.h"

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <thread>

#include "cce/api/trouble.h"
#include "cce/state/failing_vfs.h"
#include "cce/state/state_fixture.h"
#include "cce/system/blocking_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace cce {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::int64_t kHourNs = 60 * kMinuteNs;
constexpr std::int64_t kDayNs = 24 * kHourNs;

class SqliteStoreTest : public ::testing::Test {
 protected:
  Commit StepCommit(Step step) { return {"archive", {{Feed("a"), std::move(step)}}, {}}; }

  // The blocks' max_ns.
  std::vector<std::int64_t> Ends(const absl::StatusOr<std::vector<IdentityBlock>>& blocks) {
    std::vector<std::int64_t> ends;
    EXPECT_TRUE(blocks.ok()) << blocks.status();
    if (blocks.ok()) {
      for (const IdentityBlock& block : *blocks) ends.push_back(block.max_ns);
    }
    return ends;
  }

  TemporaryDirectory temporary_;
};

TEST_F(SqliteStoreTest, KnowsNothingOfAFeedThatHasNeverCommitted) {
  Engine engine(temporary_.path());
  EXPECT_EQ(engine.Position(Feed("a")), "none");
  EXPECT_THAT(*engine.Blocks(Feed("a"), 0, kDayNs), IsEmpty());
  EXPECT_THAT(*engine.Counts(Feed("a"), 0, 100), IsEmpty());
  EXPECT_THAT(*engine.Values("archive", ""), IsEmpty());
}

TEST_F(SqliteStoreTest, KeepsFeedsOfTheSameDeviceApart) {
  Engine engine(temporary_.path());
  ASSERT_TRUE(engine.Write(PositionCommit({"archive", "a", "org"}, "p1")).ok());
  ASSERT_TRUE(engine.Write(PositionCommit({"archive", "a", "other"}, "p2")).ok());
  ASSERT_TRUE(engine.Write(PositionCommit({"bus", "a", "org"}, "p3")).ok());
  EXPECT_EQ(engine.Position({"archive", "a", "org"}), "p1");
  EXPECT_EQ(engine.Position({"archive", "a", "other"}), "p2");
  EXPECT_EQ(engine.Position({"bus", "a", "org"}), "p3");
}

TEST_F(SqliteStoreTest, AStepWithoutAPositionLeavesItWhereItWas) {
  Engine engine(temporary_.path());
  ASSERT_TRUE(engine.Write(StepCommit({.blocks = {Block(0, 1, 3)}})).ok());
  EXPECT_EQ(engine.Position(Feed("a")), "none");
  ASSERT_TRUE(engine.Write(StepCommit({.position = "p1"})).ok());
  ASSERT_TRUE(engine.Write(StepCommit({.blocks = {Block(0, 2, 3)}})).ok());
  EXPECT_EQ(engine.Position(Feed("a")), "p1");
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 2)), ElementsAre(1, 2));
}

TEST_F(SqliteStoreTest, KeepsPositionsOfAnyBytes) {
  Engine engine(temporary_.path());
  const std::string bytes("\0\xff{\"a\"}\n", 8);
  ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), bytes)).ok());
  EXPECT_EQ(engine.Position(Feed("a")), bytes);
  ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), "")).ok());
  EXPECT_EQ(engine.Position(Feed("a")), "");
}

TEST_F(SqliteStoreTest, TheWatermarkNeverGoesBack) {
  Engine engine(temporary_.path());
  ASSERT_TRUE(engine.Write(StepCommit({.position = "p1", .watermark_ns = 70})).ok());
  ASSERT_TRUE(engine.Write(StepCommit({.position = "p2", .watermark_ns = 50})).ok());
  EXPECT_EQ((*engine.Load(Feed("a")))->watermark_ns, 70);
}

TEST_F(SqliteStoreTest, FindsTheBlocksThatTouchARange) {
  Engine engine(temporary_.path());
  Step step{.position = "p"};
  step.blocks = {Block(100, 200, 2), Block(300, 400, 2), Block(150, 350, 2), Block(500, 500, 1)};
  ASSERT_TRUE(engine.Write(StepCommit(step)).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 99)), IsEmpty());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 100)), ElementsAre(200));
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 200, 299)), ElementsAre(200, 350));
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 351, 499)), ElementsAre(400));
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 500, 1'000)), ElementsAre(500));
  EXPECT_EQ(*engine.Blocks(Feed("a"), 0, 1'000), step.blocks) << "in the order of writing";
  EXPECT_THAT(Ends(engine.Blocks(Feed("b"), 0, 1'000)), IsEmpty());
}

TEST_F(SqliteStoreTest, DropsBlocksThatTheWatermarkHasPassed) {
  Engine engine(temporary_.path());
  ASSERT_TRUE(engine.Write(StepCommit({.blocks = {Block(100, 200, 2), Block(100, 300, 2)}})).ok());
  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 201})).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 1'000)), ElementsAre(300));
  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 300})).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 1'000)), ElementsAre(300))
      << "an event of the watermark's own instant is not older than it";
  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 301, .blocks = {Block(400, 400, 1)}})).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 1'000)), ElementsAre(400));
}

TEST_F(SqliteStoreTest, CountsMinutesAndKeepsDroppedOnesByTheHour) {
  Engine engine(temporary_.path());
  IdentityBlock block = Block(0, 2 * kHourNs, 0);
  block.minutes = {{5, 1, 2, 3}, {59, 10, 0, 0}, {60, 100, 0, 0}};
  ASSERT_TRUE(
      engine.Write(StepCommit({.blocks = {block, Block(59 * kMinuteNs, 3 * kHourNs, 7)}})).ok());
  EXPECT_THAT(*engine.Counts(Feed("a"), 0, 60),
              ElementsAre(MinuteCount{5, 1, 2, 3}, MinuteCount{59, 17, 0, 0}));
  EXPECT_THAT(*engine.Counts(Feed("a"), 60, 61), ElementsAre(MinuteCount{60, 100, 0, 0}));
  EXPECT_THAT(*engine.Counts(Feed("a"), 6, 59), IsEmpty());

  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 2 * kHourNs + 1})).ok());
  EXPECT_THAT(
      *engine.Counts(Feed("a"), 0, 120),
      ElementsAre(MinuteCount{0, 11, 2, 3}, MinuteCount{59, 7, 0, 0}, MinuteCount{60, 100, 0, 0}));

  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 4 * kHourNs})).ok());
  EXPECT_THAT(*engine.Counts(Feed("a"), 0, 120),
              ElementsAre(MinuteCount{0, 18, 2, 3}, MinuteCount{60, 100, 0, 0}));
}

TEST_F(SqliteStoreTest, CountsTimesBefore1970AndFarAhead) {
  Engine engine(temporary_.path());
  IdentityBlock old = Block(-kDayNs, -kDayNs, 0);
  old.minutes = {{-1'440, 4, 0, 0}};
  ASSERT_TRUE(engine.Write(StepCommit({.blocks = {old}})).ok());
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(*engine.Counts(Feed("a"), -kEnd, kEnd), ElementsAre(MinuteCount{-1'440, 4, 0, 0}));
  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 1})).ok());
  EXPECT_THAT(*engine.Counts(Feed("a"), -kEnd, kEnd), ElementsAre(MinuteCount{-1'440, 4, 0, 0}));
}

TEST_F(SqliteStoreTest, ForgetsCountsAfterNinetyDays) {
  Engine engine(temporary_.path());
  for (const std::int64_t day : {0, 1, 2}) {
    IdentityBlock block = Block(day * kDayNs, day * kDayNs, 5);
    ASSERT_TRUE(engine.Write(StepCommit({.blocks = {block}})).ok());
  }
  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 3 * kDayNs})).ok());
  EXPECT_EQ(engine.Counts(Feed("a"), 0, 1'000'000)->size(), 3u);
  ASSERT_TRUE(
      engine.Write(StepCommit({.watermark_ns = 91 * kDayNs, .blocks = {Block(0, 0, 0)}})).ok());
  EXPECT_THAT(*engine.Counts(Feed("a"), 1, 1'000'000),
              ElementsAre(MinuteCount{1'440, 5, 0, 0}, MinuteCount{2'880, 5, 0, 0}));
}

TEST_F(SqliteStoreTest, FindsValuesByPrefix) {
  Engine engine(temporary_.path());
  Commit commit{"archive", {}, {{"a/", "1"}, {"a/2", "2"}, {"b/", "3"}, {"a", "4"}, {"a0", "5"}}};
  ASSERT_TRUE(engine.Write(commit).ok());
  ASSERT_TRUE(engine.Write({"bus", {}, {{"a/", "bus"}}}).ok());
  const auto keys = [&](std::string prefix) {
    std::vector<std::string> found;
    const auto values = engine.Values("archive", std::move(prefix));
    for (const OutputValue& value : *values) found.push_back(value.key + "=" + *value.value);
    return found;
  };
  EXPECT_THAT(keys("a/"), ElementsAre("a/=1", "a/2=2"));
  EXPECT_THAT(keys(""), ElementsAre("a=4", "a/=1", "a/2=2", "a0=5", "b/=3"));
  ASSERT_TRUE(engine.Write({"archive", {}, {{"a/", std::nullopt}, {"none", std::nullopt}}}).ok());
  EXPECT_THAT(keys("a/"), ElementsAre("a/2=2"));
}

TEST_F(SqliteStoreTest, ResetsAFeedAndKeepsItsOutputsValues) {
  Engine engine(temporary_.path());
  Commit commit = StepCommit(
      {.position = "p9", .watermark_ns = 500, .blocks = {Block(100, 200, 2), Block(600, 700, 2)}});
  commit.values = {{"file", "kept"}};
  ASSERT_TRUE(engine.Write(commit).ok());
  ASSERT_TRUE(engine.Write(PositionCommit(Feed("b"), "other")).ok());

  ASSERT_TRUE(engine.world().Await(engine.store().Reset(Feed("a"), "from")).ok());
  const auto loaded = engine.Load(Feed("a"));
  EXPECT_EQ((*loaded)->position, "from");
  EXPECT_EQ((*loaded)->watermark_ns, 0);
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 1'000)), IsEmpty());
  EXPECT_THAT(*engine.Counts(Feed("a"), 0, 1'000), IsEmpty());
  EXPECT_EQ(engine.Values("archive", "file")->front().value, "kept");
  EXPECT_EQ(engine.Position(Feed("b")), "other");

  ASSERT_TRUE(engine.Write(StepCommit({.blocks = {Block(100, 200, 2)}})).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 1'000)), ElementsAre(200));
  ASSERT_TRUE(engine.world().Await(engine.store().Reset(Feed("unheard-of"), "from")).ok());
  EXPECT_EQ(engine.Position(Feed("unheard-of")), "from");
}

TEST_F(SqliteStoreTest, CommitsThatWaitTogetherShareOneTransaction) {
  Engine engine(temporary_.path());
  int done = 0;
  for (int i = 0; i < 50; ++i) {
    boost::asio::co_spawn(engine.world().io(),
                          engine.store().Write(PositionCommit(Feed(absl::StrCat(i)), "p")),
                          [&](std::exception_ptr, absl::Status status) {
                            EXPECT_TRUE(status.ok()) << status;
                            ++done;
                          });
  }
  engine.world().RunFor(absl::Seconds(1));
  EXPECT_EQ(done, 50);
  const std::vector<std::string>& passed = engine.world().crash_points().passed();
  EXPECT_EQ(std::count(passed.begin(), passed.end(), "state.after_commit"), 1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(engine.Position(Feed(absl::StrCat(i))), "p");
}

TEST_F(SqliteStoreTest, ACommitIsWholeOrAbsentAfterACrash) {
  for (const std::string_view point : kStateCrashPoints) {
    TemporaryDirectory directory;
    {
      Engine engine(directory.path());
      ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), "p1")).ok());
      engine.world().crash_points().Arm(std::string(point));
      Commit commit = PositionCommit(Feed("a"), "p2");
      commit.values = {{"offset", "2"}};
      EXPECT_THROW(engine.Write(commit).IgnoreError(), SimulatedCrash);
    }
    Engine engine(directory.path());
    const bool committed = point == "state.after_commit";
    EXPECT_EQ(engine.Position(Feed("a")), committed ? "p2" : "p1");
    EXPECT_EQ(engine.Values("archive", "")->size(), committed ? 1u : 0u);
  }
}

// The disk fails at the n-th call, for every n of a run that also moves the log into the database.
// After an error the store says what was committed before; a crash that follows finds the same.
class StoreOnAFailingDisk
    : public SqliteStoreTest,
      public ::testing::WithParamInterface<std::pair<FailingVfs::Failure, int>> {};

TEST_P(StoreOnAFailingDisk, SaysTheTruthAndWorksAgainLater) {
  const auto [failure, more] = GetParam();
  FailingVfs vfs("failing-store");
  int failures = 0;
  for (int n = 1;; n += 1 + n / 8) {
    TemporaryDirectory directory;
    const std::string dir = directory.path() + "/state";
    const StateOptions options{.state_dir = dir, .default_cce_id = "host", .vfs = vfs.name()};
    std::string last = "none";
    {
      Engine engine(options);
      ASSERT_TRUE(engine.status().ok()) << engine.status();
      vfs.FailAt(n, failure, more);
      for (int i = 0; i < 36; ++i) {
        const std::string position = absl::StrCat("p", i);
        Commit commit = PositionCommit(Feed("a"), position);
        commit.steps[0].step.blocks.push_back(Block(i, i, 8'000));
        commit.steps[0].step.watermark_ns = i - 3;
        commit.values = {{"offset", position}};
        const absl::Status written = engine.Write(commit);
        if (written.ok()) {
          last = position;
          continue;
        }
        ++failures;
        ASSERT_TRUE(absl::IsUnavailable(written) || absl::IsResourceExhausted(written)) << written;
        ASSERT_TRUE(TroubleOf(written).has_value());
        absl::StatusOr<std::optional<Checkpoint>> loaded = engine.Load(Feed("a"));
        if (!loaded.ok()) vfs.Heal();
        ASSERT_EQ(engine.Position(Feed("a")), last) << n;

        const std::string copy = directory.path() + "/copy";
        fs::remove_all(copy);
        fs::copy(dir, copy, fs::copy_options::recursive);
        Engine after_a_crash(copy);
        ASSERT_TRUE(after_a_crash.status().ok()) << n << " " << after_a_crash.status();
        ASSERT_EQ(after_a_crash.Position(Feed("a")), last) << n;
        const auto values = after_a_crash.Values("archive", "");
        ASSERT_EQ(values->empty() ? "none" : *values->front().value, last);
      }
      const bool reached = vfs.calls() >= n;
      vfs.Heal();
      ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), "p35")).ok());
      if (!reached) n = -1;
    }
    EXPECT_EQ(Engine(options).Position(Feed("a")), "p35");
    if (n < 0) break;
  }
  EXPECT_GT(failures, 20);
}

INSTANTIATE_TEST_SUITE_P(EveryCall, StoreOnAFailingDisk,
                         ::testing::Values(std::pair(FailingVfs::Failure::kDiskFull, 0),
                                           std::pair(FailingVfs::Failure::kDiskFull, 3),
                                           std::pair(FailingVfs::Failure::kWriteError, 0),
                                           std::pair(FailingVfs::Failure::kLateError, 0)));

TEST_F(SqliteStoreTest, OneCommitThatCannotBeWrittenDoesNotCostTheOthers) {
  FailingVfs vfs("failing-group");
  Engine engine(
      StateOptions{.state_dir = temporary_.path(), .default_cce_id = "host", .vfs = vfs.name()});
  vfs.FailAt(1, FailingVfs::Failure::kDiskFull);
  int failed = 0;
  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(engine.world().io(),
                          engine.store().Write(PositionCommit(Feed(absl::StrCat(i)), "p")),
                          [&](std::exception_ptr, absl::Status status) {
                            if (!status.ok()) ++failed;
                          });
  }
  engine.world().RunFor(absl::Seconds(1));
  EXPECT_EQ(failed, 0) << "each is tried again alone";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(engine.Position(Feed(absl::StrCat(i))), "p");
}

TEST_F(SqliteStoreTest, StaysDownOnceItHasFoundDamage) {
  {
    Engine engine(temporary_.path());
    ASSERT_TRUE(engine.Write(StepCommit({.position = "p", .blocks = {Block(0, 0, 3)}})).ok());
  }
  {
    const auto database = Database::Open(temporary_.path() + "/state.db", nullptr);
    ASSERT_TRUE((*database)->Execute("UPDATE blocks SET identities = x'0102'").ok());
  }
  Engine engine(temporary_.path());
  ASSERT_TRUE(engine.status().ok()) << engine.status();
  const absl::Status damage = engine.Blocks(Feed("a"), 0, 1).status();
  EXPECT_TRUE(absl::IsDataLoss(damage)) << damage;
  EXPECT_TRUE(TroubleOf(damage).has_value());
  EXPECT_TRUE(absl::IsDataLoss(engine.Write(StepCommit({.position = "p2"}))));
  EXPECT_TRUE(absl::IsDataLoss(engine.Load(Feed("a")).status()));
}

// What an output that keeps the state elsewhere, too, does with it.
class ChangesTest : public SqliteStoreTest {
 protected:
  static constexpr std::int64_t kSteps = 12;

  // Blocks come, are passed by the watermark, some at once, and their hours grow and grow old.
  Step StepNumber(std::int64_t n) {
    Step step{.watermark_ns = (n - 3) * kHourNs};
    if (n % 4 != 3) step.position = absl::StrCat("p", n);
    if (n == kSteps - 1) step.watermark_ns = 100 * kDayNs;
    for (std::int64_t i = 0; i < n % 3 + 1; ++i) {
      const std::int64_t at = (n - 4 * i) * kHourNs;
      step.blocks.push_back(Block(at, at + kMinuteNs, static_cast<std::uint32_t>(n + i + 1)));
    }
    if (n > 8) step.blocks.push_back(Block(100 * kDayNs, 100 * kDayNs, 2));
    return step;
  }
  FeedChange Foresee(Engine& engine, Step step) {
    auto change = engine.world().Await(engine.store().Foresee({Feed("a"), std::move(step)}));
    EXPECT_TRUE(change.ok()) << change.status();
    return *std::move(change);
  }
  absl::Status Write(Engine& engine, std::vector<FeedChange> changes) {
    Commit commit{"archive", {}, {}, std::move(changes)};
    return engine.Write(std::move(commit));
  }
  void ExpectTheSame(Engine& found, Engine& expected) {
    constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(found.Position(Feed("a")), expected.Position(Feed("a")));
    EXPECT_EQ((*found.Load(Feed("a")))->watermark_ns, (*expected.Load(Feed("a")))->watermark_ns);
    EXPECT_EQ(*found.Blocks(Feed("a"), -kEnd, kEnd), *expected.Blocks(Feed("a"), -kEnd, kEnd));
    EXPECT_EQ(*found.Counts(Feed("a"), -kEnd, kEnd), *expected.Counts(Feed("a"), -kEnd, kEnd));
  }

  TemporaryDirectory other_;
};

TEST_F(ChangesTest, AreForeseenAsStepsMakeThem) {
  Engine steps(temporary_.path());
  Engine changes(other_.path());
  for (std::int64_t n = 0; n < kSteps; ++n) {
    const FeedChange change = Foresee(changes, StepNumber(n));
    EXPECT_EQ(Foresee(changes, StepNumber(n)), change) << "nothing is written by it";
    ASSERT_TRUE(Write(changes, {change}).ok());
    ASSERT_TRUE(steps.Write(StepCommit(StepNumber(n))).ok());
    ExpectTheSame(changes, steps);
  }
}

TEST_F(ChangesTest, LeaveTheSameWhenTheyAreMadeAgainFromAnyPlaceOn) {
  Engine steps(temporary_.path());
  Engine again(other_.path());
  // Another feed takes numbers and rows, too.
  ASSERT_TRUE(again.Write(PositionCommit(Feed("b"), "b")).ok());
  std::vector<FeedChange> made;
  for (std::int64_t n = 0; n < kSteps; ++n) {
    made.push_back(Foresee(steps, StepNumber(n)));
    ASSERT_TRUE(steps.Write(StepCommit(StepNumber(n))).ok());
    for (std::size_t from = 0; from <= made.size(); from += 3) {
      ASSERT_TRUE(
          Write(again, {made.begin() + static_cast<std::ptrdiff_t>(from), made.end()}).ok());
    }
    ASSERT_TRUE(Write(again, {made.back()}).ok());
    ExpectTheSame(again, steps);
  }
}

TEST_F(ChangesTest, AnewForgetsTheFeedAndNoOther) {
  Engine engine(temporary_.path());
  for (std::int64_t n = 0; n < 9; ++n) ASSERT_TRUE(engine.Write(StepCommit(StepNumber(n))).ok());
  ASSERT_TRUE(engine.Write(PositionCommit(Feed("b"), "b")).ok());
  ASSERT_TRUE(Write(engine, {{.feed = Feed("a"), .anew = true}}).ok());
  EXPECT_EQ(engine.Position(Feed("a")), "none");
  EXPECT_THAT(*engine.Blocks(Feed("a"), -kDayNs, 200 * kDayNs), IsEmpty());
  EXPECT_THAT(*engine.Counts(Feed("a"), -10'000, 1'000'000), IsEmpty());
  EXPECT_EQ(engine.Position(Feed("b")), "b");
  EXPECT_THAT(*engine.world().Await(engine.store().Feeds("archive")),
              ::testing::UnorderedElementsAre(Feed("a"), Feed("b")));
  EXPECT_THAT(*engine.world().Await(engine.store().Feeds("bus")), IsEmpty());
}

TEST_F(ChangesTest, DropBlocksOfTheFirstVersionToo) {
  {
    Engine engine(temporary_.path());
    ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), "p")).ok());
    ASSERT_TRUE(engine.Write(StepCommit({.blocks = {Block(0, 1, 3), Block(5, 9, 4)}})).ok());
  }
  {
    // It numbered the rows of all feeds from 1 on.
    const auto database = Database::Open(temporary_.path() + "/state.db", nullptr);
    ASSERT_TRUE((*database)->Execute("UPDATE blocks SET number = number & 0xffffffff").ok());
  }
  Engine engine(temporary_.path());
  const FeedChange change = Foresee(engine, {.watermark_ns = 4, .blocks = {Block(6, 7, 1)}});
  EXPECT_EQ(change.dropped.size(), 1u);
  ASSERT_TRUE(Write(engine, {change}).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 10)), ElementsAre(9, 7))
      << "in the order of writing";
}

TEST_F(SqliteStoreTest, ServesManyThreads) {
  PosixFiles files;
  VirtualWorld world(files);
  constexpr int kThreads = 4;
  constexpr int kWrites = 50;
  std::vector<std::unique_ptr<boost::asio::io_context>> loops;
  for (int i = 0; i <= kThreads; ++i) loops.push_back(std::make_unique<boost::asio::io_context>(1));
  BlockingPool pool(2);
  auto keep = boost::asio::make_work_guard(*loops.back());
  std::thread hand_over([&] { loops.back()->run(); });
  absl::StatusOr<State> state =
      OpenState({.state_dir = temporary_.path(), .default_cce_id = "host"}, pool,
                world.crash_points(), loops.back()->get_executor());
  ASSERT_TRUE(state.ok());

  const auto work = [&store = *state->store](std::string device) -> Task<absl::Status> {
    for (int i = 0; i < kWrites; ++i) {
      Commit commit = PositionCommit(Feed(device), absl::StrCat(i));
      absl::Status written = co_await store.Write(std::move(commit));
      if (!written.ok()) co_return written;
      absl::StatusOr<std::optional<Checkpoint>> loaded = co_await store.Load(Feed(device));
      if (!loaded.ok()) co_return loaded.status();
      if ((*loaded)->position != absl::StrCat(i)) co_return absl::InternalError("stale");
    }
    co_return absl::OkStatus();
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    for (int j = 0; j < 3; ++j) {
      boost::asio::co_spawn(
          *loops[static_cast<std::size_t>(i)], work(absl::StrCat(i, "-", j)),
          [](std::exception_ptr, absl::Status status) { EXPECT_TRUE(status.ok()) << status; });
    }
    threads.emplace_back([&, i] { loops[static_cast<std::size_t>(i)]->run(); });
  }
  for (std::thread& thread : threads) thread.join();
  state->store.reset();
  keep.reset();
  hand_over.join();
}

TEST_F(SqliteStoreTest, FindsAPagesBlocksAmongTenMillionIdentitiesWithoutReadingTheRest) {
  Engine engine(temporary_.path());
  constexpr int kBlocks = 1'000;
  for (int i = 0; i < kBlocks; i += 50) {
    Step step{.position = absl::StrCat(i)};
    for (int j = i; j < i + 50; ++j) {
      step.blocks.push_back(Block(j * kMinuteNs, (j + 1) * kMinuteNs - 1, 10'000));
    }
    ASSERT_TRUE(engine.Write(StepCommit(std::move(step))).ok());
  }
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 500 * kMinuteNs, 501 * kMinuteNs - 1)),
              ElementsAre(501 * kMinuteNs - 1));
  EXPECT_EQ(engine.Counts(Feed("a"), 0, kBlocks)->size(), static_cast<std::size_t>(kBlocks));
  ASSERT_TRUE(engine.Write(StepCommit({.watermark_ns = 999 * kMinuteNs})).ok());
  EXPECT_THAT(Ends(engine.Blocks(Feed("a"), 0, 1'000 * kMinuteNs)),
              ElementsAre(1'000 * kMinuteNs - 1));
}

}  // namespace
}  // namespace cce
