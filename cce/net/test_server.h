// A server on 127.0.0.1 that says what a test has it say, over TCP or TLS, a thread a connection.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cce {

// What a test's handler sees of one connection. Every call does nothing once the peer is gone.
class TestConnection {
 public:
  virtual ~TestConnection() = default;

  // The next request, head and body; nullopt when the peer is gone.
  virtual std::optional<std::string> ReadRequest() = 0;

  // False when the peer is gone.
  virtual bool Write(std::string_view bytes) = 0;

  // Says nothing until the peer goes or the server is destroyed.
  virtual void Stall() = 0;

  // Ends the connection with a TCP reset.
  virtual void Reset() = 0;
};

// Thread-safe.
class TestServer {
 public:
  // Called on a connection's own thread; the connection ends when it returns.
  using Handler = std::function<void(TestConnection&)>;

  explicit TestServer(Handler handler) : TestServer(std::move(handler), nullptr) {}
  // Speaks TLS as `tls` says, which outlives the server.
  TestServer(Handler handler, boost::asio::ssl::context* tls);
  ~TestServer() { Stop(); }

  // Reads what has come and ends every connection.
  void Stop();

  // "127.0.0.1:PORT"
  std::string address() const { return "127.0.0.1:" + port(); }
  std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }

  int connections() const { return connections_; }
  // Bytes received, those of the TLS handshake not counted.
  std::size_t received() const { return received_; }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void Accept();
  void Serve(Socket& socket);

  const Handler handler_;
  boost::asio::ssl::context* const tls_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<int> connections_ = 0;
  std::atomic<std::size_t> received_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<Socket*> open_;          // guarded by mutex_
  std::vector<std::jthread> serving_;  // of the accepting thread only
  std::jthread accepting_;
};

}  // namespace cce
