#include "outputs/kafka/dead_letters.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "cce/api/text.h"
#include "nlohmann/json.hpp"

namespace cce::kafka {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMinuteNs = 60'000'000'000;

bool IsUtf8(std::string_view bytes) {
  try {
    ordered_json(bytes).dump();
    return true;
  } catch (const ordered_json::type_error&) {
    return false;
  }
}

void Put(ordered_json& object, const std::string& key, std::string_view bytes) {
  if (IsUtf8(bytes)) {
    object[key] = bytes;
  } else {
    object[key + "_base64"] = absl::Base64Escape(ForAbseil(bytes));
  }
}

}  // namespace

std::string DeadLetterValue(const FeedKey& feed, const DeadLetter& letter, absl::Time time) {
  ordered_json object;
  object["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  Put(object, "cause", letter.cause);
  object["output"] = feed.output;
  Put(object, "device", feed.device);
  Put(object, "organisation", feed.organisation);
  Put(object, "position", letter.position);
  Put(object, "bytes", letter.bytes.substr(0, kDeadLetterBytes));
  object["size"] = letter.bytes.size();
  return object.dump();
}

void MoveToDeadLetters(const BatchEvent& event, Step& step) {
  std::int64_t minute = event.time_ns / kMinuteNs;
  if (event.time_ns % kMinuteNs < 0) --minute;
  for (IdentityBlock& block : step.blocks) {
    if (event.time_ns < block.min_ns || event.time_ns > block.max_ns ||
        std::find(block.identities.begin(), block.identities.end(), event.identity) ==
            block.identities.end()) {
      continue;
    }
    for (MinuteCount& count : block.minutes) {
      if (count.minute != minute || count.delivered == 0) continue;
      --count.delivered;
      ++count.dead_lettered;
      return;
    }
  }
}

}  // namespace cce::kafka
