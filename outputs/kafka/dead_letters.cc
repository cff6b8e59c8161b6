#include "outputs/kafka/dead_letters.h"

#include "nlohmann/json.hpp"
#include "outputs/dead_letters/put_bytes.h"

namespace cce::kafka {

using nlohmann::ordered_json;

std::string DeadLetterValue(const FeedKey& feed, const DeadLetter& letter, absl::Time time) {
  ordered_json object;
  object["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  dead_letters::PutBytes(object, "cause", letter.cause);
  object["output"] = feed.output;
  dead_letters::PutBytes(object, "device", feed.device);
  dead_letters::PutBytes(object, "organisation", feed.organisation);
  dead_letters::PutBytes(object, "position", letter.position);
  dead_letters::PutBytes(object, "bytes", letter.bytes.substr(0, kDeadLetterBytes));
  object["size"] = letter.bytes.size();
  return object.dump();
}

}  // namespace cce::kafka
