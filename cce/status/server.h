// The engine's HTTP API: Collection Status, metrics and health, read-only.
//
// GET /api/v1/status, /metrics, /healthz, /readyz. One request a connection; anything else is
// refused with a JSON object whose "error" says what is served instead.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/clock.h"
#include "cce/status/board.h"

namespace cce {

// Used on the thread of its executor only, which it keeps busy while it renders every device.
class StatusServer {
 public:
  struct Options {
    // A UNIX socket, created with mode 0600. One left by a dead engine is replaced.
    std::string socket_path;
    // Where to listen over TCP besides; empty: nowhere.
    std::string listen_address;
    std::uint16_t listen_port = 0;  // 0: any

    std::size_t max_connections = 128;
    absl::Duration header_deadline = absl::Seconds(10);  // on the machine's steady clock
    absl::Duration response_deadline = absl::Seconds(30);
  };

  // Listens and serves from here on. `clock` and `board` outlive the executor's context. REQUIRES:
  // the caller holds the lock of the folder of `socket_path`, so that no engine serves it.
  //
  // Errors: kFailedPrecondition if an address is taken or cannot be bound. `listen_address` is a
  // loopback address: nobody is asked who he is.
  static absl::StatusOr<std::unique_ptr<StatusServer>> Open(boost::asio::any_io_executor executor,
                                                            Clock& clock, const StatusBoard& board,
                                                            Options options);

  // Ends every connection and removes the UNIX socket.
  ~StatusServer();

  // Where TCP is served; 0 without.
  int port() const;

 private:
  struct State;
  explicit StatusServer(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace cce
