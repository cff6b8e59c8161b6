#include "cce/engine/engine.h"

#include <latch>

#include "cce/system/blocking_pool.h"
#include "cce/system/environment_crash_points.h"
#include "cce/system/system_clock.h"
#include "cce/system/system_random.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_service.h"
#include "tests/fakes/memory_output.h"
#include "tests/fakes/virtual_world.h"

namespace cce {
namespace {

constexpr int kEvents = 95;

// Real threads and a real clock; a service and outputs in memory.
class EngineTest : public testing::Test {
 protected:
  // `devices` devices, each with an output of its own.
  void Build(int devices, bool until_caught_up, int status = 200) {
    EngineOptions options{
        .threads = 2, .requests_in_flight = 2, .until_caught_up = until_caught_up};
    options.make_http_client =
        [this, status](boost::asio::io_context&) -> absl::StatusOr<std::unique_ptr<HttpClient>> {
      auto service = std::make_unique<FakeService>(clock_);
      service->AddEvents(kEvents, clock_.Now() - absl::Hours(1));
      if (status != 200) service->next_statuses.assign(1000, status);
      return service;
    };
    engine_ = std::make_unique<Engine>(std::move(options), store_, context_);
    for (int i = 0; i < devices; ++i) {
      outputs_.push_back(
          std::make_unique<MemoryOutput>("output" + std::to_string(i), store_, format_));
      engine_->Add({.name = "device" + std::to_string(i),
                    .source = std::make_shared<FakeSource>(10, absl::Milliseconds(20)),
                    .secret = "key",
                    .outputs = {{outputs_.back().get()}}});
    }
    ASSERT_TRUE(engine_->Start([this] { ended_.count_down(); }).ok());
  }

  SystemClock clock_;
  SystemRandom random_;
  AbsentFiles files_;
  EnvironmentCrashPoints crash_points_{""};
  RecordingLog log_;
  BlockingPool blocking_{1};
  Context context_{clock_, random_, blocking_, files_, crash_points_, log_};
  MemoryStore store_;
  FakeFormat format_;
  std::vector<std::unique_ptr<MemoryOutput>> outputs_;
  std::latch ended_{1};
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, BringsEveryDeviceUpToDateAndEnds) {
  Build(/*devices=*/3, /*until_caught_up=*/true);
  ended_.wait();
  EXPECT_TRUE(engine_->Wait().empty());
  for (const auto& output : outputs_) EXPECT_EQ(output->lines.size(), std::size_t{kEvents});
}

TEST_F(EngineTest, EndsEveryFeedWhenItIsStopped) {
  Build(/*devices=*/3, /*until_caught_up=*/false);
  engine_->Stop();
  ended_.wait();
  EXPECT_TRUE(engine_->Wait().empty());
}

TEST_F(EngineTest, EndsWhenItIsStoppedWithoutDevicesToo) {
  Build(/*devices=*/0, /*until_caught_up=*/false);
  EXPECT_FALSE(ended_.try_wait());
  engine_->Stop();
  ended_.wait();
  EXPECT_TRUE(engine_->Wait().empty());
}

TEST_F(EngineTest, StopsWhatIsRefusedToo) {
  Build(/*devices=*/2, /*until_caught_up=*/false, /*status=*/401);
  engine_->Stop();
  ended_.wait();
  EXPECT_TRUE(engine_->Wait().empty());
}

TEST(Engine, DoesNotStartWithoutAnHttpClient) {
  VirtualClock clock(absl::UnixEpoch());
  SystemRandom random;
  AbsentFiles files;
  EnvironmentCrashPoints crash_points("");
  RecordingLog log;
  BlockingPool blocking(1);
  Context context{clock, random, blocking, files, crash_points, log};
  MemoryStore store;
  FakeFormat format;
  MemoryOutput output("output", store, format);
  EngineOptions options;
  options.make_http_client =
      [](boost::asio::io_context&) -> absl::StatusOr<std::unique_ptr<HttpClient>> {
    return absl::FailedPreconditionError("no TLS");
  };
  Engine engine(std::move(options), store, context);
  engine.Add({.name = "device", .source = std::make_shared<FakeSource>(), .outputs = {{&output}}});
  EXPECT_EQ(engine.Start([] {}).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace cce
