// The state's tables and what is done with them, one transaction at a time.
//
//   meta    facts about the state itself
//   feeds   one row a feed: position (NULL until a step brings one), watermark
//   blocks  identities and counts as blobs (blobs.h); rows are written once and deleted by the
//           commit that moves the watermark past max_ns. `number` is the feed's id in the upper 32
//           bits and the block's own number, from 1 on, in the lower
//   hours   per feed and day the counts of deleted blocks by hour (blobs.h), kept kHistoryDays
//   vals    the outputs' own values
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cce/api/checkpoint_store.h"
#include "cce/state/sqlite.h"

namespace cce {

inline constexpr std::int64_t kHistoryDays = 90;

// PRAGMA application_id: "CCES". PRAGMA user_version: the version of the tables.
inline constexpr std::int32_t kApplicationId = 0x43434553;
inline constexpr std::int32_t kTablesVersion = 1;

// Makes the tables in an empty database, in one transaction.
absl::Status CreateTables(Database& database, std::string_view cce_id);

// Used by one thread at a time. Every method but the transaction's own runs inside whatever
// transaction is open. Errors as CheckpointStore has them.
class Tables {
 public:
  // REQUIRES: `database` outlives the object and has the tables.
  static absl::StatusOr<std::unique_ptr<Tables>> Prepare(Database& database);

  absl::Status Begin();
  absl::Status Commit();
  absl::Status Rollback();

  absl::Status Write(const cce::Commit& commit);
  absl::Status Reset(const FeedKey& feed, const Position& position);
  // Changes a number that nobody reads.
  absl::Status Touch();

  absl::StatusOr<FeedChange> Foresee(const FeedStep& step);
  absl::StatusOr<std::optional<Checkpoint>> Load(const FeedKey& feed);
  absl::StatusOr<std::vector<FeedKey>> Feeds(const std::string& output);
  absl::StatusOr<std::vector<IdentityBlock>> Blocks(const FeedKey& feed, std::int64_t from_ns,
                                                    std::int64_t to_ns);
  absl::StatusOr<std::vector<MinuteCount>> Counts(const FeedKey& feed, std::int64_t from_minute,
                                                  std::int64_t to_minute);
  absl::StatusOr<std::vector<OutputValue>> Values(const std::string& output,
                                                  const std::string& prefix);
  absl::StatusOr<std::string> CceId();

 private:
  struct FeedRow {
    std::int64_t id = 0;
    std::optional<Position> position;
    std::int64_t watermark_ns = 0;
  };

  explicit Tables(Database& database) : database_(database) {}

  absl::StatusOr<std::optional<FeedRow>> FindFeed(const FeedKey& feed);
  absl::StatusOr<FeedRow> FindOrMakeFeed(const FeedKey& feed);
  absl::Status UpdateFeed(const FeedRow& row);
  absl::Status WriteStep(const FeedStep& step);
  // All of `step`'s change to the feed of `row` but for the blocks' content: their numbers go from
  // `first_number` on, but for those that the watermark has passed already.
  struct Fold {
    std::int64_t watermark_ns = 0;
    std::uint64_t first_number = 0;
    std::vector<std::uint64_t> dropped;
    std::vector<DayCounts> days;
  };
  absl::StatusOr<Fold> FoldStep(const FeedRow& row, const Step& step);
  absl::Status AddDays(const FeedRow& row, std::map<std::int64_t, std::vector<MinuteCount>> days,
                       Fold& fold);
  absl::Status WriteChange(const FeedChange& change);
  absl::Status PutBlock(const FeedRow& row, std::uint64_t number, const IdentityBlock& block);
  absl::Status DropBlocks(const FeedRow& row, absl::Span<const std::uint64_t> numbers);
  absl::Status PutDays(const FeedRow& row, absl::Span<const DayCounts> days);
  absl::Status Forget(const FeedRow& row);
  absl::Status WriteValue(const std::string& output, const OutputValue& value);

  Database& database_;
  Statement begin_, commit_, rollback_, touch_, cce_id_;
  Statement find_feed_, make_feed_, update_feed_, feeds_;
  Statement put_block_, last_block_, blocks_, block_minutes_;
  Statement passed_minutes_, delete_block_, delete_blocks_;
  Statement day_hours_, old_days_, put_hours_, hours_, delete_day_, delete_hours_;
  Statement put_value_, delete_value_, values_;
};

}  // namespace cce
