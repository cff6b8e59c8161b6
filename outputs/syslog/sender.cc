#include "outputs/syslog/sender.h"

#include "outputs/syslog/datagram_sender.h"
#include "outputs/syslog/relp_sender.h"
#include "outputs/syslog/tcp_sender.h"

namespace cce::syslog {

std::unique_ptr<Sender> MakeSender(const SyslogOptions& options, const OutputWorld& world) {
  if (options.transport == Transport::kUdp) return std::make_unique<DatagramSender>(options, world);
  if (options.is_relp()) return std::make_unique<RelpSender>(options, world);
  return std::make_unique<TcpSender>(options, world);
}

}  // namespace cce::syslog
