// The state's tables and what is done with them, one transaction at a time.
//
//   meta    facts about the state itself
//   feeds   one row a feed: position (NULL until a step brings one), watermark
//   blocks  identities and counts as blobs (blobs.h); rows are written once and deleted by the
//   commit
//           that moves the watermark past max_ns
//   hours   per feed and day the counts of deleted blocks by hour (blobs.h), kept kHistoryDays
//   vals    the outputs' own values
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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

  absl::StatusOr<std::optional<Checkpoint>> Load(const FeedKey& feed);
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
  absl::Status InsertBlock(const FeedRow& row, const IdentityBlock& block);
  absl::Status DropBlocks(const FeedRow& row);
  absl::Status AddHours(std::int64_t feed, std::int64_t day, std::vector<MinuteCount> counts);
  absl::Status WriteValue(const std::string& output, const OutputValue& value);

  Database& database_;
  Statement begin_, commit_, rollback_, touch_, cce_id_;
  Statement find_feed_, make_feed_, update_feed_;
  Statement insert_block_, blocks_, block_minutes_;
  Statement passed_minutes_, delete_passed_, delete_blocks_;
  Statement day_hours_, put_hours_, hours_, delete_old_hours_, delete_hours_;
  Statement put_value_, delete_value_, values_;
};

}  // namespace cce
