// A file output in a virtual world, on files in memory or on this machine's, with a real state.
#pragma once

#include <filesystem>
#include <fstream>
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

// One run of the program.
class FileProcess {
 public:
  FileProcess(Files& files, const FileOptions& options, const std::string& state_dir)
      : world_(files),
        state_(OpenState({.state_dir = state_dir, .default_cce_id = "host"},
                         world_.context().blocking, world_.crash_points(),
                         world_.io().get_executor())),
        store_(*state_->store),
        output_(options,
                OutputWorld{world_.context(), store_, format_, world_.io().get_executor()}) {}

  VirtualWorld& world() { return world_; }
  SqliteStore& state() { return *state_->store; }
  LossyStore& store() { return store_; }
  FileOutput& output() { return output_; }

 private:
  VirtualWorld world_;
  absl::StatusOr<State> state_;
  LossyStore store_;
  LineFormat format_;
  FileOutput output_;
};

inline std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (!text.empty() && text.back() != '\n') lines.back() += "<cut>";
  return lines;
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

// What both worlds of the conformance suite share; `FilesType` is the file system.
template <class FilesType>
class FileWorld {
 public:
  void Start() {
    process_.reset();
    process_.emplace(files_, SmallFiles(directory()), state_.path());
  }
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
      // These two need dead letters and a file that is sealed with uncommitted bytes in it.
      if (point == kAfterDeadLetters || point == kAfterSealCut) continue;
      points.emplace_back(point);
    }
    for (const std::string_view point : kStateCrashPoints) points.emplace_back(point);
    return points;
  }

  std::vector<std::string> Names(const std::string& device) {
    const auto names = files_.List(directory() + "/" + PercentEncode(device));
    return names.ok() ? *names : std::vector<std::string>();
  }

  void ExpectManifest(const std::string& device, const std::string& name, const std::string& text) {
    const std::string path = directory() + "/" + PercentEncode(device) + "/" + name;
    const auto manifest = nlohmann::json::parse(Content(path + kManifestEnding), nullptr, false);
    ASSERT_TRUE(manifest.is_object()) << name << " has no manifest";
    EXPECT_FALSE(text.empty()) << name << " is sealed and empty";
    EXPECT_EQ(manifest["bytes"], text.size()) << name;
    EXPECT_EQ(manifest["count"], SplitLines(text).size()) << name;
  }

  // By sequence: each process has a clock that begins at the same time.
  std::vector<std::string> Lines(const std::string& device) {
    std::map<std::uint64_t, std::string> texts;
    for (const std::string& name : Names(device)) {
      const auto parsed = ParseName(name);
      if (!parsed || (parsed->part != Part::kOpen && parsed->part != Part::kSealed)) continue;
      const std::string text = Content(directory() + "/" + PercentEncode(device) + "/" + name);
      if (parsed->part == Part::kSealed) ExpectManifest(device, name, text);
      EXPECT_TRUE(texts.emplace(parsed->sequence, text).second) << name << " is there twice";
    }
    std::vector<std::string> lines;
    for (const auto& [sequence, text] : texts) {
      for (std::string& line : SplitLines(text)) lines.push_back(std::move(line));
    }
    return lines;
  }

 protected:
  TemporaryDirectory state_;
  FilesType files_;
  std::optional<FileProcess> process_;
};

// Files in memory; a crash is a power cut.
class FileOnAPowerCut : public FileWorld<MemoryFiles> {
 public:
  ~FileOnAPowerCut() override { process_.reset(); }

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
};

// This machine's files; a crash is a kill.
class FileOnAKill : public FileWorld<PosixFiles> {
 public:
  ~FileOnAKill() override { process_.reset(); }

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
  TemporaryDirectory temporary_;
};

}  // namespace cce::file
