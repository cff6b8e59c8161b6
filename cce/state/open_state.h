// Opens the state directory: the one place that decides whether what lies there may be used.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cce/state/sqlite_store.h"
#include "cce/state/state_lock.h"

namespace cce {

struct StateOptions {
  std::string state_dir;
  std::string cce_id;          // as configured; empty: whatever the state keeps
  std::string default_cce_id;  // for the first start without a configured one: the host's name
  const char* vfs = nullptr;   // SQLite VFS; nullptr is the system's
};

struct State {
  StateLock lock;  // freed last
  std::string cce_id;
  std::unique_ptr<SqliteStore> store;
};

// Blocking. Makes the directory (0700) and the database (0600) at the first start; takes group and
// other permissions away from what is there. Errors, each with what to do next in the message:
//   kFailedPrecondition  another engine uses the directory, or the database is a newer version's or
//                        another program's, or another program has it open
//   kInvalidArgument     the state belongs to another cce_id
//   kDataLoss            the database is damaged or gone
//   kPermissionDenied, kResourceExhausted, kUnavailable
//                        the file system does not let us
absl::StatusOr<State> OpenState(const StateOptions& options, Blocking& blocking,
                                CrashPoints& crash_points, boost::asio::any_io_executor executor);

}  // namespace cce
