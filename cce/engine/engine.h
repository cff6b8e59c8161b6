// All devices and their feeds, spread over threads that share nothing.
#pragma once

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/context.h"
#include "cce/api/event_filter.h"
#include "cce/api/http.h"
#include "cce/api/output.h"
#include "cce/engine/feed.h"
#include "cce/engine/output_share.h"
#include "cce/engine/polled_device.h"

namespace cce {

struct EngineOutput {
  Output* output = nullptr;
  EventFilter filter;  // of what goes there
};

struct EngineDevice {
  std::string name;
  std::shared_ptr<const Source> source;
  std::string secret;
  std::vector<EngineOutput> outputs;
};

struct EngineOptions {
  std::size_t threads = 1;
  // Shared evenly by the outputs; a request in flight is the least that each has.
  std::size_t memory = 256u << 20;  // bytes
  std::size_t requests_in_flight = 64;
  absl::Duration audit_horizon = absl::Hours(24);
  bool until_caught_up = false;
  // One a thread; the client is used and destroyed with that thread's event loop.
  std::function<absl::StatusOr<std::unique_ptr<HttpClient>>(boost::asio::io_context&)>
      make_http_client;
  // Called on the devices' threads; each may be empty.
  std::function<void(const std::string& device, const absl::Status&)> on_poll;
  std::function<void(const FeedKey&)> on_delivery_begun;
  std::function<void(const FeedKey&, const absl::Status&, const FeedProgress&)> on_delivery;
};

// Thread-compatible. References outlive it.
class Engine {
 public:
  Engine(EngineOptions options, CheckpointStore& store, Context& context);
  ~Engine();  // REQUIRES: Wait has returned, or Start was never called.

  // REQUIRES: before Start.
  void Add(EngineDevice device);

  // Starts the threads. REQUIRES: each device has an output. An error is make_http_client's, and
  // nothing runs. `on_end` is called once, on one of them, when every feed has ended; where there
  // is no device, by Stop.
  absl::Status Start(std::function<void()> on_end);

  // Asks every feed to end with the batch in hand. Thread-safe.
  void Stop();

  // Returns when every feed has ended, with how those ended that did not end well.
  std::vector<absl::Status> Wait();

 private:
  struct Thread;

  // A share for each output that a device uses.
  void MakeShares();
  void Build(EngineDevice configured, Thread& thread);
  void RunFeed(Thread& thread, Feed& feed);
  void FeedEnded(const absl::Status& status);

  const EngineOptions options_;
  CheckpointStore& store_;
  Context& context_;
  std::vector<EngineDevice> devices_;
  std::map<const Output*, OutputShare> shares_;
  std::vector<std::unique_ptr<Thread>> threads_;

  std::mutex mutex_;
  std::condition_variable all_ended_;  // running_ has become 0
  std::function<void()> on_end_ ABSL_GUARDED_BY(mutex_);
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<absl::Status> failures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cce
