#include "cce/api/checkpoint_store.h"

#include "absl/strings/str_cat.h"

namespace cce {

// No device's name has a line end.
std::string ResetKey(const FeedKey& feed) {
  return absl::StrCat(std::string(kResetPrefix), feed.device, "\n", feed.organisation);
}

std::optional<FeedKey> ReadResetKey(const std::string& output, std::string_view key) {
  const std::size_t line_end = key.find('\n');
  if (!key.starts_with(kResetPrefix) || line_end == std::string_view::npos) return std::nullopt;
  key.remove_prefix(kResetPrefix.size());
  const std::size_t end = line_end - kResetPrefix.size();
  return FeedKey{output, std::string(key.substr(0, end)), std::string(key.substr(end + 1))};
}

}  // namespace cce
