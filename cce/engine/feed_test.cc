#include "cce/engine/feed.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <limits>
#include <map>

#include "cce/api/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_service.h"
#include "tests/fakes/memory_output.h"
#include "tests/fakes/virtual_world.h"

namespace cce {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> Ids(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back("e" + std::to_string(i));
  return ids;
}

// One device with as many feeds as outputs.
class FeedTest : public testing::Test {
 protected:
  FeedTest() { service_.AddEvents(95, world_.clock().Now() - absl::Minutes(5)); }
  ~FeedTest() override { End(); }

  MemoryOutput& AddOutput(const std::string& name) {
    shares_[name] = std::make_unique<OutputShare>(memory_, requests_, world_.context());
    return *outputs_.emplace_back(std::make_unique<MemoryOutput>(name, store_, format_));
  }

  void End() {
    feeds_.clear();
    device_.reset();
    world_.Crash();
  }

  // (Re)starts the engine's part: what was in memory before is gone.
  void Start(bool until_caught_up = false) {
    End();
    ended_.clear();
    DeviceOptions options{
        .name = "device", .source = source_, .secret = "key", .body_cap = body_cap_};
    options.on_poll = [this](const absl::Status& status) { polls_.push_back(status); };
    device_ = std::make_unique<PolledDevice>(std::move(options), service_, world_.context(),
                                             world_.io().get_executor());
    for (const auto& output : outputs_) {
      FeedOptions feed_options{.key = {output->name(), "device", "org"},
                               .filter = filters_[output->name()],
                               .until_caught_up = until_caught_up};
      feed_options.on_delivery_begun = [this] { ++begun_; };
      feed_options.on_delivery = [this, &total = progress_[output->name()]](
                                     const absl::Status& status, const FeedProgress& progress) {
        deliveries_.push_back(status);
        total.delivered += progress.delivered;
        total.filtered += progress.filtered;
        total.undecodable += progress.undecodable;
        total.last_event_time = std::max(total.last_event_time, progress.last_event_time);
      };
      feeds_.push_back(std::make_unique<Feed>(std::move(feed_options), *device_, *output, store_,
                                              *shares_.at(output->name()), world_.context(),
                                              world_.io().get_executor()));
      boost::asio::co_spawn(world_.io(), feeds_.back()->Run(),
                            [this](std::exception_ptr thrown, absl::Status status) {
                              if (thrown) std::rethrow_exception(thrown);
                              ended_.push_back(status);
                            });
    }
  }

  // Replaces the service's events by two pages of these and the beginning of a third.
  void AddMixedEvents() {
    service_.events.clear();
    const absl::Time first = world_.clock().Now() - absl::Minutes(5);
    for (const char* id :
         {"sso/1/0",   "sso/2/1",   "radius/1/2", "ldap/5/3",   "ldap/1/4",  "sso/99/5",
          "/4/6",      "/1/7",      "!8",         "sso/0/9",    "ldap/1/10", "ldap/2/11",
          "ldap/1/12", "ldap/3/13", "ldap/4/14",  "ldap/99/15", "ldap/0/16", "ldap/1/17",
          "ldap/1/18", "ldap/1/19", "radius/6/20"}) {
      const auto since_first = absl::Seconds(10 * static_cast<int>(service_.events.size()));
      service_.events.push_back({id, absl::ToUnixNanos(first + since_first)});
    }
  }

  // What the store has of the feed to `output`: one count for all minutes.
  MinuteCount Accounted(const std::string& output) {
    MinuteCount sum;
    constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
    const auto blocks = world_.Await(store_.Blocks({output, "device", "org"}, 0, kEnd));
    for (const IdentityBlock& block : blocks.value()) {
      for (const MinuteCount& count : block.minutes) {
        sum.delivered += count.delivered;
        sum.filtered += count.filtered;
        sum.dead_lettered += count.dead_lettered;
      }
    }
    return sum;
  }

  // Starts a device that has met its service; what is returned asks in a feed's place, until
  // RemoveFeed.
  std::unique_ptr<Sleeper> StartAndMeet() {
    Start();
    std::unique_ptr<Sleeper> sleeper = world_.clock().MakeSleeper(world_.io().get_executor());
    device_->AddFeed(*sleeper);
    EXPECT_TRUE(world_.Await(device_->Meet(*sleeper, share_.requests)).ok());
    return sleeper;
  }

  std::shared_ptr<Reservation> Room(std::size_t bytes = 100'000) {
    return std::make_shared<Reservation>(*share_.memory.TryReserve(bytes, Urgency::kLive));
  }
  auto Fetch(const Position& position, Sleeper& sleeper) {
    return device_->Fetch(position, Asker{sleeper, share_.requests, Room()});
  }
  auto Prefetch(const Position& position, std::shared_ptr<Reservation> room, Sleeper& sleeper) {
    return device_->Prefetch(position, Asker{sleeper, share_.requests, std::move(room)});
  }

