#include "outputs/file/seal.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
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

class Sha256 {
 public:
  void Add(std::string_view bytes) {
    good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
  }

  absl::StatusOr<std::string> Hex() {
    std::array<unsigned char, 32> digest;
    if (!good_ || EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) {
      return absl::UnavailableError("SHA-256 failed");
    }
    return absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  }

 private:
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context_{EVP_MD_CTX_new()};
  bool good_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
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
    if (absl::Status taken = take(std::string_view(buffer).substr(0, want)); !taken.ok()) {
      return taken;
    }
    done += want;
  }
  return absl::OkStatus();
}

// A file's sync that fails is final for that file. The next try makes a new one, or syncs nothing
// but a length, so that nothing relies on this one.
absl::Status Synced(File& file) {
  absl::Status synced = file.SyncData();
  return absl::IsDataLoss(synced) ? absl::UnavailableError(synced.message()) : synced;
}

// A new file in place of what an earlier try has left.
absl::StatusOr<std::unique_ptr<File>> CreateTemporary(Disk disk, const std::string& path) {
  absl::Status gone = disk.files.Remove(path);
  if (!gone.ok() && !absl::IsNotFound(gone)) return gone;
  return disk.files.Create(path);
}

struct Figures {
  std::string sha256;
  std::uint64_t bytes = 0;  // of the sealed file
  std::string compressed_sha256;
};

