// A file output in a virtual world, on files in memory or on this machine's, with a real state.
#pragma once

#include <openssl/sha.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cce/state/open_state.h"
#include "cce/state/state_fixture.h"
#include "cce/system/posix_files.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "outputs/dead_letters/percent_encode.h"
#include "outputs/file/crash_points.h"
#include "outputs/file/file_output.h"
#include "outputs/file/names.h"
#include "tests/conformance/numbered_feed.h"
#include "tests/fakes/memory_files.h"
#include "tests/fakes/temporary_directory.h"

namespace cce::file {

// Writes nothing, under any name: the suite's lines are written already.
class NamedFormat final : public Format {
 public:
  explicit NamedFormat(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  void Write(const Event&, const Mark&, Buffer&) const override {}

 private:
  const std::string name_;
};

// One run of the program.
class FileProcess {
 public:
  FileProcess(Files& files, const FileOptions& options, const std::string& state_dir,
              std::function<std::string(const std::string&)> tenant_of = {},
              std::string_view format = "ocsf")
      : world_(files),
        state_(OpenState({.state_dir = state_dir, .default_cce_id = "host"},
                         world_.context().blocking, world_.crash_points(),
                         world_.io().get_executor())),
        store_(*state_->store),
        format_(format),
        output_(options, OutputWorld{world_.context(), store_, format_, world_.io().get_executor(),
                                     std::move(tenant_of)}) {}

  VirtualWorld& world() { return world_; }
  SqliteStore& state() { return *state_->store; }
  LossyStore& store() { return store_; }
  FileOutput& output() { return output_; }

 private:
  VirtualWorld world_;
  absl::StatusOr<State> state_;
  LossyStore store_;
  NamedFormat format_;
  FileOutput output_;
};

inline std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (!text.empty() && text.back() != '\n') lines.back() += "<cut>";
  return lines;
}

inline std::string HexSha256(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) absl::StrAppend(&hex, absl::Hex(byte, absl::kZeroPad2));
  return hex;
}

