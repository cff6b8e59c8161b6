#include "cce/cli/control_socket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "cce/api/task.h"

namespace cce {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Local = asio::local::stream_protocol;

constexpr std::chrono::seconds kDeadline(30);
constexpr std::uint64_t kLargestAnswer = 1u << 30;

absl::Status Explain(const boost::system::error_code& error, const std::string& path) {
  if (error == boost::system::errc::permission_denied) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": permission denied; ask as the user that runs the engine, or as root"));
  }
  if (error == boost::system::errc::no_such_file_or_directory ||
      error == boost::system::errc::connection_refused) {
    return absl::FailedPreconditionError(
        absl::StrCat("no engine runs with this configuration (nobody serves ", path,
                     "); start it with cce run"));
  }
  return absl::UnavailableError(
      absl::StrCat(path, ": ", error.message(), "; look at the engine's log"));
}

Task<> Request(std::string path, std::string target, absl::StatusOr<std::string>& answer) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  boost::beast::basic_stream<Local, asio::any_io_executor> stream(executor);
  stream.expires_after(kDeadline);
  const Local::endpoint endpoint(path);
  co_await stream.async_connect(endpoint, token);

  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, "cce");
  request.keep_alive(false);
  if (!error) co_await http::async_write(stream, request, token);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kLargestAnswer);
  if (!error) co_await http::async_read(stream, buffer, parser, token);
  if (error) {
    answer = Explain(error, path);
  } else if (parser.get().result() != http::status::ok) {
    answer = absl::UnavailableError(absl::StrCat("the engine answered ", parser.get().result_int(),
                                                 "; is it of the same version?"));
  } else {
    answer = std::move(parser.get().body());
  }
}

}  // namespace

absl::StatusOr<std::string> AskEngine(const std::string& socket_path, const std::string& target) {
  if (socket_path.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::FailedPreconditionError(
        absl::StrCat(socket_path, ": too long for a socket; choose a shorter state_dir"));
  }
  absl::StatusOr<std::string> answer = absl::UnavailableError("the engine did not answer");
  asio::io_context io(1);
  asio::co_spawn(io, Request(socket_path, target, answer), asio::detached);
  io.run();
  return answer;
}

}  // namespace cce
