// Messages as UDP datagrams (RFC 5426): sent and counted.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <boost/system/error_code.hpp>
#include <deque>
#include <memory>
#include <string_view>

#include "outputs/syslog/bell.h"
#include "outputs/syslog/deadline.h"
#include "outputs/syslog/message.h"
#include "outputs/syslog/sender.h"

namespace cce::syslog {

// Acknowledged is what this machine's kernel has taken. Datagrams go out in small bursts with
// pauses: a whole page at once is more than a receiver's socket holds. A refusal that comes back
// from the receiver's host fails the batches that are being sent, so that they are sent again from
// their beginning, and the next address is tried. Whose message it refuses nobody says: the last of
// a batch that has gone out is lost.
class DatagramSender final : public Sender {
 public:
  DatagramSender(const SyslogOptions& options, const OutputWorld& world);

  Task<absl::Status> Ready() override;
  void Send(std::shared_ptr<Sending> sending) override;
  void Changed() override {}
  Task<> Close() override;

 private:
  using Socket = boost::asio::ip::udp::socket;

  Task<absl::Status> Prepare();
  Task<> SendAll();
  Task<boost::system::error_code> SendNext(std::shared_ptr<Sending> sending);
  void Fail(std::string_view cause);

  const SyslogOptions options_;
  const OutputWorld world_;
  MessageWriter writer_;
  const std::unique_ptr<Sleeper> pause_;  // of SendAll
  std::shared_ptr<Socket> socket_;        // null: to be made
  std::size_t address_ = 0;               // of socket_, or to be tried next
  bool is_preparing_ = false;             // Prepare runs
  absl::Status prepared_;                 // how the last ended
  Bell ready_;                            // it has
  Interrupt interrupt_;                   // of it
  bool is_closed_ = false;
  std::deque<std::shared_ptr<Sending>> sendings_;
  bool is_sending_ = false;  // SendAll runs
  Bell sent_;                // it does not any more
};

}  // namespace cce::syslog
