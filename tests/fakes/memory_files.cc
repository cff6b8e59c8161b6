#include "tests/fakes/memory_files.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "absl/strings/str_cat.h"

namespace cce {

struct MemoryFiles::Node {
  std::string seen;
  std::string on_disk;
  std::vector<bool> dirty;  // bytes of `seen` that the next sync writes

  void Resize(std::size_t size) {
    seen.resize(size);
    dirty.resize(size, true);
  }

  void Sync() {
    on_disk.resize(seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (dirty[i]) on_disk[i] = seen[i];
    }
    dirty.assign(seen.size(), false);
  }

  // The error is reported once and the bytes count as clean from then on.
  void FailSync() { dirty.assign(seen.size(), false); }

  void Restart(std::string content) {
    seen = std::move(content);
    on_disk = seen;
    dirty.assign(seen.size(), false);
  }
};

class MemoryFiles::OpenFile final : public File {
 public:
  OpenFile(MemoryFiles& files, std::shared_ptr<Node> node, std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)), age_(files.age_) {
    ++files_.open_files_;
  }
  ~OpenFile() override {
    --files_.open_files_;
    files_.on_close_();
  }

  absl::Status WriteAt(std::uint64_t offset, absl::Span<const std::string_view> pieces) override {
    if (absl::Status dead = Alive(); !dead.ok()) return dead;
    std::string bytes;
    for (const std::string_view piece : pieces) bytes.append(piece);
    const absl::Status failed = files_.Check(Call::kSpace, path_);
    if (!failed.ok()) bytes.resize(absl::IsResourceExhausted(failed) ? bytes.size() / 2 : 0);
    if (!bytes.empty()) {
      node_->Resize(std::max<std::size_t>(node_->seen.size(), offset + bytes.size()));
      std::memcpy(node_->seen.data() + offset, bytes.data(), bytes.size());
      std::fill_n(node_->dirty.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), true);
    }
    return failed;
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, char* out, std::size_t size) override {
    if (absl::Status dead = Alive(); !dead.ok()) return dead;
    if (absl::Status failed = files_.Check(Call::kOther, path_); !failed.ok()) return failed;
    if (offset >= node_->seen.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(size, node_->seen.size() - offset);
    std::memcpy(out, node_->seen.data() + offset, count);
    return count;
  }

  absl::StatusOr<std::uint64_t> Size() override {
    if (absl::Status dead = Alive(); !dead.ok()) return dead;
    return node_->seen.size();
  }

  absl::Status Truncate(std::uint64_t size) override {
    if (absl::Status dead = Alive(); !dead.ok()) return dead;
    if (absl::Status failed = files_.Check(Call::kOther, path_); !failed.ok()) return failed;
    node_->Resize(size);
    return absl::OkStatus();
  }

  absl::Status SyncData() override {
    if (absl::Status dead = Alive(); !dead.ok()) return dead;
    if (absl::Status failed = files_.Check(Call::kSync, path_); !failed.ok()) {
      node_->FailSync();
      return failed;
    }
    node_->Sync();
    return absl::OkStatus();
  }

 private:
  absl::Status Alive() const {
    if (age_ == files_.age_) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(path_, ": opened before the power cut"));
  }

  MemoryFiles& files_;
  const std::shared_ptr<Node> node_;
  const std::string path_;
  const std::uint64_t age_;
};

MemoryFiles::MemoryFiles() { directories_.insert({"", "/"}); }

MemoryFiles::~MemoryFiles() = default;

std::string MemoryFiles::Parent(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, std::max<std::size_t>(slash, 1));
}

absl::Status MemoryFiles::Check(Call call, const std::string& path) {
  if (!forbidden_.empty() && path.starts_with(forbidden_)) {
    return absl::UnavailableError(absl::StrCat(path, ": not now"));
  }
  if (!failing_) return absl::OkStatus();
  const Failure failure = failing_->failure;
  if (failure == Failure::kNoSpace && call != Call::kSpace) return absl::OkStatus();
  if (failure == Failure::kIoError && call == Call::kSync) return absl::OkStatus();
  const bool at_sync = failure == Failure::kSyncError || failure == Failure::kSyncNoSpace;
  if (at_sync && call != Call::kSync) return absl::OkStatus();
  ++calls_;
  if (calls_ < failing_->first || calls_ > failing_->last) return absl::OkStatus();
  switch (failure) {
    case Failure::kNoSpace:
    case Failure::kSyncNoSpace:
      return absl::ResourceExhaustedError(absl::StrCat(path, ": no space left on device"));
    case Failure::kIoError:
      return absl::UnavailableError(absl::StrCat(path, ": input/output error"));
    case Failure::kSyncError:
      return absl::DataLossError(absl::StrCat(path, ": input/output error while syncing"));
  }
  return absl::OkStatus();
}

void MemoryFiles::FailAt(int n, Failure failure, int more) {
  calls_ = 0;
  failing_ = Failing{n, n + more, failure};
}

absl::StatusOr<std::unique_ptr<File>> MemoryFiles::Create(const std::string& path) {
  if (absl::Status failed = Check(Call::kSpace, path); !failed.ok()) return failed;
  if (directories_.count(Parent(path)) == 0) {
    return absl::NotFoundError(absl::StrCat(path, ": no such directory"));
  }
  if (seen_.count(path) != 0) return absl::AlreadyExistsError(absl::StrCat(path, ": file exists"));
  seen_[path] = std::make_shared<Node>();
  return std::make_unique<OpenFile>(*this, seen_[path], path);
}

