// What a thread remembers of the records it has read, so that the next ones of the same shape take
// the short way: where their heads are, and how they become lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cce/api/line_plan.h"
#include "parsers/json/shape_trie.h"
#include "parsers/jumpcloud/redaction.h"

namespace cce::jumpcloud {

// The members of a record that its head is made of, as they stand, quotes included; empty for null,
// for a container and for what is absent.
struct HeadTexts {
  std::string_view service;
  std::string_view id;
  std::string_view timestamp;
  std::string_view organization;
};

// Of all records of a shape.
struct RecordShape {
  // Where the texts are; not where they are no leaves.
  LeafRange service;
  LeafRange id;
  LeafRange timestamp;
  LeafRange organization;
  bool has_service = false;
  bool has_id = false;
  bool has_timestamp = false;
  bool has_organization = false;
  bool has_control = false;  // a control character stands between the tokens
  // A boolean among the texts, or one too far from its leaf, or such a `changes`: the record needs
  // reading.
  bool has_odd_head = false;
  std::vector<LeafRange> changes;  // all members that are called so and have leaves

  HeadTexts HeadOf(std::string_view record, const LeafSpan* leaves) const {
    return {has_service ? service.In(record, leaves) : std::string_view(),
            has_id ? id.In(record, leaves) : std::string_view(),
            has_timestamp ? timestamp.In(record, leaves) : std::string_view(),
            has_organization ? organization.In(record, leaves) : std::string_view()};
  }

  // As redaction.h has it.
  bool MayHaveSecrets(std::string_view record, const LeafSpan* leaves) const {
    for (const LeafRange& value : changes) {
      if (MayNameSecret(value.In(record, leaves))) return true;
    }
    return false;
  }
};

// The shape of `record`, whose head is `texts`.
RecordShape ShapeOf(std::string_view record, absl::Span<const LeafSpan> leaves,
                    const HeadTexts& texts, bool has_control);

// Used by its thread alone; kept by the pages that were parsed with it.
class RecordShapes {
 public:
  RecordShapes();

  // Those of a format (Format::number) for events whose types mean what these overrides say
  // (EventTypeOverrides::number, 0 without). A plan holds what a type meant when it was made.
  LinePlans& PlansFor(std::uint64_t format, std::uint64_t overrides);

  // Too many shapes or plans: another one takes its place before the next page.
  bool IsFull() const;

  json::ShapeTrie trie;
  std::vector<RecordShape> shapes;  // by the trie's numbers

 private:
  struct Plans {
    std::uint64_t format;
    std::uint64_t overrides;
    std::unique_ptr<LinePlans> plans;
  };

  std::vector<Plans> plans_;
};

// Those of the calling thread. They belong to a thread and not to a device because devices are many
// and their records alike.
const std::shared_ptr<RecordShapes>& ShapesOfThread();

// The same, made anew if they are full.
const std::shared_ptr<RecordShapes>& FreshShapesOfThread();

}  // namespace cce::jumpcloud
