#include "cce/state/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace cce {
namespace {

std::string Content(int descriptor) {
  std::array<char, 32> text;
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

// " (process 123)", or nothing if `content` is no process id.
std::string Holder(std::string content) {
  while (!content.empty() && content.back() == '\n') content.pop_back();
  const bool is_number = std::all_of(content.begin(), content.end(),
                                     [](unsigned char c) { return std::isdigit(c) != 0; });
  return content.empty() || !is_number ? "" : absl::StrCat(" (process ", content, ")");
}

}  // namespace

absl::StatusOr<StateLock> StateLock::Take(const std::string& state_dir) {
  const std::string path = state_dir + "/lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": ", std::generic_category().message(errno),
                     "; the user that runs cce must be able to write in state_dir"));
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    return StateLock(descriptor, !Content(descriptor).empty());
  }
  const int error = errno;
  const std::string holder = Holder(Content(descriptor));
  ::close(descriptor);
  if (error != EWOULDBLOCK) {
    return absl::UnavailableError(
        absl::StrCat(path, ": cannot be locked: ", std::generic_category().message(error)));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(state_dir, " is in use by another cce", holder,
                   "; stop it first (or, to run two engines, give each a state_dir of its own)"));
}

StateLock::~StateLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::Status StateLock::Mark() {
  const std::string text = absl::StrCat(::getpid(), "\n");
  if (::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
      ::ftruncate(descriptor_, static_cast<off_t>(text.size())) == 0 &&
      ::fdatasync(descriptor_) == 0) {
    return absl::OkStatus();
  }
  const int error = errno;
  return absl::Status(
      error == ENOSPC ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable,
      absl::StrCat("lock file of the state: ", std::generic_category().message(error)));
}

}  // namespace cce
