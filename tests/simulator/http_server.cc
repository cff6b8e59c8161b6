#include "tests/simulator/http_server.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "boost/asio/as_tuple.hpp"
#include "boost/asio/buffer.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/ssl/stream.hpp"
#include "boost/asio/steady_timer.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/asio/write.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/read.hpp"
#include "boost/beast/http/string_body.hpp"
#include "tests/simulator/concat.h"

namespace cce::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kRequestBodyLimit = 64u << 20;  // an injected event may be large

Request FromBeast(http::request<http::string_body> message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(field.name_string(), field.value());
  }
  request.body = std::move(message.body());
  return request;
}

// Status line and headers. Written by hand because names keep their case and lengths may lie.
std::string HeadOf(const Response& response, bool keep_alive) {
  const auto reason =
      http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
  std::string head = Concat("HTTP/1.1 ", response.status, " ",
                            std::string_view(reason.data(), reason.size()), "\r\n");
  for (const auto& [name, value] : response.headers) {
    Append(head, name, ": ", value, "\r\n");
  }
  Append(head, "Content-Length: ", response.body.size(), "\r\n",
         keep_alive ? "" : "Connection: close\r\n", "\r\n");
  return head;
}

// Head and body, the body cut off after `limit` bytes.
std::vector<asio::const_buffer> BuffersOf(const std::string& head, const Body& body,
                                          std::size_t limit) {
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(body.slices.size() + 1);
  buffers.push_back(asio::buffer(head));
  for (const std::string_view slice : body.slices) {
    const std::string_view sent = slice.substr(0, limit);
    buffers.push_back(asio::buffer(sent.data(), sent.size()));
    limit -= sent.size();
    if (limit == 0) break;
  }
  return buffers;
}

}  // namespace

HttpServer::HttpServer(asio::io_context& io, Simulator& simulator,
                       std::function<absl::Time()> clock, std::optional<asio::ssl::context> tls)
    : io_(io),
      simulator_(simulator),
      clock_(std::move(clock)),
      tls_(std::move(tls)),
      acceptor_(io) {}

absl::Status HttpServer::Listen(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  int port = -1;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  boost::system::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(host, error);
  if (colon == std::string::npos || error || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return absl::InvalidArgumentError(
        Concat("'", address, "' is no address to listen on; write one like 127.0.0.1:8443"));
  }
  const tcp::endpoint endpoint(parsed, static_cast<std::uint16_t>(port));
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(Concat("cannot listen on ", address, ": ", error.message()));
  }
  return absl::OkStatus();
}

void HttpServer::Start() { asio::co_spawn(io_, Accept(), asio::detached); }

asio::awaitable<void> HttpServer::Accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors: those of ended connections come back.
      asio::steady_timer timer(io_, std::chrono::milliseconds(50));
      auto [timer_error] = co_await timer.async_wait(kAwait);
      if (timer_error) co_return;
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    if (tls_) {
      asio::co_spawn(io_, ServeTls(std::move(socket)), asio::detached);
    } else {
      asio::co_spawn(io_, ServePlain(std::move(socket)), asio::detached);
    }
  }
}

asio::awaitable<void> HttpServer::ServePlain(tcp::socket socket) { co_await Serve(socket); }

asio::awaitable<void> HttpServer::ServeTls(tcp::socket socket) {
  asio::ssl::stream<tcp::socket> stream(std::move(socket), *tls_);
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (!error) co_await Serve(stream);
}

template <class Stream>
asio::awaitable<void> HttpServer::Serve(Stream& stream) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kRequestBodyLimit);
    auto [read_error, read_bytes] = co_await http::async_read(stream, buffer, parser, kAwait);
    if (read_error) co_return;
    const bool keep_alive = parser.get().keep_alive();
    Response response = simulator_.Answer(FromBeast(parser.release()), clock_());

    if (response.delay > absl::ZeroDuration()) {
      asio::steady_timer timer(io_, absl::ToChronoNanoseconds(response.delay));
      auto [timer_error] = co_await timer.async_wait(kAwait);
      if (timer_error) co_return;
    }
    // Closing with neither an answer nor TLS's goodbye is what a broken path looks like.
    if (response.reset) co_return;
    const bool cut = response.cut_after.has_value();
    const std::string head = HeadOf(response, keep_alive);
    const std::vector<asio::const_buffer> buffers =
        BuffersOf(head, response.body, response.cut_after.value_or(response.body.size()));
    auto [write_error, written] = co_await asio::async_write(stream, buffers, kAwait);
    if (write_error || cut || !keep_alive) break;
  }
  // An orderly TLS end needs the peer; the next request would show a broken one just as well.
}

}  // namespace cce::simulator