// The content of one whole compressed stream; anything else fails the test.
inline std::string Unpacked(Compression compression, const std::string& bytes) {
  std::string content;
  if (compression == Compression::kZstd) {
    const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    EXPECT_LT(size, 1u << 30) << "no size in the frame, or no frame";
    if (size >= 1u << 30) return content;
    content.resize(size);
    EXPECT_EQ(ZSTD_decompress(content.data(), size, bytes.data(), bytes.size()), size);
    return content;
  }
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int result = Z_OK;
  while (result == Z_OK) {
    std::string piece(1 << 16, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    content += piece.substr(0, piece.size() - stream.avail_out);
  }
  EXPECT_EQ(result, Z_STREAM_END) << "cut or damaged";
  EXPECT_EQ(stream.avail_in, 0u) << "something behind the stream";
  inflateEnd(&stream);
  return content;
}

// Small files, so that they rotate often.
inline FileOptions SmallFiles(std::string directory) {
  FileOptions options;
  options.name = "archive";
  options.directory = std::move(directory);
  options.state_dir = options.directory + "/.state";
  options.rotate_size = 1'200;
  options.rotate_every = absl::Minutes(30);
  return options;
}

// What the worlds of the conformance suite share; `FilesType` is the file system.
template <class FilesType, Compression kCompression>
class FileWorld {
 public:
  // Of the processes that start from here on.
  FileOptions& options() {
    if (!options_) {
      options_ = SmallFiles(directory());
      options_->compression = kCompression;
    }
    return *options_;
  }
  // By device.
  std::map<std::string, std::string>& tenants() { return tenants_; }
  void Start() {
    process_.reset();
    process_.emplace(
        files_, options(), state_.path(),
        [this](const std::string& device) { return tenants_[device]; }, format_);
  }
  std::string& format() { return format_; }
  VirtualWorld& world() { return process_->world(); }
  FileOutput& output() { return process_->output(); }
  LossyStore& store() { return process_->store(); }
  SqliteStore& state() { return process_->state(); }
  FilesType& files() { return files_; }
  const std::string& state_dir() const { return state_.path(); }
  virtual std::string directory() const = 0;
  virtual std::string Content(const std::string& path) const = 0;
  virtual ~FileWorld() = default;

  std::vector<std::string> crash_points() const {
    std::vector<std::string> points;
    for (const std::string_view point : kCrashPoints) {
      // These need dead letters, a file that is sealed with uncommitted bytes in it, and files that
      // are too old.
      const bool needs_more = point == kAfterDeadLetters || point == kAfterSealCut ||
                              point == kAfterRetireData || point == kAfterRetireSync ||
                              point == kAfterRetireManifest;
      const bool compresses =
          point == kAfterCompress || point == kAfterCompressSync || point == kAfterOpenRemove;
      if (needs_more || (compresses && kCompression == Compression::kNone)) continue;
      points.emplace_back(point);
    }
    for (const std::string_view point : kStateCrashPoints) points.emplace_back(point);
    return points;
  }

  std::vector<std::string> Names(const std::string& device) {
    const auto names = files_.List(directory() + "/" + PercentEncode(device));
    return names.ok() ? *names : std::vector<std::string>();
  }

  // The text of a sealed file, which its manifest describes to the byte.
  std::string SealedText(const std::string& path, Compression compression) {
    const std::string bytes = Content(path);
    const bool is_plain = compression == Compression::kNone;
    const std::string text = is_plain ? bytes : Unpacked(compression, bytes);
    const auto manifest = nlohmann::json::parse(Content(path + kManifestEnding), nullptr, false);
    EXPECT_TRUE(manifest.is_object()) << path << " has no manifest";
    if (!manifest.is_object()) return text;
    EXPECT_FALSE(text.empty()) << path << " is sealed and empty";
    EXPECT_EQ(manifest["file"], path.substr(path.rfind('/') + 1));
    EXPECT_EQ(manifest["bytes"], text.size()) << path;
    EXPECT_EQ(manifest["sha256"], HexSha256(text)) << path;
    EXPECT_EQ(manifest["count"], SplitLines(text).size()) << path;
    EXPECT_EQ(manifest.contains("compression"), !is_plain) << path;
    if (is_plain) return text;
    EXPECT_EQ(manifest["compression"], NameOf(compression)) << path;
    EXPECT_EQ(manifest["compressed_bytes"], bytes.size()) << path;
    EXPECT_EQ(manifest["compressed_sha256"], HexSha256(bytes)) << path;
    return text;
  }

  // As readers have it. By sequence: each process has a clock that begins at the same time.
  std::vector<std::string> Lines(const std::string& device) {
    return LinesIn(directory() + "/" + PercentEncode(device));
  }
  std::vector<std::string> LinesIn(const std::string& folder) {
    std::map<std::uint64_t, std::string> texts;
    std::map<std::uint64_t, std::string> open;
    for (const std::string& name : files_.List(folder).value_or(std::vector<std::string>())) {
      const auto parsed = ParseName(name);
      if (!parsed) continue;
      const std::string path = folder + "/" + name;
      if (parsed->part == Part::kOpen) open[parsed->sequence] = Content(path);
      if (parsed->part != Part::kSealed) continue;
      EXPECT_TRUE(texts.emplace(parsed->sequence, SealedText(path, parsed->compression)).second)
          << name << " is there twice";
    }
    // One that is beside its sealed name is not looked at.
    texts.merge(open);
    std::vector<std::string> lines;
    for (const auto& [sequence, text] : texts) {
      for (std::string& line : SplitLines(text)) lines.push_back(std::move(line));
    }
    return lines;
  }

 protected:
  TemporaryDirectory state_;
  FilesType files_;
  std::optional<FileOptions> options_;
  std::map<std::string, std::string> tenants_;
  std::string format_ = "ocsf";
  std::optional<FileProcess> process_;
};

// Files in memory; a crash is a power cut.
template <Compression kCompression>
class CompressedOnAPowerCut : public FileWorld<MemoryFiles, kCompression> {
 public:
  ~CompressedOnAPowerCut() override { process_.reset(); }

  void Crash(std::uint64_t seed) {
    process_.reset();
    using Unsynced = MemoryFiles::Unsynced;
    constexpr Unsynced kAll[] = {Unsynced::kLost, Unsynced::kKept, Unsynced::kTorn};
    files_.PowerCut(kAll[seed % 3], seed);
  }
  std::string directory() const override { return "/archive"; }
  std::string Content(const std::string& path) const override { return files_.Content(path); }

  // The folder is not writable for a while.
  void Block(const std::string& device) { files_.Forbid(directory() + "/" + device); }
  void Unblock(const std::string&) { files_.Forbid(""); }

 private:
  using FileWorld<MemoryFiles, kCompression>::files_;
  using FileWorld<MemoryFiles, kCompression>::process_;
};
using FileOnAPowerCut = CompressedOnAPowerCut<Compression::kNone>;

// This machine's files; a crash is a kill.
template <Compression kCompression>
class CompressedOnAKill : public FileWorld<PosixFiles, kCompression> {
 public:
  ~CompressedOnAKill() override { process_.reset(); }

  void Crash(std::uint64_t) { process_.reset(); }
  std::string directory() const override { return temporary_.path(); }
  std::string Content(const std::string& path) const override {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // A file is where the folder should be.
  void Block(const std::string& device) {
    const std::string folder = directory() + "/" + device;
    std::filesystem::rename(folder, folder + ".away");
    std::ofstream(folder) << "in the way";
  }
  void Unblock(const std::string& device) {
    const std::string folder = directory() + "/" + device;
    std::filesystem::remove(folder);
    std::filesystem::rename(folder + ".away", folder);
  }

 private:
  using FileWorld<PosixFiles, kCompression>::process_;

  TemporaryDirectory temporary_;
};
using FileOnAKill = CompressedOnAKill<Compression::kNone>;

}  // namespace cce::file
