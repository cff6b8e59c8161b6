#include "outputs/file/retention.h"

#include <algorithm>
#include <limits>

#include "outputs/file/crash_points.h"
#include "outputs/file/file_output_fixture.h"

namespace cce::file {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RetentionTest : public FileOutputTest {
 protected:
  void RetainFor(absl::Duration retain_for) {
    world_.options().retention.retain_for = retain_for;
    world_.Start();
  }
  void RetainSize(std::uint64_t retain_size) {
    world_.options().retention.retain_size = retain_size;
    world_.Start();
  }
  // Delivers `files` times what becomes a file of its own, and seals each.
  void Fill(NumberedFeed& feed, int files) {
    ASSERT_TRUE(TryRecover(feed).ok());
    for (int n = 0; n < files; ++n) {
      ASSERT_TRUE(Deliver(feed, 5).ok());
      world_.world().RunFor(absl::Hours(1));
    }
  }
  std::vector<std::uint64_t> Sealed(const std::string& device = "lyon") {
    std::vector<std::uint64_t> sequences;
    for (const std::string& name : NamesOf(Part::kSealed, device)) {
      sequences.push_back(ParseName(name)->sequence);
      EXPECT_TRUE(files().Exists(PathOf(name, device) + kManifestEnding)) << name;
    }
    return sequences;
  }
  std::uint64_t SealedBytes(const std::string& device = "lyon") {
    std::uint64_t bytes = 0;
    for (const std::string& name : NamesOf(Part::kSealed, device)) {
      bytes += files().Content(PathOf(name, device)).size();
    }
    return bytes;
  }
  // Rewrites a manifest, as somebody might.
  void Forge(const std::string& sealed_name, const std::string& key, const nlohmann::json& value) {
    nlohmann::json manifest = Manifest(sealed_name);
    manifest[key] = value;
    files().Overwrite(PathOf(sealed_name) + kManifestEnding, manifest.dump());
  }
};

TEST_F(RetentionTest, KeepsEverythingUnlessToldOtherwise) {
  Fill(feed_, 4);
  world_.world().RunFor(absl::Hours(24 * 365 * 10));
  EXPECT_THAT(Sealed(), ElementsAre(1, 2, 3, 4));
}

TEST_F(RetentionTest, DeletesAFileAndItsManifestOnceItIsOld) {
  RetainFor(absl::Hours(10));
  Fill(feed_, 4);
  EXPECT_THAT(Sealed(), SizeIs(4));
  world_.world().RunFor(absl::Hours(7));
  EXPECT_THAT(Sealed(), SizeIs(3));
  world_.world().RunFor(absl::Hours(5));
  EXPECT_THAT(world_.Names("lyon"), IsEmpty());
  EXPECT_TRUE(world_.world().log().Contains("old files were deleted"));
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  SealAll();
  EXPECT_THAT(Sealed(), ElementsAre(5));
}

TEST_F(RetentionTest, CountsTheAgeFromTheSealing) {
  world_.options().rotate_every = absl::Hours(24);
  RetainFor(absl::Hours(10));
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  world_.world().RunFor(absl::Hours(23));
  EXPECT_THAT(NamesOf(Part::kOpen), SizeIs(1)) << "a file that is written to has no age";
  world_.world().RunFor(absl::Hours(10));
  EXPECT_THAT(Sealed(), SizeIs(1)) << "sealed 9 hours ago, begun 33 hours ago";
  world_.world().RunFor(absl::Hours(3));
  EXPECT_THAT(Sealed(), IsEmpty());
}

TEST_F(RetentionTest, CountsTheAgeFromALaterEvent) {
  RetainFor(absl::Hours(10));
  Fill(feed_, 1);
  Forge(NamesOf(Part::kSealed)[0], "last_event_time",
        absl::FormatTime(world_.world().clock().Now() + absl::Hours(20)));
  world_.world().RunFor(absl::Hours(29));
  EXPECT_THAT(Sealed(), SizeIs(1));
  world_.world().RunFor(absl::Hours(3));
  EXPECT_THAT(Sealed(), IsEmpty());
}

TEST_F(RetentionTest, DeletesAtTheStart) {
  Fill(feed_, 2);
  world_.Crash(0);
  RetainFor(absl::Hours(1));
  world_.world().clock().Step(absl::Hours(12));
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Seconds(1));
  EXPECT_THAT(Sealed(), IsEmpty());
}

