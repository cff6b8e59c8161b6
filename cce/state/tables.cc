#include "cce/state/tables.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/state/blobs.h"

namespace cce {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::int64_t kDayMinutes = 24 * 60;

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

// `minute` in nanoseconds, at the end of the scale where it does not fit.
std::int64_t ToNs(std::int64_t minute) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max() / kMinuteNs;
  if (minute > kLast) return std::numeric_limits<std::int64_t>::max();
  if (minute < -kLast) return std::numeric_limits<std::int64_t>::min();
  return minute * kMinuteNs;
}

// Where the `number`th block of a feed is, and back. What the first version of these tables wrote
// has lower rows than any feed's blocks; it is told from them by the same arithmetic, modulo 2^64.
std::int64_t RowOfBlock(std::int64_t feed, std::uint64_t number) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(feed) << 32) + number);
}
std::uint64_t NumberOfBlock(std::int64_t feed, std::int64_t row) {
  return static_cast<std::uint64_t>(row) - (static_cast<std::uint64_t>(feed) << 32);
}

// A text that is greater than every key that begins with `prefix` and no greater than other keys
// behind them. Keys are UTF-8, which has no byte 0xff.
std::string After(std::string prefix) {
  if (prefix.empty()) return "\xff";
  prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

// `minutes` stands before `identities` so that counts are read without the pages of the identities.
constexpr char kTables[] = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE feeds (
  id INTEGER PRIMARY KEY,
  output TEXT NOT NULL, device TEXT NOT NULL, organisation TEXT NOT NULL,
  position BLOB, watermark_ns INTEGER NOT NULL,
  UNIQUE (output, device, organisation));
CREATE TABLE blocks (
  number INTEGER PRIMARY KEY,
  feed INTEGER NOT NULL, min_ns INTEGER NOT NULL, max_ns INTEGER NOT NULL,
  minutes BLOB NOT NULL, identities BLOB NOT NULL);
CREATE INDEX blocks_by_time ON blocks (feed, max_ns, min_ns);
CREATE TABLE hours (
  feed INTEGER NOT NULL, day INTEGER NOT NULL, counts BLOB NOT NULL,
  PRIMARY KEY (feed, day)) WITHOUT ROWID;
CREATE TABLE vals (
  output TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY (output, key)) WITHOUT ROWID;
)sql";

}  // namespace

absl::Status CreateTables(Database& database, std::string_view cce_id) {
  // application_id and user_version are part of the transaction, so that half a state is none.
  const std::string script =
      absl::StrCat("BEGIN IMMEDIATE;", kTables, "PRAGMA application_id = ", kApplicationId,
                   "; PRAGMA user_version = ", kTablesVersion, ";");
  if (absl::Status made = database.Execute(script); !made.ok()) return made;
  absl::StatusOr<Statement> insert =
      database.Prepare("INSERT INTO meta VALUES ('cce_id', ?), ('touched', 0)");
  if (!insert.ok()) return insert.status();
  if (absl::Status filled = Query(*insert).Text(cce_id).Run(); !filled.ok()) return filled;
  return database.Execute("COMMIT");
}