absl::StatusOr<Figures> Digest(File& file, const FileRecord& record) {
  Sha256 plain;
  const absl::Status read = Read(file, record.bytes, [&](std::string_view bytes) {
    plain.Add(bytes);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  absl::StatusOr<std::string> sha256 = plain.Hex();
  if (!sha256.ok()) return sha256.status();
  return Figures{*std::move(sha256), record.bytes, ""};
}

// Leaves the compressed bytes, durable, in a file called `path`.
absl::StatusOr<Figures> Compress(Disk disk, File& file, const FileRecord& record,
                                 const std::string& path) {
  const absl::StatusOr<std::unique_ptr<File>> compressed = CreateTemporary(disk, path);
  if (!compressed.ok()) return compressed.status();
  const absl::StatusOr<std::unique_ptr<Compressor>> compressor =
      MakeCompressor(record.compression, record.bytes);
  if (!compressor.ok()) return compressor.status();
  Figures figures;
  Sha256 plain;
  Sha256 packed;
  const auto write = [&](std::string_view bytes) {
    if (bytes.empty()) return absl::OkStatus();
    packed.Add(bytes);
    const std::uint64_t offset = std::exchange(figures.bytes, figures.bytes + bytes.size());
    return (*compressed)->WriteAt(offset, std::array{bytes});
  };
  absl::Status done = Read(file, record.bytes, [&](std::string_view bytes) {
    plain.Add(bytes);
    return (*compressor)->Add(bytes, write);
  });
  if (done.ok()) done = (*compressor)->End(write);
  if (!done.ok()) return done;
  disk.crash_points.Pass(kAfterCompress);
  if (absl::Status synced = Synced(**compressed); !synced.ok()) return synced;
  disk.crash_points.Pass(kAfterCompressSync);
  absl::StatusOr<std::string> sha256 = plain.Hex();
  if (!sha256.ok()) return sha256.status();
  absl::StatusOr<std::string> compressed_sha256 = packed.Hex();
  if (!compressed_sha256.ok()) return compressed_sha256.status();
  figures.sha256 = *std::move(sha256);
  figures.compressed_sha256 = *std::move(compressed_sha256);
  return figures;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

nlohmann::json TimeOrNull(const std::optional<std::int64_t>& time_ns) {
  if (!time_ns) return nullptr;
  return TimeText(absl::FromUnixNanos(*time_ns));
}

std::string ManifestText(const FileRecord& record, const Figures& figures, absl::Time now) {
  nlohmann::ordered_json manifest = {
      {"file", absl::StrCat(record.name, ForAbseil(EndingOf(record.compression)))},
      {"output", record.origin.output},
      {"device", record.origin.device},
      {"tenant", record.origin.tenant},
      {"organisation", record.origin.organisation},
      {"format", record.origin.format},
      {"count", record.events},
      {"late", record.late},
      {"first_event_time", TimeOrNull(record.first_ns)},
      {"last_event_time", TimeOrNull(record.last_ns)},
      {"sealed_time", TimeText(now)},
      {"bytes", record.bytes},
      {"sha256", figures.sha256},
  };
  if (record.compression != Compression::kNone) {
    manifest["compression"] = NameOf(record.compression);
    manifest["compressed_bytes"] = figures.bytes;
    manifest["compressed_sha256"] = figures.compressed_sha256;
  }
  return manifest.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// Leaves a durable manifest under its name, but for the directory's own sync.
absl::Status WriteManifest(Disk disk, const std::string& sealed_path, const std::string& text) {
  const std::string temporary = sealed_path + kTemporaryManifestEnding;
  const absl::StatusOr<std::unique_ptr<File>> file = CreateTemporary(disk, temporary);
  if (!file.ok()) return file.status();
  const std::array<std::string_view, 1> pieces = {text};
  if (absl::Status written = (*file)->WriteAt(0, pieces); !written.ok()) return written;
  disk.crash_points.Pass(kAfterManifestWrite);
  if (absl::Status synced = Synced(**file); !synced.ok()) return synced;
  disk.crash_points.Pass(kAfterManifestSync);
  absl::Status renamed = disk.files.Rename(temporary, sealed_path + kManifestEnding);
  if (renamed.ok()) disk.crash_points.Pass(kAfterManifestRename);
  return renamed;
}

absl::StatusOr<std::uint64_t> LengthBeyondCommitted(File& file, const FileRecord& record) {
  const absl::StatusOr<std::uint64_t> size = file.Size();
  if (!size.ok()) return size.status();
  if (*size < record.bytes) {
    return absl::DataLossError(absl::StrCat(record.name, " has ", *size, " bytes of the ",
                                            record.bytes, " that were delivered to it"));
  }
  return *size - record.bytes;
}

absl::Status CutToCommitted(Disk disk, File& file, const FileRecord& record) {
  if (absl::Status cut = file.Truncate(record.bytes); !cut.ok()) return cut;
  disk.crash_points.Pass(kAfterSealCut);
  return absl::OkStatus();
}

// The file's content under its name to be, durable, and what the manifest says of it.
absl::StatusOr<Figures> Prepare(Disk disk, const FileRecord& record, const std::string& temporary) {
  const absl::StatusOr<std::unique_ptr<File>> file = disk.files.OpenForWriting(OpenPath(record));
  if (absl::IsNotFound(file.status())) {
    return Missing(record.origin, absl::StrCat(OpenPath(record), " is gone"));
  }
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> beyond = LengthBeyondCommitted(**file, record);
  if (!beyond.ok()) return beyond.status();
  if (record.compression != Compression::kNone) {
    absl::StatusOr<Figures> figures = Compress(disk, **file, record, temporary);
    // The space may be what somebody else waits for.
    if (!figures.ok()) disk.files.Remove(temporary).IgnoreError();
    return figures;
  }
  if (*beyond > 0) {
    if (absl::Status cut = CutToCommitted(disk, **file, record); !cut.ok()) return cut;
  }
  // Synced though it may not have been cut here: a recovery that cut it leaves the sync to whoever
  // writes next. Only a length is at stake, what was committed has been on disk all along.
  if (absl::Status synced = Synced(**file); !synced.ok()) return synced;
  return Digest(**file, record);
}

}  // namespace

std::string SealedPath(const FileRecord& record) {
  return absl::StrCat(record.folder, "/", record.name, ForAbseil(EndingOf(record.compression)));
}

std::string OpenPath(const FileRecord& record) {
  return absl::StrCat(record.folder, "/", record.name, kOpenEnding);
}

absl::StatusOr<std::uint64_t> Seal(Disk disk, const FileRecord& record, absl::Time now) {
  const std::string sealed_path = SealedPath(record);
  const absl::StatusOr<std::unique_ptr<File>> sealed = disk.files.OpenForReading(sealed_path);
  if (sealed.ok()) {
    // An earlier try came as far as the rename, perhaps not as far as the directory's sync.
    if (absl::Status synced = disk.files.SyncDirectory(record.folder); !synced.ok()) return synced;
    return (*sealed)->Size();
  }
  if (!absl::IsNotFound(sealed.status())) return sealed.status();
  const std::string temporary = sealed_path + kTemporaryEnding;
  const absl::StatusOr<Figures> figures = Prepare(disk, record, temporary);
  if (!figures.ok()) return figures.status();

  const std::string manifest = ManifestText(record, *figures, now);
  if (absl::Status made = WriteManifest(disk, sealed_path, manifest); !made.ok()) return made;
  // The manifest's name is durable before the file's: a sealed file always has one.
  if (absl::Status synced = disk.files.SyncDirectory(record.folder); !synced.ok()) return synced;
  const bool is_plain = record.compression == Compression::kNone;
  absl::Status renamed = disk.files.Rename(is_plain ? OpenPath(record) : temporary, sealed_path);
  if (!renamed.ok()) return renamed;
  disk.crash_points.Pass(kAfterSealRename);
  if (absl::Status synced = disk.files.SyncDirectory(record.folder); !synced.ok()) return synced;
  disk.crash_points.Pass(kAfterSealSync);
  return figures->bytes;
}

std::string ResetCommand(const Origin& origin) {
  return absl::StrCat("`cce device reset ", origin.device, " --output ", origin.output,
                      " --from TIME`");
}

absl::Status Missing(const Origin& origin, std::string_view cause) {
  return TroubleError(
      absl::StatusCode::kDataLoss, cause,
      {.word = StatusWord::kOutputBlocked,
       .remedy = absl::StrCat("Put the file back as it was, or run ", ResetCommand(origin),
                              " to deliver again what was in it.")});
}

absl::Status RemoveOpen(Disk disk, const FileRecord& record, std::string_view crash_point) {
  absl::Status gone = disk.files.Remove(OpenPath(record));
  if (!gone.ok() && !absl::IsNotFound(gone)) return gone;
  if (gone.ok()) disk.crash_points.Pass(crash_point);
  // An earlier try may have come as far as the removal.
  absl::Status synced = disk.files.SyncDirectory(record.folder);
  return absl::IsNotFound(synced) ? absl::OkStatus() : synced;
}

absl::StatusOr<ManifestHead> ReadManifest(Disk disk, const std::string& folder,
                                          const std::string& name) {
  const std::string path = absl::StrCat(folder, "/", name, kManifestEnding);
  const absl::StatusOr<std::unique_ptr<File>> file = disk.files.OpenForReading(path);
  if (!file.ok()) return file.status();
  std::string text(kMaxManifest, '\0');
  const absl::StatusOr<std::size_t> size = (*file)->ReadAt(0, text.data(), text.size());
  if (!size.ok()) return size.status();
  text.resize(*size);
  const nlohmann::json manifest = nlohmann::json::parse(text, nullptr, false);
  const auto text_of = [&](const char* key) {
    const auto found = manifest.find(key);
    return found != manifest.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  ManifestHead head{text_of("file"), text_of("output"), text_of("organisation")};
  const auto bytes = manifest.find("bytes");
  if (head.organisation.empty() || bytes == manifest.end() || !bytes->is_number_unsigned()) {
    return absl::DataLossError(absl::StrCat(path, " is no manifest of cce"));
  }
  head.bytes = bytes->get<std::uint64_t>();
  absl::Time sealed;
  if (absl::ParseTime(absl::RFC3339_full, text_of("sealed_time"), &sealed, nullptr)) {
    absl::Time last = absl::InfinitePast();
    absl::ParseTime(absl::RFC3339_full, text_of("last_event_time"), &last, nullptr);
    head.newest = std::max(sealed, last);
  }
  return head;
}

absl::StatusOr<FileRecord> Survey(Disk disk, const std::string& folder,
                                  const std::string& data_name, std::uint64_t sequence) {
  FileRecord record;
  record.sequence = sequence;
  record.folder = folder;
  record.name = data_name;
  const absl::StatusOr<std::unique_ptr<File>> file = disk.files.OpenForReading(OpenPath(record));
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  std::uint64_t done = 0;
  const absl::Status read = Read(**file, *size, [&](std::string_view bytes) {
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n', end + 1)) {
      ++record.events;
      record.bytes = done + end + 1;
    }
    done += bytes.size();
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return record;
}

}  // namespace cce::file
