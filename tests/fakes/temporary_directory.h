// A folder of a test's own, removed with everything in it.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace cce {

class TemporaryDirectory {
 public:
  // In memory if there is such a place: no test needs the disk, and syncs are most of their time.
  TemporaryDirectory() : TemporaryDirectory(FastestParent()) {}
  // In `parent`, which exists.
  explicit TemporaryDirectory(const std::filesystem::path& parent)
      : path_((parent / "cce-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "cannot make " + path_);
    }
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  static std::filesystem::path FastestParent() {
    const std::filesystem::path memory = "/dev/shm";
    return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  }

  std::string path_;
};

}  // namespace cce
