#include "cce/status/board.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/virtual_world.h"

namespace cce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Board : public ::testing::Test {
 protected:
  static StatusBoard::Device Acme() {
    return {"acme",
            "jumpcloud",
            "",
            "",
            absl::Seconds(60),
            {{"archive", "ocsf", "exactly once"}, {"copy", "raw", "exactly once"}}};
  }

  static StatusBoard::Progress Delivered(std::uint64_t events) {
    StatusBoard::Progress progress;
    progress.delivered = events;
    return progress;
  }

  VirtualClock clock_{absl::FromUnixSeconds(1'780'000'000)};
  StatusBoard board_{clock_, "collector-1", "1.0"};
};

TEST_F(Board, CountsAnEventThatGoesToTwoOutputsOnce) {
  board_.Add(Acme());
  board_.Delivered("acme", "archive", absl::OkStatus(), Delivered(600));
  board_.Delivered("acme", "copy", absl::OkStatus(), Delivered(400));
  const EngineStatus status = board_.Snapshot();
  ASSERT_THAT(status.devices, SizeIs(1));
  EXPECT_EQ(status.devices[0].events_last_hour, 600u);
  EXPECT_EQ(status.devices[0].events_last_day, 600u);
  EXPECT_DOUBLE_EQ(status.devices[0].eps, 2.0);
  ASSERT_THAT(status.devices[0].feeds, SizeIs(2));
  EXPECT_EQ(status.devices[0].feeds[0].delivered_events, 600u);
  EXPECT_EQ(status.devices[0].feeds[1].delivered_events, 400u);
}

TEST_F(Board, CountsWhatAFilterDropsApartAndAsArrived) {
  board_.Add(Acme());
  board_.Polled("acme", absl::OkStatus());
  StatusBoard::Progress progress;
  progress.delivered = 100;
  progress.filtered = 500;
  board_.Delivered("acme", "copy", absl::OkStatus(), progress);
  const DeviceStatus device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.feeds[1].delivered_events, 100u);
  EXPECT_EQ(device.feeds[1].filtered_events, 500u);
  EXPECT_EQ(device.events_last_hour, 600u);
  EXPECT_EQ(device.events_last_day, 600u);
}

TEST_F(Board, ADeviceOfWhichEverythingIsFilteredIsActive) {
  board_.Add(Acme());
  board_.Polled("acme", absl::OkStatus());
  StatusBoard::Progress progress;
  progress.filtered = 500;
  progress.last_event_time = clock_.Now();
  board_.Delivered("acme", "copy", absl::OkStatus(), progress);
  EXPECT_EQ(board_.Snapshot().devices[0].verdict.word, StatusWord::kActive);
}

TEST_F(Board, ForgetsHourlyAndDailyCountsInTime) {
  board_.Add(Acme());
  board_.Delivered("acme", "archive", absl::OkStatus(), Delivered(600));
  clock_.Step(absl::Hours(2));
  EXPECT_EQ(board_.Snapshot().devices[0].events_last_hour, 0u);
  EXPECT_EQ(board_.Snapshot().devices[0].events_last_day, 600u);
  EXPECT_EQ(board_.Snapshot().devices[0].eps, 0);
  clock_.Step(absl::Hours(24));
  EXPECT_EQ(board_.Snapshot().devices[0].events_last_day, 0u);
}

TEST_F(Board, ABusyDeviceThatFallsSilentStaysSilentWhileItIsPolled) {
  board_.Add(Acme());
  board_.Polled("acme", absl::OkStatus());
  StatusBoard::Progress progress = Delivered(10'000);
  progress.last_event_time = clock_.Now();
  board_.Delivered("acme", "archive", absl::OkStatus(), progress);
  clock_.Step(absl::Hours(40));
  board_.Delivered("acme", "archive", absl::OkStatus(), Delivered(0));
  EXPECT_EQ(board_.Snapshot().devices[0].verdict.word, StatusWord::kSilent);
}

TEST_F(Board, SaysTheLagOfTheFeedThatIsFurthestBehind) {
  board_.Add(Acme());
  board_.Polled("acme", absl::OkStatus());
  EXPECT_EQ(board_.Snapshot().devices[0].lag, std::nullopt);
  StatusBoard::Progress progress;
  progress.reached = clock_.Now() - absl::Seconds(5);
  board_.Delivered("acme", "archive", absl::OkStatus(), progress);
  progress.reached = clock_.Now() - absl::Hours(3);
  board_.Delivered("acme", "copy", absl::OkStatus(), progress);
  const DeviceStatus device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.lag, absl::Hours(3));
  EXPECT_EQ(device.verdict.word, StatusWord::kDelayed);
  EXPECT_EQ(device.feeds[0].verdict.word, StatusWord::kConnected);
  EXPECT_EQ(device.feeds[1].verdict.word, StatusWord::kDelayed);
}

TEST_F(Board, NeverMovesBackInTime) {
  board_.Add(Acme());
  StatusBoard::Progress progress;
  progress.last_event_time = progress.watermark = progress.reached = clock_.Now();
  board_.Delivered("acme", "archive", absl::OkStatus(), progress);
  progress.last_event_time = progress.watermark = progress.reached = clock_.Now() - absl::Hours(1);
  board_.Delivered("acme", "archive", absl::OkStatus(), progress);
  const DeviceStatus device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.last_event_time, clock_.Now());
  EXPECT_EQ(device.feeds[0].watermark, clock_.Now());
  EXPECT_EQ(device.feeds[0].lag, absl::ZeroDuration());
}

