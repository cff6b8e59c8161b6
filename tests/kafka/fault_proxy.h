// The network between clients and brokers, made to fail where a test wants it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/steady_timer.hpp"

namespace cce::kafka_ground {

// Kafka's numbers for its requests (https://kafka.apache.org/protocol, "Api Keys").
enum class Request : std::int16_t {
  kProduce = 0,
  kFetch = 1,
  kMetadata = 3,
  kFindCoordinator = 10,
  kInitProducerId = 22,
  kAddPartitionsToTxn = 24,
  kEndTxn = 26,
  kDescribeConfigs = 32,
};

// What happens to the next `times` requests of a kind. Requests of the same connection stay in
// order, so they wait behind one that waits. One that waits goes on to the broker even if its
// client has hung up.
struct Fault {
  enum class Kind {
    kDelay,       // goes on after `delay`
    kHold,        // goes on after Release()
    kDrop,        // never goes on; the connection stays
    kDisconnect,  // never goes on; the connection ends
    kLoseAnswer,  // goes on; the connection ends in place of the answer
  };
  Kind kind = Kind::kHold;
  int times = 1;
  std::chrono::milliseconds delay{0};
};

// A TCP proxy that knows Kafka's frames (no TLS), with a thread of its own. Thread-safe.
class FaultProxy {
 public:
  // Listens on a port of 127.0.0.1 for each broker.
  explicit FaultProxy(int brokers);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // HOST:PORT for each broker.
  std::vector<std::string> addresses() const;
  // Where the brokers are, in the same order.
  void ForwardTo(const std::vector<std::string>& brokers);

  // Faults of one kind of request come one after the other.
  void Inject(Request kind, Fault fault);
  // Sends on what is held or delayed, and forgets the faults that have not happened.
  void Release();
  // Ends every connection, with what waits there.
  void Cut();
  // As Cut, and until Join() takes no new ones.
  void Part();
  void Join();

  // How many requests of this kind have come since the proxy is there, and how many of them the
  // brokers have answered.
  int CountRequests(Request kind);
  int CountAnswers(Request kind);
  // Returns when it is so many. Throws std::runtime_error after three minutes.
  void WaitForRequests(Request kind, int count);
  void WaitForAnswers(Request kind, int count);

 private:
  using Tcp = boost::asio::ip::tcp;

  struct Connection {
    explicit Connection(boost::asio::io_context& io) : client(io), broker(io), waiting(io) {}
    Tcp::socket client, broker;
    boost::asio::steady_timer waiting;
    bool client_is_gone = false;
    struct Sent {
      std::int16_t kind;
      bool lose_answer;
    };
    std::deque<Sent> unanswered;  // brokers answer in order
  };

  boost::asio::awaitable<void> Accept(std::size_t broker);
  boost::asio::awaitable<void> CarryRequests(std::shared_ptr<Connection> connection,
                                             std::size_t broker);
  boost::asio::awaitable<void> CarryAnswers(std::shared_ptr<Connection> connection);
  Fault NoteRequest(std::int16_t kind);
  void Count(std::map<std::int16_t, int>& counts, std::int16_t kind);
  void WaitForCount(std::map<std::int16_t, int>& counts, Request kind, int count);
  void CloseAll();
  // Runs `action` on the proxy's thread and returns when it has run.
  template <class Action>
  void Run(Action action);

  boost::asio::io_context io_;
  std::vector<Tcp::acceptor> acceptors_;
  // Of the proxy's thread.
  std::vector<Tcp::endpoint> brokers_;
  std::list<std::weak_ptr<Connection>> connections_;
  std::map<std::int16_t, std::list<Fault>> faults_;
  bool parted_ = false;

  std::mutex mutex_;
  std::condition_variable counted_;
  std::map<std::int16_t, int> requests_, answers_;  // under mutex_

  std::thread thread_;
};

}  // namespace cce::kafka_ground
