// An event as a syslog message: RFC 5424, or what RFC 3164 describes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cce/api/log.h"
#include "cce/api/output.h"
#include "outputs/syslog/syslog_options.h"

namespace cce::syslog {

// Views of the writer and of the event; void after the writer's next call.
struct Message {
  std::string_view header;
  std::string_view text;

  std::size_t size() const { return header.size() + text.size(); }
};

// Thread-compatible.
//
// RFC 5424: "<PRI>1 TIME HOSTNAME APP-NAME PROCID MSGID DATA TEXT". MSGID is the event's type, and
// of one that is longer than 32 its first 23 characters, '-' and its FNV-1a. DATA is
// [cce@ENTERPRISE id="…" service="…" org="…"], of which the event's identity is always there and
// the others are where they are known and leave the text half of the message; or "-" as configured.
// Without a byte order mark: receivers of CEF and LEEF take none. RFC 3164: "<PRI>TIME HOSTNAME
// TAG: TEXT"; CEF and LEEF have no tag there, as their own documents show it. TIME is the event's,
// in UTC.
class MessageWriter {
 public:
  // `log` outlives the writer.
  MessageWriter(const SyslogOptions& options, std::string_view format, int process_id, Log& log);

  // At most options.max_message bytes: a longer text is cut as cutting.h says. The log is told when
  // that happens for the first time.
  Message Write(const BatchEvent& event, std::string_view organisation);

 private:
  void PutType(std::string_view type);
  void PutData(const BatchEvent& event, std::string_view organisation);
  std::string_view Cut(std::string_view line, std::size_t limit);

  Log& log_;
  const std::string output_;
  const bool rfc3164_;
  const int facility_;
  const std::size_t max_message_;
  const std::string format_;
  const std::string behind_time_;
  const std::string data_id_;  // "[cce@32473 id=\""; empty: no structured data
  std::string header_;
  std::string text_;
  bool has_cut_ = false;
};

}  // namespace cce::syslog