  // Ends every feed as SIGTERM does.
  void Stop() {
    for (const auto& feed : feeds_) feed->Stop();
    device_->Stop();
    for (const auto& [name, share] : shares_) share->Close();
    ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == feeds_.size(); }, absl::Hours(1)));
  }

  // Two filters, and what they leave of AddMixedEvents.
  const EventFilter sign_ons_{.services = {"sso", "radius"}, .min_severity = 2};
  const std::vector<std::string> sign_on_lines_ = {"sso/2/1", "sso/99/5", "/4/6",
                                                   "!8",      "sso/0/9",  "radius/6/20"};
  const EventFilter high_{.min_severity = 4};
  const std::vector<std::string> high_lines_ = {"ldap/5/3",   "sso/99/5",  "/4/6",
                                                "!8",         "sso/0/9",   "ldap/4/14",
                                                "ldap/99/15", "ldap/0/16", "radius/6/20"};

  AbsentFiles files_;
  MemoryStore store_;
  FakeFormat format_;
  VirtualWorld world_{files_};
  std::size_t memory_ = 1 << 20;
  std::size_t requests_ = 20;
  OutputShare share_{memory_, requests_, world_.context()};     // of nobody's output
  std::map<std::string, std::unique_ptr<OutputShare>> shares_;  // by output
  FakeService service_{world_.clock()};
  std::shared_ptr<FakeSource> source_ = std::make_shared<FakeSource>();
  std::size_t body_cap_ = 1000;
  std::vector<std::unique_ptr<MemoryOutput>> outputs_;
  std::map<std::string, EventFilter> filters_;    // by output
  std::map<std::string, FeedProgress> progress_;  // by output: sums, since the test's beginning
  std::unique_ptr<PolledDevice> device_;
  std::vector<std::unique_ptr<Feed>> feeds_;
  std::vector<absl::Status> ended_;
  std::vector<absl::Status> polls_;
  std::vector<absl::Status> deliveries_;  // as feeds have told of them
  std::size_t begun_ = 0;                 // recoveries and deliveries
};

TEST_F(FeedTest, DeliversEveryEventOnceAndInOrder) {
  MemoryOutput& output = AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  service_.AddEvents(7, world_.clock().Now());
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(102));
  Stop();
}

TEST_F(FeedTest, GoesOnWhereTheOutputWasWhenItStartsAgain) {
  MemoryOutput& output = AddOutput("file");
  output.endings.assign(4, MemoryOutput::Ending::kDone);
  Start();
  ASSERT_TRUE(world_.RunUntil([&] { return output.lines.size() >= 40; }, absl::Minutes(1)));
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, DeliversAgainWhatAnOutputRefused) {
  using enum MemoryOutput::Ending;
  MemoryOutput& output = AddOutput("file");
  output.endings = {kDone, kRefused, kRefused, kDone, kRefused};
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, DoesNotDoubleWhatAnOutputTookBeforeItFailed) {
  using enum MemoryOutput::Ending;
  MemoryOutput& output = AddOutput("file");
  output.endings = {kAmbiguous, kDone, kAmbiguous, kAmbiguous};
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, DeliversTheRestOfABatchThatWasTakenInPart) {
  using enum MemoryOutput::Ending;
  MemoryOutput& output = AddOutput("file");
  output.endings = {kPrefix, kPrefix, kDone, kPrefix};
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, DropsWhatAPageHasTwice) {
  MemoryOutput& output = AddOutput("file");
  service_.events.insert(service_.events.begin() + 3, service_.events[2]);
  service_.events.push_back(service_.events[50]);
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, SurvivesStrayTimestamps) {
  MemoryOutput& output = AddOutput("file");
  service_.events[5].time_ns = -62'000'000'000'000'000;
  service_.events[6].time_ns = 9'000'000'000'000'000'000;
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, KnowsAnEventWithoutATimeOfItsOwnUnderWhateverTimeItComesAgain) {
  MemoryOutput& output = AddOutput("file");
  source_->overlap = 1;
  source_->untimed = true;
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  service_.events.back().time_ns += absl::ToInt64Nanoseconds(absl::Hours(3));
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, AsksOnceForAllFeedsInStep) {
  AddOutput("file");
  AddOutput("bus");
  AddOutput("siem");
  service_.answer_time = absl::Milliseconds(100);
  Start();
  world_.RunFor(absl::Minutes(3));
  for (const auto& output : outputs_) EXPECT_EQ(output->lines, Ids(95));
  // Nine full pages and a short one, then one empty page at each of the three ticks that follow.
  EXPECT_THAT(service_.requests, SizeIs(10 + 3));
  Stop();
}

