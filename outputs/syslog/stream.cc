#include "outputs/syslog/stream.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cce/api/trouble.h"
#include "outputs/syslog/deadline.h"
#include "outputs/syslog/resolve.h"

namespace cce::syslog {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// In TLS 1.3 a client has done its part of the handshake before the receiver has judged the
// client's certificate, and what a receiver's kernel takes before it refuses has not arrived.
constexpr absl::Duration kUntilAccepted = absl::Seconds(1);
constexpr absl::Duration kGoodbye = absl::Seconds(1);
// How long after an end a reset may still come.
constexpr absl::Duration kUntilReset = absl::Milliseconds(500);

constexpr char kCheckListener[] =
    "Check that the receiver listens there and that no firewall is in between; delivery then goes "
    "on by itself.";
constexpr char kCheckCertificate[] =
    "Check tls.ca_file and tls.server_name of the output, and the receiver's certificate; nothing "
    "is sent to a receiver that cannot be verified.";
constexpr char kCheckFiles[] =
    "Check that the file is there, that it is PEM, and that the user who runs cce may read it.";

// A TCP socket that counts what it sends, below TLS.
class CountedSocket {
 public:
  using lowest_layer_type = tcp::socket;
  using executor_type = tcp::socket::executor_type;

  explicit CountedSocket(tcp::socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  lowest_layer_type& lowest_layer() { return socket_; }
  std::uint64_t written() const { return written_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_compose<Token, void(error_code, std::size_t)>(
        [this, buffers, begun = false](auto& self, error_code error = {},
                                       std::size_t size = 0) mutable {
          if (!std::exchange(begun, true)) {
            socket_.async_write_some(buffers, std::move(self));
            return;
          }
          written_ += size;
          self.complete(error, size);
        },
        token, socket_);
  }

  // Bytes that the receiver's kernel has acknowledged; nullopt if nobody can say any more.
  std::optional<std::uint64_t> Arrived() {
    int queued = 0;
    if (!socket_.is_open() || ::ioctl(socket_.native_handle(), SIOCOUTQ, &queued) != 0) {
      return std::nullopt;
    }
    // Asked last: a connection that has been reset by then may have lost its queue before.
    if (const int state = State(); state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT) {
      return std::nullopt;
    }
    return written_ - std::min(written_, static_cast<std::uint64_t>(queued));
  }

  bool IsClosedByReceiver() { return socket_.is_open() && State() == TCP_CLOSE_WAIT; }

 private:
  int State() {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
      return TCP_CLOSE;
    }
    return info.tcpi_state;
  }

  tcp::socket socket_;
  std::uint64_t written_ = 0;
};

using TlsSocket = ssl::stream<CountedSocket>;

// Why the last TLS operation failed, if that was the receiver's certificate.
std::string CauseOf(TlsSocket& socket, const error_code& error) {
  const long verdict = SSL_get_verify_result(socket.native_handle());
  if (verdict == X509_V_OK) return error.message();
  return absl::StrCat("its certificate cannot be verified: ",
                      X509_verify_cert_error_string(verdict));
}

// What TCP and TLS share; `Layer` is CountedSocket or TlsSocket.
template <class Layer>
class StreamOver final : public Stream {
 public:
  StreamOver(Layer layer, Context& context, Address address, bool is_accepted)
      : layer_(std::move(layer)),
        context_(context),
        address_(std::move(address)),
        is_accepted_(is_accepted) {
    if (!is_accepted_) {
      until_accepted_.emplace(context.clock, layer_.get_executor(), kUntilAccepted,
                              [this] { is_accepted_ = true; });
    }
  }

  Task<absl::Status> Write(std::string_view bytes) override {
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    const auto [error, size] = co_await asio::async_write(layer_, buffer, kAwait);
    co_return error ? Ended(error) : absl::OkStatus();
  }

  Task<absl::StatusOr<std::size_t>> Read(char* out, std::size_t size) override {
    const auto buffer = asio::buffer(out, size);
    const auto [error, read] = co_await layer_.async_read_some(buffer, kAwait);
    if (error) {
      read_error_ = error;
      co_return Ended(error);
    }
    // Else a receiver that answers message by message, and whose kernel gathers small writes (RFC
    // 9293 section 3.7.4), waits for a delayed acknowledgement between them. Linux forgets it.
    constexpr int kOn = 1;
    ::setsockopt(layer_.lowest_layer().native_handle(), IPPROTO_TCP, TCP_QUICKACK, &kOn,
                 sizeof kOn);
    co_return read;
  }

