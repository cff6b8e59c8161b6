#include "cce/state/open_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cce/state/failing_vfs.h"
#include "cce/state/sqlite.h"
#include "cce/state/state_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/temporary_directory.h"

namespace cce {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OpenStateTest : public ::testing::Test {
 protected:
  std::string dir() const { return temporary_.path() + "/state"; }
  std::string database() const { return dir() + "/state.db"; }

  void WriteSomething() {
    Engine engine(dir());
    ASSERT_TRUE(engine.status().ok()) << engine.status();
    ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), "p1")).ok());
  }

  void Execute(const std::string& sql) {
    const auto opened = Database::Open(database(), nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_TRUE((*opened)->Execute(sql).ok());
  }

  static mode_t ModeOf(const std::string& path) {
    struct stat found;
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
  }

  // The message of the refusal.
  static std::string Refused(const absl::Status& status, absl::StatusCode code) {
    EXPECT_EQ(status.code(), code) << status;
    return std::string(status.message());
  }

  TemporaryDirectory temporary_;
};

TEST_F(OpenStateTest, KeepsWhatWasWritten) {
  WriteSomething();
  Engine engine(dir());
  EXPECT_EQ(engine.Position(Feed("a")), "p1");
}

TEST_F(OpenStateTest, MakesItsDirectoryAndFilesForTheOwnerOnly) {
  Engine engine(dir());
  ASSERT_TRUE(engine.Write(PositionCommit(Feed("a"), "p1")).ok());
  EXPECT_EQ(ModeOf(dir()), 0700u);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(dir())) {
    EXPECT_EQ(ModeOf(entry.path()), 0600u) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 3) << "lock, database and its log";
}

TEST_F(OpenStateTest, TakesOthersPermissionsAway) {
  WriteSomething();
  fs::permissions(dir(), fs::perms(0755));
  fs::permissions(database(), fs::perms(0644));
  Engine engine(dir());
  EXPECT_EQ(ModeOf(dir()), 0700u);
  EXPECT_EQ(ModeOf(database()), 0600u);
}