TEST_F(FeedTest, GoesOnWithThePageThatAnotherFeedHadItsTurnFor) {
  MemoryOutput& file = AddOutput("file");
  AddOutput("bus");
  service_.answer_time = absl::Milliseconds(100);
  const auto all = shares_["file"]->requests.TryReserve(requests_, Urgency::kLive);
  Start();
  world_.RunFor(absl::Minutes(3));
  EXPECT_EQ(file.lines, Ids(95)) << "though its own share of requests is taken";
  EXPECT_THAT(service_.requests, SizeIs(10 + 3));
  Stop();
}

TEST_F(FeedTest, AsksNothingWhileItsShareOfRequestsIsTaken) {
  MemoryOutput& file = AddOutput("file");
  auto all = shares_["file"]->requests.TryReserve(requests_, Urgency::kLive);
  Start();
  world_.RunFor(absl::Minutes(3));
  EXPECT_EQ(service_.probes, 0);
  EXPECT_THAT(service_.requests, SizeIs(0));
  all.reset();
  world_.RunFor(absl::Minutes(1));
  EXPECT_EQ(file.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, IsNotHeldUpByAnotherFeedsOutput) {
  MemoryOutput& dead = AddOutput("dead");
  MemoryOutput& file = AddOutput("file");
  dead.endings.assign(1000, MemoryOutput::Ending::kRefused);
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(file.lines, Ids(95));
  EXPECT_TRUE(dead.lines.empty());
  dead.endings.clear();
  world_.RunFor(absl::Minutes(3));
  EXPECT_EQ(dead.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, DoesNotAskWhileItsOutputIsDown) {
  MemoryOutput& dead = AddOutput("dead");
  dead.endings.assign(1000, MemoryOutput::Ending::kRefused);
  Start();
  world_.RunFor(absl::Hours(2));
  // One page an attempt and the page after it, never more.
  EXPECT_LE(service_.requests.size(), 2u * static_cast<std::size_t>(dead.recoveries));
  EXPECT_LT(dead.recoveries, 2 * 3600 / 20);
  Stop();
}

TEST_F(FeedTest, TriesAgainWhenTheServiceFails) {
  MemoryOutput& output = AddOutput("file");
  service_.next_statuses = {0, 503, 200, 500, 0, 200, 502};
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, WaitsAsLongAsTheServiceSays) {
  MemoryOutput& output = AddOutput("file");
  service_.next_statuses = {200, 429};
  Start();
  world_.RunFor(absl::Seconds(89));
  EXPECT_TRUE(output.lines.empty());
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, GoesOnAfterARefusalThatPasses) {
  MemoryOutput& output = AddOutput("file");
  service_.next_statuses = {200, 200, 401};
  Start();
  world_.RunFor(absl::Minutes(1));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, ProbesARefusedDeviceEveryFiveMinutes) {
  AddOutput("file");
  AddOutput("bus");
  service_.next_statuses.assign(100, 401);
  Start();
  world_.RunFor(absl::Hours(1));
  EXPECT_GE(service_.probes, 12);
  EXPECT_LE(service_.probes, 15);
  EXPECT_TRUE(service_.requests.empty());
  EXPECT_EQ(polls_.back().code(), absl::StatusCode::kUnauthenticated);
  service_.next_statuses.clear();
  world_.RunFor(absl::Minutes(6));
  EXPECT_EQ(outputs_[0]->lines, Ids(95));
  EXPECT_EQ(outputs_[1]->lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, ProbesADeviceThatIsRefusedInMidCollection) {
  MemoryOutput& output = AddOutput("file");
  AddOutput("bus");
  Start();
  ASSERT_TRUE(world_.RunUntil([&] { return output.lines.size() >= 30; }, absl::Minutes(1)));
  service_.next_statuses.assign(1000, 401);
  const std::size_t before = service_.requests.size();
  world_.RunFor(absl::Hours(1));
  EXPECT_LE(service_.requests.size() - before, 20u);
  service_.next_statuses.clear();
  world_.RunFor(absl::Minutes(6));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, EndsWhenItHasCaughtUpWithTheTimeOfItsStart) {
  MemoryOutput& output = AddOutput("file");
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Minutes(3)));
  EXPECT_TRUE(ended_[0].ok());
  EXPECT_EQ(output.lines, Ids(95));
}

TEST_F(FeedTest, GivesUpAfterThreeRefusedProbesWhenItIsToEnd) {
  AddOutput("file");
  service_.next_statuses.assign(100, 401);
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Minutes(1)));
  EXPECT_EQ(ended_[0].code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(service_.probes, 3);
}

