#include "tests/fakes/memory_files.h"

#include <array>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Unsynced = MemoryFiles::Unsynced;

class MemoryFilesTest : public ::testing::Test {
 protected:
  MemoryFilesTest() { EXPECT_TRUE(files_.MakeDirectories("/a/b").ok()); }

  static absl::Status Write(File& file, std::uint64_t offset, std::string_view text) {
    const std::array<std::string_view, 1> pieces = {text};
    return file.WriteAt(offset, pieces);
  }
  std::unique_ptr<File> MakeDurable(const std::string& path, std::string_view text) {
    std::unique_ptr<File> file = *files_.Create(path);
    EXPECT_TRUE(Write(*file, 0, text).ok());
    EXPECT_TRUE(file->SyncData().ok());
    EXPECT_TRUE(files_.SyncDirectory("/a/b").ok());
    return file;
  }

  MemoryFiles files_;
};

TEST_F(MemoryFilesTest, KeepsWhatWasSyncedThroughAPowerCut) {
  MakeDurable("/a/b/f", "one");
  files_.PowerCut(Unsynced::kLost);
  EXPECT_EQ(files_.Content("/a/b/f"), "one");
}

TEST_F(MemoryFilesTest, LosesBytesThatWereNotSynced) {
  const auto file = MakeDurable("/a/b/f", "one");
  ASSERT_TRUE(Write(*file, 3, "two").ok());
  EXPECT_EQ(files_.Content("/a/b/f"), "onetwo");
  files_.PowerCut(Unsynced::kLost);
  EXPECT_EQ(files_.Content("/a/b/f"), "one");
}

TEST_F(MemoryFilesTest, LosesAFileWhoseDirectoryWasNotSynced) {
  const auto file = *files_.Create("/a/b/f");
  ASSERT_TRUE(Write(*file, 0, "one").ok());
  ASSERT_TRUE(file->SyncData().ok());
  files_.PowerCut(Unsynced::kLost);
  EXPECT_FALSE(files_.Exists("/a/b/f"));
}

TEST_F(MemoryFilesTest, LosesARenameThatWasNotSynced) {
  MakeDurable("/a/b/f", "one");
  ASSERT_TRUE(files_.Rename("/a/b/f", "/a/b/g").ok());
  EXPECT_THAT(*files_.List("/a/b"), ElementsAre("g"));
  files_.PowerCut(Unsynced::kLost);
  EXPECT_THAT(*files_.List("/a/b"), ElementsAre("f"));
}

TEST_F(MemoryFilesTest, MayTearWhatWasAppendedButNotWhatWasSynced) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    MemoryFiles files;
    ASSERT_TRUE(files.MakeDirectories("/d").ok());
    const auto file = *files.Create("/d/f");
    ASSERT_TRUE(Write(*file, 0, "synced").ok());
    ASSERT_TRUE(file->SyncData().ok());
    ASSERT_TRUE(files.SyncDirectory("/d").ok());
    ASSERT_TRUE(Write(*file, 6, std::string(500, 'x')).ok());
    files.PowerCut(Unsynced::kTorn, seed);
    const std::string left = files.Content("/d/f");
    EXPECT_EQ(left.substr(0, 6), "synced");
    EXPECT_LE(left.size(), 506u);
  }
}

TEST_F(MemoryFilesTest, ReportsAFailedSyncOnceAndThenLosesTheBytesSilently) {
  const auto file = MakeDurable("/a/b/f", "one");
  ASSERT_TRUE(Write(*file, 3, "two").ok());
  files_.FailAt(1, MemoryFiles::Failure::kSyncError);
  EXPECT_TRUE(absl::IsDataLoss(file->SyncData()));
  EXPECT_TRUE(file->SyncData().ok());
  ASSERT_TRUE(Write(*file, 6, "three").ok());
  EXPECT_TRUE(file->SyncData().ok());
  files_.PowerCut(Unsynced::kLost);
  EXPECT_EQ(files_.Content("/a/b/f"), std::string("one\0\0\0three", 11));
}

TEST_F(MemoryFilesTest, WritesHalfWhenTheDiskIsFull) {
  const auto file = MakeDurable("/a/b/f", "");
  files_.FailAt(2, MemoryFiles::Failure::kNoSpace);
  EXPECT_TRUE(Write(*file, 0, "1234").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Write(*file, 4, "5678")));
  EXPECT_EQ(files_.Content("/a/b/f"), "123456");
  EXPECT_TRUE(Write(*file, 4, "5678").ok());
}

TEST_F(MemoryFilesTest, EndsEveryOpenFileWithThePowerCut) {
  const auto file = MakeDurable("/a/b/f", "one");
  files_.PowerCut(Unsynced::kKept);
  EXPECT_TRUE(absl::IsUnavailable(Write(*file, 0, "x")));
  EXPECT_TRUE(absl::IsUnavailable(file->SyncData()));
}

TEST_F(MemoryFilesTest, AnswersAsTheContractSays) {
  MakeDurable("/a/b/f", "one");
  EXPECT_TRUE(absl::IsAlreadyExists(files_.Create("/a/b/f").status()));
  EXPECT_TRUE(absl::IsNotFound(files_.OpenForWriting("/a/b/g").status()));
  EXPECT_TRUE(absl::IsNotFound(files_.Create("/a/c/f").status()));
  EXPECT_TRUE(absl::IsNotFound(files_.List("/a/c").status()));
  EXPECT_TRUE(absl::IsNotFound(files_.Remove("/a/b/g")));
  EXPECT_THAT(*files_.List("/a"), IsEmpty());
}

}  // namespace
}  // namespace cce
