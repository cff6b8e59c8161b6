#include "outputs/file/file_output.h"

#include <array>
#include <boost/asio/co_spawn.hpp>

#include "outputs/file/file_output_fixture.h"

namespace cce::file {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(FileOutputTest, WritesOneEventALineIntoAnOpenFileOfTheDevicesOwnFolder) {
  NumberedFeed feed("archive", "a/b c", 3);
  DeliverAll(feed);
  EXPECT_THAT(world_.Names("a/b c"), ElementsAre("20260528T202640Z-000001.ndjson.open"));
  EXPECT_EQ(files().Content("/archive/a%2Fb%20c/20260528T202640Z-000001.ndjson.open"),
            "a/b c-0-\na/b c-1-x\na/b c-2-xx\n");
}

TEST_F(FileOutputTest, SealsAFileBeforeItExceedsTheSize) {
  DeliverAll(feed_);
  SealAll();
  const std::vector<std::string> sealed = NamesOf(Part::kSealed);
  EXPECT_GT(sealed.size(), 1u);
  for (const std::string& name : sealed) {
    const std::size_t size = files().Content(PathOf(name)).size();
    EXPECT_GT(size, 0u);
    EXPECT_LE(size, 1'200u) << name;
  }
  EXPECT_THAT(NamesOf(Part::kOpen), IsEmpty());
  EXPECT_THAT(NamesOf(Part::kTemporary), IsEmpty());
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(60)));
}

TEST_F(FileOutputTest, SealsAnIdleFileWithoutAnotherDelivery) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 3).ok());
  world_.world().RunFor(absl::Minutes(29));
  EXPECT_THAT(NamesOf(Part::kSealed), IsEmpty());
  world_.world().RunFor(absl::Minutes(2));
  EXPECT_EQ(NamesOf(Part::kSealed).size(), 1u);
  EXPECT_THAT(NamesOf(Part::kOpen), IsEmpty());
  ASSERT_TRUE(Deliver(feed_, 3).ok());
  EXPECT_EQ(NamesOf(Part::kOpen).size(), 1u);
}

TEST_F(FileOutputTest, SealsAFileThatAnEarlierRunLeftOpen) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 3).ok());
  world_.world().Await(world_.output().Close());
  world_.Crash(0);
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  EXPECT_EQ(NamesOf(Part::kOpen).size(), 1u);
  SealAll();
  EXPECT_EQ(NamesOf(Part::kSealed).size(), 1u);
}

TEST_F(FileOutputTest, SetsAManifestBesideEachSealedFile) {
  DeliverAll(feed_);
  SealAll();
  int count = 0;
  int late = 0;
  for (const std::string& name : NamesOf(Part::kSealed)) {
    const std::string content = files().Content(PathOf(name));
    const json manifest = Manifest(name);
    ASSERT_TRUE(manifest.is_object()) << name;
    EXPECT_EQ(manifest["file"], name);
    EXPECT_EQ(manifest["output"], "archive");
    EXPECT_EQ(manifest["device"], "lyon");
    EXPECT_EQ(manifest["organisation"], "org");
    EXPECT_EQ(manifest["format"], "ocsf");
    EXPECT_EQ(manifest["bytes"], content.size());
    EXPECT_EQ(manifest["count"], SplitLines(content).size());
    if (count == 0) {
      EXPECT_EQ(manifest["first_event_time"], "1970-01-01T00:00:00Z");
    }
    EXPECT_EQ(manifest["sha256"], HexSha256(content));
    EXPECT_FALSE(manifest.contains("compression"));
    count += manifest["count"].get<int>();
    late += manifest["late"].get<int>();
  }
  EXPECT_EQ(count, 60);
  EXPECT_EQ(late, 9);
}

TEST_F(FileOutputTest, NumbersItsFilesWithoutGapsWhateverCrashes) {
  for (const std::string_view point : {kAfterAnnounce, kAfterCreate, kAfterWrite, kAfterSync}) {
    ASSERT_TRUE(TryRecover(feed_).ok());
    ASSERT_TRUE(Deliver(feed_, 2).ok());
    SealAll();
    world_.world().crash_points().Arm(std::string(point));
    EXPECT_THROW(Deliver(feed_, 2).IgnoreError(), SimulatedCrash);
    world_.Crash(1);
    world_.Start();
  }
  ASSERT_TRUE(TryRecover(feed_).ok());
  std::vector<std::uint64_t> sequences;
  for (const std::string& name : NamesOf(Part::kSealed)) {
    sequences.push_back(ParseName(name)->sequence);
  }
  std::sort(sequences.begin(), sequences.end());
  EXPECT_THAT(sequences, ElementsAre(1, 2, 3, 4));
}

