// The log as logfmt lines through spdlog:
//   time=2026-10-08T12:00:00.000Z level=warning what="device unreachable" device=acme cause="..."
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "cce/api/clock.h"
#include "cce/api/log.h"
#include "cce/system/redaction.h"

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace cce {

// The process's standard error, safe for threads.
std::shared_ptr<spdlog::sinks::sink> StandardErrorSink();

class SpdlogLog final : public Log {
 public:
  // An identical line is written at most this often. The next one written says repeated=N, the
  // number of those left out; without a next one they are not mentioned.
  static constexpr absl::Duration kRepeatPause = absl::Minutes(1);

  // `clock` outlives the log. Lines below `least` are dropped.
  SpdlogLog(const Clock& clock, LogLevel least, std::shared_ptr<spdlog::sinks::sink> sink);
  ~SpdlogLog() override;

  // Every later line has "[redacted]" where `secret` would stand. Thread-safe.
  void AddSecret(std::string_view secret);

  // `text` as the log would write it. Thread-safe.
  std::string WithoutSecrets(std::string_view text);

  void Write(LogLevel level, std::string_view what, const std::vector<LogField>& fields) override;

 private:
  struct Repeats {
    absl::Time written;
    std::uint64_t left_out = 0;
  };

  // Whether the line is to be written at `now`; `left_out` becomes the number that were not since
  // it last was.
  bool IsDue(std::string_view line, absl::Time now, std::uint64_t& left_out)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const LogLevel least_;
  const std::unique_ptr<spdlog::logger> logger_;

  std::mutex mutex_;
  Redaction redaction_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::uint64_t, Repeats> repeats_
      ABSL_GUARDED_BY(mutex_);  // by hash of a line
};

}  // namespace cce
