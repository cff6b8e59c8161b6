#include "outputs/kafka/dead_letters.h"

#include "absl/strings/escaping.h"
#include "cce/api/text.h"
#include "nlohmann/json.hpp"

namespace cce::kafka {
namespace {

using nlohmann::ordered_json;

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

}  // namespace cce::kafka
