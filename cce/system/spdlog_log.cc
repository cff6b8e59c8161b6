#include "cce/system/spdlog_log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <functional>
#include <string>
#include <utility>

#include "cce/system/logfmt.h"

namespace cce {
namespace {

// Beyond this many different lines a minute, repeats are no longer what floods the log.
constexpr std::size_t kMostRemembered = 10'000;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

std::shared_ptr<spdlog::sinks::sink> StandardErrorSink() {
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

SpdlogLog::SpdlogLog(const Clock& clock, LogLevel least, std::shared_ptr<spdlog::sinks::sink> sink)
    : clock_(clock),
      least_(least),
      logger_(std::make_unique<spdlog::logger>("cce", std::move(sink))) {
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "time=%Y-%m-%dT%H:%M:%S.%eZ level=%l%v", spdlog::pattern_time_type::utc));
  logger_->set_level(spdlog::level::trace);
  logger_->flush_on(spdlog::level::trace);
}

SpdlogLog::~SpdlogLog() = default;

void SpdlogLog::AddSecret(std::string_view secret) {
  const std::lock_guard lock(mutex_);
  redaction_.Add(secret);
}

std::string SpdlogLog::WithoutSecrets(std::string_view text) {
  const std::lock_guard lock(mutex_);
  return redaction_.Apply(text);
}

bool SpdlogLog::IsDue(std::string_view line, absl::Time now, std::uint64_t& left_out) {
  const auto is_past = [now](const Repeats& repeats) {
    // A clock that was set back must not silence the log.
    return now - repeats.written >= kRepeatPause || now < repeats.written;
  };
  if (repeats_.size() >= kMostRemembered) {
    absl::erase_if(repeats_, [&](const auto& entry) { return is_past(entry.second); });
    if (repeats_.size() >= kMostRemembered) return true;
  }
  const auto [entry, is_new] = repeats_.try_emplace(std::hash<std::string_view>()(line));
  Repeats& repeats = entry->second;
  if (!is_new && !is_past(repeats)) {
    ++repeats.left_out;
    return false;
  }
  left_out = std::exchange(repeats.left_out, 0);
  repeats.written = now;
  return true;
}

void SpdlogLog::Write(LogLevel level, std::string_view what, const std::vector<LogField>& fields) {
  if (level < least_) return;
  const absl::Time now = clock_.Now();
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    AppendLogField("what", redaction_.Apply(what), line);
    for (const LogField& field : fields) {
      AppendLogField(field.key, redaction_.Apply(field.value), line);
    }
    std::uint64_t left_out = 0;
    if (!IsDue(line, now, left_out)) return;
    if (left_out > 0) AppendLogField("repeated", std::to_string(left_out), line);
  }
  logger_->log(absl::ToChronoTime(now), spdlog::source_loc(), ToSpdlog(level),
               spdlog::string_view_t(line));
}

}  // namespace cce
