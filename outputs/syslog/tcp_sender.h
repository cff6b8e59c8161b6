// Messages over TCP or TLS, where only the kernels say what has arrived.
#pragma once

#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "cce/api/buffer.h"
#include "outputs/syslog/stream_sender.h"

namespace cce::syslog {

// Acknowledged is what the receiver's kernel has taken, by the socket's own queue (SIOCOUTQ). What
// a kernel took its program may not have read when the connection broke: the last kTail bytes are
// kept and go out again on the next one. What has arrived over two, the second of which had lasted
// half a minute and was ended in order when it was idle, is kept no longer: else whoever ends idle
// connections gets it for ever.
// Connections that each carry less than the tail would carry nothing else: when one ends before it
// brings anything new, the first half of what has arrived over it once more is kept no longer,
// unless the receiver is one that hangs. The other half is what its receiver is likelier not to
// have read.
class TcpSender final : public StreamSender {
 public:
  TcpSender(const SyslogOptions& options, const OutputWorld& world)
      : StreamSender(options, world), look_(world.context.clock.MakeSleeper(world.executor)) {}

  static constexpr std::size_t kTail = 1 << 20;

 private:
  struct Piece {
    Buffer bytes;
    // Whose events end in it, and up to which; empty once they are acknowledged.
    std::vector<std::pair<std::shared_ptr<Sending>, std::size_t>> ends;
    std::uint64_t end = 0;  // Stream::written() behind it, on this connection
    int arrivals = 0;       // connections that it has arrived on
  };

  Task<absl::Status> Greet(std::shared_ptr<Stream> stream) override;
  std::string_view Next() override;
  void Wrote(Stream& stream) override;
  absl::Status Received(std::string_view bytes) override;
  Task<> Follow(std::shared_ptr<Stream> stream) override;
  void Rewind() override;
  void Forget() override;
  Task<> TakeLeave(std::shared_ptr<Stream> stream) override;

  bool Fill(Piece& piece);
  void Append(const Message& message, Buffer& out) const;
  void TakeNote(std::uint64_t arrived);

  const std::unique_ptr<Sleeper> look_;  // of Follow

  // What is to be acknowledged, and the tail before it. The first `confirmed_` have arrived on this
  // connection, the first `sent_` have been written to it.
  std::deque<Piece> pieces_;
  std::size_t confirmed_ = 0;
  std::size_t sent_ = 0;
  std::size_t confirmed_bytes_ = 0;
};

}  // namespace cce::syslog
