#include "outputs/syslog/test_receiver.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <future>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cce/api/task.h"

namespace cce::syslog {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

asio::ssl::context ServerContext(const TestTls& tls) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate_chain(asio::buffer(tls.certificate));
  context.use_private_key(asio::buffer(tls.key), asio::ssl::context::pem);
  if (!tls.client_ca.empty()) {
    context.add_certificate_authority(asio::buffer(tls.client_ca));
    context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  }
  return context;
}

}  // namespace

struct TestReceiver::Session {
  explicit Session(tcp::socket its_socket) : socket(std::move(its_socket)) {}

  void Write(const std::string& bytes) {
    error_code ignored;
    if (tls) {
      asio::write(*tls, asio::buffer(bytes), ignored);
    } else {
      asio::write(socket, asio::buffer(bytes), ignored);
    }
  }

  tcp::socket socket;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::string unread;
  int messages = 0;
  bool is_over = false;
};

TestReceiver::TestReceiver(Protocol protocol, std::optional<TestTls> tls) : protocol_(protocol) {
  if (tls) tls_.emplace(ServerContext(*tls));
  Open();
  thread_ = std::thread([this] {
    auto work = asio::make_work_guard(io_);
    io_.run();
  });
}

TestReceiver::~TestReceiver() {
  io_.stop();
  thread_.join();
}

void TestReceiver::OnThread(std::function<void()> call) {
  std::promise<void> done;
  asio::post(io_, [&] {
    call();
    done.set_value();
  });
  done.get_future().wait();
}

void TestReceiver::Open() {
  const auto loopback = asio::ip::address_v4::loopback();
  if (protocol_ == Protocol::kUdp) {
    datagrams_ = udp::socket(io_, udp::endpoint(loopback, port_));
    datagrams_.non_blocking(true);
    port_ = datagrams_.local_endpoint().port();
    ReceiveDatagrams();
    return;
  }
  acceptor_ = tcp::acceptor(io_, tcp::endpoint(loopback, port_));
  acceptor_.non_blocking(true);
  port_ = acceptor_.local_endpoint().port();
  Accept();
}

// Waits without taking: what a call on this thread finds is all that there is.
void TestReceiver::Accept() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& error) {
    if (error) return;
    AcceptAll();
    Accept();
  });
}

void TestReceiver::Adopt(tcp::socket socket) {
  ++connections_;
  socket.set_option(tcp::no_delay(true));
  const auto session = sessions_.emplace_back(std::make_shared<Session>(std::move(socket)));
  if (tls_) session->tls.emplace(session->socket, *tls_);
  if (!greeting_.empty()) session->Write(greeting_);
  const auto serve = [this, session]() -> Task<> {
    if (session->tls) {
      const auto [error] =
          co_await session->tls->async_handshake(asio::ssl::stream_base::server, kAwaitTuple);
      if (error) {
        session->socket.close();
        co_return;
      }
    }
    std::string bytes(64 << 10, '\0');
    while (session->tls && !session->is_over) {
      const auto [error, size] =
          co_await session->tls->async_read_some(asio::buffer(bytes), kAwaitTuple);
      if (error == asio::error::operation_aborted) co_return;  // End closes it, or Reset has
      if (error) break;
      Take(*session, std::string_view(bytes).substr(0, size));
    }
    while (!session->tls && !session->is_over) {
      const auto [error] = co_await session->socket.async_wait(tcp::socket::wait_read, kAwaitTuple);
      // Held back, it is read by Drain.
      if (error || (hold_ && !session->is_over)) co_return;
      if (!ReadPlain(*session)) break;
    }
    error_code ignored;
    session->socket.close(ignored);
    session->is_over = true;
  };
  asio::co_spawn(io_, serve, asio::detached);
}

void TestReceiver::AcceptAll() {
  for (error_code error; acceptor_.is_open() && !error;) {
    tcp::socket socket(io_);
    acceptor_.accept(socket, error);
    if (!error) Adopt(std::move(socket));
  }
}

void TestReceiver::Drain() {
  if (hold_) return;
  if (protocol_ == Protocol::kUdp) return ReceiveDatagrams();
  AcceptAll();
  for (const std::shared_ptr<Session>& session : sessions_) {
    if (!session->tls && !session->is_over) ReadPlain(*session);
  }
}

// All that the kernel has; false if no more will come.
bool TestReceiver::ReadPlain(Session& session) {
  std::string bytes(64 << 10, '\0');
  while (!session.is_over) {
    const ssize_t size =
        ::recv(session.socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) return false;
    Take(session, std::string_view(bytes).substr(0, static_cast<std::size_t>(size)));
  }
  return false;
}

