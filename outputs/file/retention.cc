#include "outputs/file/retention.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "outputs/file/crash_points.h"
#include "outputs/file/names.h"

namespace cce::file {
namespace {

// Entries that a piece of a round looks at.
constexpr std::size_t kPiece = 1000;
// Files whose removal becomes durable together.
constexpr std::size_t kTogether = 64;

}  // namespace

Retention::Retention(Disk disk, std::string output, RetentionRules rules)
    : disk_(disk), output_(std::move(output)), rules_(rules) {}

void Retention::Begin(std::vector<KnownFolder> folders, std::optional<absl::Time> now) {
  folders_ = std::move(folders);
  sealed_before_ = now ? *now - rules_.retain_for : absl::InfinitePast();
  entries_.clear();
  chosen_.clear();
  report_ = RetentionReport();
  EnterPhase(Phase::kScan);
}

void Retention::EnterPhase(Phase phase) {
  phase_ = phase;
  next_ = 0;
}

bool Retention::Step() {
  const std::size_t end = std::min(next_ + kPiece, entries_.size());
  switch (phase_) {
    case Phase::kScan:
      if (next_ < folders_.size()) {
        Scan(static_cast<std::uint32_t>(next_++));
        break;
      }
      // A file's number orders what was begun in the same second.
      std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.first_delivery, a.sequence, a.folder) <
               std::tie(b.first_delivery, b.sequence, b.folder);
      });
      EnterPhase(Phase::kJudge);
      break;
    case Phase::kJudge:
      for (; next_ < end; ++next_) Judge(entries_[next_]);
      if (next_ < entries_.size()) break;
      EnterPhase(report_.kept_bytes > rules_.retain_size ? Phase::kAskWhose : Phase::kRemove);
      break;
    case Phase::kAskWhose:
      for (; next_ < end; ++next_) AskWhose(entries_[next_]);
      if (next_ == entries_.size()) EnterPhase(Phase::kMakeRoom);
      break;
    case Phase::kMakeRoom:
      for (; next_ < end && report_.kept_bytes > rules_.retain_size; ++next_) {
        MakeRoom(entries_[next_]);
      }
      if (next_ < end || next_ == entries_.size()) EnterPhase(Phase::kRemove);
      break;
    case Phase::kRemove: {
      const auto rest = absl::MakeConstSpan(chosen_).subspan(next_);
      if (rest.empty()) {
        EnterPhase(Phase::kEnd);
        break;
      }
      const std::size_t count = std::min(rest.size(), kTogether);
      Remove(rest.first(count));
      next_ += count;
      break;
    }
    case Phase::kEnd:
      break;
  }
  if (phase_ != Phase::kEnd) return true;
  entries_ = {};
  chosen_ = {};
  return false;
}

void Retention::Scan(std::uint32_t number) {
  const KnownFolder& folder = folders_[number];
  const absl::StatusOr<Listing> listing = List(disk_, folder.own.path);
  if (!listing.ok()) return Problem(FromAbseil(listing.status().message()));
  absl::flat_hash_map<std::uint64_t, Known>& known = known_[folder.own.path];
  const absl::flat_hash_map<std::uint64_t, Known> before = std::exchange(known, {});
  const auto add = [&](const ParsedName& name) {
    if (name.sequence >= folder.next_sequence || folder.unsealed.contains(name.sequence)) return;
    Entry& entry = entries_.emplace_back(Entry{.first_delivery = absl::ToUnixSeconds(name.time),
                                               .sequence = name.sequence,
                                               .folder = number,
                                               .compression = name.compression});
    const auto found = before.find(name.sequence);
    if (found == before.end()) return;
    entry.known = found->second;
    known.insert(*found);
  };
  for (const auto& [sequence, name] : listing->sealed) {
    // Its source would pass for a file that is not sealed.
    if (!listing->open.contains(sequence)) add(name);
  }
  for (const auto& [sequence, name] : listing->manifests) {
    if (!listing->sealed.contains(sequence) && !listing->open.contains(sequence)) add(name);
  }
}

