// Deletes sealed files that are old or that there is no room for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "outputs/file/folder.h"
#include "outputs/file/seal.h"

namespace cce::file {

struct RetentionRules {
  // Counted from ManifestHead::newest.
  absl::Duration retain_for = absl::InfiniteDuration();
  // Bytes that the sealed files of all devices together may take.
  std::uint64_t retain_size = std::numeric_limits<std::uint64_t>::max();

  bool KeepsAll() const { return *this == RetentionRules{}; }
  friend bool operator==(const RetentionRules&, const RetentionRules&) = default;
};

// What a round has done.
struct RetentionReport {
  std::uint64_t removed_files = 0;
  std::uint64_t removed_bytes = 0;
  std::uint64_t kept_bytes = 0;  // counted only where there is a retain_size
  // What could not be judged or removed; it is tried again the next time.
  std::uint64_t problems = 0;
  std::string first_problem;
  // Files of others among the output's own. Each is told of once.
  std::uint64_t foreign_files = 0;
  std::string first_foreign;
};

// Works in rounds, and in a round piece by piece, so that whoever runs it can do other things in
// between. Removes each file that is older than retain_for, and then, the oldest first by the times
// in their names, those that are more than retain_size; each before its manifest. A file is the
// output's if its number is below next_sequence and its manifest says so and names the folder's
// organisation; no other file is touched or counts as room that is taken, nor does one whose
// manifest cannot be read, which is a problem of the report. A crash leaves manifests without their
// file at worst, which go the next time.
//
// Sealed files never change: what they take and whose they are is remembered from round to round.
// Thread-compatible; Step blocks, for as long as it takes to list one folder or to look at some
// files.
class Retention {
 public:
  Retention(Disk disk, std::string output, RetentionRules rules);

  // Begins a round in place of the one before. Without `now` no file is too old.
  void Begin(std::vector<KnownFolder> folders, std::optional<absl::Time> now);

  // Does a piece of the round; false once it has ended. REQUIRES: Begin.
  bool Step();

  // Of the round that has ended.
  const RetentionReport& report() const { return report_; }

 private:
  enum class Phase { kScan, kJudge, kAskWhose, kMakeRoom, kRemove, kEnd };
  enum class Whose { kNotAsked, kOurs, kForeign, kNotKnown };

  struct Known {
    std::optional<std::uint64_t> bytes;
    Whose whose = Whose::kNotAsked;
  };
  // A sealed file, or the manifest that a removed one has left. Small: there may be a million.
  struct Entry {
    std::int64_t first_delivery;  // s since 1970, from the name
    std::uint64_t sequence;
    std::uint32_t folder;
    Compression compression;
    bool is_chosen = false;
    Known known;
  };

  void Scan(std::uint32_t number);
  void Judge(Entry& entry);
  void AskWhose(Entry& entry);
  void MakeRoom(Entry& entry);
  void Remove(absl::Span<const Entry> entries);
  void EnterPhase(Phase phase);
  // Reads the manifest of what is not known to be foreign.
  std::optional<ManifestHead> ReadOwn(Entry& entry);
  void Remember(const Entry& entry);
  // nullopt: it is not there, or cannot be opened.
  std::optional<std::uint64_t> SizeOf(const Entry& entry) const;
  std::string FileNameOf(const Entry& entry) const;
  std::string PathOf(const Entry& entry) const;
  void Problem(std::string_view what);

  const Disk disk_;
  const std::string output_;
  const RetentionRules rules_;
  const bool counts_ = rules_.retain_size != RetentionRules{}.retain_size;

  std::map<std::string, absl::flat_hash_map<std::uint64_t, Known>> known_;  // by path and number

  // The round's.
  std::vector<KnownFolder> folders_;
  absl::Time sealed_before_;
  Phase phase_ = Phase::kEnd;
  std::size_t next_ = 0;  // in folders_, entries_ or chosen_, as the phase has it
  std::vector<Entry> entries_;
  std::vector<Entry> chosen_;
  RetentionReport report_;
};

}  // namespace cce::file