TEST_F(FeedTest, AsksForLessWhenAPageIsTooLargeAndForMoreAgainLater) {
  MemoryOutput& output = AddOutput("file");
  body_cap_ = 400;
  service_.bytes_per_event = 100;
  Start();
  world_.RunFor(absl::Minutes(1));
  EXPECT_EQ(output.lines, Ids(95));
  EXPECT_THAT(service_.requests, Contains("/0/10"));
  EXPECT_THAT(service_.requests, Contains("/0/2"));
  service_.bytes_per_event = 1;
  service_.AddEvents(50, world_.clock().Now());
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(145));
  EXPECT_THAT(service_.requests.back(), HasSubstr("/10"));
  Stop();
}

TEST_F(FeedTest, ReservesLittleWhereAPassHasEnded) {
  memory_ = 64 << 20;
  body_cap_ = 1 << 20;
  source_ = std::make_shared<FakeSource>(/*page_size=*/1000);
  MemoryOutput& output = AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(3));
  EXPECT_EQ(output.lines, Ids(95));
  EXPECT_THAT(service_.requests, ElementsAre("/0/1000", "/95/380", "/95/250", "/95/250"));
  service_.AddEvents(400, world_.clock().Now());
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(495));
  EXPECT_THAT(service_.requests, Contains("/345/1000")) << "there is more than was expected";
  Stop();
}

TEST_F(FeedTest, TakesNoMoreThanItHasReservedAndReservesMore) {
  body_cap_ = 100'000;
  service_.bytes_per_event = 9'000;
  service_.events.resize(10);
  MemoryOutput& output = AddOutput("file");
  Start();
  world_.RunFor(absl::Seconds(30));
  EXPECT_EQ(output.lines, Ids(10));
  EXPECT_THAT(service_.requests, ElementsAre("/0/10", "/0/10", "/0/10", "/10/10"))
      << "for 40 KB, 80 KB and then what a body may have at most";
  EXPECT_TRUE(output.dead_letters.empty());
  Stop();
}

TEST_F(FeedTest, GivesUpOnDataThatStaysLostWhenItIsToEnd) {
  MemoryOutput& output = AddOutput("file");
  output.endings.assign(10, MemoryOutput::Ending::kLost);
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Hours(1)));
  EXPECT_EQ(ended_[0].code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(output.recoveries, 3);
}

TEST_F(FeedTest, GoesOnAfterDataThatWasLostOnce) {
  MemoryOutput& output = AddOutput("file");
  output.endings = {MemoryOutput::Ending::kDone, MemoryOutput::Ending::kLost,
                    MemoryOutput::Ending::kLost};
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Hours(1)));
  EXPECT_TRUE(ended_[0].ok());
  EXPECT_EQ(output.lines, Ids(95));
}

TEST_F(FeedTest, KeepsThePauseThatTheServiceAsksForWhoeverWasTold) {
  const std::unique_ptr<Sleeper> sleeper = StartAndMeet();
  service_.next_statuses = {429};
  const auto ahead = Prefetch("0/0", Room(), *sleeper);
  world_.RunFor(absl::Seconds(30));
  EXPECT_THAT(service_.requests, SizeIs(1));
  const absl::Status held = world_.Await(Fetch("10/0", *sleeper)).status();
  EXPECT_EQ(TroubleOf(held)->word, StatusWord::kThrottled);
  EXPECT_EQ(TroubleOf(held)->retry_after, absl::Seconds(60)) << "the rest of it";
  EXPECT_EQ(Prefetch("10/0", Room(), *sleeper), nullptr);
  EXPECT_THAT(service_.requests, SizeIs(1));
  world_.RunFor(absl::Seconds(60));
  EXPECT_TRUE(world_.Await(Fetch("10/0", *sleeper)).ok());
  device_->RemoveFeed(*sleeper);
}

