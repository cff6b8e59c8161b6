// libcurl's multi interface on an Asio executor.
#pragma once

#include <curl/curl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"

namespace cce {

// Keeps connections for reuse. Used on its executor only, which outlives it. Handlers that wait in
// the executor when it is destroyed do nothing.
class MultiLoop {
 public:
  // Keeps at most `connections` open.
  MultiLoop(boost::asio::any_io_executor executor, long connections);
  ~MultiLoop();
  MultiLoop(const MultiLoop&) = delete;
  MultiLoop& operator=(const MultiLoop&) = delete;

  // Starts `handle`, which outlives its transfer, and calls `done` when that has ended; `done` may
  // call Start and Stop. Nothing is called before Start has returned.
  void Start(CURL* handle, absl::AnyInvocable<void(CURLcode)> done);

  // Gives `handle` up; its `done` is not called. Without effect on one that is not running.
  void Stop(CURL* handle);

 private:
  struct Watch;
  enum Direction : int { kRead = 0, kWrite = 1 };

  // Called by libcurl.
  static int OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept;
  static int OnTimer(CURLM*, long milliseconds, void* self) noexcept;

  void WatchSocket(curl_socket_t socket, int what);
  void Forget(curl_socket_t socket);
  void Wait(const std::shared_ptr<Watch>& watch, Direction direction);
  // Lets libcurl act on what happened to `socket`, and ends what is done.
  void Act(curl_socket_t socket, int events);
  // Ends the first of refused_, if Stop has left one.
  void EndRefused();

  const boost::asio::any_io_executor executor_;
  CURLM* const multi_;
  boost::asio::steady_timer timer_;
  absl::flat_hash_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  absl::flat_hash_map<CURL*, absl::AnyInvocable<void(CURLcode)>> running_;
  // Handles that libcurl did not take and whose `done` is still to be called.
  std::deque<std::pair<CURL*, absl::AnyInvocable<void(CURLcode)>>> refused_;
  // Expires with this; what handlers look at before they touch it.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace cce