  Task<bool> EndsInOrder() override {
    if (!IsEnd(read_error_)) co_return false;
    const auto sleeper = context_.clock.MakeSleeper(layer_.get_executor());
    co_await sleeper->Sleep(kUntilReset);
    if constexpr (std::is_same_v<Layer, TlsSocket>) {
      if (read_error_ == asio::error::eof && !Socket().IsClosedByReceiver()) {
        co_await EndTls();
        co_await sleeper->Sleep(kUntilReset);
      }
    }
    co_return Socket().IsClosedByReceiver();
  }

  std::uint64_t written() const override { return Socket().written(); }
  std::uint64_t Arrived() override {
    if (is_accepted_) arrived_ = std::max(arrived_, Socket().Arrived().value_or(arrived_));
    return arrived_;
  }

  Task<> SayGoodbye() override {
    error_code ignored;
    if constexpr (std::is_same_v<Layer, TlsSocket>) co_await EndTls();
    layer_.lowest_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }

  void Close() override {
    error_code ignored;
    layer_.lowest_layer().close(ignored);
  }

 private:
  Task<> EndTls() {
    const Deadline deadline(context_.clock, layer_.get_executor(), kGoodbye, [this] { Close(); });
    co_await layer_.async_shutdown(kAwait);
  }

  CountedSocket& Socket() {
    if constexpr (std::is_same_v<Layer, TlsSocket>) {
      return layer_.next_layer();
    } else {
      return layer_;
    }
  }
  const CountedSocket& Socket() const { return const_cast<StreamOver*>(this)->Socket(); }

  static bool IsEnd(const error_code& error) {
    return error == asio::error::eof || error == ssl::error::stream_truncated;
  }

  absl::Status Ended(const error_code& error) {
    std::string cause = error.message();
    if (IsEnd(error)) {
      cause = "the receiver has closed the connection";
    } else if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) {
      cause = "no answer";  // the connection was closed from here
    }
    return Unreachable(address_, cause, kCheckListener);
  }

  Layer layer_;
  Context& context_;
  const Address address_;
  bool is_accepted_;
  error_code read_error_;  // of the last Read
  std::optional<Deadline> until_accepted_;
  std::uint64_t arrived_ = 0;
};

// Detects a receiver that has gone without a word while nothing is sent.
void KeepAlive(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  constexpr int kIdleSeconds = 60;
  constexpr int kBetweenSeconds = 10;
  constexpr int kProbes = 3;
  for (const auto& [option, value] : {std::pair(TCP_KEEPIDLE, kIdleSeconds),
                                      {TCP_KEEPINTVL, kBetweenSeconds},
                                      {TCP_KEEPCNT, kProbes}}) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  }
}

Task<absl::StatusOr<tcp::socket>> ConnectSocket(asio::any_io_executor executor, Clock& clock,
                                                Address address, Interrupt interrupt) {
  const absl::StatusOr<std::vector<tcp::endpoint>> endpoints =
      co_await Resolve<tcp>(executor, clock, address, kConnectTimeout, interrupt);
  if (!endpoints.ok()) co_return endpoints.status();
  bool interrupted = false;
  absl::Status failure;
  for (const tcp::endpoint& endpoint : *endpoints) {
    if (interrupted) break;
    tcp::socket socket(executor);
    bool expired = false;
    const auto give_up = [&] {
      error_code ignored;
      socket.close(ignored);
    };
    const Interruptible connecting(interrupt, [&] {
      interrupted = true;
      give_up();
    });
    const Deadline deadline(clock, executor, kConnectTimeout, [&] {
      expired = true;
      give_up();
    });
    const auto [error] = co_await socket.async_connect(endpoint, kAwait);
    if (!error) {
      KeepAlive(socket);
      co_return std::move(socket);
    }
    failure = Unreachable(address, expired ? "no answer" : error.message(), kCheckListener);
  }
  if (failure.ok()) failure = Unreachable(address, "the attempt was ended", kCheckListener);
  co_return failure;
}

