// SQLite as C++ values: a connection, its prepared statements and its errors as absl::Status.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cce {

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// A prepared statement. Used by one thread at a time.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

 private:
  friend class Query;
  std::unique_ptr<sqlite3_stmt, CloseStatement> statement_;
};

// One execution of a statement. What is bound must live as long as the query.
class Query {
 public:
  explicit Query(const Statement& statement) : statement_(statement.statement_.get()) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // Binds the next parameter, from the first on.
  Query& Int(std::int64_t value);
  Query& Text(std::string_view value);
  Query& Blob(std::string_view value);
  Query& Null();

  // True: a row is there to be read. False: the statement is done.
  absl::StatusOr<bool> Step();
  // For statements without rows.
  absl::Status Run();

  // Columns of the row, from 0. Views live until the next Step.
  std::int64_t IntAt(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view BytesAt(int column) const;
  bool NullAt(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  void Check(int result);

  sqlite3_stmt* statement_;
  int next_ = 1;
  int bind_error_ = SQLITE_OK;
};

// A connection. Used by one thread at a time.
class Database {
 public:
  // Opens the file at `path`, which exists. `vfs` names the SQLite VFS; nullptr is the system's.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, const char* vfs);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  absl::Status Execute(const std::string& sql);
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // The first column of the first row; an error without one.
  absl::StatusOr<std::int64_t> Int(std::string_view sql);

  std::int64_t LastInsertedRow() const { return sqlite3_last_insert_rowid(connection_); }
  // True between BEGIN and COMMIT or ROLLBACK.
  bool InTransaction() const { return sqlite3_get_autocommit(connection_) == 0; }

 private:
  explicit Database(sqlite3* connection) : connection_(connection) {}

  sqlite3* const connection_;
};

}  // namespace cce