TEST_F(FileOutputTest, AFileThatCannotBeSealedHoldsNothingUp) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  files().Forbid(PathOf(NamesOf(Part::kOpen)[0]));
  SealAll();
  while (!feed_.done()) ASSERT_TRUE(Deliver(feed_, 5).ok());
  ASSERT_TRUE(TryRecover(feed_).ok());
  EXPECT_TRUE(feed_.done());
  SealAll();
  EXPECT_EQ(NamesOf(Part::kOpen).size(), 1u);
  files().Forbid("");
  SealAll();
  EXPECT_THAT(NamesOf(Part::kOpen), IsEmpty());
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(60)));
}

TEST_F(FileOutputTest, TriesAgainToSealWhatCouldNotBeSealed) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  files().Forbid("/archive/lyon");
  SealAll();
  EXPECT_TRUE(world_.world().log().Contains("file cannot be sealed"));
  files().Forbid("");
  EXPECT_THAT(NamesOf(Part::kSealed), IsEmpty());
  world_.world().RunFor(absl::Minutes(2));
  EXPECT_EQ(NamesOf(Part::kSealed).size(), 1u);
  EXPECT_TRUE(Deliver(feed_, 5).ok());
}

class FailingDisk : public FileOutputTest {
 protected:
  void SurviveAFullDisk();
  void SurviveAnInputOutputError();
  void SurviveAFailedSync(MemoryFiles::Failure failure);
};

// The disk is full at the n-th call, for every n: the delivery fails, nothing of it stays, and the
// same delivery succeeds later.
void FailingDisk::SurviveAFullDisk() {
  int refused = 0;
  for (int n = 1;; ++n) {
    NumberedFeed feed("archive", absl::StrCat("device", n), 40);
    files().FailAt(n, MemoryFiles::Failure::kNoSpace, n % 3);
    while (!feed.done()) {
      absl::Status status = TryRecover(feed);
      while (status.ok() && !feed.done()) status = Deliver(feed, 5);
      if (status.ok()) break;
      ++refused;
      ASSERT_TRUE(absl::IsResourceExhausted(status)) << status;
      ASSERT_THAT(TroubleOf(status)->remedy, HasSubstr("Free space"));
    }
    SealAll();
    const bool reached = files().calls() >= n;
    files().Heal();
    SealAll();
    ASSERT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(40))) << n;
    ASSERT_THAT(NamesOf(Part::kOpen, feed.key().device), IsEmpty()) << n;
    if (!reached) break;
  }
  EXPECT_GT(refused, 5);
}

TEST_F(FailingDisk, SurvivesAFullDiskAtEveryCall) { SurviveAFullDisk(); }

TEST_F(FailingDisk, SurvivesAFullDiskAtEveryCallWhenItCompresses) {
  StartCompressing();
  SurviveAFullDisk();
}

TEST_F(FileOutputTest, GivesTheSpaceOfAFailedWriteBackAtOnce) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 3).ok());
  const std::string open = PathOf(NamesOf(Part::kOpen)[0]);
  const std::string before = files().Content(open);
  files().FailAt(1, MemoryFiles::Failure::kNoSpace);
  EXPECT_TRUE(absl::IsResourceExhausted(Deliver(feed_, 3)));
  EXPECT_EQ(files().Content(open), before);
}

void FailingDisk::SurviveAnInputOutputError() {
  for (int n = 1;; ++n) {
    NumberedFeed feed("archive", absl::StrCat("device", n), 40);
    files().FailAt(n, MemoryFiles::Failure::kIoError);
    while (!feed.done()) {
      absl::Status status = TryRecover(feed);
      while (status.ok() && !feed.done()) status = Deliver(feed, 5);
      ASSERT_TRUE(status.ok() || absl::IsUnavailable(status)) << status;
    }
    SealAll();
    const bool reached = files().calls() >= n;
    world_.Crash(static_cast<std::uint64_t>(n));
    world_.Start();
    ASSERT_TRUE(TryRecover(feed).ok());
    ASSERT_TRUE(feed.done());
    SealAll();
    ASSERT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(40))) << n;
    if (!reached) break;
  }
}

TEST_F(FailingDisk, SurvivesAnInputOutputErrorAtEveryCallAndThePowerCutThatFollows) {
  SurviveAnInputOutputError();
}

TEST_F(FailingDisk, SurvivesAnInputOutputErrorAtEveryCallWhenItCompresses) {
  StartCompressing();
  SurviveAnInputOutputError();
}

