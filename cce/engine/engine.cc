#include "cce/engine/engine.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <set>
#include <utility>

namespace cce {

namespace asio = boost::asio;

// Members are destroyed from the last to the first: feeds before their device, devices and the
// client before the event loop, whose unfinished coroutines refer to them only while they run.
struct Engine::Thread {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  std::unique_ptr<HttpClient> http;
  std::vector<std::unique_ptr<PolledDevice>> devices;
  std::vector<std::unique_ptr<Feed>> feeds;
  std::thread runner;
};

Engine::Engine(EngineOptions options, CheckpointStore& store, Context& context)
    : options_(std::move(options)), store_(store), context_(context) {}

Engine::~Engine() = default;

void Engine::Add(EngineDevice device) { devices_.push_back(std::move(device)); }

void Engine::MakeShares() {
  std::set<const Output*> outputs;
  for (const EngineDevice& device : devices_) {
    for (const EngineOutput& used : device.outputs) outputs.insert(used.output);
  }
  if (outputs.empty()) return;
  const std::size_t requests =
      std::max<std::size_t>(1, options_.requests_in_flight / outputs.size());
  for (const Output* output : outputs) {
    shares_.try_emplace(output, options_.memory / outputs.size(), requests, context_);
  }
}

void Engine::Build(EngineDevice configured, Thread& thread) {
  constexpr std::size_t kLargestBody = 64u << 20;
  DeviceOptions device_options{
      .name = configured.name,
      .source = configured.source,
      .secret = std::move(configured.secret),
      .body_cap = std::min(kLargestBody, options_.memory / shares_.size() / 4)};
  if (options_.on_poll) {
    device_options.on_poll = [this, name = configured.name](const absl::Status& status) {
      options_.on_poll(name, status);
    };
  }
  PolledDevice& device = *thread.devices.emplace_back(std::make_unique<PolledDevice>(
      std::move(device_options), *thread.http, context_, thread.io.get_executor()));

  for (EngineOutput& used : configured.outputs) {
    Output* const output = used.output;
    FeedOptions feed_options{
        .key = FeedKey{output->name(), configured.name, configured.source->organisation()},
        .filter = std::move(used.filter),
        .audit_horizon = options_.audit_horizon,
        .until_caught_up = options_.until_caught_up};
    if (options_.on_delivery_begun) {
      feed_options.on_delivery_begun = [this, key = feed_options.key] {
        options_.on_delivery_begun(key);
      };
    }
    if (options_.on_delivery) {
      feed_options.on_delivery = [this, key = feed_options.key](const absl::Status& status,
                                                                const FeedProgress& progress) {
        options_.on_delivery(key, status, progress);
      };
    }
    thread.feeds.push_back(std::make_unique<Feed>(std::move(feed_options), device, *output, store_,
                                                  shares_.at(output), context_,
                                                  thread.io.get_executor()));
  }
}

absl::Status Engine::Start(std::function<void()> on_end) {
  MakeShares();
  const std::size_t threads = std::min(options_.threads, devices_.size());
  for (std::size_t i = 0; i < threads; ++i) {
    Thread& thread = *threads_.emplace_back(std::make_unique<Thread>());
    absl::StatusOr<std::unique_ptr<HttpClient>> http = options_.make_http_client(thread.io);
    if (!http.ok()) return http.status();
    thread.http = *std::move(http);
  }
  std::size_t feeds = 0;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    feeds += devices_[i].outputs.size();
    Build(std::move(devices_[i]), *threads_[i % threads]);
  }
  {
    const std::lock_guard lock(mutex_);
    on_end_ = std::move(on_end);
    running_ = feeds;
  }
  for (const std::unique_ptr<Thread>& thread : threads_) {
    for (const std::unique_ptr<Feed>& feed : thread->feeds) RunFeed(*thread, *feed);
    thread->runner = std::thread([&io = thread->io] { io.run(); });
  }
  return absl::OkStatus();
}

void Engine::RunFeed(Thread& thread, Feed& feed) {
  asio::co_spawn(thread.io, feed.Run(), [this](std::exception_ptr thrown, absl::Status status) {
    // An exception here is our bug; ending the process keeps it from becoming silence.
    if (thrown) std::rethrow_exception(thrown);
    FeedEnded(status);
  });
}

void Engine::FeedEnded(const absl::Status& status) {
  std::function<void()> on_end;
  {
    const std::lock_guard lock(mutex_);
    if (!status.ok()) failures_.push_back(status);
    if (--running_ == 0) {
      on_end = std::exchange(on_end_, nullptr);
      all_ended_.notify_all();
    }
  }
  if (on_end) on_end();
}

void Engine::Stop() {
  for (const std::unique_ptr<Thread>& thread : threads_) {
    asio::post(thread->io, [&thread = *thread] {
      for (const std::unique_ptr<Feed>& feed : thread.feeds) feed->Stop();
      for (const std::unique_ptr<PolledDevice>& device : thread.devices) device->Stop();
    });
  }
  for (auto& [output, share] : shares_) share.Close();
  std::function<void()> on_end;
  {
    const std::lock_guard lock(mutex_);
    if (running_ == 0) on_end = std::exchange(on_end_, nullptr);
  }
  if (on_end) on_end();
}

std::vector<absl::Status> Engine::Wait() {
  {
    std::unique_lock lock(mutex_);
    all_ended_.wait(lock, [this] { return running_ == 0; });
  }
  for (const std::unique_ptr<Thread>& thread : threads_) {
    // The client's requests end with their event loop; nobody waits for them any more.
    thread->work.reset();
    thread->io.stop();
    thread->runner.join();
  }
  const std::lock_guard lock(mutex_);
  return failures_;
}

}  // namespace cce
