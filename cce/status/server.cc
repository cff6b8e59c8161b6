#include "cce/status/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cce/api/task.h"
#include "cce/api/text.h"
#include "cce/status/render.h"

namespace cce {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

template <class Protocol>
using Acceptor = asio::basic_socket_acceptor<Protocol, asio::any_io_executor>;

constexpr std::uint32_t kHeaderLimit = 16u << 10;
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

Response Reply(http::status status, std::string_view type, std::string body) {
  Response response(status, 11);
  response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.keep_alive(false);
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response ReplyJson(http::status status, const nlohmann::ordered_json& body) {
  return Reply(status, "application/json",
               body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

Response Refuse(http::status status, std::string_view error) {
  return ReplyJson(status, {{"error", error}});
}

// A page that a browser loaded from elsewhere must not read the API: DNS rebinding shows in Host, a
// foreign page in Origin.
bool IsFromHere(const Request& request) {
  const std::string_view host = View(request[http::field::host]);
  const bool brackets = host.starts_with('[');
  std::string name(host.substr(0, brackets ? host.find(']') + 1 : host.rfind(':')));
  if (!absl::EqualsIgnoreCase(name, "localhost")) {
    if (brackets && name.size() > 2) name = name.substr(1, name.size() - 2);
    boost::system::error_code error;
    const asio::ip::address address = asio::ip::make_address(name, error);
    if (error || !address.is_loopback()) return false;
  }
  const auto origin = request.find(http::field::origin);
  return origin == request.end() ||
         View(origin->value()) == absl::StrCat("http://", ForAbseil(host));
}

Response Answer(const Request& request, const StatusBoard& board) {
  const std::string_view target = View(request.target());
  const std::string_view path = target.substr(0, target.find('?'));
  const bool known =
      path == "/api/v1/status" || path == "/metrics" || path == "/healthz" || path == "/readyz";
  if (!known) {
    return Refuse(http::status::not_found,
                  "nothing is here; GET /api/v1/status, /metrics, /healthz and /readyz are served");
  }
  if (request.method() != http::verb::get) {
    Response response = Refuse(http::status::method_not_allowed, "only GET is served here");
    response.set(http::field::allow, "GET");
    return response;
  }
  if (path == "/healthz") return ReplyJson(http::status::ok, {{"status", "ok"}});
  if (path == "/readyz") {
    if (board.ready()) return ReplyJson(http::status::ok, {{"status", "ready"}});
    return Refuse(http::status::service_unavailable, "the engine is starting; ask again");
  }
  const EngineStatus status = board.Snapshot();
  if (path == "/metrics") {
    return Reply(http::status::ok, "text/plain; version=0.0.4; charset=utf-8", ToMetrics(status));
  }
  return Reply(http::status::ok, "application/json", ToJson(status));
}

// nullopt: nobody is there to be told.
std::optional<Response> AnswerTo(const boost::system::error_code& error) {
  if (error == http::error::header_limit) {
    return Refuse(http::status::request_header_fields_too_large,
                  "the request's header is larger than 16 KiB");
  }
  if (error == http::error::end_of_stream ||
      error.category() != http::make_error_code(http::error::end_of_stream).category()) {
    return std::nullopt;
  }
  return Refuse(http::status::bad_request, "this is not an HTTP/1.1 request");
}

std::chrono::nanoseconds ForAsio(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

absl::Status BindError(const std::string& address, const std::string& cause, const char* remedy) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot listen on ", address, ": ", cause, "; ", remedy));
}

}  // namespace

struct StatusServer::State {
  State(asio::any_io_executor e, Clock& c, const StatusBoard& b, Options o)
      : executor(e), clock(c), board(b), options(std::move(o)), local(e), tcp(e) {}

  asio::any_io_executor executor;
  Clock& clock;
  const StatusBoard& board;
  Options options;
  Acceptor<Local> local;
  Acceptor<Tcp> tcp;
  int port = 0;
  bool bound = false;  // the socket file is ours

  // How to end each open connection.
  std::uint64_t last_connection = 0;
  absl::flat_hash_map<std::uint64_t, absl::AnyInvocable<void()>> connections;
};

namespace {

template <class State, class Protocol>
Task<> ServeConnection(std::shared_ptr<State> state,
                       beast::basic_stream<Protocol, asio::any_io_executor> stream) {
  const std::uint64_t number = ++state->last_connection;
  state->connections.emplace(number, [&stream] { stream.cancel(); });
  const absl::Cleanup forget = [&state, number] { state->connections.erase(number); };

  boost::system::error_code error;
  beast::flat_buffer buffer;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kHeaderLimit);
  stream.expires_after(ForAsio(state->options.header_deadline));
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await http::async_read_header(stream, buffer, parser, token);

  std::optional<Response> response;
  if (error) {
    response = AnswerTo(error);
  } else if (parser.chunked() || parser.content_length().value_or(0) > 0) {
    response = Refuse(http::status::payload_too_large, "a request has no body here");
  } else if (std::is_same_v<Protocol, Tcp> && !IsFromHere(parser.get())) {
    response = Refuse(http::status::forbidden,
                      "Host must name this machine's loopback, and Origin, if sent, the same");
  } else {
    response = Answer(parser.get(), state->board);
  }
  if (!response.has_value()) co_return;

  stream.expires_after(ForAsio(state->options.response_deadline));
  co_await http::async_write(stream, *response, token);
  boost::system::error_code ignored;
  stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

template <class State, class Protocol>
Task<> ServeAcceptor(std::shared_ptr<State> state, Acceptor<Protocol>* acceptor) {
  const std::unique_ptr<Sleeper> pause = state->clock.MakeSleeper(state->executor);
  while (acceptor->is_open()) {
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    typename Protocol::socket::template rebind_executor<asio::any_io_executor>::other socket =
        co_await acceptor->async_accept(token);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of file descriptors, mostly: the connection stays in the queue.
      co_await pause->Sleep(kAcceptPause);
      continue;
    }
    if (state->connections.size() >= state->options.max_connections) continue;
    beast::basic_stream<Protocol, asio::any_io_executor> stream(std::move(socket));
    asio::co_spawn(state->executor, ServeConnection<State, Protocol>(state, std::move(stream)),
                   asio::detached);
  }
}

template <class State>
absl::Status ListenLocally(State& state) {
  const std::string& path = state.options.socket_path;
  // One byte of sun_path is the terminating zero (unix(7)).
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return BindError(path, "the path of a UNIX socket is limited to 107 bytes",
                     "choose a shorter state_dir");
  }
  struct stat found;
  if (lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) {
      return BindError(path, "there is a file that is not a socket", "move it away");
    }
    if (unlink(path.c_str()) != 0) {
      return BindError(path, std::strerror(errno), "remove the socket file");
    }
  }
  boost::system::error_code error;
  state.local.open(Local(), error);
  // Linux gives the socket file the mode that the socket has before bind, so nobody else ever sees
  // it.
  if (!error && fchmod(state.local.native_handle(), 0600) != 0) {
    return BindError(path, std::strerror(errno), "check the permissions of state_dir");
  }
  if (!error) state.local.bind(Local::endpoint(path), error);
  if (error) return BindError(path, error.message(), "check the permissions of state_dir");
  state.bound = true;
  state.local.listen(asio::socket_base::max_listen_connections, error);
  if (error) return BindError(path, error.message(), "check the permissions of state_dir");
  return absl::OkStatus();
}

template <class State>
absl::Status ListenOnTcp(State& state) {
  const StatusServer::Options& options = state.options;
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(options.listen_address, error);
  if (!error && !address.is_loopback()) error = asio::error::access_denied;
  const Tcp::endpoint endpoint(address, options.listen_port);
  if (!error) state.tcp.open(endpoint.protocol(), error);
  if (!error) state.tcp.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state.tcp.bind(endpoint, error);
  if (!error) state.tcp.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return BindError(absl::StrCat(options.listen_address, " port ", options.listen_port),
                     error.message(),
                     "set another port in \"listen\" of cce.json, or \"\" for none");
  }
  state.port = state.tcp.local_endpoint(error).port();
  return absl::OkStatus();
}

}  // namespace

StatusServer::StatusServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<StatusServer>> StatusServer::Open(asio::any_io_executor executor,
                                                                 Clock& clock,
                                                                 const StatusBoard& board,
                                                                 Options options) {
  auto state = std::make_shared<State>(executor, clock, board, std::move(options));
  std::unique_ptr<StatusServer> server(new StatusServer(state));
  if (absl::Status status = ListenLocally(*state); !status.ok()) return status;
  if (!state->options.listen_address.empty()) {
    if (absl::Status status = ListenOnTcp(*state); !status.ok()) return status;
    asio::co_spawn(executor, ServeAcceptor<State, Tcp>(state, &state->tcp), asio::detached);
  }
  asio::co_spawn(executor, ServeAcceptor<State, Local>(state, &state->local), asio::detached);
  return server;
}

StatusServer::~StatusServer() {
  boost::system::error_code ignored;
  state_->local.close(ignored);
  state_->tcp.close(ignored);
  for (auto& [number, end] : state_->connections) end();
  if (state_->bound) unlink(state_->options.socket_path.c_str());
}

int StatusServer::port() const { return state_->port; }

}  // namespace cce