absl::StatusOr<std::unique_ptr<File>> MemoryFiles::Open(const std::string& path) {
  if (absl::Status failed = Check(Call::kOther, path); !failed.ok()) return failed;
  const auto found = seen_.find(path);
  if (found == seen_.end()) return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  return std::make_unique<OpenFile>(*this, found->second, path);
}

absl::StatusOr<std::unique_ptr<File>> MemoryFiles::OpenForWriting(const std::string& path) {
  return Open(path);
}

absl::StatusOr<std::unique_ptr<File>> MemoryFiles::OpenForReading(const std::string& path) {
  return Open(path);
}

absl::Status MemoryFiles::Rename(const std::string& from, const std::string& to) {
  if (absl::Status failed = Check(Call::kOther, from); !failed.ok()) return failed;
  const auto found = seen_.find(from);
  if (found == seen_.end()) return absl::NotFoundError(absl::StrCat(from, ": no such file"));
  std::shared_ptr<Node> node = found->second;
  seen_.erase(found);
  seen_[to] = std::move(node);
  return absl::OkStatus();
}

absl::Status MemoryFiles::Remove(const std::string& path) {
  if (absl::Status failed = Check(Call::kOther, path); !failed.ok()) return failed;
  if (seen_.erase(path) == 0) return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  return absl::OkStatus();
}

absl::Status MemoryFiles::SyncDirectory(const std::string& path) {
  if (absl::Status failed = Check(Call::kOther, path); !failed.ok()) return failed;
  if (directories_.count(path) == 0) {
    return absl::NotFoundError(absl::StrCat(path, ": no such directory"));
  }
  std::erase_if(on_disk_, [&](const auto& entry) {
    return Parent(entry.first) == path && seen_.count(entry.first) == 0;
  });
  for (const auto& [name, node] : seen_) {
    if (Parent(name) == path) on_disk_[name] = node;
  }
  return absl::OkStatus();
}

absl::Status MemoryFiles::MakeDirectories(const std::string& path) {
  if (directories_.count(path) != 0) return absl::OkStatus();
  if (absl::Status failed = Check(Call::kSpace, path); !failed.ok()) return failed;
  for (std::string part = path; directories_.insert(part).second; part = Parent(part)) {
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> MemoryFiles::List(const std::string& path) {
  if (absl::Status failed = Check(Call::kOther, path); !failed.ok()) return failed;
  if (directories_.count(path) == 0) {
    return absl::NotFoundError(absl::StrCat(path, ": no such directory"));
  }
  std::vector<std::string> names;
  for (const auto& [name, node] : seen_) {
    if (Parent(name) == path) names.push_back(name.substr(path.size() + 1));
  }
  return names;
}

void MemoryFiles::PowerCut(Unsynced unsynced, std::uint64_t seed) {
  ++age_;
  failing_.reset();
  std::mt19937_64 random(seed);
  const auto keep = [&] {
    return unsynced == Unsynced::kKept || (unsynced == Unsynced::kTorn && random() % 2 == 0);
  };

  // A rename comes through whole or not at all, as file systems with a journal have it.
  std::map<std::string, std::shared_ptr<Node>> left = on_disk_;
  const auto is_seen = [&](const std::string& path, const std::shared_ptr<Node>& node) {
    const auto found = seen_.find(path);
    return found != seen_.end() && found->second == node;
  };
  std::set<std::shared_ptr<Node>> named;
  for (const auto& [path, node] : seen_) {
    named.insert(node);
    const auto synced = on_disk_.find(path);
    if ((synced != on_disk_.end() && synced->second == node) || !keep()) continue;
    std::erase_if(left, [&, moved = node](const auto& entry) {
      return entry.second == moved && !is_seen(entry.first, moved);
    });
    left[path] = node;
  }
  for (const auto& [path, node] : on_disk_) {
    if (named.count(node) == 0 && left.count(path) != 0 && left[path] == node && keep()) {
      left.erase(path);
    }
  }

  std::set<std::shared_ptr<Node>> nodes;
  for (const auto& [path, node] : left) nodes.insert(node);
  for (const std::shared_ptr<Node>& node : nodes) {
    std::string content = node->on_disk;
    if (unsynced == Unsynced::kKept) {
      content = node->seen;
    } else if (unsynced == Unsynced::kTorn && node->seen.size() > content.size()) {
      // Blocks reach the disk in any order: the file may have any length between, with zeros where
      // appended bytes have not come.
      const std::size_t synced = content.size();
      content += node->seen.substr(synced, random() % (node->seen.size() - synced + 1));
      for (std::size_t i = synced; i < content.size(); i += 1 + random() % 64) content[i] = '\0';
    } else if (unsynced == Unsynced::kTorn && keep()) {
      content.resize(node->seen.size());  // the cut came through, whatever was written before it
    }
    node->Restart(std::move(content));
  }
  seen_ = left;
  on_disk_ = std::move(left);
}

std::string MemoryFiles::Content(const std::string& path) const {
  const auto found = seen_.find(path);
  return found == seen_.end() ? "" : found->second->seen;
}

bool MemoryFiles::Exists(const std::string& path) const { return seen_.count(path) != 0; }

void MemoryFiles::Overwrite(const std::string& path, std::string content) {
  directories_.insert(Parent(path));
  std::shared_ptr<Node>& node = seen_[path];
  if (node == nullptr) node = std::make_shared<Node>();
  node->Restart(std::move(content));
  on_disk_[path] = node;
}

std::vector<std::string> MemoryFiles::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, node] : seen_) paths.push_back(path);
  return paths;
}

}  // namespace cce