// After a failed sync the kernel calls the pages clean: a second sync would succeed without the
// bytes.
void FailingDisk::SurviveAFailedSync(MemoryFiles::Failure failure) {
  const bool is_full = failure == MemoryFiles::Failure::kSyncNoSpace;
  for (int n = 1; n <= 12; ++n) {
    NumberedFeed feed("archive", absl::StrCat("device", n), 40);
    ASSERT_TRUE(TryRecover(feed).ok());
    files().FailAt(n, failure);
    int alarms = 0;
    while (!feed.done()) {
      const absl::Status status = Deliver(feed, 4);
      if (status.ok()) continue;
      ++alarms;
      ASSERT_EQ(status.code(),
                is_full ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kDataLoss)
          << status;
      ASSERT_THAT(RemedyOf(status), HasSubstr(is_full ? "Free space" : "Check the disk"));
      ASSERT_TRUE(TryRecover(feed).ok());
    }
    EXPECT_EQ(world_.world().log().Contains("not on the disk"), alarms > 0 && !is_full);
    world_.Crash(0);  // whatever was not really synced is lost
    world_.Start();
    ASSERT_TRUE(TryRecover(feed).ok()) << n;
    ASSERT_EQ(feed.read(), 40);
    SealAll();
    ASSERT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(40))) << n;
  }
}

TEST_F(FailingDisk, NeverTrustsAFileAgainWhoseSyncFailed) {
  SurviveAFailedSync(MemoryFiles::Failure::kSyncError);
}

TEST_F(FailingDisk, NeverTrustsACompressedFileAgainWhoseSyncFailed) {
  StartCompressing();
  SurviveAFailedSync(MemoryFiles::Failure::kSyncError);
}

TEST_F(FailingDisk, TakesADiskThatIsFoundFullWhenSyncingForFull) {
  SurviveAFailedSync(MemoryFiles::Failure::kSyncNoSpace);
}

TEST_F(FileOutputTest, CutsARetiredFileToItsCommittedLengthWhateverCrashes) {
  for (const bool crash : {false, true}) {
    NumberedFeed feed("archive", crash ? "oslo" : "lyon", 20);
    ASSERT_TRUE(TryRecover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 5).ok());
    files().FailAt(1, MemoryFiles::Failure::kSyncError);
    ASSERT_TRUE(absl::IsDataLoss(Deliver(feed, 5)));
    files().Heal();
    if (crash) world_.world().crash_points().Arm(std::string(kAfterSealCut));
    try {
      ASSERT_TRUE(TryRecover(feed).ok());
      ASSERT_TRUE(Deliver(feed, 5).ok());
      SealAll();
      EXPECT_FALSE(crash);
    } catch (const SimulatedCrash&) {
      world_.Crash(2);
      world_.Start();
    }
    DeliverAll(feed);
    SealAll();
    EXPECT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(20)));
    // After the crash nobody knows of the failed sync any more, and the file goes on.
    EXPECT_GE(NamesOf(Part::kSealed, feed.key().device).size(), crash ? 1u : 2u);
  }
}

TEST_F(FileOutputTest, StopsWhenDeliveredBytesAreGone) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  const std::string open = PathOf(NamesOf(Part::kOpen)[0]);
  const std::string whole = files().Content(open);
  world_.Crash(0);
  files().Overwrite(open, whole.substr(0, whole.size() / 2));
  world_.Start();
  const absl::Status lost = TryRecover(feed_);
  EXPECT_TRUE(absl::IsDataLoss(lost)) << lost;
  EXPECT_THAT(TroubleOf(lost)->remedy, HasSubstr("cce device reset lyon --output archive --from"));
  EXPECT_TRUE(world_.world().log().Contains("delivered bytes are not on the disk"));

  files().Overwrite(open, whole);
  EXPECT_TRUE(TryRecover(feed_).ok()) << "the file was put back";

  ASSERT_TRUE(files().Remove(open).ok());
  EXPECT_TRUE(absl::IsDataLoss(TryRecover(feed_)));
}

TEST_F(FileOutputTest, GoesOnAfterAResetBehindAFileThatLostBytes) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  const std::string open = PathOf(NamesOf(Part::kOpen)[0]);
  const std::string whole = files().Content(open);
  world_.Crash(0);
  files().Overwrite(open, whole.substr(0, 22));  // two lines and a half
  world_.Start();
  ASSERT_TRUE(absl::IsDataLoss(TryRecover(feed_)));

  ResetFeed(feed_, "2");
  ASSERT_TRUE(TryRecover(feed_).ok());
  EXPECT_EQ(feed_.read(), 2);
  while (!feed_.done()) ASSERT_TRUE(Deliver(feed_, 7).ok());
  SealAll();
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(60)));
  EXPECT_EQ(Manifest(NamesOf(Part::kSealed)[0])["count"], 2);
  EXPECT_TRUE(Manifest(NamesOf(Part::kSealed)[0])["first_event_time"].is_null());
}

