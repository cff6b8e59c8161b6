#include "cce/system/posix_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/fakes/temporary_directory.h"

namespace cce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PosixFilesTest : public testing::Test {
 protected:
  std::string Path(std::string_view name) const { return folder_ + "/" + std::string(name); }

  static absl::Status Append(File& file, std::vector<std::string_view> pieces) {
    const absl::StatusOr<std::uint64_t> size = file.Size();
    return size.ok() ? file.WriteAt(*size, pieces) : size.status();
  }

  static std::string Content(File& file) {
    std::string content(*file.Size() + 10, '\0');
    absl::StatusOr<std::size_t> size = file.ReadAt(0, content.data(), content.size());
    EXPECT_TRUE(size.ok()) << size.status();
    content.resize(*size);
    return content;
  }

  mode_t ModeOf(const std::string& path) const {
    struct stat found;
    EXPECT_EQ(::stat(path.c_str(), &found), 0);
    return found.st_mode & 0777;
  }

  const TemporaryDirectory temporary_{std::filesystem::temp_directory_path()};
  const std::string folder_ = temporary_.path();
  PosixFiles files_;
};

TEST_F(PosixFilesTest, WritesPiecesAndReadsThemBack) {
  std::unique_ptr<File> file = *files_.Create(Path("a"));
  EXPECT_TRUE(Append(*file, {"one", "", "two", ""}).ok());
  EXPECT_TRUE(Append(*file, {}).ok());
  EXPECT_TRUE(Append(*file, {"three"}).ok());
  EXPECT_TRUE(file->SyncData().ok());
  EXPECT_EQ(Content(*file), "onetwothree");
  EXPECT_TRUE(file->WriteAt(3, std::vector<std::string_view>{"TWO"}).ok());
  EXPECT_EQ(Content(**files_.OpenForReading(Path("a"))), "oneTWOthree");
}