absl::StatusOr<std::string> ReadPem(Files& files, const std::string& path) {
  constexpr std::uint64_t kMostPem = 4 << 20;
  const absl::StatusOr<std::unique_ptr<File>> file = files.OpenForReading(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  std::string pem(std::min(*size, kMostPem), '\0');
  const absl::StatusOr<std::size_t> read = (*file)->ReadAt(0, pem.data(), pem.size());
  if (!read.ok()) return read.status();
  pem.resize(*read);
  return pem;
}

// Blocks. Nothing in it but what `options` says: TLS 1.2 or later, the receiver is verified.
absl::Status SetUp(ssl::context& context, Files& files, const TlsOptions& options) {
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  error_code error;
  context.set_verify_mode(ssl::verify_peer, error);
  // Else OpenSSL asks for a pass phrase on the terminal.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; },
                                error);
  if (options.ca_file.empty()) context.set_default_verify_paths(error);
  using Use = error_code (*)(ssl::context&, const std::string&);
  const std::array<std::pair<const std::string*, Use>, 3> uses = {{
      {&options.ca_file,
       [](ssl::context& to, const std::string& pem) {
         error_code failed;
         to.add_certificate_authority(asio::buffer(pem), failed);
         return failed;
       }},
      {&options.cert_file,
       [](ssl::context& to, const std::string& pem) {
         error_code failed;
         to.use_certificate_chain(asio::buffer(pem), failed);
         return failed;
       }},
      {&options.key_file,
       [](ssl::context& to, const std::string& pem) {
         error_code failed;
         to.use_private_key(asio::buffer(pem), ssl::context::pem, failed);
         return failed;
       }},
  }};
  for (const auto& [path, use] : uses) {
    if (path->empty()) continue;
    const absl::StatusOr<std::string> pem = ReadPem(files, *path);
    if (!pem.ok()) return pem.status();
    const error_code failed = use(context, *pem);
    if (failed) return absl::FailedPreconditionError(absl::StrCat(*path, ": ", failed.message()));
  }
  return absl::OkStatus();
}

// RFC 5425 section 5.2, RFC 6125: the certificate must be for this name or address. False if that
// cannot be checked, e.g. of an address with a scope: then nobody may be spoken to.
bool Expect(TlsSocket& socket, const std::string& name) {
  SSL* const handle = socket.native_handle();
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(handle);
  error_code is_name;
  asio::ip::make_address(name, is_name);
  if (is_name) {
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()) != 1) return false;
    // What the macro SSL_set_tlsext_host_name does.
    SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str()));
    return true;
  }
  return X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
}

}  // namespace

Task<absl::StatusOr<std::shared_ptr<Stream>>> Connect(asio::any_io_executor executor,
                                                      Context& context, Address address,
                                                      const TlsOptions* tls, Interrupt interrupt) {
  std::optional<ssl::context> tls_context;
  if (tls != nullptr) {
    tls_context.emplace(ssl::context::tls_client);
    auto set_up = [&] { return SetUp(*tls_context, context.files, *tls); };
    bool interrupted = false;
    const Interruptible reading(interrupt, [&] { interrupted = true; });
    const absl::Status done = co_await RunBlocking(context.blocking, std::move(set_up));
    if (interrupted) co_return Unreachable(address, "the attempt was ended", kCheckListener);
    if (!done.ok()) {
      co_return TroubleError(absl::StatusCode::kFailedPrecondition, std::string(done.message()),
                             {.word = StatusWord::kOutputBlocked, .remedy = kCheckFiles});
    }
  }
  absl::StatusOr<tcp::socket> socket =
      co_await ConnectSocket(executor, context.clock, address, interrupt);
  if (!socket.ok()) co_return socket.status();
  CountedSocket counted(*std::move(socket));
  if (tls == nullptr) {
    co_return std::make_shared<StreamOver<CountedSocket>>(std::move(counted), context, address,
                                                          true);
  }
  TlsSocket layer(std::move(counted), *tls_context);
  const std::string name = tls->server_name.empty() ? address.host : tls->server_name;
  if (!Expect(layer, name)) {
    co_return Unreachable(address, absl::StrCat("no certificate can be checked for ", name),
                          kCheckCertificate);
  }
  bool expired = false;
  const auto give_up = [&] {
    error_code ignored;
    layer.lowest_layer().close(ignored);
  };
  const Interruptible shaking_hands(interrupt, give_up);
  const Deadline deadline(context.clock, executor, kConnectTimeout, [&] {
    expired = true;
    give_up();
  });
  const auto [error] = co_await layer.async_handshake(ssl::stream_base::client, kAwait);
  if (error) {
    const std::string cause = expired ? "no answer to the TLS handshake" : CauseOf(layer, error);
    co_return Unreachable(address, cause, kCheckCertificate);
  }
  co_return std::make_shared<StreamOver<TlsSocket>>(std::move(layer), context, address, false);
}

}  // namespace cce::syslog