TEST_F(FeedTest, KeepsThePauseThoughAnotherRequestOfThenEndsWell) {
  const std::unique_ptr<Sleeper> sleeper = StartAndMeet();
  service_.answer_time = absl::Seconds(5);
  service_.next_statuses = {429};
  const auto throttled = Prefetch("0/0", Room(), *sleeper);
  const auto well = Prefetch("10/0", Room(), *sleeper);
  world_.RunFor(absl::Seconds(30));
  ASSERT_THAT(service_.requests, SizeIs(2));
  ASSERT_THAT(polls_, SizeIs(3));
  EXPECT_EQ(TroubleOf(polls_.back())->word, StatusWord::kThrottled) << "the pause is not over";
  const absl::Status held = world_.Await(Fetch("20/0", *sleeper)).status();
  EXPECT_EQ(held.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(service_.requests, SizeIs(2));
  device_->RemoveFeed(*sleeper);
}

TEST_F(FeedTest, DoesNotTakeARefusalThatIsOverForOne) {
  const std::unique_ptr<Sleeper> sleeper = StartAndMeet();
  service_.answer_time = absl::Seconds(5);
  service_.next_statuses = {403};
  const auto refused = Prefetch("0/0", Room(), *sleeper);
  const auto well = Prefetch("10/0", Room(), *sleeper);
  world_.RunFor(absl::Seconds(30));
  ASSERT_EQ(device_->refusals(), 0);
  const absl::Status held = world_.Await(Fetch("20/0", *sleeper)).status();
  EXPECT_EQ(held.code(), absl::StatusCode::kUnavailable) << held;
  device_->RemoveFeed(*sleeper);
}

TEST_F(FeedTest, ProbesNobodyWhoHasAskedForAPause) {
  Start();
  const std::unique_ptr<Sleeper> sleeper = world_.clock().MakeSleeper(world_.io().get_executor());
  device_->AddFeed(*sleeper);
  service_.next_statuses = {429};
  EXPECT_TRUE(absl::IsResourceExhausted(world_.Await(device_->Meet(*sleeper, share_.requests))));
  world_.RunFor(absl::Seconds(80));
  EXPECT_TRUE(absl::IsResourceExhausted(world_.Await(device_->Meet(*sleeper, share_.requests))));
  EXPECT_EQ(service_.probes, 1);
  world_.RunFor(absl::Seconds(10));
  EXPECT_TRUE(world_.Await(device_->Meet(*sleeper, share_.requests)).ok());
  device_->RemoveFeed(*sleeper);
}

TEST_F(FeedTest, WaitsAsLongAsARefusalAsks) {
  MemoryOutput& output = AddOutput("file");
  service_.next_statuses = {200, 403};
  Start();
  world_.RunFor(absl::Seconds(59));
  EXPECT_THAT(service_.requests, SizeIs(1));
  world_.RunFor(absl::Seconds(10));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, KeepsTheRoomOfARequestThatNobodyWaitsForUntilItEnds) {
  const std::unique_ptr<Sleeper> sleeper = StartAndMeet();
  service_.answer_time = absl::Seconds(5);
  auto page = Prefetch("0/0", Room(1000), *sleeper);
  page.reset();
  EXPECT_EQ(share_.memory.used(), 1000u);
  world_.RunFor(absl::Seconds(4));
  EXPECT_EQ(share_.memory.used(), 1000u);
  world_.RunFor(absl::Seconds(2));
  EXPECT_EQ(share_.memory.used(), 0u);
  device_->RemoveFeed(*sleeper);
}

TEST_F(FeedTest, PassesNoEventOverInAWindowIntoTheServicesFuture) {
  MemoryOutput& output = AddOutput("file");
  service_.events.resize(3);
  service_.bytes_per_event = 5000;
  service_.answer_time = absl::Seconds(1);
  Start();
  ASSERT_TRUE(world_.RunUntil([&] { return output.dead_letters.size() == 1; }, absl::Minutes(1)));
  world_.clock().Step(absl::Hours(5));
  service_.skew = -absl::Hours(5);
  world_.RunFor(absl::Minutes(1));
  EXPECT_TRUE(world_.log().Contains("ahead of the service's"));
  EXPECT_THAT(output.dead_letters, SizeIs(3));
  Stop();
}

TEST_F(FeedTest, SaysOnceThatAnEventIsTooLargeHoweverOftenItIsMet) {
  MemoryOutput& output = AddOutput("file");
  source_->overlap = 1;
  service_.events.resize(1);
  service_.bytes_per_event = 5000;
  Start();
  world_.RunFor(absl::Minutes(5));
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_GE(service_.requests.size(), 5u);
  EXPECT_THAT(output.dead_letters, SizeIs(1));
  Stop();
}

TEST_F(FeedTest, TakesALargeRefusalForARefusalAndNotForALargePage) {
  MemoryOutput& output = AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(1));
  service_.large_refusals = true;
  service_.next_statuses = {503};
  service_.AddEvents(10, world_.clock().Now());
  world_.RunFor(absl::Minutes(3));
  EXPECT_EQ(output.lines, Ids(105));
  EXPECT_THAT(service_.requests, Each(EndsWith("/10"))) << "the page size has not been halved";
  Stop();
}

