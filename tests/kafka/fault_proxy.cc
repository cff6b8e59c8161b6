#include "tests/kafka/fault_proxy.h"

#include <future>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "boost/asio/buffer.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/read.hpp"
#include "boost/asio/redirect_error.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/asio/write.hpp"
#include "tests/kafka/address.h"

namespace cce::kafka_ground {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kLengthSize = 4;

std::uint32_t BigEndian(const char* bytes, int count) {
  std::uint32_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// The next request or answer with the length before it; none at the connection's end. `socket`
// outlives the call.
asio::awaitable<std::optional<std::string>> ReadFrame(tcp::socket* socket) {
  std::string frame(kLengthSize, '\0');
  error_code error;
  auto to_error = asio::redirect_error(asio::use_awaitable, error);
  const auto length = asio::buffer(frame);
  co_await asio::async_read(*socket, length, to_error);
  if (error) co_return std::nullopt;
  frame.resize(kLengthSize + BigEndian(frame.data(), 4));
  const auto rest = asio::buffer(frame) + kLengthSize;
  co_await asio::async_read(*socket, rest, to_error);
  if (error) co_return std::nullopt;
  co_return frame;
}

asio::awaitable<bool> WriteFrame(tcp::socket* socket, std::string frame) {
  error_code error;
  auto to_error = asio::redirect_error(asio::use_awaitable, error);
  const auto bytes = asio::buffer(frame);
  co_await asio::async_write(*socket, bytes, to_error);
  co_return !error;
}

void Close(tcp::socket& socket) {
  error_code ignored;
  socket.close(ignored);
}

}  // namespace

FaultProxy::FaultProxy(int brokers) {
  const tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
  for (int i = 0; i < brokers; ++i) acceptors_.emplace_back(io_, any);
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    asio::co_spawn(io_, Accept(i), asio::detached);
  }
  thread_ = std::thread([this] { io_.run(); });
}

FaultProxy::~FaultProxy() {
  io_.stop();
  thread_.join();
}

template <class Action>
void FaultProxy::Run(Action action) {
  std::promise<void> done;
  asio::post(io_, [&] {
    action();
    done.set_value();
  });
  done.get_future().wait();
}

std::vector<std::string> FaultProxy::addresses() const {
  std::vector<std::string> addresses;
  for (const tcp::acceptor& acceptor : acceptors_) {
    addresses.push_back(absl::StrCat("127.0.0.1:", acceptor.local_endpoint().port()));
  }
  return addresses;
}

void FaultProxy::ForwardTo(const std::vector<std::string>& brokers) {
  Run([&] {
    brokers_.clear();
    for (const std::string& broker : brokers) brokers_.push_back(Endpoint(broker));
  });
}

void FaultProxy::Inject(Request kind, Fault fault) {
  Run([&] { faults_[static_cast<std::int16_t>(kind)].push_back(fault); });
}

void FaultProxy::Release() {
  Run([&] {
    faults_.clear();
    for (const std::weak_ptr<Connection>& weak : connections_) {
      if (const auto connection = weak.lock()) connection->waiting.cancel();
    }
  });
}

void FaultProxy::CloseAll() {
  for (const std::weak_ptr<Connection>& weak : connections_) {
    const auto connection = weak.lock();
    if (!connection) continue;
    Close(connection->client);
    Close(connection->broker);
    connection->waiting.cancel();
  }
  connections_.clear();
}

void FaultProxy::Cut() {
  Run([&] { CloseAll(); });
}

void FaultProxy::Part() {
  Run([&] {
    parted_ = true;
    CloseAll();
  });
}

void FaultProxy::Join() {
  Run([&] { parted_ = false; });
}

void FaultProxy::Count(std::map<std::int16_t, int>& counts, std::int16_t kind) {
  {
    const std::lock_guard lock(mutex_);
    ++counts[kind];
  }
  counted_.notify_all();
}

void FaultProxy::WaitForCount(std::map<std::int16_t, int>& counts, Request kind, int count) {
  std::unique_lock lock(mutex_);
  const auto come = [&] { return counts[static_cast<std::int16_t>(kind)] >= count; };
  if (!counted_.wait_for(lock, std::chrono::minutes(3), come)) {
    throw std::runtime_error("neither request nor answer comes");
  }
}