TEST_F(FileOutputTest, GoesOnAfterAResetBehindAFileThatWasEmptied) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  world_.Crash(0);
  files().Overwrite(PathOf(NamesOf(Part::kOpen)[0]), "");
  world_.Start();
  ASSERT_TRUE(absl::IsDataLoss(TryRecover(feed_)));

  ResetFeed(feed_, "0");
  for (int start = 0; start < 2; ++start) {
    ASSERT_TRUE(TryRecover(feed_).ok()) << "start " << start;
    world_.Crash(0);
    world_.Start();
  }
  DeliverAll(feed_);
}

TEST_F(FileOutputTest, RefusesFilesThatItsStateDoesNotKnow) {
  DeliverAll(feed_);
  SealAll();
  const auto before = files().Paths();
  LoseState();
  ExpectRefusal(TryRecover(feed_), "not known to the state",
                "cce device reset lyon --output archive --from");
  EXPECT_EQ(files().Paths(), before);
}

TEST_F(FileOutputTest, RefusesAnOpenFileThatItsStateDoesNotKnow) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  LoseState();
  ExpectRefusal(TryRecover(feed_), ".ndjson.open", "cce device reset lyon --output archive --from");
}

TEST_F(FileOutputTest, TakesFilesInWhoseStateWasLostOnceTheOperatorHasResetTheDevice) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 20).ok());
  SealAll();
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  LoseState();
  ASSERT_FALSE(TryRecover(feed_).ok());
  ResetFeed(feed_, "30");
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  world_.Crash(0);
  world_.Start();
  DeliverAll(feed_);
  SealAll();
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(60)));
}

TEST_F(FileOutputTest, SeesThatTheStateIsAnOldBackup) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  TemporaryDirectory backup;
  std::filesystem::copy(world_.state_dir(), backup.path(),
                        std::filesystem::copy_options::recursive);
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  SealAll();
  world_.Crash(0);
  std::filesystem::remove_all(world_.state_dir());
  std::filesystem::copy(backup.path(), world_.state_dir(),
                        std::filesystem::copy_options::recursive);
  world_.Start();
  ExpectRefusal(TryRecover(feed_), "not known to the state",
                "`cce device reset lyon --output archive --from TIME`");
}

TEST_F(FileOutputTest, HidesNoOldBackupBySealing) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  TemporaryDirectory backup;
  std::filesystem::copy(world_.state_dir(), backup.path(),
                        std::filesystem::copy_options::recursive);
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  SealAll();
  world_.Crash(0);
  std::filesystem::remove_all(world_.state_dir());
  std::filesystem::copy(backup.path(), world_.state_dir(),
                        std::filesystem::copy_options::recursive);
  world_.options().rotate_every = absl::Seconds(1);
  world_.Start();
  NumberedFeed other("archive", "oslo", 60);
  ASSERT_TRUE(TryRecover(other).ok());
  world_.world().RunFor(absl::Seconds(10));
  ExpectRefusal(TryRecover(feed_), "not known to the state", "old backup");
}

TEST_F(FileOutputTest, NeverMixesOrganisations) {
  DeliverAll(feed_);
  SealAll();
  const FeedKey other{"archive", "lyon", "other-org"};
  const auto refused = world_.world().Await(world_.output().Recover(other));
  ExpectRefusal(refused.status(), "organisation org", "cce device reset lyon");

  LoseState();
  ASSERT_TRUE(world_.world().Await(world_.state().Reset(other, "0")).ok());
  const auto after_reset = world_.world().Await(world_.output().Recover(other));
  ExpectRefusal(after_reset.status(), "organisation org", "Move the files");

  for (const std::string& path : files().Paths()) ASSERT_TRUE(files().Remove(path).ok());
  EXPECT_TRUE(world_.world().Await(world_.output().Recover(other)).ok()) << "the folder is cleared";
}

TEST_F(FileOutputTest, ForgetsTheFilesOfTheOrganisationBefore) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  for (const std::string& path : files().Paths()) ASSERT_TRUE(files().Remove(path).ok());
  NumberedFeed other("archive", "lyon", 60, "other-org");
  for (int start = 0; start < 3; ++start) {
    ASSERT_TRUE(TryRecover(other).ok()) << "start " << start;
    ASSERT_TRUE(Deliver(other, 5).ok());
    world_.Crash(0);
    world_.Start();
  }
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), other.Lines(15)));
}

TEST_F(FileOutputTest, LeavesFilesOfOthersAlone) {
  files().Overwrite("/archive/lyon/README", "keep");
  files().Overwrite("/archive/lyon/notes.ndjson", "keep");
  DeliverAll(feed_);
  SealAll();
  EXPECT_EQ(files().Content("/archive/lyon/README"), "keep");
  EXPECT_EQ(files().Content("/archive/lyon/notes.ndjson"), "keep");
}

