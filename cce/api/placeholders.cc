#include "cce/api/placeholders.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"

namespace cce {
namespace {

constexpr std::string_view kTenant = "{tenant}";
constexpr std::string_view kDevice = "{device}";

// Takes the first component off `path`.
std::string_view TakeComponent(std::string_view& path) {
  const std::size_t size = std::min(path.find('/'), path.size());
  const std::string_view component = path.substr(0, size);
  path.remove_prefix(std::min(size + 1, path.size()));
  return component;
}

bool MayComponentsFillAlike(std::string_view a, std::string_view b) {
  if (a.find('{') == std::string_view::npos) std::swap(a, b);
  const std::size_t open = a.find('{');
  if (open == std::string_view::npos) return a == b;
  const std::string_view prefix = a.substr(0, open);
  const std::string_view suffix = a.substr(a.rfind('}') + 1);
  const std::size_t other_open = b.find('{');
  if (other_open == std::string_view::npos) {
    return b.size() > prefix.size() + suffix.size() && b.starts_with(prefix) && b.ends_with(suffix);
  }
  const std::string_view other_prefix = b.substr(0, other_open);
  const std::string_view other_suffix = b.substr(b.rfind('}') + 1);
  return (prefix.starts_with(other_prefix) || other_prefix.starts_with(prefix)) &&
         (suffix.ends_with(other_suffix) || other_suffix.ends_with(suffix));
}

}  // namespace

absl::Status CheckPlaceholders(std::string_view text) {
  for (std::string_view rest = text;;) {
    const std::size_t brace = rest.find_first_of("{}");
    if (brace == std::string_view::npos) return absl::OkStatus();
    rest.remove_prefix(brace);
    if (!rest.starts_with(kTenant) && !rest.starts_with(kDevice)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found \"", ForAbseil(text), "\"; allowed in braces: {tenant} and {device}"));
    }
    static_assert(kTenant.size() == kDevice.size());
    rest.remove_prefix(kTenant.size());
  }
}

std::string FillPlaceholders(std::string_view text, std::string_view tenant,
                             std::string_view device,
                             absl::FunctionRef<std::string(std::string_view)> encode) {
  std::string filled;
  while (!text.empty()) {
    if (text.starts_with(kTenant)) {
      filled += encode(tenant.empty() ? kNoTenant : tenant);
      text.remove_prefix(kTenant.size());
    } else if (text.starts_with(kDevice)) {
      filled += encode(device);
      text.remove_prefix(kDevice.size());
    } else {
      filled += text.front();
      text.remove_prefix(1);
    }
  }
  return filled;
}

bool MayFillAlike(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (!MayComponentsFillAlike(TakeComponent(a), TakeComponent(b))) return false;
  }
  return a.empty() && b.empty();
}

}  // namespace cce
