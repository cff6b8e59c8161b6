// Debian's rsyslog as a receiver: a child of the test with a configuration of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/child.h"
#include "tests/fakes/temporary_directory.h"

namespace cce {

// What it writes of each message, one a line: by default each field of the envelope and the text.
inline constexpr char kEveryField[] =
    "%pri%|%protocol-version%|%timereported:::date-rfc3339%|%hostname%|%app-name%|%procid%|%msgid%|"
    "%structured-data%|%msg%\\n";
inline constexpr char kTextAlone[] = "%msg%\\n";

struct RsyslogOptions {
  std::string line = kEveryField;  // an omfile template
  std::string file;                // where to write; empty: in a folder of its own
  // PEM files; with all three, the TLS inputs are there too. With `demands_client` they take only
  // clients whose certificate is the authority's.
  std::string ca_file, cert_file, key_file;
  bool demands_client = false;
};

// Thread-compatible. Ends with the test.
class Rsyslog {
 public:
  // False where tests/run.sh has not unpacked it.
  static bool IsHere();

  explicit Rsyslog(RsyslogOptions options);

  std::uint16_t udp() const { return ports_[0]; }
  std::uint16_t tcp() const { return ports_[1]; }
  std::uint16_t relp() const { return ports_[2]; }
  std::uint16_t tls() const { return ports_[3]; }
  std::uint16_t relp_tls() const { return ports_[4]; }

  // What it has written so far, whole lines.
  std::vector<std::string> Lines() const;
  // Waits until it has written `count` lines, or for a minute.
  std::vector<std::string> WaitForLines(std::size_t count) const;
  std::string Log() const;

  // Ends it in order: what it has taken is written.
  void Stop();

 private:
  std::string Configuration() const;

  const RsyslogOptions options_;
  const TemporaryDirectory folder_;
  const std::string file_;
  std::vector<std::uint16_t> ports_;
  std::unique_ptr<e2e::Child> child_;
};

}  // namespace cce