TEST_F(FileOutputTest, LetsSealedFilesBeTakenAway) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  SealAll();
  for (const std::string& path : files().Paths()) ASSERT_TRUE(files().Remove(path).ok());
  world_.Crash(0);
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  EXPECT_EQ(feed_.read(), 5);
  EXPECT_TRUE(Deliver(feed_, 5).ok());
}

TEST_F(FileOutputTest, GoesOnBehindTheDeadLettersOfAStateThatWasLost) {
  const std::string path = "/archive/.state/dead_letters/archive/lyon.ndjson";
  ASSERT_TRUE(files().MakeDirectories("/archive/.state/dead_letters/archive").ok());
  {
    const auto file = files().Create(path).value();
    ASSERT_TRUE(file->WriteAt(0, std::array<std::string_view, 1>{"{\"a\":1}\n{\"cut"}).ok());
    ASSERT_TRUE(file->SyncData().ok());
    ASSERT_TRUE(files().SyncDirectory("/archive/.state/dead_letters/archive").ok());
  }
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, std::make_shared<Batch>(), Step{.position = "0"}).ok());
  world_.Crash(0);
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", ""});
  ASSERT_TRUE(Deliver(feed_, letters, Step{.position = "0"}).ok());
  const std::vector<std::string> lines = SplitLines(files().Content(path));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "{\"a\":1}");
  EXPECT_EQ(json::parse(lines[2], nullptr, false)["cause"], "too large");
}

TEST_F(FileOutputTest, DoublesNoDeadLetterOfAFirstDeliveryThatFails) {
  const std::string path = "/archive/.state/dead_letters/archive/lyon.ndjson";
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", ""});
  for (int tries = 0; tries < 3; ++tries) {
    ASSERT_TRUE(TryRecover(feed_).ok());
    world_.world().crash_points().Arm(std::string(kAfterDeadLetters));
    EXPECT_THROW(Deliver(feed_, letters, Step{.position = "0"}).IgnoreError(), SimulatedCrash);
    world_.Crash(1);
    world_.Start();
  }
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, letters, Step{.position = "0"}).ok());
  EXPECT_EQ(SplitLines(files().Content(path)).size(), 1u);
}

TEST_F(FileOutputTest, DoublesNoDeadLetterOfTheFirstDeliveryAfterAReset) {
  const std::string path = "/archive/.state/dead_letters/archive/lyon.ndjson";
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", ""});
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, letters, Step{.position = "0"}).ok());
  LoseState();
  ResetFeed(feed_, "0");
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().crash_points().Arm(std::string(kAfterDeadLetters));
  EXPECT_THROW(Deliver(feed_, letters, Step{.position = "1"}).IgnoreError(), SimulatedCrash);
  world_.Crash(1);
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, letters, Step{.position = "1"}).ok());
  EXPECT_EQ(SplitLines(files().Content(path)).size(), 2u) << "one before and one after the reset";
}

TEST_F(FileOutputTest, DoublesNoDeadLetterAfterAnOperatorHasTakenLinesAway) {
  const std::string path = "/archive/.state/dead_letters/archive/lyon.ndjson";
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", ""});
  ASSERT_TRUE(TryRecover(feed_).ok());
  for (int n = 0; n < 4; ++n) {
    ASSERT_TRUE(Deliver(feed_, letters, Step{.position = "0"}).ok());
  }
  files().Overwrite(path, "");
  world_.store().RefuseStepsOf("lyon");
  for (int tries = 0; tries < 3; ++tries) {
    ASSERT_TRUE(TryRecover(feed_).ok());
    EXPECT_FALSE(Deliver(feed_, letters, Step{.position = "0"}).ok());
  }
  world_.store().RefuseStepsOf("");
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, letters, Step{.position = "0"}).ok());
  EXPECT_EQ(SplitLines(files().Content(path)).size(), 1u);
}

TEST_F(FileOutputTest, KeepsDeadLettersBesideTheState) {
  const auto deliver = [&](std::string bytes) {
    auto letters = std::make_shared<Batch>();
    letters->dead_letters.push_back({"too large", "at 7", bytes});
    return Deliver(feed_, letters, Step{.position = "0"});
  };
  const std::string path = "/archive/.state/dead_letters/archive/lyon.ndjson";
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(deliver("{\"a\":1}").ok());
  ASSERT_TRUE(deliver("\xff\n").ok());
  const std::vector<std::string> lines = SplitLines(files().Content(path));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], R"({"time":"2026-05-28T20:26:40.000Z","cause":"too large","position":"at 7",)"
                      R"("bytes":"{\"a\":1}"})");
  EXPECT_EQ(json::parse(lines[1], nullptr, false)["bytes_base64"], "/wo=");
  EXPECT_THAT(NamesOf(Part::kOpen), IsEmpty());

  world_.world().crash_points().Arm(std::string(kAfterDeadLetters));
  EXPECT_THROW(deliver("never committed").IgnoreError(), SimulatedCrash);
  world_.Crash(1);
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  EXPECT_EQ(SplitLines(files().Content(path)), lines);

  ASSERT_TRUE(files().Remove(path).ok());
  ASSERT_TRUE(TryRecover(feed_).ok()) << "an operator has dealt with them";
  ASSERT_TRUE(deliver("again").ok());
  EXPECT_EQ(SplitLines(files().Content(path)).size(), 1u);
}

