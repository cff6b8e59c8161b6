// Sends over one connection, which it makes, keeps and makes again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "cce/api/clock.h"
#include "outputs/syslog/message.h"
#include "outputs/syslog/sender.h"
#include "outputs/syslog/stream.h"

namespace cce::syslog {

// The part that TCP, TLS and RELP have in common. A connection is made at the first Ready and held
// until Close. One that breaks after it has carried something is made again at once, and what is
// unacknowledged is sent again; so is one that was idle and had lasted, once it was seen how the
// receiver has ended it. If that fails, or a connection breaks that has carried nothing, all
// sendings get the error and further attempts are made with growing pauses. Addresses are tried in
// order, from the first, or behind the one whose connection carried nothing.
class StreamSender : public Sender {
 public:
  StreamSender(const SyslogOptions& options, const OutputWorld& world);

  Task<absl::Status> Ready() final;
  void Send(std::shared_ptr<Sending> sending) final;
  void Changed() final { work_.Ring(); }
  Task<> Close() final;

 protected:
  // A receiver that acknowledges nothing for so long is given up.
  static constexpr absl::Duration kPatience = absl::Seconds(60);
  // About as much is written in one go.
  static constexpr std::size_t kPiece = 64 << 10;

  // Agrees with the receiver, before anything else is read or written.
  virtual Task<absl::Status> Greet(std::shared_ptr<Stream> stream) = 0;
  // The bytes to write next, which live until Wrote; empty: none for now.
  virtual std::string_view Next() = 0;
  // They have been given to the kernel.
  virtual void Wrote(Stream& stream) = 0;
  // What the receiver sends. An error ends the connection.
  virtual absl::Status Received(std::string_view bytes) = 0;
  // Follows how messages arrive, until the connection is broken.
  virtual Task<> Follow(std::shared_ptr<Stream> stream) = 0;
  // The connection has broken: what is unacknowledged goes out again on the next.
  virtual void Rewind() = 0;
  // All sendings have been given up.
  virtual void Forget() = 0;
  // Ends the session in order. What the receiver answers still comes to Received.
  virtual Task<> TakeLeave(std::shared_ptr<Stream> stream) = 0;

  // The connection is of no use any more. The first cause counts.
  void Break(absl::Status cause);
  bool is_broken() const { return !broken_.ok(); }
  // Nothing has been acknowledged for kPatience: the connection is broken, and a new one to the
  // same receiver would not be better.
  void BreakStalled();
  // The receiver has acknowledged something.
  void Progressed() { progressed_ = true; }
  // It has done so on this connection.
  bool has_progressed() const { return progressed_; }
  // It has taken nothing for a minute, and gets on over another connection once it takes something.
  bool is_stalled() const { return stalled_; }
  // It has ended in order (Stream::EndsInOrder) a connection that was idle and had lasted half a
  // minute.
  bool has_ended_idle() const { return ended_idle_; }
  bool is_writing() const { return is_writing_; }
  // Sendings that are not over, oldest first.
  std::vector<std::shared_ptr<Sending>>& sendings() { return sendings_; }
  void DropSendingsThatAreOver();

  const SyslogOptions options_;
  const OutputWorld world_;
  MessageWriter writer_;
  Bell work_;  // something has changed for those who write or follow

 private:
  enum class State { kNew, kConnecting, kUp, kDown, kClosed };

  Task<> Run();
  Task<absl::StatusOr<std::shared_ptr<Stream>>> ConnectToAny();
  Task<absl::Status> Serve(std::shared_ptr<Stream> stream);
  Task<> WriteAll(std::shared_ptr<Stream> stream);
  Task<> Listen(std::shared_ptr<Stream> stream);
  bool HasLasted(absl::Duration span) const;
  void GiveUp(const absl::Status& cause);
  void SetState(State state);
  absl::Duration Pause();

  State state_ = State::kNew;
  absl::Status down_;  // why, in kDown
  Bell state_changed_;
  const std::unique_ptr<Sleeper> pause_;  // of Run
  std::vector<std::shared_ptr<Sending>> sendings_;
  bool closing_ = false;
  bool was_up_ = false;  // a connection has been made
  Interrupt interrupt_;  // of a connection attempt
  int failures_ = 0;
  std::size_t first_ = 0;  // address to try first

  // Of the connection that is up.
  std::shared_ptr<Stream> stream_;
  std::size_t address_ = 0;
  absl::Status broken_;
  bool progressed_ = false;
  bool stalled_ = false;
  bool ending_ = false;  // nothing is written any more
  bool ended_idle_ = false;
  absl::Duration up_since_;  // Clock::Elapsed()
  bool is_writing_ = false;
  int helpers_ = 0;  // coroutines that use it besides Run
};

}  // namespace cce::syslog
