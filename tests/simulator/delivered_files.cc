#include "tests/simulator/delivered_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "tests/simulator/concat.h"

namespace cce::simulator {
namespace {

constexpr std::array<std::string_view, 3> kSealed = {".ndjson", ".ndjson.zst", ".ndjson.gz"};
constexpr std::string_view kOpen = ".open";

bool IsSealed(std::string_view name) {
  return std::any_of(kSealed.begin(), kSealed.end(),
                     [&](std::string_view suffix) { return name.ends_with(suffix); });
}

// Whether `open`, a file being written, has been sealed already.
bool HasSealedTwin(const std::filesystem::path& open) {
  std::string name = open.string();
  name.resize(name.size() - kOpen.size());
  return std::filesystem::exists(name) || std::filesystem::exists(name + ".zst") ||
         std::filesystem::exists(name + ".gz");
}

std::string ShellQuoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

absl::StatusOr<std::vector<std::filesystem::path>> DeliveredFiles(
    const std::filesystem::path& directory, const std::string& device) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& folder : std::filesystem::directory_iterator(directory, error)) {
    if (!folder.is_directory() || (!device.empty() && folder.path().filename() != device)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path(), error)) {
      const std::string name = entry.path().filename().string();
      const bool open = name.ends_with(Concat(".ndjson", kOpen)) && !HasSealedTwin(entry.path());
      if (entry.is_regular_file() && (open || IsSealed(name))) files.push_back(entry.path());
    }
    if (error) break;
  }
  if (error) {
    return absl::NotFoundError(Concat(directory.string(), ": ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<std::string> ReadDelivered(const std::filesystem::path& file) {
  std::string program = "cat";
  if (file.extension() == ".zst") program = "zstd -dc";
  if (file.extension() == ".gz") program = "gzip -dc";
  FILE* pipe = popen(Concat(program, " -- ", ShellQuoted(file.string())).c_str(), "re");
  if (pipe == nullptr) return absl::UnavailableError(Concat("cannot start ", program));
  std::string content;
  std::array<char, 1 << 16> buffer;
  for (std::size_t read = 1; read > 0;) {
    read = fread(buffer.data(), 1, buffer.size(), pipe);
    content.append(buffer.data(), read);
  }
  if (pclose(pipe) != 0) {
    return absl::UnavailableError(Concat("cannot read ", file.string()));
  }
  // What follows the last line end of an open file is not delivered yet; of a sealed one it is a
  // fault.
  if (file.extension() == kOpen)
    content.resize(content.rfind('\n') == std::string::npos ? 0 : content.rfind('\n') + 1);
  return content;
}

}  // namespace cce::simulator
