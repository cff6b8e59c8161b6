#include "outputs/file/folder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "outputs/file/crash_points.h"
#include "outputs/file/names.h"
#include "outputs/file/seal.h"

namespace cce::file {
namespace {

bool IsEmpty(const Listing& listing) {
  return listing.open.empty() && listing.sealed.empty() && listing.manifests.empty();
}

std::uint64_t LastSequence(const Listing& listing) {
  std::uint64_t last = 0;
  for (const auto* names : {&listing.open, &listing.sealed, &listing.manifests}) {
    if (!names->empty()) last = std::max(last, names->rbegin()->first);
  }
  return last;
}

// Whether a name of `names` is that of the record's file.
bool Has(const std::map<std::uint64_t, ParsedName>& names, const FileRecord& record) {
  const auto found = names.find(record.sequence);
  return found != names.end() && found->second.data_name == record.name;
}

std::string FileName(const ParsedName& name) {
  return absl::StrCat(name.data_name, ForAbseil(EndingOf(name.compression)));
}

absl::Status Foreign(std::string_view cause, std::string_view remedy) {
  return TroubleError(absl::StatusCode::kFailedPrecondition, cause,
                      {.word = StatusWord::kOutputBlocked, .remedy = std::string(remedy)});
}

absl::Status OtherOrganisation(const Expectation& expected, const std::string& organisation) {
  return Foreign(
      absl::StrCat(expected.path, " holds files of organisation ", organisation, ", not of ",
                   expected.origin.organisation),
      absl::StrCat("Move the files of ", expected.path,
                   " away, or give the device another name. To go on from a chosen time then, run ",
                   ResetCommand(expected.origin), "."));
}

absl::Status Unknown(const Expectation& expected, const std::string& name) {
  return Foreign(
      absl::StrCat(expected.path, "/", name, " is not known to the state of this engine"),
      absl::StrCat("If the state was lost or is an old backup, run ", ResetCommand(expected.origin),
                   " to go on behind these files from that time; if another engine or "
                   "output writes here, give this one a directory of its own."));
}

// Whose the sealed files are, by the newest manifest.
absl::Status CheckOrganisation(Disk disk, const Expectation& expected, const Listing& listing) {
  if (listing.manifests.empty()) return absl::OkStatus();
  const absl::StatusOr<ManifestHead> newest =
      ReadManifest(disk, expected.path, FileName(listing.manifests.rbegin()->second));
  if (absl::IsNotFound(newest.status()) || absl::IsDataLoss(newest.status())) {
    return absl::OkStatus();  // taken away or spoilt by somebody: nothing that says "other"
  }
  if (!newest.ok()) return newest.status();
  return newest->organisation == expected.origin.organisation
             ? absl::OkStatus()
             : OtherOrganisation(expected, newest->organisation);
}

// One recovery, step by step.
class Inspection {
 public:
  Inspection(Disk disk, const Expectation& expected, Listing listing)
      : disk_(disk), expected_(expected), listing_(std::move(listing)) {}

  absl::StatusOr<Found> Run();

 private:
  void EnterFolder(const FolderRecord& known);
  void Locate(FileRecord& record) const;
  absl::Status CheckUnknown(const std::map<std::uint64_t, const FileRecord*>& records);
  absl::Status Take(const FileRecord& record, bool is_last);
  absl::Status TakeElsewhere(const FileRecord& record);
  absl::Status TakeSealed(const FileRecord& record);
  absl::Status TakeMissing(const FileRecord& record);
  absl::Status Resume(const FileRecord& record);
  absl::Status Adopt(std::uint64_t sequence, const std::string& data_name);

