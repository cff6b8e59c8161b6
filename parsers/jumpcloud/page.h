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
#include "parsers/jumpcloud/identity.h"

namespace cce::jumpcloud {

struct ParsedPage {
  std::shared_ptr<const Page> page;

  // Of the last record's millisecond; what was given if the page is empty.
  Passed passed_after;

  // Event time of the last record, ms since 1970 UTC; passed.ms of the question if the page is
  // empty.
  std::int64_t last_ms = 0;

  // What elements without a readable time were counted to, in their order.
  std::vector<std::int64_t> untimed_ms;

  // The first organisation that a record names and that is not the configured one; else empty. A
  // record without an organisation (or with null) names none.
  std::string other_organisation;

  // Elements that are not an object or not JSON.
  std::size_t undecodable = 0;
};

// Parses `body`. `passed` is what the position says was passed before this page. `null` is an empty
// page. kUnavailable if `body` cannot be cut into elements: truncated, or not an array.
absl::StatusOr<ParsedPage> ParsePage(Bytes body, const OrganisationKey& key, const Passed& passed);

// The same by the slow way alone, which goes through the body byte by byte: what ParsePage resorts
// to when an element is broken, and what it is tested against.
absl::StatusOr<ParsedPage> ParsePageSlowly(Bytes body, const OrganisationKey& key,
                                           const Passed& passed);

}  // namespace cce::jumpcloud