TEST_F(FileOutputTest, SaysWhichFileSystemIsFull) {
  auto letters = std::make_shared<Batch>();
  letters->dead_letters.push_back({"too large", "at 7", ""});
  ASSERT_TRUE(TryRecover(feed_).ok());
  files().FailAt(1, MemoryFiles::Failure::kNoSpace, 1'000);
  const absl::Status of_letters = Deliver(feed_, letters, Step{.position = "0"});
  files().Heal();
  ASSERT_TRUE(TroubleOf(of_letters).has_value()) << of_letters;
  EXPECT_THAT(TroubleOf(of_letters)->remedy, HasSubstr("/archive/.state/dead_letters;"));
  ASSERT_TRUE(TryRecover(feed_).ok());
  files().FailAt(1, MemoryFiles::Failure::kNoSpace, 1'000);
  const absl::Status of_events = Deliver(feed_, 5);
  files().Heal();
  EXPECT_THAT(TroubleOf(of_events)->remedy, HasSubstr("/archive/lyon;"));
}

TEST_F(FileOutputTest, TakesNoBlameForADefect) {
  EXPECT_TRUE(absl::IsInternal(Deliver(feed_, 5))) << "Deliver without Recover";
}

TEST_F(FileOutputTest, HoldsNoMoreFilesOpenThanAllowed) {
  MemoryFiles disk;
  TemporaryDirectory state;
  FileOptions options = SmallFiles("/archive");
  options.max_open_files = 3;
  FileProcess process(disk, options, state.path());
  std::vector<NumberedFeed> feeds;
  for (int i = 0; i < 20; ++i) feeds.emplace_back("archive", absl::StrCat("device", i), 12);
  for (NumberedFeed& feed : feeds) {
    ASSERT_TRUE(process.world().Await(process.output().Recover(feed.key())).ok());
  }
  for (int round = 0; round < 6; ++round) {
    for (NumberedFeed& feed : feeds) {
      auto [batch, step] = feed.Next(2);
      ASSERT_TRUE(process.world().Await(process.output().Deliver(feed.key(), batch, step)).ok());
      feed.Advance(2);
      ASSERT_LE(disk.open_files(), 3);
    }
  }
  process.world().Await(process.output().Close());
  EXPECT_EQ(disk.open_files(), 0);
}

// A remote file system may keep whoever closes a file until its server answers.
TEST_F(FileOutputTest, ClosesFilesWhereItMayWait) {
  int closed = 0;
  files().OnClose([&] {
    ++closed;
    EXPECT_TRUE(InlineBlocking::works());
  });
  world_.options().max_open_files = 2;
  world_.Start();
  for (int i = 0; i < 4; ++i) {
    NumberedFeed feed("archive", absl::StrCat("device", i), 30);
    ASSERT_TRUE(TryRecover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 20).ok());
    files().FailAt(1, MemoryFiles::Failure::kIoError);
    EXPECT_FALSE(Deliver(feed, 5).ok());
    files().Heal();
    ResetFeed(feed, "10");
    world_.store().Refuse(true);
    EXPECT_FALSE(TryRecover(feed).ok());
    world_.store().Refuse(false);
    ASSERT_TRUE(TryRecover(feed).ok());
    ASSERT_TRUE(Deliver(feed, 5).ok());
  }
  world_.world().Await(world_.output().Close());
  EXPECT_EQ(files().open_files(), 0);
  EXPECT_GE(closed, 8);
  files().OnClose([] {});
}

TEST_F(FileOutputTest, DeliversForManyFeedsAtOnceWithFewCommits) {
  constexpr int kFeeds = 40;
  std::vector<NumberedFeed> feeds;
  for (int i = 0; i < kFeeds; ++i) feeds.emplace_back("archive", absl::StrCat("device", i), 10);
  for (NumberedFeed& feed : feeds) ASSERT_TRUE(TryRecover(feed).ok());
  const auto commits = [&] {
    const auto& passed = world_.world().crash_points().passed();
    return std::count(passed.begin(), passed.end(), "state.after_commit");
  };
  const auto before = commits();
  int done = 0;
  for (NumberedFeed& feed : feeds) {
    auto [batch, step] = feed.Next(10);
    boost::asio::co_spawn(world_.world().io(), world_.output().Deliver(feed.key(), batch, step),
                          [&](std::exception_ptr, absl::Status status) {
                            EXPECT_TRUE(status.ok()) << status;
                            ++done;
                          });
  }
  world_.world().RunFor(absl::Seconds(1));
  EXPECT_EQ(done, kFeeds);
  EXPECT_LT(commits() - before, kFeeds / 2) << "two commits a feed, shared";
  for (NumberedFeed& feed : feeds) {
    EXPECT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(10)));
  }
}

