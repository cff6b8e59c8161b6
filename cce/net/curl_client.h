// HTTP through libcurl: TLS always verified, redirects never followed, no address asked that is not
// allowed, no environment variable heard.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "cce/api/http.h"
#include "cce/net/multi_loop.h"
#include "cce/net/net_options.h"

namespace cce {

// One for each event loop, which outlives it. Connections are kept and reused. Name resolution runs
// on libcurl's own threads.
class CurlClient final : public HttpClient {
 public:
  // kFailedPrecondition if this libcurl would block in name resolution or has no TLS.
  static absl::StatusOr<std::unique_ptr<CurlClient>> Make(boost::asio::any_io_executor executor,
                                                          NetOptions options);

  // Every Send in progress ends with kUnavailable, once the loop runs again.
  ~CurlClient() override;

  // A cancelled Send gives its transfer up and returns kUnavailable. Besides the errors of the
  // interface: kInvalidArgument for a URL, method or header that cannot be sent.
  Task<absl::StatusOr<HttpResponse>> Send(HttpRequest request, std::string secret,
                                          HttpLimits limits) override;

 private:
  // A Send's place among the waiting and the running.
  struct Turn;

  CurlClient(boost::asio::any_io_executor executor, NetOptions options);

  void Enter(Turn& turn);
  void Leave(Turn& turn);
  void StartNext();

  const boost::asio::any_io_executor executor_;
  const NetOptions options_;
  std::deque<Turn*> waiting_;
  absl::flat_hash_set<Turn*> running_;
  MultiLoop loop_;
};

}  // namespace cce
