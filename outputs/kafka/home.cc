#include "outputs/kafka/home.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cce/api/text.h"
#include "outputs/kafka/errors.h"
#include "outputs/kafka/tag.h"

namespace cce::kafka {
namespace {

constexpr std::string_view kHome = "home";
constexpr std::string_view kAwayPrefix = "away/";

std::string ToValue(const Home& home) {
  return absl::StrCat(home.shards, "\n", home.topic, "\n", home.cluster);
}

std::optional<Home> ReadHome(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(*value, absl::MaxSplits('\n', 2));
  Home home;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &home.shards)) return std::nullopt;
  home.topic = parts[1];
  home.cluster = parts[2];
  return home;
}

bool AreOne(const Home& a, const Home& b) { return a.topic == b.topic && a.cluster == b.cluster; }

std::string AwayKey(const FeedKey& feed) {
  return absl::StrCat(ForAbseil(kAwayPrefix), ResetKey(feed).substr(kResetPrefix.size()));
}

std::optional<FeedKey> ReadAwayKey(const std::string& output, std::string_view key) {
  if (!key.starts_with(kAwayPrefix)) return std::nullopt;
  key.remove_prefix(kAwayPrefix.size());
  return ReadResetKey(output, absl::StrCat(ForAbseil(kResetPrefix), ForAbseil(key)));
}

// What the state knows of where checkpoints are.
struct Known {
  std::optional<Home> home;
  std::map<FeedKey, Home> away;
  std::vector<FeedKey> reset;
  std::vector<Tag> tags;
  std::vector<std::string> tag_keys;
};

Known Read(const std::string& output, const std::vector<OutputValue>& values) {
  Known known;
  for (const OutputValue& value : values) {
    if (value.key == kHome) {
      known.home = ReadHome(value.value);
    } else if (const auto away = ReadAwayKey(output, value.key)) {
      if (const auto home = ReadHome(value.value)) known.away.emplace(*away, *home);
    } else if (const auto reset = ReadResetKey(output, value.key)) {
      known.reset.push_back(*reset);
    } else if (IsTagKey(value.key)) {
      known.tag_keys.push_back(value.key);
      if (const auto tag = ReadTag({value})) known.tags.push_back(*tag);
    }
  }
  return known;
}

absl::Status NotAllKnown(const std::string& topic) {
  return Refusal(
      absl::StrCat("the engine's own state does not know all checkpoints of topic ", topic,
                   ", in which they were until now"),
      "Set delivery, brokers and checkpoint_topic back until every device of the output delivers "
      "again; or give the output another name, by which it begins anew.");
}

}  // namespace

Task<absl::Status> MoveTo(CheckpointStore& store, std::string output, Home home,
                          std::vector<OutputValue> tags) {
  const absl::StatusOr<std::vector<OutputValue>> values = co_await store.Values(output, "");
  if (!values.ok()) co_return values.status();
  const absl::StatusOr<std::vector<FeedKey>> feeds = co_await store.Feeds(output);
  if (!feeds.ok()) co_return feeds.status();
  Known known = Read(output, *values);
  const bool in_own_state = home.topic.empty();

  Commit commit{output, {}, {}, {}};
  const auto bring_home = [&](const FeedKey& feed) {
    if (known.away.erase(feed) > 0) commit.values.push_back(ComesHome(feed));
  };
  if (in_own_state) {
    // It has taken them already.
    for (const FeedKey& feed : known.reset) {
      commit.values.push_back({ResetKey(feed), std::nullopt});
      bring_home(feed);
    }
  }
  if (known.home && AreOne(*known.home, home)) {
    if (known.home->shards != home.shards) {
      co_return PartitionsChanged(home.topic, absl::StrCat(known.home->shards),
                                  absl::StrCat(home.shards));
    }
  } else if (known.home) {
    const Home before = *known.home;
    for (const Tag& tag : known.tags) {
      if (tag.offset == Tag::kIncomplete) co_return NotAllKnown(before.topic);
    }
    const absl::flat_hash_set<FeedKey> reset(known.reset.begin(), known.reset.end());
    for (const FeedKey& feed : *feeds) {
      const auto away = known.away.find(feed);
      const Home was = away == known.away.end() ? before : away->second;
      if (AreOne(was, home) && was.shards != home.shards) {
        co_return PartitionsChanged(home.topic, absl::StrCat(was.shards),
                                    absl::StrCat(home.shards));
      }
      if (in_own_state || AreOne(was, home) || reset.contains(feed)) {
        bring_home(feed);
      } else {
        commit.values.push_back({AwayKey(feed), ToValue(was)});
      }
    }
    for (std::string& key : known.tag_keys) commit.values.push_back({std::move(key), std::nullopt});
  }
  commit.values.push_back({std::string(kHome), ToValue(home)});
  for (OutputValue& tag : tags) {
    std::erase_if(commit.values, [&](const OutputValue& other) { return other.key == tag.key; });
    commit.values.push_back(std::move(tag));
  }
  co_return co_await store.Write(std::move(commit));
}

Task<absl::StatusOr<absl::flat_hash_set<FeedKey>>> FindAway(CheckpointStore& store,
                                                            std::string output) {
  const absl::StatusOr<std::vector<OutputValue>> values =
      co_await store.Values(output, std::string(kAwayPrefix));
  if (!values.ok()) co_return values.status();
  absl::flat_hash_set<FeedKey> away;
  for (const OutputValue& value : *values) {
    if (const auto feed = ReadAwayKey(output, value.key)) away.insert(*feed);
  }
  co_return away;
}

Task<absl::Status> CheckAtHome(CheckpointStore& store, FeedKey feed) {
  const std::string key = AwayKey(feed);
  const absl::StatusOr<std::vector<OutputValue>> values = co_await store.Values(feed.output, key);
  if (!values.ok()) co_return values.status();
  for (const OutputValue& value : *values) {
    if (value.key != key) continue;
    const Home home = ReadHome(value.value).value_or(Home());
    co_return Refusal(
        absl::StrCat("the checkpoint of ", feed.device, " is in ",
                     home.topic.empty()
                         ? "the engine's own state, as delivery at_least_once left it"
                         : absl::StrCat("topic ", home.topic, " of Kafka cluster ", home.cluster)),
        absl::StrCat("Set the output's delivery, brokers and checkpoint_topic back to what they "
                     "were; or say since when it begins anew: cce device reset ",
                     feed.device, " --output ", feed.output, " --from TIME"));
  }
  co_return absl::OkStatus();
}

OutputValue ComesHome(const FeedKey& feed) { return {AwayKey(feed), std::nullopt}; }

}  // namespace cce::kafka
