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

  // Numbers of the elements without a readable time, ascending. Their heads have the time of the
  // element before.
  std::vector<std::size_t> untimed;

  // The first organisation that a record names and that is not the configured one; else empty. A
  // record without an organisation (or with null) names none.
  std::string other_organisation;
};

// Parses `body`. `passed` is what the position says was passed before this page. `null` is an empty
// page. kUnavailable if `body` cannot be cut into elements: truncated, or not an array.
absl::StatusOr<ParsedPage> ParsePage(Bytes body, const OrganisationKey& key, const Passed& passed);

// The same by the slow way alone, which goes through the body byte by byte: what ParsePage resorts
// to when an element is broken, and what it is tested against.
absl::StatusOr<ParsedPage> ParsePageSlowly(Bytes body, const OrganisationKey& key,
                                           const Passed& passed);

}  // namespace cce::jumpcloud