TEST_F(FeedTest, SharesAPageWhileAFeedHoldsItAndNoLonger) {
  const std::unique_ptr<Sleeper> sleeper = StartAndMeet();
  const auto fetch = [&] { return world_.Await(Fetch("0/0", *sleeper)).value(); };
  auto first = fetch();
  auto second = fetch();
  EXPECT_EQ(first, second);
  EXPECT_THAT(service_.requests, SizeIs(1));
  first.reset();
  second.reset();
  EXPECT_NE(fetch(), nullptr);
  EXPECT_THAT(service_.requests, SizeIs(2));
  device_->RemoveFeed(*sleeper);
}

TEST_F(FeedTest, PassesASingleEventThatIsTooLargeAndSaysSo) {
  MemoryOutput& output = AddOutput("file");
  service_.events.resize(1);
  service_.bytes_per_event = 5000;
  Start();
  world_.RunFor(absl::Seconds(30));
  ASSERT_THAT(output.dead_letters, SizeIs(1));
  EXPECT_THAT(output.dead_letters[0], HasSubstr("larger than 1000 bytes"));
  service_.bytes_per_event = 10;
  service_.AddEvents(3, world_.clock().Now());
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, (std::vector<std::string>{"e1", "e2", "e3"}));
  Stop();
}

TEST_F(FeedTest, CommitsNothingForAnEmptyPoll) {
  AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(2));
  const int commits = store_.commits();
  world_.RunFor(absl::Minutes(50));
  EXPECT_EQ(store_.commits(), commits);
  Stop();
}

TEST_F(FeedTest, NotesHowFarItIsOnceAnHourAndWhenItStops) {
  AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(2));
  const int commits = store_.commits();
  world_.RunFor(absl::Hours(10));
  EXPECT_GE(store_.commits(), commits + 9);
  EXPECT_LE(store_.commits(), commits + 11);
  Stop();
  const int stopped = store_.commits();
  Start();
  world_.RunFor(absl::Seconds(1));
  Stop();
  EXPECT_LE(store_.commits(), stopped + 1);
}

TEST_F(FeedTest, SaysWhyItsBeginningCannotBeNoted) {
  MemoryOutput& output = AddOutput("file");
  output.endings = {MemoryOutput::Ending::kRefused};
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_THAT(deliveries_, Contains(absl::UnavailableError("output down")));
  EXPECT_EQ(deliveries_.back(), absl::OkStatus());
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, SaysWhyItsEndCannotBeNoted) {
  MemoryOutput& output = AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(10));
  output.endings = {MemoryOutput::Ending::kRefused};
  Stop();
  EXPECT_EQ(deliveries_.back(), absl::UnavailableError("output down"));
  EXPECT_TRUE(world_.log().Contains("output down"));
}

TEST_F(FeedTest, SaysWhenADeliveryBegins) {
  MemoryOutput& output = AddOutput("file");
  output.endings = {MemoryOutput::Ending::kDone, MemoryOutput::Ending::kRefused};
  int deliveries = 0;
  output.on_deliver = [&] {
    ++deliveries;
    EXPECT_EQ(begun_, static_cast<std::size_t>(output.recoveries + deliveries));
  };
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_GT(deliveries, 10);
  EXPECT_LE(begun_, deliveries_.size());
  Stop();
}

TEST_F(FeedTest, KeepsTheWatermarkWhereTheHorizonOrTheWindowIs) {
  AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(2));
  Stop();
  const auto checkpoint = world_.Await(store_.Load({"file", "device", "org"}));
  const absl::Time watermark = absl::FromUnixNanos((*checkpoint)->watermark_ns);
  EXPECT_LE(watermark, world_.clock().Now() - absl::Hours(24));
  EXPECT_GE(watermark, world_.clock().Now() - absl::Hours(24) - absl::Minutes(3));
}

TEST_F(FeedTest, TakesTheServicesTimeWhenThisMachinesIsBehind) {
  MemoryOutput& output = AddOutput("file");
  service_.skew = absl::Hours(3);
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Minutes(3)));
  EXPECT_EQ(output.lines, Ids(95));
  EXPECT_NEAR(absl::ToDoubleSeconds(device_->ServiceNow() - world_.clock().Now()), 3 * 3600, 1);
}

TEST_F(FeedTest, TakesTheServicesTimeWhenThisMachinesIsAhead) {
  MemoryOutput& output = AddOutput("file");
  service_.skew = -absl::Hours(3);
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Minutes(5)));
  EXPECT_EQ(output.lines, Ids(95));
}