TEST_F(FileOutputTest, LeavesNothingButTheCompressedFileAndItsManifest) {
  for (const Compression compression : {Compression::kZstd, Compression::kGzip}) {
    world_.options().compression = compression;
    world_.Start();
    NumberedFeed feed("archive", std::string(NameOf(compression)), 60);
    DeliverAll(feed);
    SealAll();
    const std::string& device = feed.key().device;
    const std::vector<std::string> sealed = NamesOf(Part::kSealed, device);
    EXPECT_GT(sealed.size(), 1u);
    EXPECT_EQ(world_.Names(device).size(), 2 * sealed.size());
    for (const std::string& name : sealed) {
      EXPECT_TRUE(name.ends_with(EndingOf(compression))) << name;
      EXPECT_TRUE(files().Exists(PathOf(name, device) + kManifestEnding)) << name;
    }
    EXPECT_TRUE(SameLines(world_.Lines(device), feed.Lines(60)));
  }
}

// Otherwise its readers would find it twice.
TEST_F(FileOutputTest, SealsAFileAsItWasBegunWhateverIsConfiguredThen) {
  for (const std::string_view point : {kAfterCompressSync, kAfterManifestRename, kAfterSealRename,
                                       kAfterSealCommit, kAfterOpenRemove}) {
    for (const std::uint64_t seed : {0u, 1u, 2u}) {
      StartCompressing();
      NumberedFeed feed("archive", absl::StrCat(std::string(point), seed), 20);
      ASSERT_TRUE(TryRecover(feed).ok());
      ASSERT_TRUE(Deliver(feed, 10).ok());
      world_.world().crash_points().Arm(std::string(point));
      EXPECT_THROW(SealAll(), SimulatedCrash);
      world_.Crash(seed);
      world_.options().compression = seed == 1 ? Compression::kNone : Compression::kGzip;
      world_.Start();
      DeliverAll(feed);
      SealAll();
      EXPECT_TRUE(SameLines(world_.Lines(feed.key().device), feed.Lines(20))) << point;
      EXPECT_THAT(NamesOf(Part::kOpen, feed.key().device), IsEmpty()) << point;
      EXPECT_TRUE(NamesOf(Part::kSealed, feed.key().device)[0].ends_with(".zst")) << point;
    }
  }
}

TEST_F(FileOutputTest, TakesTheSourceOfASealedFileAwayOnceItCan) {
  StartCompressing();
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  const std::string open = PathOf(NamesOf(Part::kOpen)[0]);
  const std::string content = files().Content(open);
  SealAll();
  for (const bool state_is_lost : {false, true}) {
    files().Overwrite(open, content + "cut");
    if (state_is_lost) {
      LoseState();
      ASSERT_FALSE(TryRecover(feed_).ok());
      ResetFeed(feed_, "10");
    }
    ASSERT_TRUE(TryRecover(feed_).ok());
    EXPECT_FALSE(files().Exists(open));
  }
  SealAll();
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(10)));
}

TEST_F(FileOutputTest, BeginsANewFileWhenTheFormatChanges) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  world_.Crash(0);
  world_.format() = "raw";
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  SealAll();
  const std::vector<std::string> sealed = NamesOf(Part::kSealed);
  ASSERT_EQ(sealed.size(), 2u);
  EXPECT_EQ(Manifest(sealed[0])["format"], "ocsf");
  EXPECT_EQ(Manifest(sealed[1])["format"], "raw");
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(10)));
}

TEST_F(FileOutputTest, SealsTheFilesOfADeviceThatIsNoLongerThere) {
  for (const bool compresses : {false, true}) {
    if (compresses) StartCompressing();
    NumberedFeed gone("archive", compresses ? "gone" : "left", 10);
    ASSERT_TRUE(TryRecover(gone).ok());
    ASSERT_TRUE(Deliver(gone, 10).ok());
    world_.Crash(0);
    world_.Start();
    ASSERT_TRUE(TryRecover(feed_).ok());
    world_.world().RunFor(absl::Minutes(10));
    EXPECT_EQ(NamesOf(Part::kOpen, gone.key().device).size(), 1u) << "it may come back";
    SealAll();
    EXPECT_THAT(NamesOf(Part::kOpen, gone.key().device), IsEmpty());
    EXPECT_EQ(NamesOf(Part::kSealed, gone.key().device).size(), 1u);
    EXPECT_TRUE(SameLines(world_.Lines(gone.key().device), gone.Lines(10)));
    DeliverAll(gone);
  }
}

