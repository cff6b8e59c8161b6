// Many devices, three outputs, most of an hour on a virtual clock: one output's trouble is its own.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "cce/engine/feed.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_service.h"
#include "tests/fakes/memory_output.h"
#include "tests/fakes/virtual_world.h"

namespace cce {
namespace {

constexpr std::size_t kBytesPerEvent = 2000;

// A page that says how much of it there is, and is as large as a service's would be.
class CountedPage : public Page {
 public:
  CountedPage(std::shared_ptr<const Page> page, std::size_t& held)
      : page_(std::move(page)), held_(held) {
    held_ += MemoryUse();
  }
  ~CountedPage() override { held_ -= MemoryUse(); }

  std::string_view body() const override { return page_->body(); }
  absl::Span<const EventHead> heads() const override { return page_->heads(); }
  void Read(std::size_t index, Event& event) const override { page_->Read(index, event); }
  std::size_t MemoryUse() const override { return heads().size() * kBytesPerEvent; }

 private:
  const std::shared_ptr<const Page> page_;
  std::size_t& held_;
};

class CountedSource : public FakeSource {
 public:
  CountedSource(int page_size, std::size_t& held) : FakeSource(page_size), held_(held) {}

  absl::StatusOr<Answer> Read(const Position& from, int limit,
                              HttpResponse response) const override {
    absl::StatusOr<Answer> answer = FakeSource::Read(from, limit, std::move(response));
    if (answer.ok()) answer->page = std::make_shared<CountedPage>(answer->page, held_);
    return answer;
  }

 private:
  std::size_t& held_;
};

enum class Condition {
  kWell,
  kDead,   // refuses
  kMute,   // cannot begin, and gives the batch back when the contract says so
  kStuck,  // has begun and does not end
  kSlow,   // takes its time
};

class ConditionedOutput : public MemoryOutput {
 public:
  ConditionedOutput(std::string name, MemoryStore& store, const Format& format, Clock& clock)
      : MemoryOutput(std::move(name), store, format), clock_(clock) {}

  Condition condition = Condition::kWell;
  int attempts = 0;                               // while it was not well
  std::vector<absl::Duration> lags;               // of every event that was delivered
  std::map<std::string, std::size_t> delivered;   // events, by device
  std::map<std::string, absl::Duration> longest;  // lag, by device

  Task<absl::Status> Deliver(FeedKey feed, std::shared_ptr<const Batch> batch, Step step) override {
    if (condition != Condition::kWell && !batch->events.empty()) {
      ++attempts;
      const auto sleeper = clock_.MakeSleeper(co_await boost::asio::this_coro::executor);
      if (condition == Condition::kDead) co_return absl::UnavailableError("dead");
      if (condition == Condition::kMute) {
        co_await sleeper->Sleep(kDeliveryBeginsWithin);
        co_return absl::UnavailableError("mute");
      }
      if (condition == Condition::kSlow) co_await sleeper->Sleep(absl::Seconds(5));
      while (condition == Condition::kStuck) co_await sleeper->Sleep(absl::Seconds(1));
    }
    delivered[feed.device] += batch->events.size();
    for (const BatchEvent& event : batch->events) {
      lags.push_back(clock_.Now() - absl::FromUnixNanos(event.time_ns));
      longest[feed.device] = std::max(longest[feed.device], lags.back());
    }
    auto work = MemoryOutput::Deliver(std::move(feed), std::move(batch), std::move(step));
    co_return co_await std::move(work);
  }

 private:
  Clock& clock_;
};

absl::Duration Percentile(std::vector<absl::Duration> lags, double share) {
  std::sort(lags.begin(), lags.end());
  return lags[static_cast<std::size_t>(share * static_cast<double>(lags.size() - 1))];
}

class Site {
 public:
  static constexpr std::size_t kShare = 8u << 20;
  static constexpr std::size_t kRequests = 7;
  static constexpr int kPageSize = 100;

  Site(int devices, std::vector<std::string> outputs) {
    for (const std::string& name : outputs) {
      outputs_.push_back(
          std::make_unique<ConditionedOutput>(name, store_, format_, world_.clock()));
      shares_.push_back(std::make_unique<OutputShare>(kShare, kRequests, world_.context()));
    }
    for (int i = 0; i < devices; ++i) AddDevice(absl::StrCat("d", i));
  }

  ~Site() {
    for (Device& device : devices_) {
      device.feeds.clear();
      device.polled.reset();
    }
    world_.Crash();
  }

  ConditionedOutput& output(std::size_t i) { return *outputs_[i]; }
  VirtualWorld& world() { return world_; }
  std::size_t most_used() const { return most_used_; }  // bytes reserved, by one output at a time
  std::size_t most_held() const { return most_held_; }  // bytes of pages, at a time

