#include "tests/syslog/cutting_proxy.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>

namespace cce {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct CuttingProxy::Pair {
  explicit Pair(asio::io_context& io) : receiver(io), sender(io) {}

  void Close(bool by_reset) {
    error_code ignored;
    for (tcp::socket* socket : {&receiver, &sender}) {
      if (by_reset && socket == &sender) {
        socket->set_option(asio::socket_base::linger(true, 0), ignored);
      }
      socket->close(ignored);
    }
  }

  tcp::socket receiver;
  tcp::socket sender;
  std::array<char, 16 << 10> forward;
  std::array<char, 16 << 10> backward;
  int messages = 0;
};

CuttingProxy::CuttingProxy(std::uint16_t to, int every)
    : to_(asio::ip::address_v4::loopback(), to), every_(every) {
  acceptor_ = tcp::acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  port_ = acceptor_.local_endpoint().port();
  Accept();
  thread_ = std::thread([this] {
    auto work = asio::make_work_guard(io_);
    io_.run();
  });
}

CuttingProxy::~CuttingProxy() {
  io_.stop();
  thread_.join();
}

void CuttingProxy::Accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error) return;
    const auto pair = std::make_shared<Pair>(io_);
    pair->sender = std::move(socket);
    error_code failed;
    pair->receiver.connect(to_, failed);
    if (!failed) {
      Forward(pair);
      Backward(pair);
    }
    Accept();
  });
}

// The test's messages hold no line feed: each ends a frame.
void CuttingProxy::Forward(std::shared_ptr<Pair> pair) {
  pair->sender.async_read_some(
      asio::buffer(pair->forward), [this, pair](const error_code& error, std::size_t size) {
        if (error) return pair->Close(false);
        std::size_t end = 0;
        while (end < size && pair->messages < every_) {
          if (pair->forward[end++] == '\n') ++pair->messages;
        }
        error_code failed;
        asio::write(pair->receiver, asio::buffer(pair->forward.data(), end), failed);
        if (failed || pair->messages == every_) {
          if (!failed) ++cuts_;
          return pair->Close(true);
        }
        Forward(pair);
      });
}

void CuttingProxy::Backward(std::shared_ptr<Pair> pair) {
  pair->receiver.async_read_some(
      asio::buffer(pair->backward), [this, pair](const error_code& error, std::size_t size) {
        error_code failed;
        if (!error) asio::write(pair->sender, asio::buffer(pair->backward.data(), size), failed);
        if (error || failed) return pair->Close(false);
        Backward(pair);
      });
}

}  // namespace cce
