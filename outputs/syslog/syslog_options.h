// What cce.json says of a syslog output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cce::syslog {

enum class Transport { kUdp, kTcp, kTls, kRelp, kRelpTls };

struct Address {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

// "siem.example.com:6514", "[2001:db8::7]:6514".
std::string ToText(const Address& address);

// Paths are absolute; empty: none.
struct TlsOptions {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;
};

struct SyslogOptions {
  std::string name;       // the output's
  std::string state_dir;  // for dead letters
  std::vector<Address> addresses;
  Transport transport = Transport::kTls;
  bool rfc3164 = false;
  int facility = 13;  // RFC 5424 section 6.2.1
  std::string host_name = "-";
  std::string app_name = "cce";
  bool structured_data = true;        // of RFC 5424
  std::uint32_t enterprise = 32'473;  // whose structured data it is (RFC 5612: documentation's)
  bool octet_counting = true;         // of kTcp; kTls has no other framing
  std::size_t max_message = 8192;
  std::size_t window = 128;  // of kRelp and kRelpTls
  TlsOptions tls;

  bool is_tls() const { return transport == Transport::kTls || transport == Transport::kRelpTls; }
  bool is_relp() const { return transport == Transport::kRelp || transport == Transport::kRelpTls; }
};

}  // namespace cce::syslog