  // Events that happened at `time`.
  void AddEvents(std::size_t device, int count, absl::Time time) {
    std::vector<FakeEvent>& events = devices_[device].service->events;
    for (int i = 0; i < count; ++i) {
      events.push_back({absl::StrCat(devices_[device].name, "e", events.size()),
                        absl::ToUnixNanos(time) + static_cast<std::int64_t>(events.size())});
    }
  }

  // `span` of ordinary life: each device has an event every ten seconds.
  void Live(absl::Duration span) {
    const absl::Time end = world_.clock().Now() + span;
    while (world_.clock().Now() < end) {
      for (std::size_t i = 0; i < devices_.size(); ++i) AddEvents(i, 1, world_.clock().Now());
      world_.RunFor(absl::Seconds(10));
    }
  }

  template <class Do>
  void Each(Do change) {
    for (Device& device : devices_) change(*device.service);
  }

  std::size_t requests() const {
    std::size_t sum = 0;
    for (const Device& device : devices_) sum += device.service->requests.size();
    return sum;
  }

  // Every event is at output `i`, once.
  bool HasAllOnce(std::size_t i) const {
    const std::vector<std::string>& lines = outputs_[i]->lines;
    std::size_t events = 0;
    for (const Device& device : devices_) events += device.service->events.size();
    return lines.size() == events &&
           std::set<std::string>(lines.begin(), lines.end()).size() == events;
  }

  // How old the oldest event is that output `i` lacks.
  absl::Duration Lag(std::size_t i) {
    std::int64_t oldest = absl::ToUnixNanos(world_.clock().Now());
    for (const Device& device : devices_) {
      const std::size_t have = outputs_[i]->delivered[device.name];
      if (have < device.service->events.size()) {
        oldest = std::min(oldest, device.service->events[have].time_ns);
      }
    }
    return world_.clock().Now() - absl::FromUnixNanos(oldest);
  }

  void Check() {
    std::size_t used = 0;
    for (const auto& share : shares_) {
      used += share->memory.used();
      most_used_ = std::max(most_used_, share->memory.used());
      ASSERT_LE(share->requests.used(), kRequests);
    }
    most_held_ = std::max(most_held_, held_);
    ASSERT_GE(used, held_) << "a page is held that nobody is charged for";
  }

 private:
  struct Device {
    std::string name;
    std::unique_ptr<FakeService> service;
    std::unique_ptr<PolledDevice> polled;
    std::vector<std::unique_ptr<Feed>> feeds;
  };

  void AddDevice(const std::string& name) {
    Device& device = devices_.emplace_back();
    device.name = name;
    device.service = std::make_unique<FakeService>(world_.clock());
    device.service->answer_time = absl::Milliseconds(200);
    const boost::asio::any_io_executor executor = world_.io().get_executor();
    DeviceOptions options{.name = name, .source = source_, .secret = "key", .body_cap = kShare / 4};
    options.on_poll = [this](const absl::Status&) { Check(); };
    device.polled = std::make_unique<PolledDevice>(std::move(options), *device.service,
                                                   world_.context(), executor);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      FeedOptions feed{.key = {outputs_[i]->name(), name, "org"}};
      feed.on_delivery = [this](const absl::Status&, const FeedProgress&) { Check(); };
      device.feeds.push_back(std::make_unique<Feed>(std::move(feed), *device.polled, *outputs_[i],
                                                    store_, *shares_[i], world_.context(),
                                                    executor));
      boost::asio::co_spawn(executor, device.feeds.back()->Run(),
                            [](std::exception_ptr thrown, const absl::Status&) {
                              if (thrown) std::rethrow_exception(thrown);
                            });
    }
  }

  AbsentFiles files_;
  MemoryStore store_;
  FakeFormat format_;
  std::size_t held_ = 0;
  VirtualWorld world_{files_};
  std::shared_ptr<const Source> source_ = std::make_shared<CountedSource>(kPageSize, held_);
  std::vector<std::unique_ptr<ConditionedOutput>> outputs_;
  std::vector<std::unique_ptr<OutputShare>> shares_;
  std::vector<Device> devices_;
  std::size_t most_used_ = 0;
  std::size_t most_held_ = 0;
};

struct Hour {
  explicit Hour(Condition condition) {
    Site site(kDevices, {"bus", "file", "siem"});
    site.Live(absl::Minutes(20));
    const std::size_t before = site.requests();
    site.output(0).condition = condition;
    site.Live(absl::Minutes(10));
    requests = site.requests() - before;
    attempts = site.output(0).attempts;
    site.output(0).condition = Condition::kWell;
    const absl::Time over = site.world().clock().Now();
    for (int i = 0; i < 6 * 20; ++i) {
      site.Live(absl::Seconds(10));
      if (!caught_up_after && site.Lag(0) < absl::Minutes(2)) {
        caught_up_after = site.world().clock().Now() - over;
      }
    }
    // What has happened last is asked for at the next tick.
    site.world().RunFor(absl::Minutes(3));
    for (std::size_t i = 0; i < 3; ++i) {
      all_once = all_once && site.HasAllOnce(i);
      median[i] = Percentile(site.output(i).lags, 0.5);
      longest[i] = Percentile(site.output(i).lags, 1);
    }
    most_used = site.most_used();
    most_held = site.most_held();
  }

