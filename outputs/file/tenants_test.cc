// Whose folder a file is in: {tenant} and {device} in the directory, and folders that change.
#include "outputs/file/file_output_fixture.h"

namespace cce::file {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class TenantsTest : public FileOutputTest {
 protected:
  TenantsTest() {
    world_.options().directory = "/archive/{tenant}";
    world_.Start();
  }
  std::vector<std::string> FilesOf(const std::string& folder) {
    return files().List(folder).value_or(std::vector<std::string>());
  }
  void ExpectSealed(const std::string& folder, const std::vector<std::uint64_t>& sequences) {
    std::vector<std::uint64_t> sealed;
    for (const std::string& name : FilesOf(folder)) {
      const auto parsed = ParseName(name);
      ASSERT_TRUE(parsed.has_value()) << name;
      EXPECT_NE(parsed->part, Part::kOpen) << folder << "/" << name;
      if (parsed->part == Part::kSealed) sealed.push_back(parsed->sequence);
    }
    EXPECT_EQ(sealed, sequences) << folder;
  }
  std::vector<std::string> LinesOf(std::initializer_list<std::string> folders) {
    std::vector<std::string> lines;
    for (const std::string& folder : folders) {
      for (std::string& line : world_.LinesIn(folder)) lines.push_back(std::move(line));
    }
    return lines;
  }
};

TEST_F(TenantsTest, HaveFoldersOfTheirOwn) {
  world_.options().directory = "/archive/{tenant}/x-{device}";
  world_.tenants() = {{"lyon", "a/b"}, {"oslo", ".."}};
  world_.Start();
  for (const char* device : {"lyon", "oslo", "rome"}) {
    NumberedFeed feed("archive", device, 5);
    ASSERT_TRUE(TryRecover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 5).ok());
  }
  SealAll();
  ExpectSealed("/archive/a%2Fb/x-lyon/lyon", {1});
  ExpectSealed("/archive/%2E./x-oslo/oslo", {1});
  ExpectSealed("/archive/no_tenant/x-rome/rome", {1});
  const std::string path = "/archive/a%2Fb/x-lyon/lyon/" + FilesOf("/archive/a%2Fb/x-lyon/lyon")[1];
  EXPECT_EQ(nlohmann::json::parse(files().Content(path))["tenant"], "a/b");
}

TEST_F(TenantsTest, KeepTheFilesTheyHadWhenADeviceIsMovedToAnother) {
  world_.tenants()["lyon"] = "a";
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 20).ok());
  for (const bool restarts : {false, true}) {
    world_.tenants()["lyon"] = restarts ? "c" : "b";
    if (restarts) {
      world_.Crash(0);
      world_.Start();
    }
    ASSERT_TRUE(TryRecover(feed_).ok());
    EXPECT_EQ(feed_.read(), restarts ? 40 : 20) << "a tenant is not a feed";
    ASSERT_TRUE(Deliver(feed_, 20).ok());
  }
  SealAll();
  ExpectSealed("/archive/a/lyon", {1});
  ExpectSealed("/archive/b/lyon", {2});
  ExpectSealed("/archive/c/lyon", {3});
  EXPECT_TRUE(SameLines(LinesOf({"/archive/a/lyon", "/archive/b/lyon", "/archive/c/lyon"}),
                        feed_.Lines(60)));
}

TEST_F(TenantsTest, KeepTheirFilesWhateverCrashes) {
  int device = 0;
  for (const bool compresses : {false, true}) {
    world_.options().compression = compresses ? Compression::kZstd : Compression::kNone;
    for (std::string_view point : kCrashPoints) {
      for (const std::uint64_t seed : {0u, 1u, 2u}) {
        SCOPED_TRACE(absl::StrCat(std::string(point), " ", seed));
        NumberedFeed feed("archive", absl::StrCat("device", ++device), 60);
        const std::string& name = feed.key().device;
        world_.tenants()[name] = "a";
        world_.Start();
        ASSERT_TRUE(TryRecover(feed).ok());
        ASSERT_TRUE(Deliver(feed, 20).ok());
        world_.tenants()[name] = "b";
        world_.world().crash_points().Arm(std::string(point));
        const auto go_on = [&] {
          ASSERT_TRUE(TryRecover(feed).ok());
          ASSERT_GE(feed.read(), 20);
          if (!feed.done()) {
            ASSERT_TRUE(Deliver(feed, 60).ok());
          }
          SealAll();
        };
        try {
          go_on();
        } catch (const SimulatedCrash&) {
          world_.Crash(seed);
          world_.Start();
          go_on();
        }
        ASSERT_EQ(feed.read(), 60);
        ExpectSealed("/archive/a/" + name, {1});
        EXPECT_TRUE(
            SameLines(LinesOf({"/archive/a/" + name, "/archive/b/" + name}), feed.Lines(60)));
      }
    }
  }
}

