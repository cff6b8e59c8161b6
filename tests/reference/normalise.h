// The OCSF event of a JumpCloud record, worked out slowly and from the specification alone: what
// the product is compared with. It shares the table of event types with the product, and nothing
// else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cce/api/format.h"
#include "tests/reference/record.h"

namespace cce::reference {

struct ReferenceEvent {
  std::string identity;      // metadata.uid
  std::int64_t time_ns = 0;  // of the head: of the record's own timestamp alone
  json ocsf;
};

// Of every element of a page, in order. `collected_ns` is the time of what has no other. REQUIRES:
// `page` is a valid JSON array whose objects do not name a member twice.
std::vector<ReferenceEvent> NormalisePage(std::string_view page, std::string_view organisation,
                                          std::int64_t collected_ns, KeepOriginal keep_original);

}  // namespace cce::reference
