// The file system, as outputs use it. Every call may block: it is made inside Blocking::Run.
//
// Errors: kNotFound (no such file), kAlreadyExists, kResourceExhausted (no space or quota: free
// some, then the same call succeeds), kPermissionDenied, kUnavailable (any other error of the
// operating system; the message has the path and the errno text), kDataLoss (see File::SyncData).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace cce {

// An open file. Thread-compatible. The destructor closes it and reports nothing: what must be
// durable has been synced before.
class File {
 public:
  virtual ~File() = default;

  // Writes all of `pieces`, one after the other, from `offset` on. After an error any part of them
  // may be in the file.
  virtual absl::Status WriteAt(std::uint64_t offset, absl::Span<const std::string_view> pieces) = 0;

  // Reads at most `size` bytes into `out`; fewer only at the end of the file.
  virtual absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) = 0;

  virtual absl::StatusOr<std::uint64_t> Size() = 0;
  virtual absl::Status Truncate(std::uint64_t size) = 0;

  // fdatasync(2). An error, kResourceExhausted or kDataLoss, is final for this file: Linux reports
  // a failed write-back once and marks the pages clean, so that a second call succeeds without the
  // data.
  virtual absl::Status SyncData() = 0;
};

// Thread-safe.
class Files {
 public:
  virtual ~Files() = default;

  // kAlreadyExists if there is one.
  virtual absl::StatusOr<std::unique_ptr<File>> Create(const std::string& path) = 0;
  virtual absl::StatusOr<std::unique_ptr<File>> OpenForWriting(const std::string& path) = 0;
  virtual absl::StatusOr<std::unique_ptr<File>> OpenForReading(const std::string& path) = 0;

  // Replaces `to` if it exists. Durable after SyncDirectory of both folders.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;

  // Makes the directory's entries durable.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;

  // Creates what is missing of `path`, durably, readable by the owner and group only.
  virtual absl::Status MakeDirectories(const std::string& path) = 0;

  // Names (not paths) of the entries, sorted; kNotFound if there is no such directory.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& path) = 0;
};

}  // namespace cce