void TestReceiver::Take(Session& session, std::string_view bytes) {
  bytes_ += bytes.size();
  session.unread.append(bytes);
  while (!session.is_over) {
    std::string& unread = session.unread;
    if (protocol_ == Protocol::kLf) {
      const std::size_t end = unread.find('\n');
      if (end == std::string::npos) return;
      const std::string message = unread.substr(0, end);
      unread.erase(0, end + 1);
      TakeMessage(session, message);
      continue;
    }
    // "LEN SP MSG", or "TXNR SP COMMAND SP LEN [SP DATA] LF".
    std::size_t at = 0;
    std::vector<std::string> words;
    const std::size_t count = protocol_ == Protocol::kRelp ? 3 : 1;
    while (words.size() < count) {
      const std::size_t end = unread.find_first_of(" \n", at);
      if (end == std::string::npos) return;
      words.push_back(unread.substr(at, end - at));
      at = end + 1;
    }
    std::size_t size = 0;
    if (!absl::SimpleAtoi(words.back(), &size)) return Reset(session);
    if (protocol_ != Protocol::kRelp) {
      if (unread.size() < at + size) return;
      const std::string message = unread.substr(at, size);
      unread.erase(0, at + size);
      TakeMessage(session, message);
      continue;
    }
    const std::size_t whole = size == 0 ? at : at + size + 1;
    if (unread.size() < whole) return;
    const std::string data = unread.substr(at, size);
    unread.erase(0, whole);
    std::string answer = "200 OK";
    if (words[1] == "open") answer += "\nrelp_version=0\ncommands=syslog";
    if (words[1] == "syslog") {
      if (!refuse_.empty() && data.find(refuse_) != std::string::npos) {
        answer = "500 refused by the test";
      } else if (!TakeMessage(session, data)) {
        return;
      }
    }
    if (mute_ && words[1] == "syslog") continue;
    session.Write(absl::StrCat(words[0], " rsp ", answer.size(), " ", answer, "\n"));
    if (words[1] == "close") {
      ++closed_in_order_;
      session.Write("0 serverclose 0\n");
      session.is_over = true;
      session.socket.close();
    }
  }
}

// False if the connection ends with it.
bool TestReceiver::TakeMessage(Session& session, std::string message) {
  messages_.push_back(std::move(message));
  if (reset_every_ == 0 || ++session.messages < reset_every_) return true;
  Reset(session);
  return false;
}

void TestReceiver::Reset(Session& session) {
  error_code ignored;
  session.is_over = true;
  session.socket.set_option(asio::socket_base::linger(true, 0), ignored);
  session.socket.close(ignored);
}

void TestReceiver::ReceiveDatagrams() {
  std::string bytes(64 << 10, '\0');
  for (error_code error; !error;) {
    const std::size_t size = datagrams_.receive(asio::buffer(bytes), 0, error);
    if (error) break;
    bytes_ += size;
    messages_.push_back(bytes.substr(0, size));
  }
}

std::vector<std::string> TestReceiver::Messages() {
  std::vector<std::string> messages;
  OnThread([&] {
    Drain();
    messages = messages_;
  });
  return messages;
}

int TestReceiver::connections() {
  int count = 0;
  OnThread([&] {
    AcceptAll();
    count = connections_;
  });
  return count;
}

std::uint64_t TestReceiver::bytes() {
  std::uint64_t count = 0;
  OnThread([&] { count = bytes_; });
  return count;
}

int TestReceiver::closed_in_order() {
  int count = 0;
  OnThread([&] { count = closed_in_order_; });
  return count;
}

void TestReceiver::Hold(bool hold) {
  OnThread([&] { hold_ = hold; });
}
void TestReceiver::Refuse(std::string text) {
  OnThread([&] { refuse_ = std::move(text); });
}
void TestReceiver::Mute(bool mute) {
  OnThread([&] { mute_ = mute; });
}
void TestReceiver::BufferLittle() {
  // Connections have what their listener has.
  OnThread([&] { acceptor_.set_option(asio::socket_base::receive_buffer_size(64 << 10)); });
}
void TestReceiver::ResetEvery(int messages) {
  OnThread([&] { reset_every_ = messages; });
}
void TestReceiver::Greet(std::string bytes) {
  OnThread([&] { greeting_ = std::move(bytes); });
}

void TestReceiver::ResetAll() {
  OnThread([&] {
    for (const std::shared_ptr<Session>& session : sessions_) {
      if (!session->is_over) Reset(*session);
    }
    sessions_.clear();
  });
}

void TestReceiver::CloseAll() {
  OnThread([&] {
    Drain();
    for (const std::shared_ptr<Session>& session : sessions_) {
      if (session->tls) {
        asio::co_spawn(io_, End(session), asio::detached);
        continue;
      }
      error_code ignored;
      session->is_over = true;
      session->socket.close(ignored);
    }
    sessions_.clear();
  });
}

// By TLS's own end, which the other side answers.
Task<> TestReceiver::End(std::shared_ptr<Session> session) {
  session->socket.cancel();
  co_await session->tls->async_shutdown(kAwaitTuple);
  error_code ignored;
  session->socket.close(ignored);
}

void TestReceiver::StopListening() {
  OnThread([&] {
    error_code ignored;
    acceptor_.close(ignored);
    datagrams_.close(ignored);
  });
  ResetAll();
}

void TestReceiver::Listen() {
  OnThread([&] { Open(); });
}

}  // namespace cce::syslog