TEST_F(RetentionTest, DeletesNothingByAClockThatIsSetFarForward) {
  RetainFor(absl::Hours(100));
  Fill(feed_, 4);
  world_.world().clock().Step(absl::Hours(24 * 365));
  world_.world().RunFor(absl::Hours(24 * 6));
  EXPECT_THAT(Sealed(), SizeIs(4));
  EXPECT_TRUE(world_.world().log().Contains("the clock is far ahead"));
  world_.Crash(0);
  world_.Start();
  world_.world().clock().Step(absl::Hours(24 * 371));
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Hours(2));
  EXPECT_THAT(Sealed(), SizeIs(4)) << "another start makes it no truer";
  world_.world().clock().Step(-absl::Hours(24 * 371));
  world_.world().RunFor(absl::Hours(2));
  EXPECT_THAT(Sealed(), SizeIs(4));
  world_.world().RunFor(absl::Hours(110));
  EXPECT_THAT(Sealed(), IsEmpty()) << "the clock is right again";
}

TEST_F(RetentionTest, BelievesAClockThatStaysWhereItIsForAWeek) {
  RetainFor(absl::Hours(100));
  Fill(feed_, 4);
  world_.world().clock().Step(absl::Hours(24 * 30));
  world_.world().RunFor(absl::Hours(24 * 7 - 2));
  EXPECT_THAT(Sealed(), SizeIs(4));
  world_.world().RunFor(absl::Hours(4));
  EXPECT_THAT(Sealed(), IsEmpty());
}

TEST_F(RetentionTest, DeletesTheOldestOfAllDevicesWhenThereAreTooMany) {
  NumberedFeed oslo("archive", "oslo", 60);
  RetainSize(std::numeric_limits<std::uint64_t>::max() - 1);
  ASSERT_TRUE(TryRecover(oslo).ok());
  ASSERT_TRUE(TryRecover(feed_).ok());
  for (int n = 0; n < 3; ++n) {
    ASSERT_TRUE(Deliver(feed_, 5).ok());
    world_.world().RunFor(absl::Hours(1));
    ASSERT_TRUE(Deliver(oslo, 5).ok());
    world_.world().RunFor(absl::Hours(1));
  }
  const std::uint64_t all = SealedBytes("lyon") + SealedBytes("oslo");
  EXPECT_THAT(Sealed("oslo"), ElementsAre(1, 2, 3));

  world_.Crash(0);
  RetainSize(all - 1);
  world_.world().clock().Step(absl::Hours(6));
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Seconds(1));
  EXPECT_THAT(Sealed("lyon"), ElementsAre(2, 3));
  EXPECT_THAT(Sealed("oslo"), ElementsAre(1, 2, 3));

  world_.Crash(0);
  RetainSize(SealedBytes("oslo"));
  world_.world().clock().Step(absl::Hours(7));
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Seconds(1));
  EXPECT_LE(SealedBytes("lyon") + SealedBytes("oslo"), world_.options().retention.retain_size);
  EXPECT_THAT(Sealed("lyon"), ElementsAre(3)) << "oslo's first was the oldest, lyon's second next";
}