absl::StatusOr<std::unique_ptr<Tables>> Tables::Prepare(Database& database) {
  std::unique_ptr<Tables> tables(new Tables(database));
  const std::pair<Statement*, const char*> all[] = {
      {&tables->begin_, "BEGIN IMMEDIATE"},
      {&tables->commit_, "COMMIT"},
      {&tables->rollback_, "ROLLBACK"},
      {&tables->touch_, "UPDATE meta SET value = value + 1 WHERE key = 'touched'"},
      {&tables->cce_id_, "SELECT value FROM meta WHERE key = 'cce_id'"},
      {&tables->find_feed_,
       "SELECT id, position, watermark_ns FROM feeds"
       " WHERE output = ? AND device = ? AND organisation = ?"},
      {&tables->make_feed_,
       "INSERT INTO feeds (output, device, organisation, position, watermark_ns)"
       " VALUES (?, ?, ?, NULL, 0)"},
      {&tables->update_feed_, "UPDATE feeds SET position = ?, watermark_ns = ? WHERE id = ?"},
      {&tables->feeds_, "SELECT device, organisation FROM feeds WHERE output = ?"},
      {&tables->put_block_,
       "INSERT OR REPLACE INTO blocks (number, feed, min_ns, max_ns, minutes, identities)"
       " VALUES (?, ?, ?, ?, ?, ?)"},
      {&tables->last_block_,
       "SELECT number FROM blocks WHERE number > ? AND number < ? ORDER BY number DESC LIMIT 1"},
      // Sorted outside: SQLite would copy the rows' blobs to sort them.
      {&tables->blocks_,
       "SELECT number, min_ns, max_ns, minutes, identities FROM blocks"
       " WHERE feed = ? AND max_ns >= ? AND min_ns <= ?"},
      {&tables->block_minutes_,
       "SELECT minutes FROM blocks WHERE feed = ? AND max_ns >= ? AND min_ns < ?"},
      {&tables->passed_minutes_,
       "SELECT number, minutes FROM blocks WHERE feed = ? AND max_ns < ?"},
      {&tables->delete_block_, "DELETE FROM blocks WHERE number = ? AND feed = ?"},
      {&tables->delete_blocks_, "DELETE FROM blocks WHERE feed = ?"},
      {&tables->day_hours_, "SELECT counts FROM hours WHERE feed = ? AND day = ?"},
      {&tables->put_hours_, "INSERT OR REPLACE INTO hours (feed, day, counts) VALUES (?, ?, ?)"},
      {&tables->hours_,
       "SELECT counts FROM hours WHERE feed = ? AND day >= ? AND day <= ? ORDER BY day"},
      {&tables->old_days_, "SELECT day FROM hours WHERE feed = ? AND day < ?"},
      {&tables->delete_day_, "DELETE FROM hours WHERE feed = ? AND day = ?"},
      {&tables->delete_hours_, "DELETE FROM hours WHERE feed = ?"},
      {&tables->put_value_, "INSERT OR REPLACE INTO vals (output, key, value) VALUES (?, ?, ?)"},
      {&tables->delete_value_, "DELETE FROM vals WHERE output = ? AND key = ?"},
      {&tables->values_,
       "SELECT key, value FROM vals WHERE output = ? AND key >= ? AND key < ? ORDER BY key"},
  };
  for (const auto& [statement, sql] : all) {
    absl::StatusOr<Statement> prepared = database.Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return tables;
}

absl::Status Tables::Begin() { return Query(begin_).Run(); }

absl::Status Tables::Commit() { return Query(commit_).Run(); }

absl::Status Tables::Rollback() {
  // SQLite ends the transaction itself after some errors.
  return database_.InTransaction() ? Query(rollback_).Run() : absl::OkStatus();
}

absl::Status Tables::Touch() { return Query(touch_).Run(); }

absl::Status Tables::Write(const cce::Commit& commit) {
  for (const FeedStep& step : commit.steps) {
    if (absl::Status written = WriteStep(step); !written.ok()) return written;
  }
  for (const FeedChange& change : commit.changes) {
    if (absl::Status written = WriteChange(change); !written.ok()) return written;
  }
  for (const OutputValue& value : commit.values) {
    if (absl::Status written = WriteValue(commit.output, value); !written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status Tables::WriteStep(const FeedStep& step) {
  absl::StatusOr<FeedRow> row = FindOrMakeFeed(step.feed);
  if (!row.ok()) return row.status();
  absl::StatusOr<Fold> fold = FoldStep(*row, step.step);
  if (!fold.ok()) return fold.status();
  for (const IdentityBlock& block : step.step.blocks) {
    if (block.max_ns < fold->watermark_ns) continue;
    if (absl::Status put = PutBlock(*row, fold->first_number++, block); !put.ok()) return put;
  }
  if (absl::Status gone = DropBlocks(*row, fold->dropped); !gone.ok()) return gone;
  if (absl::Status put = PutDays(*row, fold->days); !put.ok()) return put;
  if (step.step.position) row->position = step.step.position;
  row->watermark_ns = fold->watermark_ns;
  return UpdateFeed(*row);
}

absl::StatusOr<FeedChange> Tables::Foresee(const FeedStep& step) {
  absl::StatusOr<std::optional<FeedRow>> row = FindFeed(step.feed);
  if (!row.ok()) return row.status();
  absl::StatusOr<Fold> fold = FoldStep(row->value_or(FeedRow()), step.step);
  if (!fold.ok()) return fold.status();
  FeedChange change{.feed = step.feed,
                    .position = step.step.position,
                    .watermark_ns = fold->watermark_ns,
                    .dropped = std::move(fold->dropped),
                    .days = std::move(fold->days)};
  for (const IdentityBlock& block : step.step.blocks) {
    if (block.max_ns >= fold->watermark_ns) change.blocks.push_back({fold->first_number++, block});
  }
  return change;
}

absl::Status Tables::WriteChange(const FeedChange& change) {
  absl::StatusOr<FeedRow> row = FindOrMakeFeed(change.feed);
  if (!row.ok()) return row.status();
  if (change.anew) {
    if (absl::Status gone = Forget(*row); !gone.ok()) return gone;
    row->position.reset();
    row->watermark_ns = 0;
  }
  for (const NumberedBlock& block : change.blocks) {
    if (absl::Status put = PutBlock(*row, block.number, block.block); !put.ok()) return put;
  }
  if (absl::Status gone = DropBlocks(*row, change.dropped); !gone.ok()) return gone;
  if (absl::Status put = PutDays(*row, change.days); !put.ok()) return put;
  if (change.position) row->position = change.position;
  row->watermark_ns = change.watermark_ns.value_or(row->watermark_ns);
  return UpdateFeed(*row);
}

absl::Status Tables::Reset(const FeedKey& feed, const Position& position) {
  absl::Status written = WriteChange({.feed = feed, .anew = true, .position = position});
  return written.ok() ? WriteValue(feed.output, {ResetKey(feed), position}) : written;
}

absl::Status Tables::Forget(const FeedRow& row) {
  if (absl::Status gone = Query(delete_blocks_).Int(row.id).Run(); !gone.ok()) return gone;
  return Query(delete_hours_).Int(row.id).Run();
}

absl::StatusOr<std::optional<Tables::FeedRow>> Tables::FindFeed(const FeedKey& feed) {
  Query query(find_feed_);
  query.Text(feed.output).Text(feed.device).Text(feed.organisation);
  const absl::StatusOr<bool> found = query.Step();
  if (!found.ok()) return found.status();
  if (!*found) return std::nullopt;
  FeedRow row;
  row.id = query.IntAt(0);
  if (!query.NullAt(1)) row.position = Position(query.BytesAt(1));
  row.watermark_ns = query.IntAt(2);
  return row;
}

absl::StatusOr<Tables::FeedRow> Tables::FindOrMakeFeed(const FeedKey& feed) {
  absl::StatusOr<std::optional<FeedRow>> found = FindFeed(feed);
  if (!found.ok()) return found.status();
  if (*found) return **std::move(found);
  Query query(make_feed_);
  query.Text(feed.output).Text(feed.device).Text(feed.organisation);
  if (absl::Status made = query.Run(); !made.ok()) return made;
  FeedRow row;
  row.id = database_.LastInsertedRow();
  return row;
}

absl::Status Tables::UpdateFeed(const FeedRow& row) {
  Query query(update_feed_);
  if (row.position) {
    query.Blob(*row.position);
  } else {
    query.Null();
  }
  return query.Int(row.watermark_ns).Int(row.id).Run();
}

absl::Status Tables::PutBlock(const FeedRow& row, std::uint64_t number,
                              const IdentityBlock& block) {
  const std::string minutes = WriteMinutes(block.minutes);
  Query query(put_block_);
  query.Int(RowOfBlock(row.id, number)).Int(row.id).Int(block.min_ns).Int(block.max_ns);
  return query.Blob(minutes).Blob(IdentitiesAsBlob(block.identities)).Run();
}

absl::StatusOr<Tables::Fold> Tables::FoldStep(const FeedRow& row, const Step& step) {
  Fold fold;
  // A watermark never goes back: the blocks below it are gone.
  fold.watermark_ns = std::max(row.watermark_ns, step.watermark_ns);
  {
    Query query(last_block_);
    query.Int(RowOfBlock(row.id, 0)).Int(RowOfBlock(row.id + 1, 0));
    const absl::StatusOr<bool> found = query.Step();
    if (!found.ok()) return found.status();
    fold.first_number = *found ? NumberOfBlock(row.id, query.IntAt(0)) + 1 : 1;
  }
  std::map<std::int64_t, std::vector<MinuteCount>> days;
  const auto add = [&days](absl::Span<const MinuteCount> minutes) {
    for (MinuteCount count : minutes) {
      count.minute = FloorDivide(count.minute, 60) * 60;
      days[FloorDivide(count.minute, kDayMinutes)].push_back(count);
    }
  };
  bool dropped = false;
  {
    Query query(passed_minutes_);
    query.Int(row.id).Int(fold.watermark_ns);
    for (;;) {
      const absl::StatusOr<bool> found = query.Step();
      if (!found.ok()) return found.status();
      if (!*found) break;
      dropped = true;
      fold.dropped.push_back(NumberOfBlock(row.id, query.IntAt(0)));
      const absl::StatusOr<std::vector<MinuteCount>> minutes = ReadMinutes(query.BytesAt(1));
      if (!minutes.ok()) return minutes.status();
      add(*minutes);
    }
  }
  for (const IdentityBlock& block : step.blocks) {
    if (block.max_ns >= fold.watermark_ns) continue;
    dropped = true;
    add(block.minutes);
  }
  if (!dropped) return fold;
  if (absl::Status added = AddDays(row, std::move(days), fold); !added.ok()) return added;
  return fold;
}

// `days` together with what is kept of them already, and nothing for what is older than the
// history.
absl::Status Tables::AddDays(const FeedRow& row,
                             std::map<std::int64_t, std::vector<MinuteCount>> days, Fold& fold) {
  const std::int64_t oldest =
      FloorDivide(fold.watermark_ns, kDayMinutes * kMinuteNs) - kHistoryDays;
  for (auto& [day, counts] : days) {
    if (day < oldest) continue;
    Query query(day_hours_);
    query.Int(row.id).Int(day);
    const absl::StatusOr<bool> found = query.Step();
    if (!found.ok()) return found.status();
    if (*found) {
      const absl::StatusOr<std::vector<MinuteCount>> before = ReadMinutes(query.BytesAt(0));
      if (!before.ok()) return before.status();
      counts.insert(counts.end(), before->begin(), before->end());
    }
    Merge(counts);
    fold.days.push_back({day, std::move(counts)});
  }
  Query query(old_days_);
  query.Int(row.id).Int(oldest);
  for (;;) {
    const absl::StatusOr<bool> found = query.Step();
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    fold.days.push_back({query.IntAt(0), {}});
  }
}

absl::Status Tables::DropBlocks(const FeedRow& row, absl::Span<const std::uint64_t> numbers) {
  for (const std::uint64_t number : numbers) {
    absl::Status gone = Query(delete_block_).Int(RowOfBlock(row.id, number)).Int(row.id).Run();
    if (!gone.ok()) return gone;
  }
  return absl::OkStatus();
}

absl::Status Tables::PutDays(const FeedRow& row, absl::Span<const DayCounts> days) {
  for (const DayCounts& day : days) {
    const std::string blob = WriteMinutes(day.hours);
    absl::Status put = day.hours.empty()
                           ? Query(delete_day_).Int(row.id).Int(day.day).Run()
                           : Query(put_hours_).Int(row.id).Int(day.day).Blob(blob).Run();
    if (!put.ok()) return put;
  }
  return absl::OkStatus();
}

absl::Status Tables::WriteValue(const std::string& output, const OutputValue& value) {
  if (!value.value) return Query(delete_value_).Text(output).Text(value.key).Run();
  return Query(put_value_).Text(output).Text(value.key).Blob(*value.value).Run();
}

absl::StatusOr<std::optional<Checkpoint>> Tables::Load(const FeedKey& feed) {
  absl::StatusOr<std::optional<FeedRow>> row = FindFeed(feed);
  if (!row.ok()) return row.status();
  if (!*row || !(*row)->position) return std::nullopt;
  return Checkpoint{*std::move((*row)->position), (*row)->watermark_ns};
}

absl::StatusOr<std::vector<FeedKey>> Tables::Feeds(const std::string& output) {
  std::vector<FeedKey> feeds;
  Query query(feeds_);
  query.Text(output);
  for (;;) {
    const absl::StatusOr<bool> found = query.Step();
    if (!found.ok()) return found.status();
    if (!*found) return feeds;
    feeds.push_back({output, std::string(query.BytesAt(0)), std::string(query.BytesAt(1))});
  }
}

absl::StatusOr<std::vector<IdentityBlock>> Tables::Blocks(const FeedKey& feed, std::int64_t from_ns,
                                                          std::int64_t to_ns) {
  const absl::StatusOr<std::optional<FeedRow>> row = FindFeed(feed);
  if (!row.ok()) return row.status();
  if (!*row) return std::vector<IdentityBlock>();
  std::map<std::int64_t, IdentityBlock> by_number;
  Query query(blocks_);
  query.Int((*row)->id).Int(from_ns).Int(to_ns);
  for (;;) {
    const absl::StatusOr<bool> found = query.Step();
    if (!found.ok()) return found.status();
    if (!*found) break;
    absl::StatusOr<std::vector<MinuteCount>> minutes = ReadMinutes(query.BytesAt(3));
    if (!minutes.ok()) return minutes.status();
    absl::StatusOr<std::vector<Identity>> identities = ReadIdentities(query.BytesAt(4));
    if (!identities.ok()) return identities.status();
    by_number[query.IntAt(0)] = {query.IntAt(1), query.IntAt(2), *std::move(identities),
                                 *std::move(minutes)};
  }
  std::vector<IdentityBlock> blocks;
  blocks.reserve(by_number.size());
  for (auto& [number, block] : by_number) blocks.push_back(std::move(block));
  return blocks;
}

absl::StatusOr<std::vector<MinuteCount>> Tables::Counts(const FeedKey& feed,
                                                        std::int64_t from_minute,
                                                        std::int64_t to_minute) {
  std::vector<MinuteCount> counts;
  const absl::StatusOr<std::optional<FeedRow>> row = FindFeed(feed);
  if (!row.ok()) return row.status();
  if (!*row || from_minute >= to_minute) return counts;
  const auto take = [&](Query& query) -> absl::Status {
    for (;;) {
      const absl::StatusOr<bool> found = query.Step();
      if (!found.ok()) return found.status();
      if (!*found) return absl::OkStatus();
      const absl::StatusOr<std::vector<MinuteCount>> minutes = ReadMinutes(query.BytesAt(0));
      if (!minutes.ok()) return minutes.status();
      for (const MinuteCount& count : *minutes) {
        if (count.minute >= from_minute && count.minute < to_minute) counts.push_back(count);
      }
    }
  };
  {
    Query query(block_minutes_);
    query.Int((*row)->id).Int(ToNs(from_minute)).Int(ToNs(to_minute));
    if (absl::Status taken = take(query); !taken.ok()) return taken;
  }
  {
    Query query(hours_);
    query.Int((*row)->id);
    query.Int(FloorDivide(from_minute, kDayMinutes)).Int(FloorDivide(to_minute - 1, kDayMinutes));
    if (absl::Status taken = take(query); !taken.ok()) return taken;
  }
  Merge(counts);
  return counts;
}

absl::StatusOr<std::vector<OutputValue>> Tables::Values(const std::string& output,
                                                        const std::string& prefix) {
  std::vector<OutputValue> values;
  const std::string end = After(prefix);
  Query query(values_);
  query.Text(output).Text(prefix).Text(end);
  for (;;) {
    const absl::StatusOr<bool> found = query.Step();
    if (!found.ok()) return found.status();
    if (!*found) return values;
    values.push_back({std::string(query.BytesAt(0)), std::string(query.BytesAt(1))});
  }
}

absl::StatusOr<std::string> Tables::CceId() {
  Query query(cce_id_);
  const absl::StatusOr<bool> found = query.Step();
  if (!found.ok()) return found.status();
  if (!*found) return absl::DataLossError("state: the cce_id is missing");
  return std::string(query.BytesAt(0));
}

}  // namespace cce
