#include "cce/state/open_state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace cce {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

absl::Status SystemFailure(const std::string& path, int error) {
  const bool refused = error == EACCES || error == EPERM || error == EROFS;
  const bool full = error == ENOSPC || error == EDQUOT;
  return absl::Status(refused ? absl::StatusCode::kPermissionDenied
                      : full  ? absl::StatusCode::kResourceExhausted
                              : absl::StatusCode::kUnavailable,
                      absl::StrCat(path, ": ", std::generic_category().message(error),
                                   "; state_dir must be a directory that the user who runs cce "
                                   "owns and can write, with free space"));
}

absl::Status SyncDirectory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemFailure(path, errno);
  const absl::Cleanup close = [descriptor] { ::close(descriptor); };
  return ::fsync(descriptor) == 0 ? absl::OkStatus() : SystemFailure(path, errno);
}

// Takes what `mode` does not have away from the permissions of `path`.
absl::Status Restrict(const std::string& path, mode_t mode) {
  struct stat found;
  if (::stat(path.c_str(), &found) != 0) return SystemFailure(path, errno);
  if ((found.st_mode & 0777 & ~mode) == 0) return absl::OkStatus();
  return ::chmod(path.c_str(), found.st_mode & mode) == 0 ? absl::OkStatus()
                                                          : SystemFailure(path, errno);
}

absl::Status PrepareDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return SystemFailure(path, error.value());
  if (!absolute.has_filename()) absolute = absolute.parent_path();
  if (!std::filesystem::is_directory(absolute, error)) {
    std::filesystem::create_directories(absolute.parent_path(), error);
    if (error) return SystemFailure(path, error.value());
    if (::mkdir(absolute.c_str(), kDirectoryMode) != 0) return SystemFailure(path, errno);
    if (absl::Status synced = SyncDirectory(absolute.parent_path()); !synced.ok()) return synced;
  }
  return Restrict(path, kDirectoryMode);
}

// Makes the empty file that SQLite fills, so that it and the files beside it get our permissions.
absl::Status PrepareFile(const std::string& path, const StateOptions& options,
                         bool state_was_here) {
  struct stat found;
  const bool exists = ::stat(path.c_str(), &found) == 0;
  if (exists && found.st_size > 0) return Restrict(path, kFileMode);
  if (state_was_here) {
    return absl::DataLossError(absl::StrCat(
        path, " is ", exists ? "empty" : "gone",
        " although cce has run with this state_dir; put a ", "backup of it in place, or remove ",
        options.state_dir,
        "/lock to start afresh on purpose, then `cce device reset` each device (events may then be "
        "delivered again)"));
  }
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return SystemFailure(path, errno);
  ::close(descriptor);
  return SyncDirectory(options.state_dir);
}

constexpr char kDamageRemedy[] =
    "; check the disk, then put a backup of state.db in place, or move the whole directory away "
    "and "
    "start afresh with `cce device reset`";

// What opening a database says, in words for an operator.
absl::Status Refusal(const std::string& path, const absl::Status& status) {
  if (absl::IsDataLoss(status)) {
    return absl::DataLossError(
        absl::StrCat(path, " is damaged or no database: ", status.message(), kDamageRemedy));
  }
  if (status.message().find("locked") != absl::string_view::npos) {
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        " is open in another program; close it (while cce runs, `cce` commands go through its "
        "API, and nothing else may open the file)"));
  }
  return status;
}

// True if the database is empty, so that tables can be made in it.
absl::StatusOr<bool> Recognise(Database& database, const std::string& path) {
  const absl::StatusOr<std::int64_t> application = database.Int("PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<std::int64_t> version = database.Int("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const absl::StatusOr<std::int64_t> tables = database.Int("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*application == 0 && *version == 0 && *tables == 0) return true;
  if (*application != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is another program's database; give cce a state_dir of its own"));
  }
  if (*version != kTablesVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " was written by ", *version > kTablesVersion ? "a newer" : "another",
        " version of cce (tables version ", *version, ", this one has ", kTablesVersion,
        "); run that version, or put the backup from before the upgrade in place"));
  }
  return false;
}

absl::Status CheckPages(Database& database) {
  absl::StatusOr<Statement> check = database.Prepare("PRAGMA quick_check(1)");
  if (!check.ok()) return check.status();
  Query query(*check);
  const absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (*row && query.BytesAt(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(std::string(query.BytesAt(0)));
}

}  // namespace

absl::StatusOr<State> OpenState(const StateOptions& options, Blocking& blocking,
                                CrashPoints& crash_points, boost::asio::any_io_executor executor) {
  if (absl::Status made = PrepareDirectory(options.state_dir); !made.ok()) return made;
  absl::StatusOr<StateLock> lock = StateLock::Take(options.state_dir);
  if (!lock.ok()) return lock.status();
  const std::string path = options.state_dir + "/state.db";
  if (absl::Status made = PrepareFile(path, options, lock->marked()); !made.ok()) return made;

  absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(path, options.vfs);
  if (!opened.ok()) return Refusal(path, opened.status());
  Database& database = **opened;
  // One connection, held exclusively: the write-ahead log then needs no shared memory, and the bug
  // of two connections that reset it (https://www.sqlite.org/wal.html#walresetbug) cannot occur.
  // No memory map: an I/O error in one is a signal instead of an error.
  absl::Status status = database.Execute(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
      "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384");
  if (!status.ok()) return Refusal(path, status);
  const absl::StatusOr<bool> is_new = Recognise(database, path);
  if (!is_new.ok()) return Refusal(path, is_new.status());
  if (*is_new && lock->marked()) {
    return absl::DataLossError(absl::StrCat(path, " has lost its tables", kDamageRemedy));
  }
  // FULL: a commit is on disk when it returns; NORMAL would lose the last ones with the power
  // (https://www.sqlite.org/pragma.html#pragma_synchronous).
  status = database.Execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
  if (!status.ok()) return Refusal(path, status);

  if (*is_new) {
    const std::string& cce_id = options.cce_id.empty() ? options.default_cce_id : options.cce_id;
    status = CreateTables(database, cce_id);
  } else {
    status = CheckPages(database);
  }
  if (!status.ok()) return Refusal(path, status);

  absl::StatusOr<std::unique_ptr<Tables>> tables = Tables::Prepare(database);
  if (!tables.ok()) {
    return Refusal(path, absl::IsInternal(tables.status())
                             ? absl::DataLossError(tables.status().message())
                             : tables.status());
  }
  absl::StatusOr<std::string> cce_id = (*tables)->CceId();
  if (!cce_id.ok()) return Refusal(path, cce_id.status());
  if (!options.cce_id.empty() && options.cce_id != *cce_id) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cce_id is \"", options.cce_id, "\", but ", options.state_dir, " belongs to \"", *cce_id,
        "\", and an engine keeps its first name; set cce_id to that, or use another state_dir"));
  }
  if (absl::Status marked = lock->Mark(); !marked.ok()) return marked;

  auto store = std::make_unique<SqliteStore>(*std::move(opened), *std::move(tables), blocking,
                                             crash_points, std::move(executor));
  return State{*std::move(lock), *std::move(cce_id), std::move(store)};
}

}  // namespace cce
