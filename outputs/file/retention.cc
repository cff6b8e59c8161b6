#include "outputs/file/retention.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "outputs/file/crash_points.h"
#include "outputs/file/names.h"
#include "outputs/file/seal.h"

namespace cce::file {
namespace {

// Files whose removal becomes durable together.
constexpr std::size_t kTogether = 64;

// A sealed file, or the manifest that a removed one has left. Small: there may be a million.
struct Entry {
  std::int64_t first_delivery;  // s since 1970, from the name
  std::uint64_t sequence;
  std::uint64_t bytes;
  std::uint32_t folder;
  Compression compression;

  // A file's number orders what was begun in the same second.
  auto Age() const { return std::tie(first_delivery, sequence, folder); }
};

class Round {
 public:
  Round(Disk disk, const std::string& output, const RetentionRules& rules,
        absl::Span<const KnownFolder> folders)
      : disk_(disk), output_(output), rules_(rules), folders_(folders) {}

  Retention Run(absl::Time now);

 private:
  void Scan(std::uint32_t number);
  void Choose(absl::Time now);
  // Whether the file is ours and was sealed by then.
  bool MayGo(const Entry& entry, absl::Time sealed_before);
  void Remove(absl::Span<const Entry> entries);
  // 0 if there is none.
  std::uint64_t SizeOf(const Entry& entry) const;
  std::string FileNameOf(const Entry& entry) const;
  std::string PathOf(const Entry& entry) const;
  void Problem(std::string_view what);

  const Disk disk_;
  const std::string& output_;
  const RetentionRules& rules_;
  const absl::Span<const KnownFolder> folders_;
  const bool counts_ = rules_.retain_size != RetentionRules{}.retain_size;
  std::vector<Entry> entries_;
  std::vector<Entry> chosen_;
  Retention result_;
};

Retention Round::Run(absl::Time now) {
  for (std::uint32_t number = 0; number < folders_.size(); ++number) Scan(number);
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.Age() < b.Age(); });
  Choose(now);
  for (absl::Span<const Entry> rest = chosen_; !rest.empty();) {
    const std::size_t count = std::min(rest.size(), kTogether);
    Remove(rest.first(count));
    rest.remove_prefix(count);
  }
  return std::move(result_);
}

void Round::Scan(std::uint32_t number) {
  const KnownFolder& folder = folders_[number];
  const absl::StatusOr<Listing> listing = List(disk_, folder.own.path);
  if (!listing.ok()) return Problem(FromAbseil(listing.status().message()));
  const auto add = [&](const ParsedName& name) {
    if (name.sequence >= folder.next_sequence || folder.unsealed.contains(name.sequence)) return;
    entries_.push_back(
        {absl::ToUnixSeconds(name.time), name.sequence, 0, number, name.compression});
  };
  for (const auto& [sequence, name] : listing->sealed) add(name);
  for (const auto& [sequence, name] : listing->manifests) {
    if (!listing->sealed.contains(sequence) && !listing->open.contains(sequence)) add(name);
  }
}

void Round::Choose(absl::Time now) {
  const absl::Time sealed_before = now - rules_.retain_for;
  std::vector<Entry> young;
  for (Entry& entry : entries_) {
    if (counts_) {
      entry.bytes = SizeOf(entry);
      result_.kept_bytes += entry.bytes;
    }
    // No file was sealed before it was begun, so that most manifests need not be read.
    const bool may_be_old = absl::FromUnixSeconds(entry.first_delivery) <= sealed_before;
    if (may_be_old && MayGo(entry, sealed_before)) {
      chosen_.push_back(entry);
      result_.kept_bytes -= entry.bytes;
    } else {
      young.push_back(entry);
    }
  }
  for (const Entry& entry : young) {
    if (result_.kept_bytes <= rules_.retain_size) return;
    // What is not ours does not count.
    if (MayGo(entry, absl::InfiniteFuture())) chosen_.push_back(entry);
    result_.kept_bytes -= entry.bytes;
  }
}

bool Round::MayGo(const Entry& entry, absl::Time sealed_before) {
  const OwnFolder& folder = folders_[entry.folder].own;
  const absl::StatusOr<ManifestHead> manifest = ReadManifest(disk_, folder.path, FileNameOf(entry));
  if (!manifest.ok()) {
    Problem(absl::StrCat(PathOf(entry),
                         " is kept, for want of its manifest: ", manifest.status().message()));
    return false;
  }
  return manifest->file == FileNameOf(entry) && manifest->output == output_ &&
         manifest->organisation == folder.organisation && manifest->newest <= sealed_before;
}

void Round::Remove(absl::Span<const Entry> entries) {
  std::vector<Entry> removed;
  std::set<std::uint32_t> folders;
  for (const Entry& entry : entries) {
    const std::uint64_t bytes = SizeOf(entry);
    const absl::Status gone = disk_.files.Remove(PathOf(entry));
    if (!gone.ok() && !absl::IsNotFound(gone)) {
      Problem(FromAbseil(gone.message()));
      result_.kept_bytes += entry.bytes;
      continue;
    }
    if (gone.ok()) {
      ++result_.removed_files;
      result_.removed_bytes += bytes;
    }
    removed.push_back(entry);
    folders.insert(entry.folder);
  }
  disk_.crash_points.Pass(kAfterRetireData);
  // A file without its manifest could not be told from somebody else's.
  for (const std::uint32_t folder : folders) {
    if (const absl::Status synced = disk_.files.SyncDirectory(folders_[folder].own.path);
        !synced.ok()) {
      Problem(FromAbseil(synced.message()));
      std::erase_if(removed, [&](const Entry& entry) { return entry.folder == folder; });
    }
  }
  disk_.crash_points.Pass(kAfterRetireSync);
  for (const Entry& entry : removed) {
    const absl::Status gone = disk_.files.Remove(PathOf(entry) + kManifestEnding);
    if (!gone.ok() && !absl::IsNotFound(gone)) Problem(FromAbseil(gone.message()));
    disk_.crash_points.Pass(kAfterRetireManifest);
  }
}

std::uint64_t Round::SizeOf(const Entry& entry) const {
  const absl::StatusOr<std::unique_ptr<File>> file = disk_.files.OpenForReading(PathOf(entry));
  return file.ok() ? (*file)->Size().value_or(0) : 0;
}

std::string Round::FileNameOf(const Entry& entry) const {
  return absl::StrCat(DataName(absl::FromUnixSeconds(entry.first_delivery), entry.sequence),
                      ForAbseil(EndingOf(entry.compression)));
}

std::string Round::PathOf(const Entry& entry) const {
  return absl::StrCat(folders_[entry.folder].own.path, "/", FileNameOf(entry));
}

void Round::Problem(std::string_view what) {
  if (++result_.problems == 1) result_.first_problem = what;
}

}  // namespace

Retention Retain(Disk disk, const std::string& output, const RetentionRules& rules,
                 absl::Span<const KnownFolder> folders, absl::Time now) {
  return Round(disk, output, rules, folders).Run(now);
}

}  // namespace cce::file
