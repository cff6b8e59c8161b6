#include "cce/system/posix_files.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace cce {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case ENOSPC:
    case EDQUOT:
      return absl::StatusCode::kResourceExhausted;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

std::string Words(const std::string& doing, const std::string& path, int error) {
  return absl::StrCat(doing, " ", path, ": ", std::generic_category().message(error));
}

absl::Status Failure(const std::string& doing, const std::string& path, int error) {
  return absl::Status(CodeOf(error), Words(doing, path, error));
}

// Calls `call` until it is not interrupted by a signal.
template <class Call>
auto Uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { ::close(descriptor_); }

  absl::Status WriteAt(std::uint64_t offset, absl::Span<const std::string_view> pieces) override {
    std::array<iovec, IOV_MAX> vector;
    std::size_t skip = 0;  // bytes of pieces.front() that are written
    while (!pieces.empty()) {
      const std::size_t count = std::min(pieces.size(), vector.size());
      for (std::size_t i = 0; i < count; ++i) {
        const std::string_view piece = i == 0 ? pieces[i].substr(skip) : pieces[i];
        vector[i] = {const_cast<char*>(piece.data()), piece.size()};
      }
      const ssize_t written = Uninterrupted([&] {
        return ::pwritev(descriptor_, vector.data(), static_cast<int>(count),
                         static_cast<off_t>(offset));
      });
      if (written < 0) return Failure("writing", path_, errno);
      offset += static_cast<std::uint64_t>(written);
      skip += static_cast<std::size_t>(written);
      while (!pieces.empty() && skip >= pieces.front().size()) {
        skip -= pieces.front().size();
        pieces.remove_prefix(1);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = Uninterrupted([&] {
        return ::pread(descriptor_, out + done, size - done, static_cast<off_t>(offset + done));
      });
      if (got < 0) return Failure("reading", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  absl::StatusOr<std::uint64_t> Size() override {
    struct stat found;
    if (::fstat(descriptor_, &found) < 0) return Failure("examining", path_, errno);
    return static_cast<std::uint64_t>(found.st_size);
  }

  absl::Status Truncate(std::uint64_t size) override {
    const int result =
        Uninterrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); });
    return result < 0 ? Failure("truncating", path_, errno) : absl::OkStatus();
  }

  absl::Status SyncData() override {
    if (sync_failed_) {
      return absl::DataLossError(
          absl::StrCat("syncing ", path_, ": an earlier sync of this file failed"));
    }
    if (Uninterrupted([&] { return ::fdatasync(descriptor_); }) == 0) return absl::OkStatus();
    const int error = errno;
    sync_failed_ = true;
    // Remote and thin file systems find out here that there is no room.
    if (CodeOf(error) == absl::StatusCode::kResourceExhausted) {
      return Failure("syncing", path_, error);
    }
    return absl::DataLossError(Words("syncing", path_, error));
  }

 private:
  const int descriptor_;
  const std::string path_;
  bool sync_failed_ = false;
};

absl::StatusOr<std::unique_ptr<File>> Open(const std::string& doing, const std::string& path,
                                           int flags) {
  const int descriptor =
      Uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
  if (descriptor < 0) return Failure(doing, path, errno);
  return std::make_unique<PosixFile>(descriptor, path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<File>> PosixFiles::Create(const std::string& path) {
  return Open("creating", path, O_RDWR | O_CREAT | O_EXCL);
}

absl::StatusOr<std::unique_ptr<File>> PosixFiles::OpenForWriting(const std::string& path) {
  return Open("opening", path, O_RDWR);
}

absl::StatusOr<std::unique_ptr<File>> PosixFiles::OpenForReading(const std::string& path) {
  return Open("opening", path, O_RDONLY);
}

absl::Status PosixFiles::Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return Failure(absl::StrCat("renaming ", from, " to"), to, errno);
}

absl::Status PosixFiles::Remove(const std::string& path) {
  return ::unlink(path.c_str()) < 0 ? Failure("removing", path, errno) : absl::OkStatus();
}

absl::Status PosixFiles::SyncDirectory(const std::string& path) {
  const int descriptor =
      Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return Failure("opening", path, errno);
  const absl::Cleanup close = [descriptor] { ::close(descriptor); };
  const int result = Uninterrupted([&] { return ::fsync(descriptor); });
  return result < 0 ? Failure("syncing", path, errno) : absl::OkStatus();
}

absl::Status PosixFiles::MakeDirectories(const std::string& path) {
  std::filesystem::path made;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    const std::filesystem::path parent = made.empty() ? "." : made;
    made /= part;
    const bool is_new = ::mkdir(made.c_str(), kDirectoryMode) == 0;
    // Whatever mkdir objects to (EROFS and EACCES come before EEXIST on some file systems), a
    // directory that is there already is what was asked for.
    const int error = errno;
    struct stat found;
    if (!is_new && ::stat(made.c_str(), &found) < 0) {
      return Failure("creating directory", made, error);
    }
    if (!is_new && !S_ISDIR(found.st_mode)) return Failure("creating directory", made, ENOTDIR);
    {
      const std::lock_guard lock(mutex_);
      if (is_new) unsynced_.insert(made);
      if (!unsynced_.contains(made)) continue;
    }
    if (absl::Status synced = SyncDirectory(parent); !synced.ok()) return synced;
    const std::lock_guard lock(mutex_);
    unsynced_.erase(made);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> PosixFiles::List(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  if (error) return Failure("listing", path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace cce