TEST_F(OpenStateTest, RefusesASecondEngineAndNamesTheFirst) {
  Engine first(dir());
  ASSERT_TRUE(first.status().ok());
  Engine second(dir());
  const std::string words = Refused(second.status(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(words, HasSubstr(absl::StrCat("process ", ::getpid())));
  EXPECT_THAT(words, HasSubstr("stop it"));
  EXPECT_TRUE(first.Write(PositionCommit(Feed("a"), "p1")).ok());
}

TEST_F(OpenStateTest, IsFreeAgainWhenTheFirstEngineHasEnded) {
  WriteSomething();
  WriteSomething();
}

TEST_F(OpenStateTest, RefusesADatabaseThatAnotherProgramHasOpen) {
  WriteSomething();
  const auto other = Database::Open(database(), nullptr);
  ASSERT_TRUE(other.ok());
  ASSERT_TRUE((*other)->Execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").ok());
  Engine engine(dir());
  EXPECT_THAT(Refused(engine.status(), absl::StatusCode::kFailedPrecondition),
              HasSubstr("another program"));
}

TEST_F(OpenStateTest, FixesTheNameOfTheEngineAtTheFirstStart) {
  {
    Engine first(StateOptions{.state_dir = dir(), .default_cce_id = "host-a"});
    EXPECT_EQ(first.cce_id(), "host-a");
  }
  {
    Engine renamed_host(StateOptions{.state_dir = dir(), .default_cce_id = "host-b"});
    ASSERT_TRUE(renamed_host.status().ok());
    EXPECT_EQ(renamed_host.cce_id(), "host-a");
  }
  Engine other(StateOptions{.state_dir = dir(), .cce_id = "siem-2", .default_cce_id = "host-a"});
  const std::string words = Refused(other.status(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(words, HasSubstr("\"siem-2\""));
  EXPECT_THAT(words, HasSubstr("\"host-a\""));
}

TEST_F(OpenStateTest, TakesTheConfiguredNameAtTheFirstStart) {
  Engine engine(StateOptions{.state_dir = dir(), .cce_id = "siem-1", .default_cce_id = "host"});
  EXPECT_EQ(engine.cce_id(), "siem-1");
}

TEST_F(OpenStateTest, RefusesTheStateOfANewerVersionAndLeavesItAlone) {
  WriteSomething();
  Execute("PRAGMA user_version = 99");
  Engine engine(dir());
  EXPECT_THAT(Refused(engine.status(), absl::StatusCode::kFailedPrecondition),
              ::testing::AllOf(HasSubstr("newer"), HasSubstr("99"), HasSubstr("run that version")));
  Execute("PRAGMA user_version = 1");
  EXPECT_EQ(Engine(dir()).Position(Feed("a")), "p1");
}

TEST_F(OpenStateTest, RefusesTheDatabaseOfAnotherProgram) {
  WriteSomething();
  Execute("PRAGMA application_id = 7");
  Engine engine(dir());
  EXPECT_THAT(Refused(engine.status(), absl::StatusCode::kFailedPrecondition),
              HasSubstr("another program's database"));
}

TEST_F(OpenStateTest, RefusesTablesThatNobodyHasSigned) {
  fs::create_directory(dir());
  std::ofstream(database()).close();
  Execute("CREATE TABLE precious (x)");
  Engine engine(dir());
  Refused(engine.status(), absl::StatusCode::kFailedPrecondition);
  Execute("SELECT * FROM precious");
}

TEST_F(OpenStateTest, RefusesAFileThatIsNoDatabase) {
  fs::create_directory(dir());
  std::ofstream(database()) << std::string(10'000, 'x');
  Engine engine(dir());
  EXPECT_THAT(Refused(engine.status(), absl::StatusCode::kDataLoss), HasSubstr("backup"));
  EXPECT_EQ(fs::file_size(database()), 10'000u);
}

TEST_F(OpenStateTest, NeverStartsAfreshWhenTheDatabaseIsGone) {
  WriteSomething();
  fs::remove(database());
  const std::string gone = Refused(Engine(dir()).status(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(gone, ::testing::AllOf(HasSubstr("gone"), HasSubstr("/lock")));
  EXPECT_FALSE(fs::exists(database()));

  std::ofstream(database()).close();
  EXPECT_THAT(Refused(Engine(dir()).status(), absl::StatusCode::kDataLoss), HasSubstr("empty"));

  fs::remove(dir() + "/lock");
  EXPECT_EQ(Engine(dir()).Position(Feed("a")), "none") << "on purpose";
}

TEST_F(OpenStateTest, NeverAcceptsATruncatedDatabase) {
  {
    Engine engine(dir());
    for (int i = 0; i < 20; ++i) {
      Commit commit = PositionCommit(Feed("a"), absl::StrCat("p", i));
      commit.steps[0].step.blocks.push_back(Block(i, i, 2'000));
      ASSERT_TRUE(engine.Write(std::move(commit)).ok());
    }
  }
  const std::string whole = temporary_.path() + "/whole.db";
  fs::copy_file(database(), whole);
  const std::uintmax_t size = fs::file_size(whole);
  ASSERT_GT(size, 300'000u);
  for (std::uintmax_t cut = 0; cut < size; cut += 4096 * 5 + 512) {
    fs::copy_file(whole, database(), fs::copy_options::overwrite_existing);
    fs::resize_file(database(), cut);
    Engine engine(dir());
    ASSERT_TRUE(absl::IsDataLoss(engine.status())) << cut << ": " << engine.status();
  }
  fs::copy_file(whole, database(), fs::copy_options::overwrite_existing);
  EXPECT_EQ(Engine(dir()).Position(Feed("a")), "p19");
}

TEST_F(OpenStateTest, NeverAcceptsAnOverwrittenPage) {
  {
    Engine engine(dir());
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(engine.Write(PositionCommit(Feed(absl::StrCat("device-", i)), "p")).ok());
    }
  }
  const std::uintmax_t pages = fs::file_size(database()) / 4096;
  const std::string whole = temporary_.path() + "/whole.db";
  fs::copy_file(database(), whole);
  for (std::uintmax_t page = 0; page < pages; ++page) {
    fs::copy_file(whole, database(), fs::copy_options::overwrite_existing);
    {
      std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(page * 4096));
      file << std::string(4096, '\x5a');
    }
    Engine engine(dir());
    EXPECT_TRUE(absl::IsDataLoss(engine.status())) << page << ": " << engine.status();
  }
}

// A kill in the middle of a write leaves the log cut anywhere: what is left is the state after one
// of the commits, the last whole one.
TEST_F(OpenStateTest, FindsTheLastWholeCommitInATornLog) {
  const std::string copy = temporary_.path() + "/copy";
  constexpr int kCommits = 12;
  std::vector<std::uintmax_t> log_sizes;  // after each commit
  {
    Engine engine(dir());
    for (int i = 0; i < kCommits; ++i) {
      Commit commit = PositionCommit(Feed("a"), absl::StrCat("p", i));
      commit.steps[0].step.blocks.push_back(Block(i, i, 50));
      commit.values.push_back({"offset", absl::StrCat("v", i)});
      ASSERT_TRUE(engine.Write(std::move(commit)).ok());
      log_sizes.push_back(fs::file_size(database() + "-wal"));
    }
    fs::create_directory(copy);
    for (const auto& entry : fs::directory_iterator(dir())) {
      fs::copy(entry.path(), copy + "/" + entry.path().filename().string());
    }
  }
  ASSERT_EQ(log_sizes.back(), fs::file_size(copy + "/state.db-wal"));
  for (std::uintmax_t size = log_sizes.back() + 1; size-- > log_sizes.front();) {
    if (size % 509 != 0 && size != log_sizes.back()) continue;
    const std::string torn = temporary_.path() + "/torn";
    fs::remove_all(torn);
    fs::copy(copy, torn, fs::copy_options::recursive);
    fs::resize_file(torn + "/state.db-wal", size);
    int whole = -1;
    while (whole + 1 < kCommits && log_sizes[static_cast<std::size_t>(whole) + 1] <= size) ++whole;

    Engine engine(torn);
    ASSERT_TRUE(engine.status().ok()) << engine.status();
    ASSERT_EQ(engine.Position(Feed("a")), absl::StrCat("p", whole)) << size;
    const auto values = engine.Values("archive", "offset");
    ASSERT_TRUE(values.ok());
    ASSERT_EQ(values->front().value, absl::StrCat("v", whole)) << size;
    ASSERT_EQ(engine.Blocks(Feed("a"), 0, kCommits)->size(), static_cast<std::size_t>(whole) + 1);
  }
}

TEST_F(OpenStateTest, RefusesAReadOnlyDirectory) {
  WriteSomething();
  fs::permissions(temporary_.path(), fs::perms(0755));
  // root may write everywhere, so the test asks as somebody else.
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    ASSERT_EQ(::seteuid(65534), 0);
  } else {
    fs::permissions(dir(), fs::perms(0500));
  }
  Engine engine(dir());
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  } else {
    fs::permissions(dir(), fs::perms(0700));
  }
  EXPECT_THAT(Refused(engine.status(), absl::StatusCode::kPermissionDenied),
              HasSubstr("state_dir"));
}

// The first start on a disk that fails at each call in turn: an error, and the next start works.
TEST_F(OpenStateTest, CanBeMadeAgainAfterAFirstStartThatFailedAnywhere) {
  FailingVfs vfs("failing-open");
  for (const FailingVfs::Failure failure :
       {FailingVfs::Failure::kDiskFull, FailingVfs::Failure::kWriteError,
        FailingVfs::Failure::kLateError}) {
    int failed = 0;
    for (int n = 1;; ++n) {
      fs::remove_all(dir());
      const StateOptions options{.state_dir = dir(), .default_cce_id = "host", .vfs = vfs.name()};
      vfs.FailAt(n, failure, 1'000);
      absl::Status status = Engine(options).status();
      const bool reached = vfs.calls() >= n;
      vfs.Heal();
      if (!status.ok()) ++failed;
      Engine again(options);
      ASSERT_TRUE(again.status().ok()) << n << ": " << again.status() << " after " << status;
      ASSERT_TRUE(again.Write(PositionCommit(Feed("a"), "p1")).ok());
      if (!reached) break;
    }
    EXPECT_GT(failed, 3);
  }
}

}  // namespace
}  // namespace cce
