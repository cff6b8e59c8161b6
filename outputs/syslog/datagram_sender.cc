#include "outputs/syslog/datagram_sender.h"

#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <string>
#include <utility>

#include "outputs/syslog/crash_points.h"
#include "outputs/syslog/resolve.h"
#include "outputs/syslog/stream.h"

namespace cce::syslog {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

// As many of the longest that RFC 5426 wants fit into Linux's default receive buffer; 32,000 a
// second.
constexpr std::size_t kBurst = 32;
constexpr absl::Duration kPause = absl::Milliseconds(1);

constexpr char kCheckDatagrams[] = "Check that the receiver listens there for UDP.";

}  // namespace

DatagramSender::DatagramSender(const SyslogOptions& options, const OutputWorld& world)
    : options_(options),
      world_(world),
      writer_(options_, world.format.name(), ::getpid(), world.context.log),
      pause_(world.context.clock.MakeSleeper(world.executor)),
      ready_(world.executor),
      sent_(world.executor) {}

// One attempt at a time, for all who ask: a second would move address_ under the first.
Task<absl::Status> DatagramSender::Ready() {
  if (is_preparing_) {
    while (is_preparing_) co_await ready_.Wait();
    co_return prepared_;
  }
  is_preparing_ = true;
  absl::Status prepared = co_await Prepare();
  is_preparing_ = false;
  prepared_ = prepared;
  ready_.Ring();
  co_return prepared;
}

Task<absl::Status> DatagramSender::Prepare() {
  absl::Status failure;
  for (std::size_t i = 0; i < options_.addresses.size() && socket_ == nullptr; ++i) {
    const Address address = options_.addresses[address_];
    const auto endpoints = co_await Resolve<udp>(world_.executor, world_.context.clock, address,
                                                 kConnectTimeout, interrupt_);
    if (is_closed_) co_return absl::UnavailableError("the output is closed");
    error_code error;
    auto socket = std::make_shared<Socket>(world_.executor);
    if (endpoints.ok()) socket->connect(endpoints->front(), error);
    if (endpoints.ok() && !error) socket->non_blocking(true, error);
    if (endpoints.ok() && !error) {
      socket_ = std::move(socket);
      world_.context.crash_points.Pass(kAfterConnect);
    } else {
      failure.Update(endpoints.ok() ? Unreachable(address, error.message(), kCheckDatagrams)
                                    : endpoints.status());
      address_ = (address_ + 1) % options_.addresses.size();
    }
  }
  co_return socket_ != nullptr ? absl::OkStatus() : failure;
}

void DatagramSender::Send(std::shared_ptr<Sending> sending) {
  sendings_.push_back(std::move(sending));
  if (socket_ == nullptr) return Fail("there is no connection");
  if (std::exchange(is_sending_, true)) return;
  asio::co_spawn(world_.executor, SendAll(), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

Task<> DatagramSender::SendAll() {
  std::size_t sent = 0;
  while (!sendings_.empty()) {
    const std::shared_ptr<Sending> sending = sendings_.front();
    if (sending->is_over()) {
      sendings_.pop_front();
      continue;
    }
    const error_code error = co_await SendNext(sending);
    if (error) {
      Fail(error.message());
      break;
    }
    if (sending->written == sending->size()) {
      world_.context.crash_points.Pass(kAfterWrite);
      sending->acknowledged = sending->written;
      sending->changed.Ring();
    }
    if (++sent % kBurst == 0) co_await pause_->Sleep(kPause);
  }
  is_sending_ = false;
  sent_.Ring();
}

Task<error_code> DatagramSender::SendNext(std::shared_ptr<Sending> sending) {
  // Either may go meanwhile.
  const std::shared_ptr<Socket> socket = socket_;
  const std::shared_ptr<const Batch> batch = sending->batch;
  if (socket == nullptr) co_return asio::error::operation_aborted;
  const Message message = writer_.Write(batch->events[sending->written++], sending->organisation);
  const std::array<asio::const_buffer, 2> parts = {
      asio::buffer(message.header.data(), message.header.size()),
      asio::buffer(message.text.data(), message.text.size())};
  for (;;) {
    error_code error;
    socket->send(parts, 0, error);
    if (error != asio::error::would_block) co_return error;
    co_await socket->async_wait(udp::socket::wait_write, asio::as_tuple(asio::use_awaitable));
  }
}

void DatagramSender::Fail(std::string_view cause) {
  for (const std::shared_ptr<Sending>& sending : sendings_) {
    if (sending->is_over()) continue;
    sending->status = Unreachable(options_.addresses[address_], cause, kCheckDatagrams);
    sending->changed.Ring();
  }
  sendings_.clear();
  // Without a socket it is the next one's already.
  if (std::exchange(socket_, nullptr) != nullptr) {
    address_ = (address_ + 1) % options_.addresses.size();
  }
}

Task<> DatagramSender::Close() {
  is_closed_ = true;
  interrupt_();
  if (socket_ != nullptr) {
    error_code ignored;
    socket_->close(ignored);
  }
  socket_ = nullptr;
  pause_->Wake();
  while (is_preparing_) co_await ready_.Wait();
  while (is_sending_) co_await sent_.Wait();
}

}  // namespace cce::syslog