TEST_F(FileOutputTest, SealsTheFilesOfDevicesThatAreGoneWhereNoneIsLeft) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  world_.Crash(0);
  world_.Start();
  SealAll();
  EXPECT_THAT(NamesOf(Part::kOpen), IsEmpty());
  EXPECT_EQ(NamesOf(Part::kSealed).size(), 1u);
}

TEST_F(FileOutputTest, SaysWhatToDoAboutAFileThatVanishesBeforeItIsSealed) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 10).ok());
  ASSERT_TRUE(files().Remove(PathOf(NamesOf(Part::kOpen)[0])).ok());
  SealAll();
  EXPECT_TRUE(world_.world().log().Contains("file cannot be sealed"));
  EXPECT_TRUE(world_.world().log().Contains("cce device reset lyon --output archive --from TIME"));
}

TEST_F(FileOutputTest, ADeviceThatComesBackGoesOnWithItsFile) {
  NumberedFeed late("archive", "oslo", 20);
  ASSERT_TRUE(TryRecover(late).ok());
  ASSERT_TRUE(Deliver(late, 10).ok());
  world_.Crash(0);
  world_.Start();
  ASSERT_TRUE(TryRecover(feed_).ok());
  world_.world().RunFor(absl::Minutes(10));
  DeliverAll(late);
  SealAll();
  EXPECT_EQ(NamesOf(Part::kSealed, "oslo").size(), 1u);
  EXPECT_TRUE(SameLines(world_.Lines("oslo"), late.Lines(20)));
}

TEST_F(FileOutputTest, LeavesNoEmptyFileOfADeviceThatIsNoLongerThere) {
  NumberedFeed gone("archive", "gone", 10);
  ASSERT_TRUE(TryRecover(gone).ok());
  world_.world().crash_points().Arm(std::string(kAfterCreateSync));
  EXPECT_THROW(Deliver(gone, 5).IgnoreError(), SimulatedCrash);
  world_.Crash(1);
  world_.Start();
  ASSERT_EQ(NamesOf(Part::kOpen, "gone").size(), 1u);
  ASSERT_TRUE(TryRecover(feed_).ok());
  SealAll();
  EXPECT_THAT(world_.Names("gone"), IsEmpty());
  DeliverAll(gone);
}

TEST_F(FileOutputTest, GivesANumberThatIsStillInUseToNoOtherFile) {
  NumberedFeed late("archive", "oslo", 20);
  ASSERT_TRUE(TryRecover(late).ok());
  world_.world().crash_points().Arm(std::string(kAfterCreateSync));
  EXPECT_THROW(Deliver(late, 5).IgnoreError(), SimulatedCrash);
  world_.Crash(1);
  world_.Start();
  files().Forbid(PathOf(NamesOf(Part::kOpen, "oslo")[0], "oslo"));
  ASSERT_TRUE(TryRecover(feed_).ok());
  SealAll();
  ASSERT_TRUE(TryRecover(late).ok());
  ASSERT_TRUE(Deliver(late, 10).ok());
  files().Forbid("");
  world_.world().RunFor(absl::Minutes(5));
  world_.Crash(0);
  world_.Start();
  DeliverAll(late);
}

TEST_F(FileOutputTest, GoesOnWithTheStateOfTheVersionBefore) {
  ASSERT_TRUE(TryRecover(feed_).ok());
  ASSERT_TRUE(Deliver(feed_, 5).ok());
  Commit old{"archive", {}, {}};
  const auto values = world_.world().Await(world_.store().Values("archive", "lyon/"));
  ASSERT_TRUE(values.ok()) << values.status();
  for (OutputValue value : *values) {
    const std::size_t line_end = std::min(value.value->find('\n'), value.value->size());
    json object = json::parse(value.value->substr(0, line_end));
    for (const char* key :
         {"path", "folder", "output", "device", "tenant", "format", "compression"}) {
      object.erase(key);
    }
    if (line_end == value.value->size()) object.erase("organisation");
    value.value = object.dump() + value.value->substr(line_end);
    old.values.push_back(std::move(value));
  }
  ASSERT_TRUE(world_.world().Await(world_.store().Write(old)).ok());
  world_.Crash(0);
  StartCompressing();
  DeliverAll(feed_);
  SealAll();
  EXPECT_TRUE(SameLines(world_.Lines("lyon"), feed_.Lines(60)));
  EXPECT_TRUE(NamesOf(Part::kSealed)[0].ends_with(".ndjson")) << "it was begun as a plain file";
}

TEST_F(FileOutputTest, ClosesWithoutEverHavingBeenUsed) {
  world_.world().Await(world_.output().Close());
}

}  // namespace
}  // namespace cce::file