void Retention::Judge(Entry& entry) {
  // No file was sealed before it was begun, so that most manifests need not be read.
  if (absl::FromUnixSeconds(entry.first_delivery) <= sealed_before_) {
    const std::optional<ManifestHead> manifest = ReadOwn(entry);
    if (manifest && manifest->newest && *manifest->newest <= sealed_before_) {
      entry.is_chosen = true;
      chosen_.push_back(entry);
      return;
    }
  }
  if (!counts_) return;
  if (!entry.known.bytes) {
    entry.known.bytes = SizeOf(entry);
    Remember(entry);
  }
  if (entry.known.whose != Whose::kForeign) report_.kept_bytes += entry.known.bytes.value_or(0);
}

void Retention::AskWhose(Entry& entry) {
  if (entry.is_chosen || entry.known.whose == Whose::kForeign) return;
  if (entry.known.whose == Whose::kNotAsked) ReadOwn(entry);
  if (entry.known.whose != Whose::kOurs) report_.kept_bytes -= entry.known.bytes.value_or(0);
}

void Retention::MakeRoom(Entry& entry) {
  if (entry.is_chosen || entry.known.whose != Whose::kOurs) return;
  // What was remembered is not enough to delete by.
  if (ReadOwn(entry)) chosen_.push_back(entry);
  report_.kept_bytes -= entry.known.bytes.value_or(0);
}

std::optional<ManifestHead> Retention::ReadOwn(Entry& entry) {
  Whose& whose = entry.known.whose;
  if (whose == Whose::kForeign) return std::nullopt;
  const OwnFolder& folder = folders_[entry.folder].own;
  const std::string name = FileNameOf(entry);
  absl::StatusOr<ManifestHead> manifest = ReadManifest(disk_, folder.path, name);
  if (!manifest.ok()) {
    whose = Whose::kNotKnown;
    Problem(absl::StrCat(PathOf(entry),
                         " is kept, for want of its manifest: ", manifest.status().message()));
    return std::nullopt;
  }
  const bool is_ours = manifest->file == name && manifest->output == output_ &&
                       manifest->organisation == folder.organisation;
  whose = is_ours ? Whose::kOurs : Whose::kForeign;
  if (is_ours && !counts_) return *std::move(manifest);
  Remember(entry);
  if (is_ours) return *std::move(manifest);
  if (++report_.foreign_files == 1) report_.first_foreign = PathOf(entry);
  return std::nullopt;
}

void Retention::Remember(const Entry& entry) {
  Known& known = known_[folders_[entry.folder].own.path][entry.sequence];
  known = entry.known;
  if (known.whose == Whose::kNotKnown) known.whose = Whose::kNotAsked;
}

void Retention::Remove(absl::Span<const Entry> entries) {
  std::vector<Entry> removed;
  std::set<std::uint32_t> folders;
  for (const Entry& entry : entries) {
    const std::uint64_t bytes = SizeOf(entry).value_or(0);
    const absl::Status gone = disk_.files.Remove(PathOf(entry));
    if (!gone.ok() && !absl::IsNotFound(gone)) {
      Problem(FromAbseil(gone.message()));
      report_.kept_bytes += bytes;
      continue;
    }
    if (gone.ok()) {
      ++report_.removed_files;
      report_.removed_bytes += bytes;
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

std::optional<std::uint64_t> Retention::SizeOf(const Entry& entry) const {
  const absl::StatusOr<std::unique_ptr<File>> file = disk_.files.OpenForReading(PathOf(entry));
  if (!file.ok()) return std::nullopt;
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  return size.ok() ? std::optional(*size) : std::nullopt;
}

std::string Retention::FileNameOf(const Entry& entry) const {
  return absl::StrCat(DataName(absl::FromUnixSeconds(entry.first_delivery), entry.sequence),
                      ForAbseil(EndingOf(entry.compression)));
}

std::string Retention::PathOf(const Entry& entry) const {
  return absl::StrCat(folders_[entry.folder].own.path, "/", FileNameOf(entry));
}

void Retention::Problem(std::string_view what) {
  if (++report_.problems == 1) report_.first_problem = what;
}

}  // namespace cce::file