void FaultProxy::WaitForRequests(Request kind, int count) { WaitForCount(requests_, kind, count); }

void FaultProxy::WaitForAnswers(Request kind, int count) { WaitForCount(answers_, kind, count); }

int FaultProxy::CountRequests(Request kind) {
  const std::lock_guard lock(mutex_);
  return requests_[static_cast<std::int16_t>(kind)];
}

int FaultProxy::CountAnswers(Request kind) {
  const std::lock_guard lock(mutex_);
  return answers_[static_cast<std::int16_t>(kind)];
}

Fault FaultProxy::NoteRequest(std::int16_t kind) {
  Count(requests_, kind);
  std::list<Fault>& faults = faults_[kind];
  if (faults.empty()) return {.kind = Fault::Kind::kDelay};
  const Fault fault = faults.front();
  if (--faults.front().times == 0) faults.pop_front();
  return fault;
}

asio::awaitable<void> FaultProxy::Accept(std::size_t broker) {
  for (;;) {
    const auto connection = std::make_shared<Connection>(io_);
    co_await acceptors_[broker].async_accept(connection->client, asio::use_awaitable);
    if (parted_ || broker >= brokers_.size()) continue;
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    connections_.push_back(connection);
    asio::co_spawn(io_, CarryRequests(connection, broker), asio::detached);
  }
}

asio::awaitable<void> FaultProxy::CarryRequests(std::shared_ptr<Connection> connection,
                                                std::size_t broker) {
  error_code error;
  auto to_error = asio::redirect_error(asio::use_awaitable, error);
  const tcp::endpoint place = brokers_[broker];
  co_await connection->broker.async_connect(place, to_error);
  if (error) {
    Close(connection->client);
    co_return;
  }
  const tcp::no_delay at_once(true);
  connection->client.set_option(at_once, error);
  connection->broker.set_option(at_once, error);
  asio::co_spawn(io_, CarryAnswers(connection), asio::detached);

  for (;;) {
    std::optional<std::string> frame = co_await ReadFrame(&connection->client);
    if (!frame || frame->size() < kLengthSize + 2) break;
    const auto kind = static_cast<std::int16_t>(BigEndian(frame->data() + kLengthSize, 2));
    const Fault fault = NoteRequest(kind);
    if (fault.kind == Fault::Kind::kDrop) continue;
    if (fault.kind == Fault::Kind::kDisconnect) {
      Close(connection->broker);
      break;
    }
    if (fault.kind == Fault::Kind::kHold) {
      connection->waiting.expires_at(asio::steady_timer::time_point::max());
      co_await connection->waiting.async_wait(to_error);
    } else if (fault.delay.count() > 0) {
      connection->waiting.expires_after(fault.delay);
      co_await connection->waiting.async_wait(to_error);
    }
    connection->unanswered.push_back({kind, fault.kind == Fault::Kind::kLoseAnswer});
    const bool written = co_await WriteFrame(&connection->broker, std::move(*frame));
    if (!written) break;
  }
  connection->client_is_gone = true;
  Close(connection->client);
  // A broker may drop a request of whoever hangs up before the answer.
  if (connection->unanswered.empty()) Close(connection->broker);
}

asio::awaitable<void> FaultProxy::CarryAnswers(std::shared_ptr<Connection> connection) {
  for (;;) {
    std::optional<std::string> frame = co_await ReadFrame(&connection->broker);
    if (!frame) break;
    const Connection::Sent request = connection->unanswered.front();
    connection->unanswered.pop_front();
    Count(answers_, request.kind);
    if (request.lose_answer) break;
    if (connection->client_is_gone) {
      if (connection->unanswered.empty()) break;
      continue;
    }
    // Failing to write shows where requests are read.
    co_await WriteFrame(&connection->client, std::move(*frame));
  }
  Close(connection->client);
  Close(connection->broker);
}

}  // namespace cce::kafka_ground
