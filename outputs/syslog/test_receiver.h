// A syslog receiver for tests. It runs on a thread of its own, so that it lives on when a test ends
// the program that sends.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cce/api/task.h"

namespace cce::syslog {

// PEM texts. With `client_ca` it takes only clients whose certificate is that authority's.
struct TestTls {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

// Thread-safe: every call is made on the receiver's thread, and waits for it.
class TestReceiver {
 public:
  enum class Protocol { kUdp, kOctetCounting, kLf, kRelp };

  explicit TestReceiver(Protocol protocol, std::optional<TestTls> tls = std::nullopt);
  ~TestReceiver();

  std::uint16_t port() const { return port_; }

  // Messages in order of arrival, after all that the kernel has taken is read, unless it is held.
  std::vector<std::string> Messages();
  // Connections so far, those that the kernel has made too; bytes read from them, below TLS not
  // counted.
  int connections();
  std::uint64_t bytes();
  // Sessions of RELP that were closed in order.
  int closed_in_order();

  // Reads nothing while it holds.
  void Hold(bool hold);
  // RELP: messages that contain `text` are refused; empty: none. Nothing is answered while mute.
  void Refuse(std::string text);
  void Mute(bool mute);
  // Of new connections the kernel takes no more than some 100 KB ahead of this receiver.
  void BufferLittle();
  // Every connection is reset, by RST, when that many messages have come over it; 0: none is. The
  // last is not answered.
  void ResetEvery(int messages);
  // Resets all connections; and takes no new ones until Listen.
  void ResetAll();
  void StopListening();
  void Listen();
  // Closes all connections, as a program does: the kernel resets those of which it has not read
  // all.
  void CloseAll();
  // What it says to whoever connects.
  void Greet(std::string bytes);

 private:
  struct Session;

  void OnThread(std::function<void()> call);
  void Open();
  void Accept();
  void Adopt(boost::asio::ip::tcp::socket socket);
  void AcceptAll();
  void Drain();
  bool ReadPlain(Session& session);
  void Take(Session& session, std::string_view bytes);
  bool TakeMessage(Session& session, std::string message);
  void Reset(Session& session);
  static Task<> End(std::shared_ptr<Session> session);
  void ReceiveDatagrams();

  const Protocol protocol_;
  std::optional<boost::asio::ssl::context> tls_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::ip::udp::socket datagrams_{io_};
  std::uint16_t port_ = 0;
  std::list<std::shared_ptr<Session>> sessions_;
  std::vector<std::string> messages_;
  std::uint64_t bytes_ = 0;
  int connections_ = 0;
  int closed_in_order_ = 0;
  bool hold_ = false;
  bool mute_ = false;
  std::string refuse_;
  int reset_every_ = 0;
  std::string greeting_;
  std::thread thread_;
};

}  // namespace cce::syslog