TEST_F(FeedTest, GoesOnWhenThisMachinesClockIsSetBack) {
  MemoryOutput& output = AddOutput("file");
  service_.skew = -absl::Hours(2);
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(95));
  world_.clock().Step(-absl::Hours(2));
  service_.skew = absl::ZeroDuration();
  service_.AddEvents(5, world_.clock().Now());
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, Ids(100));
  Stop();
}

TEST_F(FeedTest, WaitsNoLongerBecauseTheClockIsSetBack) {
  MemoryOutput& output = AddOutput("file");
  output.endings.assign(1, MemoryOutput::Ending::kRefused);
  service_.next_statuses = {200, 503, 401};
  Start();
  world_.RunFor(absl::Milliseconds(10));
  world_.clock().Step(-absl::Hours(3));
  service_.skew = absl::Hours(3);
  world_.RunFor(absl::Minutes(10));
  EXPECT_EQ(output.lines, Ids(95));
  Stop();
}

TEST_F(FeedTest, MakesItsStartDurableBeforeItAsks) {
  MemoryOutput& output = AddOutput("file");
  service_.next_statuses.assign(1000, 503);
  service_.next_statuses.front() = 200;
  Start();
  world_.RunFor(absl::Minutes(1));
  const auto checkpoint = world_.Await(store_.Load({"file", "device", "org"}));
  ASSERT_TRUE(checkpoint.ok() && checkpoint->has_value());
  EXPECT_EQ((*checkpoint)->position, "0/0");
  EXPECT_TRUE(output.lines.empty());
  Stop();
}

TEST_F(FeedTest, DoesNotCollectWithoutTheServicesTime) {
  AddOutput("file");
  service_.tells_time = false;
  Start();
  world_.RunFor(absl::Minutes(10));
  EXPECT_TRUE(service_.requests.empty());
  EXPECT_TRUE(world_.log().Contains("Date"));
  Stop();
}

TEST_F(FeedTest, TakesNoWindowIntoTheServicesFutureWhenThisMachinesClockIsMoved) {
  MemoryOutput& output = AddOutput("file");
  Start();
  world_.RunFor(absl::Minutes(2));
  const std::size_t requests = service_.requests.size();
  world_.clock().Step(absl::Hours(5));
  service_.skew = -absl::Hours(5);
  world_.RunFor(absl::Minutes(3));
  EXPECT_TRUE(world_.log().Contains("clock"));
  EXPECT_NEAR(absl::ToDoubleSeconds(device_->ServiceNow() - world_.clock().Now()), -5 * 3600, 1);
  // It goes on at the pace of its ticks.
  service_.AddEvents(5, world_.clock().Now());
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, Ids(100));
  EXPECT_LT(service_.requests.size() - requests, 15u);
  Stop();
}

TEST_F(FeedTest, FetchesTheNextPageWhileOneIsDelivered) {
  MemoryOutput& output = AddOutput("file");
  int asked_while_delivering = 0;
  std::size_t delivered = 0;
  output.on_deliver = [&] {
    // The first Deliver makes the start durable; from the second on each has asked for one page
    // more.
    if (delivered++ > 0 && service_.requests.size() > delivered - 1) ++asked_while_delivering;
  };
  Start();
  world_.RunFor(absl::Seconds(10));
  EXPECT_EQ(output.lines, Ids(95));
  EXPECT_EQ(asked_while_delivering, 9);
  Stop();
}

TEST_F(FeedTest, StopsWhileTheServiceDoesNotAnswer) {
  AddOutput("file");
  service_.answer_time = absl::Hours(24);
  Start();
  world_.RunFor(absl::Minutes(1));
  Stop();
  EXPECT_TRUE(ended_[0].ok());
}

TEST_F(FeedTest, DeliversWhatItsFilterLetsPassAndAccountsForTheRest) {
  AddMixedEvents();
  MemoryOutput& output = AddOutput("siem");
  filters_["siem"] = sign_ons_;
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines, sign_on_lines_);
  EXPECT_EQ(Accounted("siem"), (MinuteCount{.delivered = 6, .filtered = 15}));
  EXPECT_EQ(progress_["siem"].delivered, 6u);
  EXPECT_EQ(progress_["siem"].filtered, 15u);
  EXPECT_EQ(progress_["siem"].undecodable, 1u);
  Stop();
}

TEST_F(FeedTest, TellsTheOutputHowSevereAnEventIs) {
  const std::int64_t now = absl::ToUnixNanos(world_.clock().Now());
  service_.events = {{"sso/4/grave", now}, {"odd", now}};
  MemoryOutput& output = AddOutput("siem");
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.severities, (std::vector<int>{4, 0}));
  Stop();
}

