#include "cce/system/environment_crash_points.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/numbers.h"

namespace cce {
namespace {

std::string_view Setting() {
  const char* value = std::getenv("CCE_CRASH_AT");
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

EnvironmentCrashPoints::EnvironmentCrashPoints() : EnvironmentCrashPoints(Setting()) {}

EnvironmentCrashPoints::EnvironmentCrashPoints(std::string_view setting) {
  const std::size_t colon = setting.find(':');
  if (colon != std::string_view::npos) {
    std::int64_t pass = 0;
    if (!absl::SimpleAtoi(std::string(setting.substr(colon + 1)), &pass) || pass < 1) return;
    passes_left_ = pass;
  }
  armed_ = setting.substr(0, colon);
}

void EnvironmentCrashPoints::Pass(std::string_view name) {
  if (armed_.empty() || name != armed_) return;
  if (passes_left_.fetch_sub(1) != 1) return;
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

}  // namespace cce
