// One answer of JumpCloud's /events: a JSON array of records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cce/api/bytes.h"
#include "cce/api/page.h"
#include "parsers/jumpcloud/event_type_overrides.h"
#include "parsers/jumpcloud/identity.h"

namespace cce::jumpcloud {

// An element without a readable time.
struct UntimedElement {
  std::size_t index = 0;
  std::int64_t ms = 0;  // the millisecond it is counted to: of the element before

  friend bool operator==(const UntimedElement&, const UntimedElement&) = default;
};

// How records are read as events. Heads are of the service's bytes in any case.
struct Reading {
  bool redact = true;  // with their secrets masked, as redaction.h has it
  std::shared_ptr<const EventTypeOverrides> overrides = nullptr;  // null: none
};

struct ParsedPage {
  std::shared_ptr<const Page> page;

  // Of the last record's millisecond; what was given if the page is empty.
  Passed passed_after;

  // In the order of the page.
  std::vector<UntimedElement> untimed;

  // The first organisation that a record names and that is not the configured one; else empty. A
  // record without an organisation (or with null) names none.
  std::string other_organisation;
};

// Parses `body`. `passed` is what the position says was passed before this page; `untimed_ns` is
// the time in the heads of elements without a readable one. `null` is an empty page. kUnavailable
// if `body` cannot be cut into elements: truncated, or not an array.
absl::StatusOr<ParsedPage> ParsePage(Bytes body, const OrganisationKey& key, const Passed& passed,
                                     std::int64_t untimed_ns, const Reading& reading = {});

// The same by the slow way alone, which goes through the body byte by byte: what ParsePage resorts
// to when an element is broken, and what it is tested against.
absl::StatusOr<ParsedPage> ParsePageSlowly(Bytes body, const OrganisationKey& key,
                                           const Passed& passed, std::int64_t untimed_ns,
                                           const Reading& reading = {});

}  // namespace cce::jumpcloud