TEST_F(Board, ABlockedOutputShowsAtItsFeedAndAtTheDeviceAndPassesWithTheNextDelivery) {
  board_.Add(Acme());
  board_.Polled("acme", absl::OkStatus());
  board_.Delivered("acme", "copy", absl::ResourceExhaustedError("no space left"), {});
  DeviceStatus device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.verdict.word, StatusWord::kOutputBlocked);
  EXPECT_EQ(device.feeds[0].verdict.word, StatusWord::kConnected);
  EXPECT_EQ(device.feeds[1].verdict.word, StatusWord::kOutputBlocked);
  EXPECT_EQ(device.last_error, "no space left");
  board_.Delivered("acme", "copy", absl::OkStatus(), {});
  device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.verdict.word, StatusWord::kConnected);
  EXPECT_EQ(device.last_error, "no space left") << "kept for whoever looks later";
}

TEST_F(Board, ShowsADeliveryThatDoesNotEndAtItsFeedAndAtTheDevice) {
  board_.Add(Acme());
  board_.Polled("acme", absl::OkStatus());
  board_.DeliveryBegun("acme", "archive");
  board_.Delivered("acme", "archive", absl::OkStatus(), {});
  board_.DeliveryBegun("acme", "copy");
  clock_.Step(absl::Minutes(5));
  DeviceStatus device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.verdict.word, StatusWord::kDelayed);
  EXPECT_EQ(device.verdict.detail, "output copy has not finished a delivery for 5 minutes");
  EXPECT_EQ(device.feeds[0].verdict.word, StatusWord::kConnected);
  EXPECT_EQ(device.feeds[0].delivery, std::nullopt);
  EXPECT_EQ(device.feeds[1].verdict.word, StatusWord::kDelayed);
  EXPECT_EQ(device.feeds[1].delivery, absl::Minutes(5));
  board_.Delivered("acme", "archive", absl::ResourceExhaustedError("no space left"), {});
  EXPECT_EQ(board_.Snapshot().devices[0].verdict.detail, "output archive: no space left");
  board_.Delivered("acme", "archive", absl::OkStatus(), {});
  board_.Delivered("acme", "copy", absl::OkStatus(), {});
  device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.verdict.word, StatusWord::kConnected);
  EXPECT_EQ(device.feeds[1].delivery, std::nullopt);
  board_.DeliveryBegun("nobody", "copy");
  board_.DeliveryBegun("acme", "nothing");
}

TEST_F(Board, CountsPollsAndKeepsTheLastError) {
  board_.Add(Acme());
  board_.Polled("acme", absl::UnavailableError("time-out"));
  clock_.Step(absl::Seconds(60));
  board_.Polled("acme", absl::OkStatus());
  const DeviceStatus device = board_.Snapshot().devices[0];
  EXPECT_EQ(device.polls, 2u);
  EXPECT_EQ(device.failed_polls, 1u);
  EXPECT_EQ(device.last_error, "time-out");
  EXPECT_EQ(device.last_poll_time, clock_.Now());
}

TEST_F(Board, MergesServicesOfAllFeedsAndKeepsTheirNumberBounded) {
  board_.Add(Acme());
  StatusBoard::Progress progress;
  progress.services = {{"sso", 3, clock_.Now()}, {"directory", 2, clock_.Now() - absl::Hours(1)}};
  board_.Delivered("acme", "archive", absl::OkStatus(), progress);
  progress.services = {{"sso", 1, clock_.Now() - absl::Hours(2)}};
  board_.Delivered("acme", "copy", absl::OkStatus(), progress);
  DeviceStatus device = board_.Snapshot().devices[0];
  ASSERT_THAT(device.services, SizeIs(2));
  EXPECT_EQ(device.services[0].service, "directory");
  EXPECT_EQ(device.services[1].service, "sso");
  EXPECT_EQ(device.services[1].events_last_day, 3u);
  EXPECT_EQ(device.services[1].last_event_time, clock_.Now());

  progress.services.clear();
  for (int i = 0; i < 1000; ++i) progress.services.push_back({std::to_string(i), 1, clock_.Now()});
  board_.Delivered("acme", "archive", absl::OkStatus(), progress);
  EXPECT_THAT(board_.Snapshot().devices[0].services, SizeIs(64));
}

TEST_F(Board, TakesNoNoticeOfWhatItWasNotToldOf) {
  board_.Polled("acme", absl::OkStatus());
  board_.Delivered("acme", "archive", absl::OkStatus(), Delivered(7));
  EXPECT_THAT(board_.Snapshot().devices, IsEmpty());
  board_.Add(Acme());
  board_.Delivered("acme", "elsewhere", absl::OkStatus(), Delivered(7));
  EXPECT_EQ(board_.Snapshot().devices[0].events_last_day, 0u);
}

TEST_F(Board, ListsDevicesByName) {
  for (const char* name : {"zeta", "acme", "mid"}) {
    StatusBoard::Device device = Acme();
    device.device_name = name;
    board_.Add(device);
  }
  std::vector<std::string> names;
  for (const DeviceStatus& device : board_.Snapshot().devices) names.push_back(device.device_name);
  EXPECT_THAT(names, ElementsAre("acme", "mid", "zeta"));
}

}  // namespace
}  // namespace cce