  const Disk disk_;
  const Expectation& expected_;
  const Listing listing_;  // of the folder where the device's files are now
  Found found_;
};

absl::StatusOr<Found> Inspection::Run() {
  const std::string& organisation = expected_.origin.organisation;
  const std::optional<FolderRecord>& known = expected_.records.folder;
  std::vector<FileRecord> files = expected_.records.files;
  const bool is_here = known && (known->path.empty() || known->path == expected_.path);
  if (!IsEmpty(listing_)) {
    if (absl::Status ours = CheckOrganisation(disk_, expected_, listing_); !ours.ok()) return ours;
    if (is_here && known->organisation != organisation) {
      return OtherOrganisation(expected_, known->organisation);
    }
  }
  if (known) EnterFolder(*known);
  found_.folder.path = expected_.path;
  for (FileRecord& file : files) Locate(file);
  if (known && known->organisation != organisation) {
    // Somebody has cleared the folder for the device's new organisation.
    std::erase_if(files, [&](const FileRecord& file) {
      const bool is_gone = file.folder == expected_.path;
      if (is_gone) found_.gone.push_back(file.sequence);
      return is_gone;
    });
  }
  found_.folder.organisation = organisation;

  std::map<std::uint64_t, const FileRecord*> records;
  for (const FileRecord& file : files) records[file.sequence] = &file;
  if (absl::Status good = CheckUnknown(records); !good.ok()) return good;
  for (const FileRecord& file : files) {
    if (expected_.sealing.count(file.sequence) != 0) continue;
    if (absl::Status taken = Take(file, &file == &files.back()); !taken.ok()) return taken;
  }
  found_.folder.next_sequence = std::max(found_.folder.next_sequence, LastSequence(listing_) + 1);
  if (!found_.current && !files.empty() && files.back().bytes == 0 &&
      !expected_.sealing.contains(files.back().sequence) &&
      files.back().sequence + 1 == found_.folder.next_sequence) {
    // Announced but never filled: its number is used again, so that numbers have no gaps.
    found_.folder.next_sequence = files.back().sequence;
  }
  return std::move(found_);
}

// The folder that was the device's until now is not forgotten.
void Inspection::EnterFolder(const FolderRecord& known) {
  found_.folder = known;
  std::vector<OwnFolder>& former = found_.folder.former;
  if (!known.path.empty() && known.path != expected_.path) {
    former.push_back({known.path, known.organisation});
  }
  std::erase_if(former, [&](const OwnFolder& folder) { return folder.path == expected_.path; });
}

void Inspection::Locate(FileRecord& record) const {
  if (record.folder.empty()) {
    record.origin = expected_.origin;
    record.folder = expected_.path;
  } else if (Has(listing_.open, record) || Has(listing_.sealed, record)) {
    record.folder = expected_.path;
  }
}

absl::Status Inspection::CheckUnknown(const std::map<std::uint64_t, const FileRecord*>& records) {
  const auto is_known = [&](std::uint64_t sequence, const std::string& data_name) {
    const auto found = records.find(sequence);
    return expected_.sealing.count(sequence) != 0 ||
           (found != records.end() && found->second->name == data_name &&
            found->second->folder == expected_.path);
  };
  for (const auto& [sequence, name] : listing_.sealed) {
    const bool is_new = sequence >= found_.folder.next_sequence;
    if (is_new && !expected_.was_reset) return Unknown(expected_, FileName(name));
  }
  for (const auto& [sequence, name] : listing_.open) {
    if (is_known(sequence, name.data_name)) continue;
    FileRecord left{sequence, expected_.path, name.data_name};
    if (Has(listing_.sealed, left)) {
      // The source of a file that is sealed for good: the sealed one is what readers have seen.
      absl::Status gone = RemoveOpen(disk_, left, kAfterRecoverRemove);
      if (!gone.ok()) return gone;
      continue;
    }
    if (!expected_.was_reset) return Unknown(expected_, name.data_name + kOpenEnding);
    if (absl::Status adopted = Adopt(sequence, name.data_name); !adopted.ok()) return adopted;
  }
  return absl::OkStatus();
}

absl::Status Inspection::Take(const FileRecord& record, bool is_last) {
  if (record.bytes == 0) return RemoveOpen(disk_, record, kAfterRecoverRemove);
  if (record.folder != expected_.path) return TakeElsewhere(record);
  if (Has(listing_.sealed, record)) return TakeSealed(record);
  if (!Has(listing_.open, record)) return TakeMissing(record);
  const bool may_grow =
      is_last && expected_.retired.count(record.sequence) == 0 && record.origin == expected_.origin;
  if (may_grow) return Resume(record);
  found_.to_seal.push_back(record);
  return absl::OkStatus();
}

absl::Status Inspection::TakeElsewhere(const FileRecord& record) {
  const absl::StatusOr<Listing> there = List(disk_, record.folder);
  // Where nobody can look, sealing is tried until somebody can.
  if (there.ok() && !Has(there->open, record) && !Has(there->sealed, record)) {
    return TakeMissing(record);
  }
  found_.to_seal.push_back(record);
  return absl::OkStatus();
}

absl::Status Inspection::TakeMissing(const FileRecord& record) {
  if (!expected_.was_reset) {
    return Missing(expected_.origin, absl::StrCat(OpenPath(record), " is gone, with ", record.bytes,
                                                  " delivered bytes"));
  }
  found_.gone.push_back(record.sequence);
  return absl::OkStatus();
}

absl::Status Inspection::TakeSealed(const FileRecord& record) {
  const absl::StatusOr<ManifestHead> manifest =
      ReadManifest(disk_, expected_.path, FileName(listing_.sealed.at(record.sequence)));
  if (manifest.ok() && manifest->bytes != record.bytes && !expected_.was_reset) {
    // Sealing takes the committed length, so the state is from before the file's last delivery.
    return Unknown(expected_, record.name);
  }
  found_.to_seal.push_back(record);
  return absl::OkStatus();
}

absl::Status Inspection::Resume(const FileRecord& record) {
  const std::string path = OpenPath(record);
  absl::StatusOr<std::unique_ptr<File>> file = disk_.files.OpenForWriting(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size < record.bytes) {
    if (expected_.was_reset) return Adopt(record.sequence, record.name);
    return Missing(expected_.origin, absl::StrCat(path, " has ", *size, " bytes of the ",
                                                  record.bytes, " that were delivered to it"));
  }
  if (*size > record.bytes) {
    if (absl::Status cut = (*file)->Truncate(record.bytes); !cut.ok()) return cut;
    disk_.crash_points.Pass(kAfterRecoverCut);
  }
  found_.current = record;
  found_.file = *std::move(file);
  return absl::OkStatus();
}

absl::Status Inspection::Adopt(std::uint64_t sequence, const std::string& data_name) {
  absl::StatusOr<FileRecord> record = Survey(disk_, expected_.path, data_name, sequence);
  if (!record.ok()) return record.status();
  record->origin = expected_.origin;
  record->compression = expected_.compression;
  if (record->bytes == 0) {
    found_.gone.push_back(sequence);
    return RemoveOpen(disk_, *record, kAfterRecoverRemove);
  }
  found_.to_seal.push_back(*std::move(record));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Listing> List(Disk disk, const std::string& path) {
  Listing listing;
  const absl::StatusOr<std::vector<std::string>> names = disk.files.List(path);
  if (absl::IsNotFound(names.status())) return listing;
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    std::optional<ParsedName> parsed = ParseName(name);
    if (!parsed) continue;
    switch (parsed->part) {
      case Part::kOpen:
        listing.open[parsed->sequence] = *std::move(parsed);
        break;
      case Part::kSealed:
        listing.sealed[parsed->sequence] = *std::move(parsed);
        break;
      case Part::kManifest:
        listing.manifests[parsed->sequence] = *std::move(parsed);
        break;
      case Part::kTemporary:
        break;
    }
  }
  return listing;
}

absl::StatusOr<Found> Inspect(Disk disk, const Expectation& expected) {
  absl::StatusOr<Listing> listing = List(disk, expected.path);
  if (!listing.ok()) return listing.status();
  return Inspection(disk, expected, *std::move(listing)).Run();
}

absl::Status RemoveSources(Disk disk, const KnownFolder& folder) {
  const absl::StatusOr<Listing> listing = List(disk, folder.own.path);
  if (!listing.ok()) return listing.status();
  for (const auto& [sequence, name] : listing->open) {
    const FileRecord source{sequence, folder.own.path, name.data_name};
    if (sequence >= folder.next_sequence || folder.unsealed.contains(sequence) ||
        !Has(listing->sealed, source)) {
      continue;
    }
    absl::Status gone = RemoveOpen(disk, source, kAfterRecoverRemove);
    if (!gone.ok()) return gone;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<File>> CreateOpen(Disk disk, const std::string& folder,
                                                 const std::string& data_name) {
  if (absl::Status made = disk.files.MakeDirectories(folder); !made.ok()) return made;
  absl::StatusOr<std::unique_ptr<File>> file =
      disk.files.Create(absl::StrCat(folder, "/", data_name, kOpenEnding));
  if (!file.ok()) return file.status();
  disk.crash_points.Pass(kAfterCreate);
  if (absl::Status synced = disk.files.SyncDirectory(folder); !synced.ok()) return synced;
  disk.crash_points.Pass(kAfterCreateSync);
  return file;
}

absl::Status Append(Disk disk, File& file, std::uint64_t offset,
                    absl::Span<const BatchEvent> events) {
  std::vector<std::string_view> pieces;
  for (const BatchEvent& event : events) {
    const std::string_view line(event.bytes.data(), event.bytes.size() + 1);  // with its '\n'
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == line.data()) {
      pieces.back() = {pieces.back().data(), pieces.back().size() + line.size()};
    } else {
      pieces.push_back(line);
    }
  }
  if (absl::Status written = file.WriteAt(offset, pieces); !written.ok()) {
    // Recovery cuts the file too; doing it at once gives the space back to whoever needs it.
    file.Truncate(offset).IgnoreError();
    return written;
  }
  disk.crash_points.Pass(kAfterWrite);
  return absl::OkStatus();
}

std::uint64_t SizeOf(absl::Span<const BatchEvent> events) {
  std::uint64_t size = 0;
  for (const BatchEvent& event : events) size += event.bytes.size() + 1;
  return size;
}

}  // namespace cce::file
