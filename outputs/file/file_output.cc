#include "outputs/file/file_output.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cce/api/placeholders.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "outputs/dead_letters/dead_letters.h"
#include "outputs/dead_letters/percent_encode.h"
#include "outputs/file/begin_within.h"
#include "outputs/file/crash_points.h"
#include "outputs/file/names.h"
#include "outputs/file/seal.h"

namespace cce::file {

namespace asio = boost::asio;

namespace {

constexpr absl::Duration kSealRetry = absl::Minutes(1);
// Files that come of age about the same time are sealed in one go.
constexpr absl::Duration kShortestPause = absl::Seconds(1);
constexpr absl::Duration kRetentionPause = absl::Hours(1);
// By then every device that is there has been recovered, which sees what nobody else would: that
// the state does not go with the files, before sealing hides it.
constexpr absl::Duration kLookForLeftAfter = absl::Minutes(1);
// Where there is no room, each sealed file is the end of another.
constexpr absl::Duration kShortestRetentionPause = absl::Minutes(1);
// Rounds further apart than this are a clock that was set forward, or a time in which cce did not
// run. Nobody can tell which, so there is time to set the clock right before anything is deleted.
constexpr absl::Duration kLongestStep = absl::Hours(48);
constexpr absl::Duration kDoubtFor = absl::Hours(24 * 7);

void Count(absl::Span<const BatchEvent> events, FileRecord& record) {
  for (const BatchEvent& event : events) {
    ++record.events;
    if (event.mark.late) ++record.late;
    record.first_ns = std::min(record.first_ns.value_or(event.time_ns), event.time_ns);
    record.last_ns = std::max(record.last_ns.value_or(event.time_ns), event.time_ns);
  }
}

std::vector<KnownFolder> KnownFolders(absl::Span<const Records> all) {
  std::vector<KnownFolder> folders;
  for (const Records& records : all) {
    if (!records.folder) continue;
    std::set<std::uint64_t> unsealed;
    for (const FileRecord& file : records.files) unsealed.insert(file.sequence);
    std::vector<OwnFolder> own = records.folder->former;
    if (!records.folder->path.empty()) {
      own.push_back({records.folder->path, records.folder->organisation});
    }
    for (OwnFolder& folder : own) {
      folders.push_back({std::move(folder), records.folder->next_sequence, unsealed});
    }
  }
  return folders;
}

}  // namespace

FileOutput::FileOutput(FileOptions options, OutputWorld world)
    : options_(std::move(options)),
      world_(std::move(world)),
      sleeper_(world_.context.clock.MakeSleeper(world_.executor)),
      work_ended_(world_.executor, asio::steady_timer::time_point::max()),
      look_for_left_at_(world_.context.clock.Now() + kLookForLeftAfter),
      retention_(disk(), options_.name, options_.retention) {
  // From the beginning, because there may be files of devices that are gone, and no others.
  Start(WorkInBackground());
}

void FileOutput::Start(Task<> work) {
  ++at_work_;
  asio::co_spawn(world_.executor, std::move(work), [this](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
    if (--at_work_ == 0) work_ended_.cancel();
  });
}

std::string_view FileOutput::guarantee() const { return kGuarantee.promise; }

Task<absl::StatusOr<std::optional<Checkpoint>>> FileOutput::Recover(FeedKey feed) {
  auto work = RecoverHere(std::move(feed));
  co_return co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<absl::Status> FileOutput::Deliver(FeedKey feed, std::shared_ptr<const Batch> batch,
                                       Step step) {
  auto work = DeliverHere(std::move(feed), std::move(batch), std::move(step));
  co_return co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<> FileOutput::Close() {
  auto work = CloseHere();
  co_await asio::co_spawn(world_.executor, std::move(work), asio::use_awaitable);
}

Task<absl::StatusOr<std::optional<Checkpoint>>> FileOutput::RecoverHere(FeedKey feed) {
  Folder& folder = FolderOf(feed.device);
  if (folder.busy) {
    co_return absl::InternalError(absl::StrCat(feed.device, ": two calls of a feed at a time"));
  }
  folder.busy = true;
  folder.recovered = false;
  folder.left.clear();  // this recovery finds them too
  PlaceFolder(folder, feed);
  auto recovered = co_await RecoverFolder(folder, std::move(feed));
  folder.busy = false;
  folder.recovered = recovered.ok();
  if (!recovered.ok()) {
    folder.current.reset();
    SetFile(folder, nullptr);
    co_return Explain(folder, recovered.status());
  }
  sleeper_->Wake();
  co_return std::move(recovered);
}

Task<absl::StatusOr<std::optional<Checkpoint>>> FileOutput::RecoverFolder(Folder& folder,
                                                                          FeedKey feed) {
  folder.current.reset();
  SetFile(folder, nullptr);
  Expectation expected;
  expected.path = folder.path;
  expected.origin = folder.origin;
  expected.compression = options_.compression;
  // Before the records are read: what is sealed meanwhile is not looked for.
  expected.sealing = folder.sealing;
  expected.retired = folder.retired;

  absl::StatusOr<std::optional<Checkpoint>> checkpoint = co_await world_.store.Load(feed);
  if (!checkpoint.ok()) co_return checkpoint.status();
  absl::StatusOr<std::vector<OutputValue>> values =
      co_await world_.store.Values(options_.name, KeyPrefix(folder.key));
  if (!values.ok()) co_return values.status();
  absl::StatusOr<Records> records = ReadRecords(*values);
  if (!records.ok()) co_return records.status();
  expected.records = *std::move(records);
  const std::optional<FolderRecord>& known = expected.records.folder;
  expected.was_reset =
      checkpoint->has_value() && (!known || known->position != (*checkpoint)->position);

  auto inspect = [&]() -> absl::StatusOr<Found> {
    absl::StatusOr<Found> found = Inspect(disk(), expected);
    if (!found.ok()) return found;
    std::optional<std::uint64_t> committed;
    if (expected.records.folder) committed = found->folder.dead_letter_bytes;
    absl::StatusOr<std::uint64_t> offset = dead_letters::RecoverDeadLetters(
        disk().files, world_.context.log, DeadLetterPath(folder), committed);
    if (!offset.ok()) return offset.status();
    found->folder.dead_letter_bytes = *offset;
    return found;
  };
  absl::StatusOr<Found> found = co_await RunBlocking(world_.context.blocking, std::move(inspect));
  if (!found.ok()) co_return found.status();
  SetFile(folder, std::move(found->file));

  const bool knows_letters = known && known->dead_letter_bytes == found->folder.dead_letter_bytes;
  if (expected.was_reset || !found->gone.empty() || !knows_letters) {
    // What has been taken in and what is gone must be known to a recovery after the next delivery,
    // and where the dead letters end to one before it.
    if (expected.was_reset) found->folder.position = (*checkpoint)->position;
    Commit commit{options_.name, {}, {ToValue(folder.key, found->folder)}};
    for (const FileRecord& record : found->to_seal) {
      commit.values.push_back(ToValue(folder.key, record));
    }
    for (const std::uint64_t sequence : found->gone) {
      commit.values.push_back(Deletion(folder.key, sequence));
    }
    absl::Status written = co_await world_.store.Write(std::move(commit));
    if (!written.ok()) co_return written;
  }
  if (expected.was_reset) {
    world_.context.log.Warning("feed was reset by an operator",
                               {{"output", options_.name}, {"device", folder.device}});
  }
  folder.record = std::move(found->folder);
  folder.current = std::move(found->current);
  for (FileRecord& record : found->to_seal) StartSealing(folder, std::move(record));
  co_return *std::move(checkpoint);
}

Task<absl::Status> FileOutput::DeliverHere(FeedKey feed, std::shared_ptr<const Batch> batch,
                                           Step step) {
  Folder& folder = FolderOf(feed.device);
  if (!folder.recovered || folder.busy || folder.record.organisation != feed.organisation) {
    co_return absl::InternalError(absl::StrCat(feed.device, ": Deliver without Recover"));
  }
  folder.busy = true;
  absl::Status status = co_await Write(folder, std::move(feed), std::move(batch), std::move(step));
  folder.busy = false;
  if (!status.ok()) {
    folder.recovered = false;
    folder.current.reset();
    SetFile(folder, nullptr);
  }
  co_return Explain(folder, std::move(status));
}

Task<absl::Status> FileOutput::Write(Folder& folder, FeedKey feed,
                                     std::shared_ptr<const Batch> batch, Step step) {
  const std::uint64_t size = SizeOf(batch->events);
  if (size > 0) {
    if (folder.current && IsFull(*folder.current, size)) {
      FileRecord full = *std::exchange(folder.current, std::nullopt);
      SetFile(folder, nullptr);
      StartSealing(folder, std::move(full));
      sleeper_->Wake();
    }
    if (!folder.current) {
      absl::Status announced = co_await Announce(folder);
      if (!announced.ok()) co_return announced;
    }
  }
  FolderRecord record = folder.record;
  if (size > 0 || !batch->dead_letters.empty()) {
    absl::Status written = co_await WriteBytes(folder, *batch, record);
    if (!written.ok()) co_return written;
  }

  if (step.position) record.position = *step.position;
  Commit commit{options_.name, {}, {}};
  commit.steps.push_back({std::move(feed), std::move(step)});
  commit.values.push_back(ToValue(folder.key, record));
  std::optional<FileRecord> current = folder.current;
  if (size > 0) {
    current->bytes += size;
    Count(batch->events, *current);
    commit.values.push_back(ToValue(folder.key, *current));
  }
  absl::Status committed = co_await world_.store.Write(std::move(commit));
  if (!committed.ok()) co_return committed;
  world_.context.crash_points.Pass(kAfterCommit);
  folder.record = std::move(record);
  folder.current = std::move(current);
  co_return absl::OkStatus();
}

// A file is in the state before it is on the disk, so that whatever a crash leaves is known.
Task<absl::Status> FileOutput::Announce(Folder& folder) {
  const absl::Time now = world_.context.clock.Now();
  FileRecord file;
  file.sequence = folder.record.next_sequence;
  file.folder = folder.path;
  file.name = DataName(now, file.sequence);
  file.origin = folder.origin;
  file.compression = options_.compression;
  file.opened_ns = absl::ToUnixNanos(now);
  FolderRecord record = folder.record;
  ++record.next_sequence;
  Commit commit{options_.name, {}, {ToValue(folder.key, record), ToValue(folder.key, file)}};
  absl::Status committed = co_await world_.store.Write(std::move(commit));
  if (!committed.ok()) co_return committed;
  world_.context.crash_points.Pass(kAfterAnnounce);
  folder.retired.erase(file.sequence);
  folder.record = std::move(record);
  folder.current = std::move(file);
  co_return absl::OkStatus();
}

Task<absl::Status> FileOutput::WriteBytes(Folder& folder, const Batch& batch,
                                          FolderRecord& record) {
  const std::string letters =
      dead_letters::DeadLetterLines(batch.dead_letters, world_.context.clock.Now());
  std::unique_ptr<File> made;
  bool sync_failed = false;
  auto write = [&]() -> absl::Status {
    if (!batch.events.empty()) {
      const FileRecord& current = *folder.current;
      if (folder.file == nullptr) {
        absl::StatusOr<std::unique_ptr<File>> file =
            current.bytes == 0 ? CreateOpen(disk(), folder.path, current.name)
                               : disk().files.OpenForWriting(OpenPath(current));
        if (!file.ok()) return file.status();
        made = *std::move(file);
      }
      File& file = made == nullptr ? *folder.file : *made;
      absl::Status appended = Append(disk(), file, current.bytes, batch.events);
      if (!appended.ok()) return appended;
      absl::Status synced = file.SyncData();
      sync_failed = !synced.ok();
      if (sync_failed) return synced;
      disk().crash_points.Pass(kAfterSync);
    }
    if (letters.empty()) return absl::OkStatus();
    absl::StatusOr<std::uint64_t> end =
        dead_letters::AppendDeadLetters(disk().files, world_.context.log, DeadLetterPath(folder),
                                        record.dead_letter_bytes, letters);
    if (!end.ok()) return end.status();
    disk().crash_points.Pass(kAfterDeadLetters);
    record.dead_letter_bytes = *end;
    return absl::OkStatus();
  };
  auto begun = BeginWithin(kDeliveryBeginsWithin, world_.context.blocking, world_.context.clock,
                           std::move(write));
  absl::Status written = co_await std::move(begun);
  if (made != nullptr) SetFile(folder, std::move(made));
  if (sync_failed) folder.retired.insert(folder.current->sequence);
  MarkUsed(folder);
  co_return written;
}

Task<> FileOutput::CloseHere() {
  closing_ = true;
  sleeper_->Wake();
  for (auto& [device, folder] : folders_) {
    folder->recovered = false;
    SetFile(*folder, nullptr);
  }
  while (at_work_ > 0) co_await work_ended_.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<> FileOutput::WorkInBackground() {
  while (!closing_) {
    const absl::Duration rest = look_for_left_at_ - world_.context.clock.Now();
    // More than the pause is a clock that has been set back.
    if (!found_left_ && (rest <= absl::ZeroDuration() || rest > kLookForLeftAfter)) {
      co_await FindLeft();
    }
    RotateAged();
    for (std::size_t left = unsealed_.size(); left > 0 && !closing_; --left) {
      Unsealed unsealed = std::move(unsealed_.front());
      unsealed_.pop_front();
      if (unsealed.not_before > world_.context.clock.Now()) {
        unsealed_.push_back(std::move(unsealed));
      } else {
        co_await SealOne(std::move(unsealed));
      }
    }
    if (closing_) break;
    if (retains_) {
      co_await Retain();
    } else if (RetentionIsDue()) {
      co_await BeginRetention();
    } else {
      co_await sleeper_->Sleep(Pause());
    }
  }
}

Task<> FileOutput::SealOne(Unsealed unsealed) {
  Folder& folder = *unsealed.folder;
  const absl::Time now = world_.context.clock.Now();
  auto seal = [&]() -> absl::StatusOr<std::uint64_t> {
    if (unsealed.record.bytes > 0) return Seal(disk(), unsealed.record, now);
    absl::Status gone = RemoveOpen(disk(), unsealed.record, kAfterOpenRemove);
    if (!gone.ok()) return gone;
    return std::uint64_t{0};
  };
  const absl::StatusOr<std::uint64_t> bytes =
      co_await RunBlocking(world_.context.blocking, std::move(seal));
  absl::Status sealed = bytes.status();
  if (sealed.ok()) {
    Commit commit{options_.name, {}, {Deletion(folder.key, unsealed.record.sequence)}};
    sealed = co_await world_.store.Write(std::move(commit));
  }
  if (sealed.ok()) {
    world_.context.crash_points.Pass(kAfterSealCommit);
    if (unsealed.record.compression != Compression::kNone) co_await RemoveSource(unsealed.record);
    NoteSealed(*bytes);
    folder.sealing.erase(unsealed.record.sequence);
    folder.retired.erase(unsealed.record.sequence);
    co_return;
  }
  if (!std::exchange(unsealed.failed, true)) {
    world_.context.log.Error("file cannot be sealed; tried again every minute",
                             {{"output", options_.name},
                              {"device", folder.device},
                              {"file", unsealed.record.name},
                              {"cause", sealed.message()},
                              {"remedy", RemedyOf(sealed)}});
  }
  unsealed.not_before = world_.context.clock.Now() + kSealRetry;
  unsealed_.push_back(std::move(unsealed));
}

Task<> FileOutput::RemoveSource(FileRecord record) {
  auto remove = [&] { return RemoveOpen(disk(), record, kAfterOpenRemove); };
  const absl::Status gone = co_await RunBlocking(world_.context.blocking, std::move(remove));
  if (!gone.ok()) NoteSourceStays(gone);
}

void FileOutput::NoteSourceStays(const absl::Status& why) {
  world_.context.log.Warning("source of a compressed file stays beside it until the next start",
                             {{"output", options_.name}, {"cause", why.message()}});
}

Task<> FileOutput::FindLeft() {
  absl::StatusOr<std::vector<Records>> all = co_await AllRecords();
  if (!all.ok()) co_return;
  found_left_ = true;
  const std::vector<KnownFolder> folders = KnownFolders(*all);
  for (Records& records : *all) {
    if (records.files.empty()) continue;
    const std::string device = records.files.front().origin.device;
    // The recovery of a device sees to its files itself; nobody knows whose those of a version are
    // that kept no origin.
    if (!device.empty() && !folders_.contains(device)) {
      FolderOf(device).left = std::move(records.files);
    }
  }
  auto remove = [&] {
    absl::Status first;
    for (const KnownFolder& folder : folders) first.Update(RemoveSources(disk(), folder));
    return first;
  };
  const absl::Status gone = co_await RunBlocking(world_.context.blocking, std::move(remove));
  if (!gone.ok()) NoteSourceStays(gone);
}

bool FileOutput::RetentionIsDue() const {
  const absl::Duration rest = next_retention_ - world_.context.clock.Now();
  // More than the pause is a clock that has been set back.
  return rest <= absl::ZeroDuration() ||
         (rest > kRetentionPause && rest != absl::InfiniteDuration());
}

Task<> FileOutput::BeginRetention() {
  const absl::Time now = world_.context.clock.Now();
  last_retention_ = now;
  next_retention_ = options_.retention.KeepsAll() ? absl::InfiniteFuture() : now + kRetentionPause;
  if (options_.retention.KeepsAll()) co_return;
  const absl::StatusOr<std::vector<Records>> all = co_await AllRecords();
  if (!all.ok()) co_return;
  std::optional<absl::Time> believed;
  if (options_.retention.retain_for != absl::InfiniteDuration()) {
    const bool is_believed = co_await ClockIsBelieved(now);
    if (is_believed) believed = now;
  }
  retention_.Begin(KnownFolders(*all), believed);
  retains_ = true;
  sealed_at_begin_ = sealed_bytes_;
}

Task<bool> FileOutput::ClockIsBelieved(absl::Time now) {
  const absl::StatusOr<std::vector<OutputValue>> values =
      co_await world_.store.Values(options_.name, std::string(kClockKey));
  if (!values.ok()) co_return false;
  absl::StatusOr<std::optional<ClockRecord>> known = ReadClock(*values);
  if (!known.ok()) {
    world_.context.log.Warning("retention begins afresh to watch the clock",
                               {{"output", options_.name}, {"cause", known.status().message()}});
  }
  ClockRecord clock =
      known.ok() ? known->value_or(ClockRecord{absl::ToUnixNanos(now), 0}) : ClockRecord{0, 0};
  const absl::Duration step = now - absl::FromUnixNanos(clock.seen_ns);
  const absl::Duration doubt = absl::FromUnixNanos(clock.believed_from_ns) - now;
  if (step > kLongestStep) {
    clock.believed_from_ns = absl::ToUnixNanos(now + kDoubtFor);
    world_.context.log.Warning(
        "the clock is far ahead of when old files were last looked for; none is deleted for its "
        "age for a week",
        {{"output", options_.name},
         {"hours", step / absl::Hours(1)},
         {"remedy",
          "see that this machine's clock is right; nothing is to be done if it is and cce did not "
          "run meanwhile"}});
  } else if (doubt > kDoubtFor) {
    clock.believed_from_ns = 0;  // it has been set back
  }
  clock.seen_ns = absl::ToUnixNanos(now);
  Commit commit{options_.name, {}, {ToValue(clock)}};
  const absl::Status written = co_await world_.store.Write(std::move(commit));
  co_return written.ok() && clock.seen_ns >= clock.believed_from_ns;
}

Task<> FileOutput::Retain() {
  auto step = [this] { return retention_.Step(); };
  retains_ = co_await RunBlocking(world_.context.blocking, std::move(step));
  if (retains_) co_return;
  sealed_bytes_ = retention_.report().kept_bytes + (sealed_bytes_ - sealed_at_begin_);
  LogRetention();
}

void FileOutput::LogRetention() {
  const RetentionReport& done = retention_.report();
  if (done.removed_files > 0) {
    world_.context.log.Info(
        "old files were deleted",
        {{"output", options_.name}, {"files", done.removed_files}, {"bytes", done.removed_bytes}});
  }
  if (done.problems > 0) {
    world_.context.log.Warning(
        "old files could not be deleted; tried again every hour",
        {{"output", options_.name},
         {"problems", done.problems},
         {"first", done.first_problem},
         {"remedy",
          "see that the user who runs cce may remove files there, and that manifests "
          "stay beside their files"}});
  }
  if (done.foreign_files > 0) {
    world_.context.log.Warning(
        "files that are not of this output lie among its own; retention leaves them alone",
        {{"output", options_.name},
         {"files", done.foreign_files},
         {"first", done.first_foreign},
         {"remedy",
          "delete them yourself if they are no longer needed, such as those that "
          "this output wrote under another name"}});
  }
}

Task<absl::StatusOr<std::vector<Records>>> FileOutput::AllRecords() {
  absl::StatusOr<std::vector<OutputValue>> values = co_await world_.store.Values(options_.name, "");
  if (!values.ok()) co_return values.status();
  std::vector<Records> all;
  for (const absl::Span<const OutputValue> device : ByDevice(*values)) {
    // Those that cannot be read are for the device's recovery to report.
    absl::StatusOr<Records> records = ReadRecords(device);
    if (records.ok()) all.push_back(*std::move(records));
  }
  co_return all;
}

FileOutput::Folder& FileOutput::FolderOf(const std::string& device) {
  std::unique_ptr<Folder>& folder = folders_[device];
  if (folder == nullptr) {
    folder = std::make_unique<Folder>();
    folder->device = device;
    folder->key = PercentEncode(device);
  }
  return *folder;
}

void FileOutput::PlaceFolder(Folder& folder, const FeedKey& feed) {
  const std::string tenant = world_.tenant_of ? world_.tenant_of(feed.device) : std::string();
  folder.path = absl::StrCat(
      FillPlaceholders(options_.directory, tenant, feed.device, PercentEncode), "/", folder.key);
  folder.origin = {options_.name, feed.device, tenant, feed.organisation,
                   std::string(world_.format.name())};
}

absl::Time FileOutput::DueOf(const FileRecord& record) const {
  return absl::FromUnixNanos(record.opened_ns) + options_.rotate_every;
}

bool FileOutput::IsAged(const FileRecord& record) const {
  return DueOf(record) <= world_.context.clock.Now();
}

bool FileOutput::IsFull(const FileRecord& record, std::uint64_t more) const {
  return record.bytes + more > options_.rotate_size || IsAged(record);
}

void FileOutput::RotateAged() {
  const std::int64_t now = absl::ToUnixNanos(world_.context.clock.Now());
  for (auto& [device, folder] : folders_) {
    if (folder->busy) continue;
    std::erase_if(folder->left, [&, owner = folder.get()](FileRecord& record) {
      record.opened_ns = std::min(record.opened_ns, now);
      const bool is_aged = IsAged(record);
      if (is_aged) StartSealing(*owner, std::move(record));
      return is_aged;
    });
    if (!folder->current) continue;
    // Where the clock was ahead when the file was made, its age counts from now on.
    folder->current->opened_ns = std::min(folder->current->opened_ns, now);
    if (!IsAged(*folder->current)) continue;
    FileRecord aged = *std::exchange(folder->current, std::nullopt);
    SetFile(*folder, nullptr);
    StartSealing(*folder, std::move(aged));
  }
}

void FileOutput::StartSealing(Folder& folder, FileRecord record) {
  folder.sealing.insert(record.sequence);
  unsealed_.push_back({&folder, std::move(record), absl::InfinitePast()});
}

void FileOutput::NoteSealed(std::uint64_t bytes) {
  sealed_bytes_ += bytes;
  if (sealed_bytes_ <= options_.retention.retain_size) return;
  next_retention_ = std::min(next_retention_, last_retention_ + kShortestRetentionPause);
}

absl::Duration FileOutput::Pause() const {
  const absl::Time now = world_.context.clock.Now();
  absl::Time next = std::min(now + options_.rotate_every, next_retention_);
  if (!found_left_) next = std::min(next, look_for_left_at_);
  for (const auto& [device, folder] : folders_) {
    for (const FileRecord& record : folder->left) next = std::min(next, DueOf(record));
    if (folder->current) next = std::min(next, DueOf(*folder->current));
  }
  for (const Unsealed& unsealed : unsealed_) next = std::min(next, unsealed.not_before);
  return std::max(next - now, kShortestPause);
}

void FileOutput::SetFile(Folder& folder, std::unique_ptr<File> file) {
  folder.file.swap(file);
  if (file != nullptr) Start(CloseFile(std::move(file)));
  if (folder.in_use) used_.erase(*std::exchange(folder.in_use, std::nullopt));
  MarkUsed(folder);
}

Task<> FileOutput::CloseFile(std::unique_ptr<File> file) {
  auto close = [&] { return file.reset(), 0; };
  co_await RunBlocking(world_.context.blocking, std::move(close));
}

void FileOutput::MarkUsed(Folder& folder) {
  if (folder.file == nullptr) return;
  if (folder.in_use) used_.erase(*folder.in_use);
  folder.in_use = used_.insert(used_.begin(), &folder);
  auto candidate = used_.end();
  while (static_cast<int>(used_.size()) > options_.max_open_files &&
         candidate != std::next(used_.begin())) {
    Folder& oldest = **--candidate;
    if (oldest.busy) continue;
    ++candidate;
    SetFile(oldest, nullptr);
  }
}

std::string FileOutput::DeadLetterPath(const Folder& folder) const {
  return dead_letters::DeadLetterPath(options_.state_dir, options_.name, folder.device);
}

absl::Status FileOutput::Explain(const Folder& folder, absl::Status status) {
  if (status.ok()) return status;
  if (absl::IsDataLoss(status)) {
    world_.context.log.Error(
        "delivered bytes are not on the disk",
        {{"output", options_.name}, {"device", folder.device}, {"cause", status.message()}});
  }
  if (TroubleOf(status) || absl::IsInternal(status)) return status;
  const std::string letters = absl::StrCat(options_.state_dir, "/dead_letters");
  const std::string& where = absl::StrContains(status.message(), letters) ? letters : folder.path;
  Trouble trouble{.word = StatusWord::kOutputBlocked};
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      code = status.code();
      trouble.remedy = absl::StrCat("Free space on the file system of ", where,
                                    "; delivery then goes on by itself.");
      break;
    case absl::StatusCode::kDataLoss:
      code = status.code();
      trouble.remedy =
          absl::StrCat("Check the disk of ", where, "; delivery goes on in a new file.");
      break;
    default:
      trouble.remedy = absl::StrCat("Check that ", where,
                                    " is there and that the user who runs cce may write in it.");
      break;
  }
  return TroubleError(code, std::string(status.message()), trouble);
}

}  // namespace cce::file
