#include "tests/simulator/delivered_files.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "nlohmann/json.hpp"
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

std::string ReadBytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string HexSha256(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
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
  for (std::filesystem::recursive_directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    if (!device.empty() && path.parent_path().filename() != device) continue;
    const std::string name = path.filename().string();
    const bool open = name.ends_with(Concat(".ndjson", kOpen)) && !HasSealedTwin(path);
    if (entry->is_regular_file() && (open || IsSealed(name))) files.push_back(path);
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

std::string ManifestFault(const std::filesystem::path& file, const std::string& content) {
  if (file.extension() == kOpen) return "";
  const std::string path = file.string() + ".manifest.json";
  const nlohmann::json manifest = nlohmann::json::parse(ReadBytes(path), nullptr, false);
  if (!manifest.is_object()) return path + " is missing or no JSON object";
  nlohmann::json expected = {{"file", file.filename().string()},
                             {"count", std::count(content.begin(), content.end(), '\n')},
                             {"bytes", content.size()},
                             {"sha256", HexSha256(content)}};
  if (file.extension() != ".ndjson") {
    const std::string bytes = ReadBytes(file);
    expected["compression"] = file.extension() == ".zst" ? "zstd" : "gzip";
    expected["compressed_bytes"] = bytes.size();
    expected["compressed_sha256"] = HexSha256(bytes);
  }
  for (const auto& [key, value] : expected.items()) {
    if (const auto found = manifest.find(key); found == manifest.end() || *found != value) {
      return Concat(path, ": ", key, " is not ", value.dump());
    }
  }
  return "";
}

}  // namespace cce::simulator
