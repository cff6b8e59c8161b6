#include "outputs/kafka/records.h"

#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "cce/api/text.h"

namespace cce::kafka {
namespace {

constexpr char kVersion = 1;
// No name that is encoded begins like this.
constexpr std::string_view kClaim = "=claim";

void PutNumber(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void PutSigned(std::int64_t value, std::string& out) {
  PutNumber((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63),
            out);
}

void PutBytes(std::string_view bytes, std::string& out) {
  PutNumber(bytes.size(), out);
  out.append(bytes);
}

void PutMinutes(absl::Span<const MinuteCount> minutes, std::string& out) {
  PutNumber(minutes.size(), out);
  for (const MinuteCount& count : minutes) {
    PutSigned(count.minute, out);
    PutNumber(count.delivered, out);
    PutNumber(count.filtered, out);
    PutNumber(count.dead_lettered, out);
  }
}

// Takes a value apart. After a false everything is void.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool Take(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return false;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 63 || byte < 2;
    }
    return false;
  }
  bool Take(std::int64_t& value) {
    std::uint64_t coded = 0;
    if (!Take(coded)) return false;
    value = static_cast<std::int64_t>((coded >> 1) ^ (~(coded & 1) + 1));
    return true;
  }
  bool Take(std::uint32_t& value) {
    std::uint64_t wide = 0;
    if (!Take(wide) || wide > std::numeric_limits<std::uint32_t>::max()) return false;
    value = static_cast<std::uint32_t>(wide);
    return true;
  }
  bool Take(std::string_view& bytes) {
    std::uint64_t size = 0;
    if (!Take(size) || size > rest_.size()) return false;
    bytes = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(bytes.size());
    return true;
  }
  bool Take(std::vector<MinuteCount>& minutes) {
    std::uint64_t count = 0;
    // Each takes four bytes at least.
    if (!Take(count) || count > rest_.size() / 4) return false;
    minutes.resize(static_cast<std::size_t>(count));
    for (MinuteCount& minute : minutes) {
      if (!Take(minute.minute) || !Take(minute.delivered) || !Take(minute.filtered) ||
          !Take(minute.dead_lettered)) {
        return false;
      }
    }
    return true;
  }
  bool Take(std::vector<Identity>& identities) {
    static_assert(sizeof(Identity) == 16 && std::is_trivially_copyable_v<Identity>);
    std::string_view bytes;
    if (!Take(bytes) || bytes.size() % sizeof(Identity) != 0) return false;
    identities.resize(bytes.size() / sizeof(Identity));
    if (!bytes.empty()) std::memcpy(identities.data(), bytes.data(), bytes.size());
    return true;
  }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string Escape(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (IsPlain(c)) {
      escaped.push_back(c);
    } else {
      absl::StrAppend(&escaped, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return escaped;
}

std::optional<std::string> Unescape(std::string_view escaped) {
  std::string name;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (IsPlain(escaped[i])) {
      name.push_back(escaped[i]);
      continue;
    }
    std::uint32_t byte = 0;
    if (escaped[i] != '%' || i + 2 >= escaped.size() ||
        !absl::SimpleHexAtoi(ForAbseil(escaped.substr(i + 1, 2)), &byte)) {
      return std::nullopt;
    }
    name.push_back(static_cast<char>(byte));
    i += 2;
  }
  return name;
}

std::string KeyOf(const FeedKey& feed) {
  return absl::StrCat(Escape(feed.output), "/", Escape(feed.device), "/",
                      Escape(feed.organisation));
}

struct ParsedKey {
  FeedKey feed;
  char kind = '\0';  // '#', '@', or '\0' for the state
  std::int64_t number = 0;
};

std::optional<ParsedKey> ParseKey(std::string_view key) {
  ParsedKey parsed;
  if (const std::size_t mark = key.find_first_of("#@"); mark != std::string_view::npos) {
    parsed.kind = key[mark];
    if (!absl::SimpleAtoi(ForAbseil(key.substr(mark + 1)), &parsed.number)) return std::nullopt;
    key = key.substr(0, mark);
  }
  const std::size_t first = key.find('/');
  const std::size_t second = key.rfind('/');
  if (first == std::string_view::npos || first == second) return std::nullopt;
  std::optional<std::string> output = Unescape(key.substr(0, first));
  std::optional<std::string> device = Unescape(key.substr(first + 1, second - first - 1));
  std::optional<std::string> organisation = Unescape(key.substr(second + 1));
  if (!output || !device || !organisation) return std::nullopt;
  parsed.feed = {*std::move(output), *std::move(device), *std::move(organisation)};
  return parsed;
}

std::string StateValue(const Position& position, std::int64_t watermark_ns, std::int32_t shards) {
  std::string value(1, kVersion);
  PutSigned(shards, value);
  PutSigned(watermark_ns, value);
  PutBytes(position, value);
  return value;
}

std::string BlockValue(const IdentityBlock& block) {
  std::string value(1, kVersion);
  value.reserve(32 + 16 * (block.minutes.size() + block.identities.size()));
  PutSigned(block.min_ns, value);
  PutSigned(block.max_ns, value);
  PutMinutes(block.minutes, value);
  PutBytes({reinterpret_cast<const char*>(block.identities.data()),
            block.identities.size() * sizeof(Identity)},
           value);
  return value;
}

absl::Status Damaged(std::string_view key) {
  return absl::DataLossError(
      absl::StrCat("the checkpoint topic's record ", std::string(key), " cannot be understood"));
}

}  // namespace

std::vector<Record> ToRecords(const FeedChange& change, std::int32_t shards) {
  const std::string key = KeyOf(change.feed);
  std::vector<Record> records;
  if (change.position) {
    const std::int64_t watermark_ns = change.watermark_ns.value_or(0);
    records.push_back({key, StateValue(*change.position, watermark_ns, shards)});
  }
  for (const NumberedBlock& block : change.blocks) {
    records.push_back({absl::StrCat(key, "#", block.number), BlockValue(block.block)});
  }
  for (const std::uint64_t number : change.dropped) {
    records.push_back({absl::StrCat(key, "#", number), std::nullopt});
  }
  for (const DayCounts& day : change.days) {
    Record& record = records.emplace_back(Record{absl::StrCat(key, "@", day.day), std::nullopt});
    if (day.hours.empty()) continue;
    record.value.emplace(1, kVersion);
    PutMinutes(day.hours, *record.value);
  }
  return records;
}

Record ClaimRecord(const std::string& claimant) { return {std::string(kClaim), claimant}; }

bool IsClaim(std::string_view key) { return key == kClaim; }

bool IsOf(const FeedKey& feed, std::string_view key) {
  const std::string own = KeyOf(feed);
  return key.starts_with(own) &&
         (key.size() == own.size() || key[own.size()] == '#' || key[own.size()] == '@');
}

absl::Status Mirror::Add(std::string_view key, const std::optional<std::string_view>& value) {
  if (IsClaim(key)) return absl::OkStatus();
  std::optional<ParsedKey> parsed = ParseKey(key);
  if (!parsed) return Damaged(key);
  if (parsed->feed.output != output_) {
    return absl::FailedPreconditionError(
        absl::StrCat("the checkpoint topic holds checkpoints of an output ", parsed->feed.output));
  }
  if (value && (value->empty() || value->front() != kVersion)) {
    const bool newer = !value->empty() && value->front() > kVersion;
    return newer ? absl::FailedPreconditionError(
                       "the checkpoint topic was written by a newer version of cce")
                 : Damaged(key);
  }
  size_ += key.size() + (value ? value->size() : 0) + sizeof(IdentityBlock);
  Part& part = parts_[std::move(parsed->feed)];
  Input input(value ? value->substr(1) : std::string_view());
  if (parsed->kind == '#') {
    std::optional<IdentityBlock>& block = part.blocks[static_cast<std::uint64_t>(parsed->number)];
    block.reset();
    if (!value) return absl::OkStatus();
    IdentityBlock& read = block.emplace();
    const bool whole = input.Take(read.min_ns) && input.Take(read.max_ns) &&
                       input.Take(read.minutes) && input.Take(read.identities) && input.AtEnd();
    return whole ? absl::OkStatus() : Damaged(key);
  }
  if (parsed->kind == '@') {
    std::vector<MinuteCount>& hours = part.days[parsed->number];
    hours.clear();
    if (!value) return absl::OkStatus();
    return input.Take(hours) && input.AtEnd() ? absl::OkStatus() : Damaged(key);
  }
  std::int64_t shards = 0;
  std::int64_t watermark_ns = 0;
  std::string_view position;
  // A feed is never deleted: there is no tombstone of a state.
  if (!value || !input.Take(shards) || !input.Take(watermark_ns) || !input.Take(position) ||
      !input.AtEnd()) {
    return Damaged(key);
  }
  if (shards != shards_) {
    return absl::FailedPreconditionError(
        absl::StrCat("the checkpoint topic had ", shards, " partitions and now has ", shards_));
  }
  part.position = Position(position);
  part.watermark_ns = watermark_ns;
  return absl::OkStatus();
}

std::vector<FeedChange> Mirror::Take() {
  std::vector<FeedChange> changes;
  for (auto& [feed, part] : parts_) {
    FeedChange change{
        .feed = feed, .position = std::move(part.position), .watermark_ns = part.watermark_ns};
    for (auto& [number, block] : part.blocks) {
      if (block) {
        change.blocks.push_back({number, *std::move(block)});
      } else {
        change.dropped.push_back(number);
      }
    }
    for (auto& [day, hours] : part.days) change.days.push_back({day, std::move(hours)});
    changes.push_back(std::move(change));
  }
  parts_.clear();
  size_ = 0;
  return changes;
}

}  // namespace cce::kafka
