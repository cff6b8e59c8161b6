#include "cce/net/multi_loop.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <utility>

namespace cce {

// A socket of libcurl's, borrowed: it is released, not closed.
struct MultiLoop::Watch {
  Watch(const boost::asio::any_io_executor& executor, curl_socket_t number)
      : socket(number), descriptor(executor, number) {}

  const curl_socket_t socket;
  boost::asio::posix::stream_descriptor descriptor;
  bool forgotten = false;
  bool wanted[2] = {};  // by Direction
  bool waiting[2] = {};
};

MultiLoop::MultiLoop(boost::asio::any_io_executor executor, long connections)
    : executor_(std::move(executor)), multi_(curl_multi_init()), timer_(executor_) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
}

MultiLoop::~MultiLoop() {
  for (auto& [handle, done] : running_) curl_multi_remove_handle(multi_, handle);
  // libcurl closes its sockets below; none may be watched then.
  while (!watches_.empty()) Forget(watches_.begin()->first);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  curl_multi_cleanup(multi_);
}

void MultiLoop::Start(CURL* handle, absl::AnyInvocable<void(CURLcode)> done) {
  const CURLMcode added = curl_multi_add_handle(multi_, handle);
  if (added == CURLM_OK) {
    running_.emplace(handle, std::move(done));
    return;
  }
  refused_.emplace_back(handle, std::move(done));
  boost::asio::post(executor_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) EndRefused();
  });
}

void MultiLoop::Stop(CURL* handle) {
  if (running_.erase(handle) > 0) curl_multi_remove_handle(multi_, handle);
  std::erase_if(refused_, [handle](const auto& refused) { return refused.first == handle; });
}

void MultiLoop::EndRefused() {
  if (refused_.empty()) return;
  absl::AnyInvocable<void(CURLcode)> done = std::move(refused_.front().second);
  refused_.pop_front();
  done(CURLE_FAILED_INIT);
}

int MultiLoop::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
  MultiLoop& loop = *static_cast<MultiLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop.Forget(socket);
  } else {
    loop.WatchSocket(socket, what);
  }
  return 0;
}

int MultiLoop::OnTimer(CURLM*, long milliseconds, void* self) noexcept {
  MultiLoop& loop = *static_cast<MultiLoop*>(self);
  if (milliseconds < 0) {
    loop.timer_.cancel();
    return 0;
  }
  loop.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  loop.timer_.async_wait(
      [&loop, alive = std::weak_ptr(loop.alive_)](boost::system::error_code cancelled) {
        if (!cancelled && !alive.expired()) loop.Act(CURL_SOCKET_TIMEOUT, 0);
      });
  return 0;
}

void MultiLoop::WatchSocket(curl_socket_t socket, int what) {
  std::shared_ptr<Watch>& watch = watches_[socket];
  if (watch == nullptr) watch = std::make_shared<Watch>(executor_, socket);
  watch->wanted[kRead] = (what & CURL_POLL_IN) != 0;
  watch->wanted[kWrite] = (what & CURL_POLL_OUT) != 0;
  Wait(watch, kRead);
  Wait(watch, kWrite);
}

void MultiLoop::Forget(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  found->second->forgotten = true;
  found->second->descriptor.release();
  watches_.erase(found);
}

void MultiLoop::Wait(const std::shared_ptr<Watch>& watch, Direction direction) {
  if (!watch->wanted[direction] || watch->waiting[direction]) return;
  watch->waiting[direction] = true;
  watch->descriptor.async_wait(
      direction == kRead ? boost::asio::posix::descriptor_base::wait_read
                         : boost::asio::posix::descriptor_base::wait_write,
      [this, watch, direction, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (alive.expired() || watch->forgotten) return;
        watch->waiting[direction] = false;
        const int ready = direction == kRead ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
        Act(watch->socket, error ? CURL_CSELECT_ERR : ready);
        if (!alive.expired() && !watch->forgotten) Wait(watch, direction);
      });
}

void MultiLoop::Act(curl_socket_t socket, int events) {
  int still_running = 0;
  curl_multi_socket_action(multi_, socket, events, &still_running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const handle = message->easy_handle;
    const CURLcode code = message->data.result;  // `message` ends with the next call
    const auto found = running_.find(handle);
    if (found == running_.end()) continue;
    absl::AnyInvocable<void(CURLcode)> done = std::move(found->second);
    running_.erase(found);
    curl_multi_remove_handle(multi_, handle);
    done(code);
  }
}

}  // namespace cce