TEST_F(FeedTest, GivesEachOutputOfADeviceWhatItsOwnFilterLetsPass) {
  AddMixedEvents();
  for (const char* name : {"siem", "file", "pager"}) AddOutput(name);
  service_.answer_time = absl::Milliseconds(100);
  filters_["siem"] = sign_ons_;
  filters_["pager"] = high_;
  Start();
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(outputs_[0]->lines, sign_on_lines_);
  EXPECT_THAT(outputs_[1]->lines, SizeIs(21));
  EXPECT_EQ(outputs_[2]->lines, high_lines_);
  EXPECT_EQ(Accounted("file"), (MinuteCount{.delivered = 21}));
  EXPECT_EQ(Accounted("pager"), (MinuteCount{.delivered = 9, .filtered = 12}));
  // Two full pages and a short one, then an empty one at each of the two ticks that follow.
  EXPECT_THAT(service_.requests, SizeIs(3 + 2)) << "filters do not keep feeds from sharing";
  Stop();
}

TEST_F(FeedTest, RemembersWhatItHasFiltered) {
  AddMixedEvents();
  source_->overlap = 5;
  MemoryOutput& output = AddOutput("siem");
  filters_["siem"] = sign_ons_;
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(Accounted("siem"), (MinuteCount{.delivered = 6, .filtered = 15}));
  EXPECT_EQ(progress_["siem"].filtered, 15u);
  // Nor does it come back when the filter goes.
  filters_.clear();
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, sign_on_lines_);
  service_.events.push_back({"ldap/1/21", absl::ToUnixNanos(world_.clock().Now())});
  world_.RunFor(absl::Minutes(2));
  EXPECT_EQ(output.lines.back(), "ldap/1/21");
  Stop();
}

TEST_F(FeedTest, MovesItsPositionDurablyOverAPageOfWhichNothingPasses) {
  MemoryOutput& output = AddOutput("siem");
  filters_["siem"] = {.services = {"sso"}};
  service_.answer_time = absl::Milliseconds(100);
  Start();
  // The start, then the first page.
  ASSERT_TRUE(world_.RunUntil([this] { return store_.commits() == 2; }, absl::Minutes(1)));
  Start();
  const auto checkpoint = world_.Await(store_.Load({"siem", "device", "org"}));
  ASSERT_TRUE(checkpoint.ok() && checkpoint->has_value());
  EXPECT_THAT((*checkpoint)->position, StartsWith("10/"));
  world_.RunFor(absl::Minutes(2));
  EXPECT_TRUE(output.lines.empty());
  EXPECT_EQ(Accounted("siem"), (MinuteCount{.filtered = 95}));
  EXPECT_EQ(progress_["siem"].last_event_time, absl::FromUnixNanos(service_.events.back().time_ns))
      << "the service is not silent";
  Stop();
}

TEST_F(FeedTest, CountsWhatItFiltersOnceThroughCrashesAndOutputsThatFail) {
  using enum MemoryOutput::Ending;
  AddMixedEvents();
  MemoryOutput& output = AddOutput("siem");
  filters_["siem"] = sign_ons_;
  source_->overlap = 7;
  // Three times at the first page, twice at the second, of which nothing passes, then at the third.
  output.endings = {kDone};
  for (const auto ending : {kPrefix, kRefused, kAmbiguous, kPrefix, kAmbiguous, kAmbiguous}) {
    output.endings.push_back(ending);
    Start();
    ASSERT_TRUE(world_.RunUntil([&] { return output.endings.empty(); }, absl::Minutes(2)));
  }
  Start();
  world_.RunFor(absl::Minutes(5));
  EXPECT_EQ(output.lines, sign_on_lines_);
  EXPECT_EQ(Accounted("siem"), (MinuteCount{.delivered = 6, .filtered = 15}));
  Stop();
}

TEST_F(FeedTest, CommitsNothingForAPageOfWhichItKnowsAllEvents) {
  AddMixedEvents();
  source_->overlap = 5;
  AddOutput("siem");
  filters_["siem"] = sign_ons_;
  Start();
  world_.RunFor(absl::Minutes(2));
  const int commits = store_.commits();
  world_.RunFor(absl::Minutes(50));
  EXPECT_EQ(store_.commits(), commits);
  Stop();
}

TEST_F(FeedTest, WorksWithAShareOfMemoryThatHoldsOnePageOnly) {
  memory_ = 4096;
  MemoryOutput& output = AddOutput("file");
  Start(/*until_caught_up=*/true);
  ASSERT_TRUE(world_.RunUntil([this] { return ended_.size() == 1; }, absl::Minutes(3)));
  EXPECT_TRUE(ended_[0].ok());
  EXPECT_EQ(output.lines, Ids(95));
}

}  // namespace
}  // namespace cce
