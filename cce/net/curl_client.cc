#include "cce/net/curl_client.h"

#include <string.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <optional>
#include <utility>

#include "cce/net/transfer.h"

namespace cce {

// Lives in the frame of its Send. Whatever ends that frame (an answer, a cancellation, the end of
// the loop) ends the turn, and the transfer with it.
struct CurlClient::Turn {
  Turn(CurlClient* owner, std::unique_ptr<Transfer> made)
      : client(owner),
        transfer(std::move(made)),
        over(owner->executor_, boost::asio::steady_timer::time_point::max()) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (client != nullptr) client->Leave(*this);
  }

  CurlClient* client;  // null once the client is gone
  std::unique_ptr<Transfer> transfer;
  boost::asio::steady_timer over;  // never expires; cancelled to resume the Send
  std::optional<CURLcode> result;
};

absl::StatusOr<std::unique_ptr<CurlClient>> CurlClient::Make(boost::asio::any_io_executor executor,
                                                             NetOptions options) {
  // Counted by libcurl, and never undone: a resolver thread that was given up may still run.
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return absl::FailedPreconditionError("libcurl does not start");
  }
  std::unique_ptr<CurlClient> client(new CurlClient(std::move(executor), std::move(options)));
  const int features = curl_version_info(CURLVERSION_NOW)->features;
  if ((features & CURL_VERSION_ASYNCHDNS) == 0 || (features & CURL_VERSION_SSL) == 0) {
    return absl::FailedPreconditionError(
        "this libcurl has no TLS or no asynchronous name resolution; install Debian's libcurl4");
  }
  return client;
}

CurlClient::CurlClient(boost::asio::any_io_executor executor, NetOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      loop_(executor_, static_cast<long>(options_.requests_in_flight)) {}

CurlClient::~CurlClient() {
  for (Turn* turn : waiting_) turn->client = nullptr;
  for (Turn* turn : running_) turn->client = nullptr;
  for (Turn* turn : waiting_) turn->over.cancel();
  for (Turn* turn : running_) turn->over.cancel();
}

Task<absl::StatusOr<HttpResponse>> CurlClient::Send(HttpRequest request, std::string secret,
                                                    HttpLimits limits) {
  absl::StatusOr<std::unique_ptr<Transfer>> made =
      Transfer::Make(std::move(request), secret, limits, options_);
  ::explicit_bzero(secret.data(), secret.size());
  if (!made.ok()) co_return made.status();

  Turn turn(this, *std::move(made));
  Enter(turn);
  boost::system::error_code cancelled;  // the only way the wait ends
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, cancelled);
  co_await turn.over.async_wait(token);
  // Without the client its options are gone too, which the transfer refers to.
  if (turn.client == nullptr || !turn.result) {
    co_return absl::UnavailableError("the request was given up");
  }
  co_return turn.transfer->Take(*turn.result);
}

void CurlClient::Enter(Turn& turn) {
  waiting_.push_back(&turn);
  StartNext();
}

void CurlClient::Leave(Turn& turn) {
  if (running_.erase(&turn) > 0) {
    loop_.Stop(turn.transfer->handle());
    StartNext();
  } else {
    std::erase(waiting_, &turn);
  }
}

void CurlClient::StartNext() {
  while (!waiting_.empty() && running_.size() < options_.requests_in_flight) {
    Turn* const turn = waiting_.front();
    waiting_.pop_front();
    running_.insert(turn);
    loop_.Start(turn->transfer->handle(), [turn](CURLcode code) {
      turn->result = code;
      turn->over.cancel();
    });
  }
}

}  // namespace cce