TEST_F(RetentionTest, MakesRoomSoonAfterASealing) {
  RetainSize(500);
  NumberedFeed feed("archive", "lyon", 5'000);
  ASSERT_TRUE(TryRecover(feed).ok());
  while (!feed.done()) {
    ASSERT_TRUE(Deliver(feed, 50).ok());
    world_.world().RunFor(absl::Minutes(2));
    ASSERT_LE(SealedBytes(), 500u + world_.options().rotate_size * 2);
  }
  SealAll();
  EXPECT_LE(SealedBytes(), 500u);
}

TEST_F(RetentionTest, NeverDeletesWhatIsNotKnownToBeItsOwn) {
  Fill(feed_, 8);
  const std::vector<std::string> names = NamesOf(Part::kSealed);
  ASSERT_THAT(names, SizeIs(8));
  Forge(names[0], "output", "another");
  Forge(names[1], "organisation", "another");
  Forge(names[2], "file", names[3]);
  Forge(names[3], "sealed_time", "never");
  ASSERT_TRUE(files().Remove(PathOf(names[4]) + kManifestEnding).ok());
  files().Overwrite(PathOf(names[5]) + kManifestEnding, "{}");
  files().Overwrite(PathOf("README"), "keep");
  files().Overwrite("/archive/elsewhere/" + names[0], "a folder that no device has");
  world_.options().retention = {absl::Hours(1), 1};
  world_.Crash(2);
  world_.Start();
  world_.world().clock().Step(absl::Hours(24));
  ASSERT_TRUE(TryRecover(feed_).ok());
  // Earlier, the recovery would have refused it.
  const std::string stranger = "20200101T000000Z-000777.ndjson";
  files().Overwrite(PathOf(stranger), "a number that was never given");
  world_.world().RunFor(absl::Hours(2));
  for (const std::string& name : {names[0], names[1], names[2], names[4], names[5], stranger}) {
    EXPECT_TRUE(files().Exists(PathOf(name))) << name;
  }
  EXPECT_TRUE(files().Exists(PathOf("README")));
  EXPECT_TRUE(files().Exists("/archive/elsewhere/" + names[0]));
  for (const std::string& name : {names[6], names[7]}) {
    EXPECT_FALSE(files().Exists(PathOf(name))) << name;
  }
  EXPECT_FALSE(files().Exists(PathOf(names[3]))) << "its age is not known, its size is";
  EXPECT_TRUE(world_.world().log().Contains("for want of its manifest"));
}

TEST_F(RetentionTest, SaysWhatItCannotDeleteAndTriesAgain) {
  RetainFor(absl::Hours(2));
  Fill(feed_, 1);
  const std::string path = PathOf(NamesOf(Part::kSealed)[0]);
  files().Forbid(path);
  world_.world().RunFor(absl::Hours(6));
  EXPECT_TRUE(files().Exists(path));
  EXPECT_TRUE(world_.world().log().Contains("old files could not be deleted"));
  EXPECT_TRUE(world_.world().log().Contains(path));
  files().Forbid("");
  world_.world().RunFor(absl::Hours(2));
  EXPECT_THAT(Sealed(), IsEmpty());
}

TEST_F(RetentionTest, DeletesNothingForTheRoomThatFilesOfOthersTake) {
  Fill(feed_, 8);
  const std::vector<std::string> names = NamesOf(Part::kSealed);
  const std::uint64_t all = SealedBytes();
  std::uint64_t foreign = 0;
  for (const std::string& name : {names[6], names[7]}) {
    Forge(name, "output", "another");
    foreign += files().Content(PathOf(name)).size();
  }
  world_.Crash(0);
  RetainSize(all - foreign);
  world_.world().clock().Step(absl::Hours(10));
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Hours(5));
  EXPECT_THAT(Sealed(), SizeIs(8));
  const std::vector<std::string> lines = world_.world().log().lines();
  const auto names_them = [&](const std::string& line) {
    return absl::StrContains(line, "retention leaves them alone") &&
           absl::StrContains(line, PathOf(names[6])) && absl::StrContains(line, "files=2");
  };
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), names_them), 1) << "in five rounds";
}

TEST_F(RetentionTest, OpensASealedFileOnceForItsSize) {
  RetainSize(std::numeric_limits<std::uint64_t>::max() - 1);
  Fill(feed_, 8);
  files().FailAt(1'000'000, MemoryFiles::Failure::kIoError);
  world_.world().RunFor(absl::Hours(1) + absl::Minutes(1));
  EXPECT_LT(files().calls(), 8);
  EXPECT_THAT(Sealed(), SizeIs(8));
}

