// One connection to a receiver: TCP, or TLS over it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/context.h"
#include "cce/api/task.h"
#include "outputs/syslog/deadline.h"
#include "outputs/syslog/syslog_options.h"

namespace cce::syslog {

// Used on its executor only, which is one thread's. One Write and one Read at a time, both as
// coroutines that hold the shared pointer.
class Stream {
 public:
  virtual ~Stream() = default;

  // All of `bytes`, which live until it returns. kUnavailable: the connection has ended.
  virtual Task<absl::Status> Write(std::string_view bytes) = 0;

  // At least one byte into `out`. kUnavailable: the connection has ended, for the reason given.
  virtual Task<absl::StatusOr<std::size_t>> Read(char* out, std::size_t size) = 0;

  // Whether the receiver has closed the connection in order. Where its program has not read all,
  // most kernels reset the connection (RFC 1122 section 4.2.2.13), a moment later if the program
  // has first said that no more comes from it. That moment is waited for; in TLS once more after
  // this side's end, without which a receiver may not close. False if it is not certain. REQUIRES:
  // a Read has failed, nothing is being written, and nothing is read or written any more.
  virtual Task<bool> EndsInOrder() = 0;

  // Bytes given to the kernel so far, those of TLS included, and how many of them the receiver's
  // kernel has acknowledged. The second never says too much, and nothing new once the connection
  // has ended.
  virtual std::uint64_t written() const = 0;
  virtual std::uint64_t Arrived() = 0;

  // Says in TLS that no more comes, as far as that goes without waiting.
  virtual Task<> SayGoodbye() = 0;

  // Ends what waits, with kUnavailable.
  virtual void Close() = 0;
};

// Connects to `address`: name resolution, TCP and, if `tls` is given, a handshake in which the
// receiver has proved to be who it should be; each within kConnectTimeout. Certificates are read
// anew every time, so that renewed ones are used. Errors, each a TroubleError: kUnavailable; a file
// that cannot be used is kFailedPrecondition. Meanwhile `interrupt` ends what is waited for, but
// for the reading of files, which is waited for to its end. `context` outlives the stream.
inline constexpr absl::Duration kConnectTimeout = absl::Seconds(10);
Task<absl::StatusOr<std::shared_ptr<Stream>>> Connect(boost::asio::any_io_executor executor,
                                                      Context& context, Address address,
                                                      const TlsOptions* tls, Interrupt interrupt);

}  // namespace cce::syslog
