#include "parsers/jumpcloud/record_shapes.h"

#include <algorithm>

#include "parsers/json/pieces.h"
#include "parsers/jumpcloud/event_fields.h"

namespace cce::jumpcloud {
namespace {

// Of one format's plans. 3,500 shapes take about 7 MiB.
constexpr std::size_t kMostPlanMemory = std::size_t{48} << 20;
// Formats that come and go leave their plans behind.
constexpr std::size_t kMostFormats = 16;

using Way = json::ShapeTrie::Way;

// Copied and asked about as a whole are containers that no rule looks into, and `changes`, of which
// nearly every record has others. Known objects come in few shapes, but in all their combinations.
Way WayOf(std::size_t depth, std::string_view key) {
  if (depth != 1) return Way::kTakenApart;
  const KnownField* const known = FindField(Group::kRoot, key);
  return known == nullptr || known->field == Field::kChanges ? Way::kOnePiece : Way::kPart;
}

std::shared_ptr<RecordShapes>& Shapes() {
  thread_local std::shared_ptr<RecordShapes> shapes = std::make_shared<RecordShapes>();
  return shapes;
}

}  // namespace

RecordShape ShapeOf(std::string_view record, absl::Span<const LeafSpan> leaves,
                    const HeadTexts& texts, bool has_control) {
  RecordShape shape;
  shape.has_control = has_control;
  const auto find = [&](std::string_view text, LeafRange* range, bool* is_there) {
    const TextOrigin origin = OriginOf(text, record, leaves);
    *is_there = origin.kind == TextOrigin::Kind::kRecord;
    *range = origin.range;
    if (!*is_there && origin.kind != TextOrigin::Kind::kAbsent) shape.has_odd_head = true;
  };
  find(texts.service, &shape.service, &shape.has_service);
  find(texts.id, &shape.id, &shape.has_id);
  find(texts.timestamp, &shape.timestamp, &shape.has_timestamp);
  find(texts.organization, &shape.organization, &shape.has_organization);
  json::ForEachMember(record, [&](std::string_view key, std::string_view value) {
    if (!IsChanges(key)) return true;
    // What has no leaves is the same in every record: nothing but keys and emptiness.
    const TextOrigin origin = OriginOf(value, record, leaves);
    if (origin.kind == TextOrigin::Kind::kRecord) {
      shape.changes.push_back(origin.range);
    } else if (origin.kind != TextOrigin::Kind::kLiteral) {
      shape.has_odd_head = true;
    }
    return true;
  });
  return shape;
}

RecordShapes::RecordShapes() : trie(&WayOf) {}

LinePlans& RecordShapes::PlansFor(std::uint64_t format, std::uint64_t overrides) {
  for (Plans& known : plans_) {
    if (known.format == format && known.overrides == overrides) return *known.plans;
  }
  plans_.push_back({format, overrides, std::make_unique<LinePlans>()});
  return *plans_.back().plans;
}

bool RecordShapes::IsFull() const {
  if (trie.IsFull() || plans_.size() > kMostFormats) return true;
  return std::any_of(plans_.begin(), plans_.end(),
                     [](const Plans& known) { return known.plans->MemoryUse() > kMostPlanMemory; });
}

const std::shared_ptr<RecordShapes>& ShapesOfThread() { return Shapes(); }

const std::shared_ptr<RecordShapes>& FreshShapesOfThread() {
  std::shared_ptr<RecordShapes>& shapes = Shapes();
  if (shapes->IsFull()) shapes = std::make_shared<RecordShapes>();
  return shapes;
}

}  // namespace cce::jumpcloud
