#include "cce/net/test_server.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace cce {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::size_t ContentLength(const std::string& head) {
  const std::string lower = absl::AsciiStrToLower(head);
  const std::size_t at = lower.find("content-length:");
  std::size_t length = 0;
  if (at == std::string::npos) return 0;
  const std::size_t value = at + 15;
  static_cast<void>(absl::SimpleAtoi(lower.substr(value, lower.find("\r\n", at) - value), &length));
  return length;
}

template <class Stream>
class StreamConnection final : public TestConnection {
 public:
  StreamConnection(Stream& stream, std::atomic<std::size_t>& received)
      : stream_(stream), received_(received) {}

  std::optional<std::string> ReadRequest() override {
    std::size_t needed = 0;
    for (;;) {
      const std::size_t head = data_.find("\r\n\r\n");
      if (head != std::string::npos) needed = head + 4 + ContentLength(data_.substr(0, head + 2));
      if (head != std::string::npos && data_.size() >= needed) break;
      if (!ReadMore()) return std::nullopt;
    }
    std::string request = data_.substr(0, needed);
    data_.erase(0, needed);
    return request;
  }

  bool Write(std::string_view bytes) override {
    error_code error;
    asio::write(stream_, asio::buffer(bytes), error);
    return !error;
  }

  void Stall() override {
    while (ReadMore()) {
    }
  }

  void Reset() override {
    error_code ignored;
    stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    stream_.lowest_layer().close(ignored);
  }

 private:
  bool ReadMore() {
    std::array<char, 16384> bytes;
    error_code error;
    const std::size_t size = stream_.read_some(asio::buffer(bytes), error);
    received_ += size;
    data_.append(bytes.data(), size);
    return !error;
  }

  Stream& stream_;
  std::atomic<std::size_t>& received_;
  std::string data_;
};

}  // namespace

TestServer::TestServer(Handler handler, boost::asio::ssl::context* tls)
    : handler_(std::move(handler)),
      tls_(tls),
      acceptor_(context_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      accepting_([this] { Accept(); }) {}

void TestServer::Stop() {
  if (stopping_.exchange(true)) return;
  {
    // Only a connection wakes a thread that is inside accept.
    error_code ignored;
    Socket knock(context_);
    knock.connect(acceptor_.local_endpoint(), ignored);
  }
  {
    const std::lock_guard lock(mutex_);
    error_code ignored;
    for (Socket* socket : open_) socket->shutdown(Socket::shutdown_both, ignored);
  }
  accepting_.join();
}

void TestServer::Accept() {
  for (;;) {
    Socket socket(context_);
    error_code error;
    acceptor_.accept(socket, error);
    if (stopping_ || error) break;
    ++connections_;
    serving_.emplace_back([this, accepted = std::move(socket)]() mutable { Serve(accepted); });
  }
  serving_.clear();
}

void TestServer::Serve(Socket& socket) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    open_.push_back(&socket);
  }
  if (tls_ == nullptr) {
    StreamConnection connection(socket, received_);
    handler_(connection);
  } else {
    asio::ssl::stream<Socket&> stream(socket, *tls_);
    error_code error;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (!error) {
      StreamConnection connection(stream, received_);
      handler_(connection);
      stream.shutdown(error);
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, &socket);
}

}  // namespace cce
