// One file output on files in memory, and what its tests do with it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "cce/api/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "outputs/file/file_fixture.h"

namespace cce::file {

class FileOutputTest : public ::testing::Test {
 protected:
  using Unsynced = MemoryFiles::Unsynced;

  FileOutputTest() { world_.Start(); }

  absl::Status TryRecover(NumberedFeed& feed) {
    auto recovered = world_.world().Await(world_.output().Recover(feed.key()));
    if (recovered.ok()) feed.Resume(*recovered);
    return recovered.status();
  }
  absl::Status Deliver(NumberedFeed& feed, int count) {
    auto [batch, step] = feed.Next(count);
    absl::Status status = Deliver(feed, std::move(batch), std::move(step));
    if (status.ok()) feed.Advance(count);
    return status;
  }
  absl::Status Deliver(NumberedFeed& feed, std::shared_ptr<const Batch> batch, Step step) {
    return world_.world().Await(
        world_.output().Deliver(feed.key(), std::move(batch), std::move(step)));
  }
  void DeliverAll(NumberedFeed& feed) {
    ASSERT_TRUE(TryRecover(feed).ok());
    while (!feed.done()) ASSERT_TRUE(Deliver(feed, 7).ok());
    EXPECT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(feed.read())));
  }
  // Time passes until every file is old enough to be sealed, and it is.
  void SealAll() { world_.world().RunFor(absl::Hours(2)); }

  std::vector<std::string> NamesOf(Part part, const std::string& device = "lyon") {
    std::vector<std::string> found;
    for (const std::string& name : world_.Names(device)) {
      const auto parsed = ParseName(name);
      if (parsed && parsed->part == part) found.push_back(name);
    }
    return found;
  }
  std::string PathOf(const std::string& name, const std::string& device = "lyon") {
    return absl::StrCat("/archive/", device, "/", name);
  }
  nlohmann::json Manifest(const std::string& sealed_name) {
    return nlohmann::json::parse(files().Content(PathOf(sealed_name) + kManifestEnding), nullptr,
                                 false);
  }
  MemoryFiles& files() { return world_.files(); }
  void StartCompressing() {
    world_.options().compression = Compression::kZstd;
    world_.Start();
  }
  void ExpectRefusal(const absl::Status& status, std::string_view in_message,
                     std::string_view in_remedy) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(std::string(in_message)));
    ASSERT_TRUE(TroubleOf(status).has_value());
    EXPECT_THAT(TroubleOf(status)->remedy, ::testing::HasSubstr(std::string(in_remedy)));
  }
  void ResetFeed(NumberedFeed& feed, const Position& position) {
    ASSERT_TRUE(world_.world().Await(world_.state().Reset(feed.key(), position)).ok());
  }
  // The state is lost, the files are not.
  void LoseState() {
    world_.Crash(0);
    for (const auto& entry : std::filesystem::directory_iterator(world_.state_dir())) {
      std::filesystem::remove(entry.path());
    }
    world_.Start();
  }

  FileOnAPowerCut world_;
  NumberedFeed feed_{"archive", "lyon", 60};
};

}  // namespace cce::file
