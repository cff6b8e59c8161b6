#include "outputs/syslog/syslog_fixture.h"
#include "tests/conformance/output_conformance.h"

namespace cce {

using Protocol = syslog::TestReceiver::Protocol;

INSTANTIATE_TYPED_TEST_SUITE_P(Udp, OutputConformance, syslog::SyslogWorld<Protocol::kUdp>);
INSTANTIATE_TYPED_TEST_SUITE_P(Tcp, OutputConformance,
                               syslog::SyslogWorld<Protocol::kOctetCounting>);
INSTANTIATE_TYPED_TEST_SUITE_P(TcpWithLineFeeds, OutputConformance,
                               syslog::SyslogWorld<Protocol::kLf>);
INSTANTIATE_TYPED_TEST_SUITE_P(Relp, OutputConformance, syslog::SyslogWorld<Protocol::kRelp>);

}  // namespace cce
