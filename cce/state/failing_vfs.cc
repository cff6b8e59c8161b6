#include "cce/state/failing_vfs.h"

#include <new>
#include <utility>

namespace cce {
namespace {

// SQLite allocates szOsFile bytes: this, and behind it the real file.
struct FailingFile {
  sqlite3_file base;
  FailingVfs* vfs;
  sqlite3_file* real;
};

FailingFile& Of(sqlite3_file* file) { return *reinterpret_cast<FailingFile*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Of(file).real; }
sqlite3_vfs* System() { return sqlite3_vfs_find(nullptr); }

int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }
int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  return Real(file)->pMethods->xRead(Real(file), out, size, offset);
}
int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const auto pass = [&](int part) {
    return Real(file)->pMethods->xWrite(Real(file), bytes, part, offset);
  };
  if (!Of(file).vfs->Fails()) return pass(size);
  switch (Of(file).vfs->failure()) {
    case FailingVfs::Failure::kDiskFull:
      pass(size / 2);
      return SQLITE_FULL;
    case FailingVfs::Failure::kWriteError:
      return SQLITE_IOERR_WRITE;
    case FailingVfs::Failure::kLateError:
      pass(size);
      return SQLITE_IOERR_WRITE;
  }
  return SQLITE_IOERR_WRITE;
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (Of(file).vfs->Fails()) return SQLITE_IOERR_TRUNCATE;
  return Real(file)->pMethods->xTruncate(Real(file), size);
}
int Sync(sqlite3_file* file, int flags) {
  if (!Of(file).vfs->Fails()) return Real(file)->pMethods->xSync(Real(file), flags);
  if (Of(file).vfs->failure() == FailingVfs::Failure::kLateError) {
    Real(file)->pMethods->xSync(Real(file), flags);
  }
  return SQLITE_IOERR_FSYNC;
}
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) { return Real(file)->pMethods->xLock(Real(file), level); }
int Unlock(sqlite3_file* file, int level) {
  return Real(file)->pMethods->xUnlock(Real(file), level);
}
int CheckReservedLock(sqlite3_file* file, int* out) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), out);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Real(file)->pMethods->xFileControl(Real(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}

// Version 1 has no shared memory, so that a connection which does not lock exclusively fails too.
constexpr sqlite3_io_methods kMethods = {1,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr,
                                         nullptr};

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  auto* failing = new (file) FailingFile{};
  failing->vfs = static_cast<FailingVfs*>(vfs->pAppData);
  failing->real = reinterpret_cast<sqlite3_file*>(failing + 1);
  const int result = System()->xOpen(System(), path, failing->real, flags, out_flags);
  // Without methods SQLite does not close the file.
  failing->base.pMethods = failing->real->pMethods == nullptr ? nullptr : &kMethods;
  return result;
}

}  // namespace

FailingVfs::FailingVfs(std::string name) : name_(std::move(name)), vfs_(*System()) {
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(FailingFile)) + System()->szOsFile;
  vfs_.xOpen = Open;
  sqlite3_vfs_register(&vfs_, 0);
}

FailingVfs::~FailingVfs() { sqlite3_vfs_unregister(&vfs_); }

void FailingVfs::FailAt(int n, Failure failure, int more) {
  calls_ = 0;
  first_ = n;
  last_ = n + more;
  failure_ = failure;
}

bool FailingVfs::Fails() {
  ++calls_;
  return first_ > 0 && calls_ >= first_ && calls_ <= last_;
}

}  // namespace cce