TEST_F(PosixFilesTest, WritesMorePiecesThanTheKernelTakesAtOnce) {
  std::string expected;
  std::vector<std::string> texts;
  for (int i = 0; i < 5'000; ++i) texts.push_back(std::to_string(i));
  for (const std::string& text : texts) expected += text;
  std::unique_ptr<File> file = *files_.Create(Path("a"));
  const std::vector<std::string_view> pieces(texts.begin(), texts.end());
  EXPECT_TRUE(file->WriteAt(0, pieces).ok());
  EXPECT_EQ(Content(*file), expected);
}

TEST_F(PosixFilesTest, GoesOnAfterAShortWriteAndReportsTheLimit) {
  std::unique_ptr<File> file = *files_.Create(Path("a"));
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {5, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = Append(*file, {"one", "two", "three"});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(Path("a") + ": File too large"));
  EXPECT_EQ(Content(*file), "onetw");
}

TEST_F(PosixFilesTest, TruncatesAndReadsToTheEndOnly) {
  std::unique_ptr<File> file = *files_.Create(Path("a"));
  EXPECT_TRUE(Append(*file, {"0123456789"}).ok());
  EXPECT_TRUE(file->Truncate(4).ok());
  EXPECT_EQ(*file->Size(), 4u);
  char bytes[8];
  EXPECT_EQ(*file->ReadAt(2, bytes, sizeof bytes), 2u);
  EXPECT_EQ(*file->ReadAt(9, bytes, sizeof bytes), 0u);
}

TEST_F(PosixFilesTest, MakesFilesAndFoldersThatOthersCannotRead) {
  const mode_t umask = ::umask(0);
  EXPECT_TRUE(files_.Create(Path("a")).ok());
  EXPECT_TRUE(files_.MakeDirectories(Path("b/c")).ok());
  ::umask(umask);
  EXPECT_EQ(ModeOf(Path("a")), 0640u);
  EXPECT_EQ(ModeOf(Path("b")), 0750u);
  EXPECT_EQ(ModeOf(Path("b/c")), 0750u);
}

TEST_F(PosixFilesTest, NamesWhatIsMissingOrInTheWay) {
  EXPECT_EQ(files_.OpenForReading(Path("a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.OpenForWriting(Path("a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.Create(Path("no/a")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.Remove(Path("a")).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.Rename(Path("a"), Path("b")).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.SyncDirectory(Path("no")).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.List(Path("no")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(files_.Create(Path("a")).ok());
  const absl::Status again = files_.Create(Path("a")).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(again.message(), "creating " + Path("a") + ": File exists");
  EXPECT_EQ(files_.MakeDirectories(Path("a/b")).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(files_.MakeDirectories(Path("a")).code(), absl::StatusCode::kUnavailable);
}

TEST_F(PosixFilesTest, ReportsAFullDisk) {
  absl::StatusOr<std::unique_ptr<File>> full = files_.OpenForWriting("/dev/full");
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ((*full)->WriteAt(0, std::vector<std::string_view>{"x"}).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(PosixFilesTest, ReportsWritingToAFileThatIsOpenForReading) {
  EXPECT_TRUE(files_.Create(Path("a")).ok());
  std::unique_ptr<File> file = *files_.OpenForReading(Path("a"));
  EXPECT_FALSE(Append(*file, {"x"}).ok());
  EXPECT_FALSE(file->Truncate(0).ok());
}

TEST_F(PosixFilesTest, HoldsAFailedSyncAgainstTheFileForEver) {
  std::unique_ptr<File> unsyncable = *files_.OpenForReading("/dev/null");  // fdatasync says EINVAL
  EXPECT_EQ(unsyncable->SyncData().code(), absl::StatusCode::kDataLoss);
  const absl::Status again = unsyncable->SyncData();
  EXPECT_EQ(again.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(again.message()), HasSubstr("earlier"));
}

TEST_F(PosixFilesTest, RenamesOverWhatIsThereAndRemoves) {
  EXPECT_TRUE(Append(**files_.Create(Path("a")), {"a"}).ok());
  EXPECT_TRUE(Append(**files_.Create(Path("b")), {"b"}).ok());
  EXPECT_TRUE(files_.Rename(Path("a"), Path("b")).ok());
  EXPECT_TRUE(files_.SyncDirectory(folder_).ok());
  EXPECT_EQ(Content(**files_.OpenForReading(Path("b"))), "a");
  EXPECT_TRUE(files_.Remove(Path("b")).ok());
  EXPECT_THAT(*files_.List(folder_), ElementsAre());
}

TEST_F(PosixFilesTest, MakesFoldersThatArePartlyThere) {
  EXPECT_TRUE(files_.MakeDirectories(Path("x/y/")).ok());
  EXPECT_TRUE(files_.MakeDirectories(Path("x/y/z")).ok());
  EXPECT_TRUE(files_.MakeDirectories(Path("x/y/z")).ok());
  EXPECT_TRUE(files_.MakeDirectories("/").ok());
  EXPECT_TRUE(files_.Create(Path("x/y/z/file")).ok());
}

TEST_F(PosixFilesTest, TakesNoFolderForDurableWhoseParentCouldNotBeSynced) {
  // Without descriptors folders can be made, but not synced.
  rlimit usual;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{0, usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status first = files_.MakeDirectories(Path("new/below"));
  const absl::Status second = files_.MakeDirectories(Path("new"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_TRUE(std::filesystem::is_directory(Path("new")));
  EXPECT_TRUE(absl::IsUnavailable(first)) << first;
  EXPECT_TRUE(absl::IsUnavailable(second)) << second;
  EXPECT_TRUE(files_.MakeDirectories(Path("new/below")).ok());
}

TEST_F(PosixFilesTest, ListsNamesInOrder) {
  for (const char* name : {"b", "a", ".hidden", "c"}) EXPECT_TRUE(files_.Create(Path(name)).ok());
  EXPECT_THAT(*files_.List(folder_), ElementsAre(".hidden", "a", "b", "c"));
}

TEST_F(PosixFilesTest, ClosesDescriptorsOnExecAndAtTheEnd) {
  const int next = ::dup(0);
  ::close(next);
  {
    std::unique_ptr<File> file = *files_.Create(Path("a"));
    EXPECT_EQ(::fcntl(next, F_GETFD), FD_CLOEXEC);
  }
  EXPECT_EQ(::fcntl(next, F_GETFD), -1);
}

}  // namespace
}  // namespace cce
