// The engine's log: one structured line per change of state, never one per event.
//
// Levels: error = loss, or an operator is needed; warning = recovered or degraded; info = a state
// changed; debug = for developers. Never a secret, never an event's body.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cce {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view key;
  std::string value;

  // `text` is anything that reads as text, or a number.
  template <class T>
  LogField(std::string_view name, const T& text) : key(name) {
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      value = std::string_view(text);
    } else {
      value = absl::StrCat(text);
    }
  }
};

// Thread-safe.
class Log {
 public:
  virtual ~Log() = default;

  // `what` is a fixed phrase ("feed recovered"); what varies goes into `fields`.
  virtual void Write(LogLevel level, std::string_view what,
                     const std::vector<LogField>& fields) = 0;

  void Debug(std::string_view what, const std::vector<LogField>& fields) {
    Write(LogLevel::kDebug, what, fields);
  }
  void Info(std::string_view what, const std::vector<LogField>& fields) {
    Write(LogLevel::kInfo, what, fields);
  }
  void Warning(std::string_view what, const std::vector<LogField>& fields) {
    Write(LogLevel::kWarning, what, fields);
  }
  void Error(std::string_view what, const std::vector<LogField>& fields) {
    Write(LogLevel::kError, what, fields);
  }
};

}  // namespace cce
