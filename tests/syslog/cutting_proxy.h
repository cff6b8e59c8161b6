// Stands between a sender and a receiver of RELP and cuts the connection every so many messages.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <thread>

namespace cce {

// Thread-safe; on a thread of its own. Both sides are reset as soon as the last byte of the n-th
// message is through, so that its acknowledgement, and those of the messages behind it, are lost.
class CuttingProxy {
 public:
  CuttingProxy(std::uint16_t to, int every);
  ~CuttingProxy();

  std::uint16_t port() const { return port_; }
  int cuts() const { return cuts_; }

 private:
  struct Pair;

  void Accept();
  void Forward(std::shared_ptr<Pair> pair);
  void Backward(std::shared_ptr<Pair> pair);

  const boost::asio::ip::tcp::endpoint to_;
  const int every_;
  std::atomic<int> cuts_ = 0;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::uint16_t port_;
  std::thread thread_;
};

}  // namespace cce