  static constexpr int kDevices = 500;

  std::size_t requests;  // in the ten minutes of trouble
  int attempts;          // of the output in trouble, to deliver
  std::optional<absl::Duration> caught_up_after;
  bool all_once = true;
  absl::Duration median[3];
  absl::Duration longest[3];
  std::size_t most_used;
  std::size_t most_held;
};

Hour Printed(const char* name, Condition condition) {
  const Hour hour(condition);
  const auto seconds = [](absl::Duration lag) { return absl::ToDoubleSeconds(lag); };
  std::printf(
      "%-5s lag in s, median/longest: in trouble %.1f/%.1f, others %.1f/%.1f %.1f/%.1f; "
      "requests in ten minutes %zu, deliveries tried %d; caught up in %.0f s; "
      "KiB reserved of 8192 %zu, held %zu\n",
      name, seconds(hour.median[0]), seconds(hour.longest[0]), seconds(hour.median[1]),
      seconds(hour.longest[1]), seconds(hour.median[2]), seconds(hour.longest[2]), hour.requests,
      hour.attempts, seconds(hour.caught_up_after.value_or(absl::InfiniteDuration())),
      hour.most_used >> 10, hour.most_held >> 10);
  return hour;
}

class Conditions : public testing::TestWithParam<std::pair<const char*, Condition>> {};

TEST_P(Conditions, KeepsAnOutputsTroubleToItself) {
  static const Hour quiet = Printed("well", Condition::kWell);
  const auto [name, condition] = GetParam();
  const Hour hour = Printed(name, condition);
  for (std::size_t i = 1; i < 3; ++i) {
    // A Date header tells the service's time, hence when to ask, to the second.
    EXPECT_LE(hour.median[i], quiet.median[i] + absl::Seconds(1));
    EXPECT_LE(hour.longest[i], quiet.longest[i] + absl::Seconds(1));
  }
  EXPECT_TRUE(hour.all_once);
  EXPECT_TRUE(hour.caught_up_after.has_value());
  EXPECT_LE(hour.most_used, Site::kShare);
  // Each feed finds out for itself, once and with a page that others ask for too; then one at a
  // time tries.
  constexpr std::size_t kTries = 60;
  EXPECT_LE(hour.requests, quiet.requests + kTries);
  if (condition != Condition::kSlow) {
    EXPECT_LE(hour.attempts, Hour::kDevices + int{kTries});
  }
}

INSTANTIATE_TEST_SUITE_P(Isolation, Conditions,
                         testing::Values(std::pair("dead", Condition::kDead),
                                         std::pair("mute", Condition::kMute),
                                         std::pair("stuck", Condition::kStuck),
                                         std::pair("slow", Condition::kSlow)),
                         [](const auto& parameter) { return parameter.param.first; });

// The longest lag of a hundred devices in step while `behind` others have much to catch up with,
// of a service that takes a second for a page.
absl::Duration LagBesides(int behind) {
  constexpr int kInStep = 100;
  Site site(kInStep + behind, {"bus"});
  site.Each([&](FakeService& service) { service.answer_time = absl::Seconds(1); });
  for (int i = kInStep; i < kInStep + behind; ++i) {
    site.AddEvents(static_cast<std::size_t>(i), 20 * Site::kPageSize,
                   site.world().clock().Now() - absl::Hours(10));
  }
  site.Live(absl::Minutes(5));  // whoever starts has something to catch up with
  site.output(0).longest.clear();
  site.Live(absl::Minutes(10));
  EXPECT_EQ(site.Lag(0) > absl::Hours(1), behind > 0) << "there is nothing to catch up with";
  absl::Duration longest;
  for (int i = 0; i < kInStep; ++i) {
    longest = std::max(longest, site.output(0).longest[absl::StrCat("d", i)]);
  }
  return longest;
}

TEST(Isolation, HasNobodyInStepWaitForThoseWhoHaveFallenBehind) {
  const absl::Duration alone = LagBesides(0);
  const absl::Duration besides = LagBesides(400);
  std::printf("longest lag in step: alone %.1f s, besides those behind %.1f s\n",
              absl::ToDoubleSeconds(alone), absl::ToDoubleSeconds(besides));
  EXPECT_LE(besides, alone + absl::Seconds(2));
}

}  // namespace
}  // namespace cce
