#include "outputs/kafka/tag.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cce/api/text.h"

namespace cce::kafka {

namespace {

constexpr std::string_view kPrefix = "partition/";

}  // namespace

std::string TagKey(std::int32_t partition) {
  return absl::StrCat(ForAbseil(kPrefix), partition, "/");
}

bool IsTagKey(std::string_view key) { return key.starts_with(kPrefix); }

OutputValue ToValue(std::int32_t partition, const Tag& tag) {
  return {TagKey(partition),
          absl::StrCat(tag.offset, "\n", tag.time_ns, "\n", tag.topic, "\n", tag.cluster)};
}

std::optional<Tag> ReadTag(const std::vector<OutputValue>& values) {
  if (values.empty() || !values.front().value) return std::nullopt;
  const std::vector<std::string> parts =
      absl::StrSplit(*values.front().value, absl::MaxSplits('\n', 3));
  Tag tag;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &tag.offset) ||
      !absl::SimpleAtoi(parts[1], &tag.time_ns)) {
    return std::nullopt;
  }
  tag.topic = parts[2];
  tag.cluster = parts[3];
  return tag;
}

Resumption ResumeFrom(const std::optional<Tag>& tag, const std::string& cluster,
                      const std::string& topic, std::int64_t low, std::int64_t end, absl::Time now,
                      absl::Duration tombstones_kept) {
  if (!tag || tag->cluster != cluster || tag->topic != topic) {
    return {.from_beginning = true, .from = low};
  }
  if (tag->offset == Tag::kRecordsLost || tag->offset > end) return {.lost = true};
  // Half of it: clocks differ, and the reading takes time.
  const absl::Duration age = now - absl::FromUnixNanos(tag->time_ns);
  if (tag->offset < low || age > tombstones_kept / 2 || age < -tombstones_kept / 2) {
    return {.from_beginning = true, .from = low};
  }
  return {.from = tag->offset};
}

}  // namespace cce::kafka
