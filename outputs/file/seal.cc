#include "outputs/file/seal.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cce/api/text.h"
#include "nlohmann/json.hpp"
#include "outputs/file/crash_points.h"
#include "outputs/file/names.h"

namespace cce::file {
namespace {

constexpr std::size_t kReadSize = 1 << 20;
constexpr std::size_t kMaxManifest = 64 << 10;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Calls `take` with the first `size` bytes of `file`, piece by piece.
template <class Take>
absl::Status Read(File& file, std::uint64_t size, Take take) {
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, kReadSize)), '\0');
  for (std::uint64_t done = 0; done < size;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(size - done, kReadSize));
    const absl::StatusOr<std::size_t> got = file.ReadAt(done, buffer.data(), want);
    if (!got.ok()) return got.status();
    if (*got != want) return absl::DataLossError("a file became shorter while it was read");
    take(std::string_view(buffer).substr(0, want));
    done += want;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Sha256(File& file, std::uint64_t size) {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  bool good = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  const absl::Status read = Read(file, size, [&](std::string_view bytes) {
    good = good && EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1;
  });
  if (!read.ok()) return read;
  std::array<unsigned char, 32> digest;
  if (!good || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    return absl::UnavailableError("SHA-256 failed");
  }
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

nlohmann::json TimeOrNull(const std::optional<std::int64_t>& time_ns) {
  if (!time_ns) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromUnixNanos(*time_ns),
                          absl::UTCTimeZone());
}

std::string ManifestText(const FileRecord& record, const Origin& origin,
                         const std::string& sha256) {
  const nlohmann::ordered_json manifest = {
      {"file", record.name},
      {"output", origin.output},
      {"device", origin.device},
      {"organisation", origin.organisation},
      {"format", origin.format},
      {"count", record.events},
      {"late", record.late},
      {"first_event_time", TimeOrNull(record.first_ns)},
      {"last_event_time", TimeOrNull(record.last_ns)},
      {"bytes", record.bytes},
      {"sha256", sha256},
  };
  return manifest.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// Leaves a durable manifest under its name, but for the directory's own sync.
absl::Status WriteManifest(Disk disk, const std::string& sealed_path, const std::string& text) {
  const std::string temporary = sealed_path + kTemporaryEnding;
  if (absl::Status gone = disk.files.Remove(temporary); !gone.ok() && !absl::IsNotFound(gone)) {
    return gone;
  }
  absl::StatusOr<std::unique_ptr<File>> file = disk.files.Create(temporary);
  if (!file.ok()) return file.status();
  const std::array<std::string_view, 1> pieces = {text};
  if (absl::Status written = (*file)->WriteAt(0, pieces); !written.ok()) return written;
  disk.crash_points.Pass(kAfterManifestWrite);
  if (absl::Status synced = (*file)->SyncData(); !synced.ok()) {
    // The next try makes a new file, so that nothing of this one is relied on.
    return absl::UnavailableError(synced.message());
  }
  disk.crash_points.Pass(kAfterManifestSync);
  absl::Status renamed = disk.files.Rename(temporary, sealed_path + kManifestEnding);
  if (renamed.ok()) disk.crash_points.Pass(kAfterManifestRename);
  return renamed;
}

absl::Status CutToCommitted(Disk disk, File& file, const FileRecord& record) {
  const absl::StatusOr<std::uint64_t> size = file.Size();
  if (!size.ok()) return size.status();
  if (*size < record.bytes) {
    return absl::DataLossError(absl::StrCat(record.name, " has ", *size, " bytes of the ",
                                            record.bytes, " that were delivered to it"));
  }
  if (*size > record.bytes) {
    if (absl::Status cut = file.Truncate(record.bytes); !cut.ok()) return cut;
    disk.crash_points.Pass(kAfterSealCut);
  }
  // Synced though it may not have been cut here: a recovery that cut it leaves the sync to whoever
  // writes next. Only a length is at stake, what was committed has been on disk all along.
  absl::Status synced = file.SyncData();
  return absl::IsDataLoss(synced) ? absl::UnavailableError(synced.message()) : synced;
}

}  // namespace