TEST_F(RetentionTest, SurvivesAnErrorAtEveryCall) {
  RetainFor(absl::Hours(3));
  NumberedFeed feed("archive", "lyon", 1'000);
  for (int n = 1; n < 90; ++n) {
    Fill(feed, 2);
    files().FailAt(n, MemoryFiles::Failure::kIoError);
    world_.world().RunFor(absl::Hours(3));
    Sealed();
    files().Heal();
    world_.world().RunFor(absl::Hours(3));
    ASSERT_THAT(world_.Names("lyon"), IsEmpty()) << n;
    if (files().calls() < n) return;
  }
  FAIL() << "there is no end to the calls";
}

// At no moment is a file without the manifest that says whose it is, and no manifest stays.
TEST_F(RetentionTest, IsFinishedAfterACrashAnywhere) {
  for (const std::string_view point : {kAfterRetireData, kAfterRetireSync, kAfterRetireManifest}) {
    for (const std::uint64_t seed : {0u, 1u, 2u, 5u, 8u, 11u}) {
      SCOPED_TRACE(absl::StrCat(std::string(point), " ", seed));
      NumberedFeed feed("archive", absl::StrCat("device", seed, std::string(point)), 60);
      const std::string& device = feed.key().device;
      world_.Start();
      Fill(feed, 5);
      ASSERT_THAT(Sealed(device), SizeIs(5));
      world_.Crash(0);
      RetainFor(absl::Hours(1));
      world_.world().clock().Step(absl::Hours(100));
      world_.world().crash_points().Arm(std::string(point));
      EXPECT_THROW(
          {
            ASSERT_TRUE(TryRecover(feed).ok());
            world_.world().RunFor(absl::Hours(2));
          },
          SimulatedCrash);
      world_.Crash(seed);
      Sealed(device);
      world_.Start();
      world_.world().clock().Step(absl::Hours(100));
      ASSERT_TRUE(TryRecover(feed).ok());
      world_.world().RunFor(absl::Seconds(1));
      EXPECT_THAT(world_.Names(device), IsEmpty());
      ASSERT_TRUE(Deliver(feed, 5).ok());
      world_.world().RunFor(absl::Hours(1));
      EXPECT_THAT(Sealed(device), ElementsAre(6));
      world_.options().retention = {};
    }
  }
}

TEST_F(RetentionTest, KeepsWhatIsSealedButNotCommitted) {
  RetainFor(absl::Hours(1));
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  world_.store().Refuse(true);
  world_.world().RunFor(absl::Hours(9));
  EXPECT_THAT(Sealed(), SizeIs(1));
  world_.store().Refuse(false);
  world_.world().RunFor(absl::Hours(2));
  EXPECT_THAT(Sealed(), IsEmpty());
  EXPECT_TRUE(TryRecover(feed_).ok());
}

TEST_F(RetentionTest, ReachesDevicesThatAreNoLongerThere) {
  NumberedFeed gone("archive", "gone", 60);
  Fill(gone, 3);
  world_.Crash(0);
  RetainFor(absl::Hours(2));
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Hours(20));
  EXPECT_THAT(world_.Names("gone"), IsEmpty());
}

TEST_F(RetentionTest, ReachesDevicesThatAreGoneWhereNoneIsLeft) {
  Fill(feed_, 3);
  world_.Crash(0);
  RetainFor(absl::Hours(2));
  world_.world().RunFor(absl::Hours(20));
  EXPECT_THAT(world_.Names("lyon"), IsEmpty());
}

// A source without its sealed file would be one that was never sealed.
TEST_F(RetentionTest, LeavesASealedFileWhoseSourceIsStillThere) {
  for (const bool is_gone : {false, true}) {
    const std::string device = is_gone ? "gone" : "lyon";
    NumberedFeed feed("archive", device, 60);
    RetainSize(RetentionRules{}.retain_size);
    StartCompressing();
    ASSERT_TRUE(TryRecover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 5).ok());
    world_.world().crash_points().Arm(std::string(kAfterSealCommit));
    EXPECT_THROW(SealAll(), SimulatedCrash);
    world_.Crash(0);
    RetainSize(1);
    world_.world().RunFor(absl::Seconds(1));
    EXPECT_THAT(Sealed(device), SizeIs(1));
    EXPECT_THAT(NamesOf(Part::kOpen, device), SizeIs(1));
    if (!is_gone) {
      EXPECT_TRUE(TryRecover(feed).ok());
    }
    world_.world().RunFor(absl::Hours(3));
    EXPECT_THAT(world_.Names(device), IsEmpty()) << "the source goes first";
  }
}

TEST_F(RetentionTest, DeletesCompressedFilesToo) {
  world_.options().compression = Compression::kZstd;
  RetainFor(absl::Hours(2));
  Fill(feed_, 3);
  world_.world().RunFor(absl::Hours(10));
  EXPECT_THAT(world_.Names("lyon"), IsEmpty());
}

}  // namespace
}  // namespace cce::file
