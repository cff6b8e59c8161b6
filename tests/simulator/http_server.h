// Puts a simulator on a port: HTTP/1.1 with keep-alive, over TLS or plain.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/ssl/context.hpp"
#include "tests/simulator/simulator.h"

namespace cce::simulator {

// Lives on its io_context, which one thread runs. Must outlive that run.
class HttpServer {
 public:
  // `simulator` must outlive the server; `clock` tells it the time. Without `tls` it speaks plain
  // HTTP.
  HttpServer(boost::asio::io_context& io, Simulator& simulator, std::function<absl::Time()> clock,
             std::optional<boost::asio::ssl::context> tls);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "127.0.0.1:8443", "[::1]:0"; port 0 is a free one. Errors: kInvalidArgument for what is no
  // address, kUnavailable when it cannot be listened on.
  absl::Status Listen(const std::string& address);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // Accepts from the next turn of the io_context on, until that is stopped.
  void Start();

 private:
  boost::asio::awaitable<void> Accept();
  boost::asio::awaitable<void> ServePlain(boost::asio::ip::tcp::socket socket);
  boost::asio::awaitable<void> ServeTls(boost::asio::ip::tcp::socket socket);
  template <class Stream>
  boost::asio::awaitable<void> Serve(Stream& stream);

  boost::asio::io_context& io_;
  Simulator& simulator_;
  const std::function<absl::Time()> clock_;
  std::optional<boost::asio::ssl::context> tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace cce::simulator