absl::Status Seal(Disk disk, const std::string& folder, const FileRecord& record,
                  const Origin& origin) {
  const std::string sealed_path = absl::StrCat(folder, "/", record.name);
  const std::string open_path = sealed_path + kOpenEnding;
  absl::StatusOr<std::unique_ptr<File>> file = disk.files.OpenForWriting(open_path);
  if (absl::IsNotFound(file.status())) {
    // An earlier try came as far as the rename, perhaps not as far as the directory's sync.
    const absl::StatusOr<std::unique_ptr<File>> sealed = disk.files.OpenForReading(sealed_path);
    if (absl::IsNotFound(sealed.status())) {
      return absl::DataLossError(absl::StrCat(open_path, " is gone"));
    }
    return sealed.ok() ? disk.files.SyncDirectory(folder) : sealed.status();
  }
  if (!file.ok()) return file.status();
  if (absl::Status cut = CutToCommitted(disk, **file, record); !cut.ok()) return cut;
  const absl::StatusOr<std::string> sha256 = Sha256(**file, record.bytes);
  if (!sha256.ok()) return sha256.status();

  const std::string manifest = ManifestText(record, origin, *sha256);
  if (absl::Status made = WriteManifest(disk, sealed_path, manifest); !made.ok()) return made;
  // The manifest's name is durable before the file's: a sealed file always has one.
  if (absl::Status synced = disk.files.SyncDirectory(folder); !synced.ok()) return synced;
  if (absl::Status renamed = disk.files.Rename(open_path, sealed_path); !renamed.ok()) {
    return renamed;
  }
  disk.crash_points.Pass(kAfterSealRename);
  if (absl::Status synced = disk.files.SyncDirectory(folder); !synced.ok()) return synced;
  disk.crash_points.Pass(kAfterSealSync);
  return absl::OkStatus();
}

absl::StatusOr<ManifestHead> ReadManifest(Disk disk, const std::string& folder,
                                          const std::string& sealed_name) {
  const std::string path = absl::StrCat(folder, "/", sealed_name, kManifestEnding);
  const absl::StatusOr<std::unique_ptr<File>> file = disk.files.OpenForReading(path);
  if (!file.ok()) return file.status();
  std::string text(kMaxManifest, '\0');
  const absl::StatusOr<std::size_t> size = (*file)->ReadAt(0, text.data(), text.size());
  if (!size.ok()) return size.status();
  text.resize(*size);
  const nlohmann::json manifest = nlohmann::json::parse(text, nullptr, false);
  const auto organisation = manifest.find("organisation");
  const auto bytes = manifest.find("bytes");
  if (organisation == manifest.end() || !organisation->is_string() || bytes == manifest.end() ||
      !bytes->is_number_unsigned()) {
    return absl::DataLossError(absl::StrCat(path, " is no manifest of cce"));
  }
  return ManifestHead{organisation->get<std::string>(), bytes->get<std::uint64_t>()};
}

absl::StatusOr<FileRecord> Survey(Disk disk, const std::string& folder,
                                  const std::string& sealed_name, std::uint64_t sequence) {
  const std::string path = absl::StrCat(folder, "/", sealed_name, kOpenEnding);
  const absl::StatusOr<std::unique_ptr<File>> file = disk.files.OpenForReading(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  FileRecord record;
  record.sequence = sequence;
  record.name = sealed_name;
  std::uint64_t done = 0;
  const absl::Status read = Read(**file, *size, [&](std::string_view bytes) {
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n', end + 1)) {
      ++record.events;
      record.bytes = done + end + 1;
    }
    done += bytes.size();
  });
  if (!read.ok()) return read;
  return record;
}

}  // namespace cce::file
