#include "cce/state/sqlite.h"

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cce {
namespace {

// Result codes: https://www.sqlite.org/rescode.html
absl::StatusCode CodeOf(int result, int system_error) {
  switch (result) {
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_DATA:
    case SQLITE_IOERR_CORRUPTFS:
      return absl::StatusCode::kDataLoss;
    default:
      break;
  }
  switch (result & 0xff) {
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_IOERR:
      // A full disk is met by other calls than write as well: by ftruncate, by fsync.
      return system_error == ENOSPC || system_error == EDQUOT ? absl::StatusCode::kResourceExhausted
                                                              : absl::StatusCode::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status Failure(sqlite3* connection, int result) {
  const int system_error = connection == nullptr ? 0 : sqlite3_system_errno(connection);
  const char* words = connection == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(connection);
  const char* path = connection == nullptr ? nullptr : sqlite3_db_filename(connection, "main");
  return absl::Status(
      CodeOf(result, system_error),
      absl::StrCat(path == nullptr ? "state" : path, ": ", words, " (SQLite code ", result, ")"));
}

}  // namespace

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::Check(int result) {
  if (result != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = result;
}

Query& Query::Int(std::int64_t value) {
  Check(sqlite3_bind_int64(statement_, next_++, value));
  return *this;
}

Query& Query::Text(std::string_view value) {
  // A null pointer would bind NULL.
  Check(sqlite3_bind_text64(statement_, next_++, value.data() == nullptr ? "" : value.data(),
                            value.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Query& Query::Blob(std::string_view value) {
  Check(sqlite3_bind_blob64(statement_, next_++, value.data() == nullptr ? "" : value.data(),
                            value.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::Null() {
  Check(sqlite3_bind_null(statement_, next_++));
  return *this;
}

absl::StatusOr<bool> Query::Step() {
  if (bind_error_ != SQLITE_OK) return Failure(sqlite3_db_handle(statement_), bind_error_);
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return Failure(sqlite3_db_handle(statement_), result);
}

absl::Status Query::Run() {
  const absl::StatusOr<bool> row = Step();
  return row.status();
}

std::string_view Query::BytesAt(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path, const char* vfs) {
  sqlite3* connection = nullptr;
  // NOMUTEX: one thread at a time uses the connection, so SQLite need not lock.
  const int result =
      sqlite3_open_v2(path.c_str(), &connection,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  if (result != SQLITE_OK) {
    const absl::Status failure = Failure(connection, result);
    sqlite3_close(connection);
    return failure;
  }
  return std::unique_ptr<Database>(new Database(connection));
}

Database::~Database() { sqlite3_close_v2(connection_); }

absl::Status Database::Execute(const std::string& sql) {
  const int result = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : Failure(connection_, result);
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return Failure(connection_, result);
  return Statement(statement);
}

absl::StatusOr<std::int64_t> Database::Int(std::string_view sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  Query query(*statement);
  const absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError(absl::StrCat("no row: ", std::string(sql)));
  return query.IntAt(0);
}

}  // namespace cce