TEST_F(TenantsTest, MayHaveADeviceBack) {
  for (const char* tenant : {"a", "b", "a"}) {
    world_.tenants()["lyon"] = tenant;
    ASSERT_TRUE(TryRecover(feed_).ok());
    ASSERT_TRUE(Deliver(feed_, 10).ok());
  }
  SealAll();
  ExpectSealed("/archive/a/lyon", {1, 3});
  ExpectSealed("/archive/b/lyon", {2});
}

TEST_F(TenantsTest, LeaveNoEmptyFileBehind) {
  world_.tenants()["lyon"] = "a";
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().crash_points().Arm(std::string(kAfterCreateSync));
  EXPECT_THROW(Deliver(feed_, 5).IgnoreError(), SimulatedCrash);
  world_.Crash(1);
  world_.tenants()["lyon"] = "b";
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  SealAll();
  ExpectSealed("/archive/a/lyon", {});
  ExpectSealed("/archive/b/lyon", {1});
}

TEST_F(TenantsTest, MayGetADeviceWithAnotherOrganisation) {
  world_.tenants()["lyon"] = "a";
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  world_.tenants()["lyon"] = "b";
  NumberedFeed other("archive", "lyon", 5, "other-org");
  for (int start = 0; start < 2; ++start) {
    ASSERT_TRUE(TryRecover(other).ok());
    if (!other.done()) {
      ASSERT_TRUE(Deliver(other, 5).ok());
    }
    world_.Crash(0);
    world_.Start();
  }
  ASSERT_TRUE(TryRecover(other).ok());
  SealAll();
  ExpectSealed("/archive/a/lyon", {1});
  ExpectSealed("/archive/b/lyon", {2});
  const auto manifest = [&](const std::string& folder) {
    return nlohmann::json::parse(files().Content(folder + "/" + FilesOf(folder)[1]));
  };
  EXPECT_EQ(manifest("/archive/a/lyon")["organisation"], "org");
  EXPECT_EQ(manifest("/archive/b/lyon")["organisation"], "other-org");

  world_.tenants()["lyon"] = "a";
  ExpectRefusal(TryRecover(other), "organisation org", "cce device reset lyon");
}

TEST_F(TenantsTest, MayHaveTheirFoldersMovedByAnOperator) {
  world_.options().directory = "/archive/old";
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 20).ok());
  SealAll();
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  world_.Crash(0);
  ASSERT_TRUE(files().MakeDirectories("/archive/new/lyon").ok());
  for (const std::string& name : FilesOf("/archive/old/lyon")) {
    ASSERT_TRUE(files().Rename("/archive/old/lyon/" + name, "/archive/new/lyon/" + name).ok());
  }
  ASSERT_TRUE(files().SyncDirectory("/archive/new/lyon").ok());
  ASSERT_TRUE(files().SyncDirectory("/archive/old/lyon").ok());
  world_.options().directory = "/archive/new";
  for (int start = 0; start < 2; ++start) {
    world_.Start();
    ASSERT_TRUE(TryRecover(feed_).ok());
    ASSERT_TRUE(Deliver(feed_, 10).ok());
    world_.Crash(0);
  }
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  SealAll();
  EXPECT_TRUE(SameLines(world_.LinesIn("/archive/new/lyon"), feed_.Lines(50)));
  EXPECT_THAT(FilesOf("/archive/old/lyon"), IsEmpty());
}

TEST_F(TenantsTest, ArePausedUntilAResetWhenTheirOpenFileIsGone) {
  world_.tenants()["lyon"] = "a";
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 20).ok());
  world_.Crash(0);
  for (const std::string& name : FilesOf("/archive/a/lyon")) {
    ASSERT_TRUE(files().Remove("/archive/a/lyon/" + name).ok());
  }
  world_.tenants()["lyon"] = "b";
  world_.Start();
  const absl::Status lost = TryRecover(feed_);
  EXPECT_TRUE(absl::IsDataLoss(lost)) << lost;
  ResetFeed(feed_, "0");
  ASSERT_TRUE(TryRecover(feed_).ok());
  while (!feed_.done()) ASSERT_TRUE(Deliver(feed_, 20).ok());
  EXPECT_TRUE(SameLines(world_.LinesIn("/archive/b/lyon"), feed_.Lines(60)));
}

TEST_F(TenantsTest, FilesOfFormerOnesAreRetainedAsLong) {
  world_.options().retention.retain_for = absl::Hours(2);
  world_.Start();
  for (const char* tenant : {"a", "b"}) {
    world_.tenants()["lyon"] = tenant;
    ASSERT_TRUE(TryRecover(feed_).ok());
    ASSERT_TRUE(Deliver(feed_, 10).ok());
    world_.world().RunFor(absl::Hours(1));
  }
  EXPECT_THAT(FilesOf("/archive/a/lyon"), SizeIs(2));
  world_.world().RunFor(absl::Hours(5));
  EXPECT_THAT(FilesOf("/archive/a/lyon"), IsEmpty());
  EXPECT_THAT(FilesOf("/archive/b/lyon"), IsEmpty());
}

}  // namespace
}  // namespace cce::file
