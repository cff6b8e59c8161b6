// Where a feed of JumpCloud events stands, and the text it is stored as.
//
// A position is one of two things: the rest between two windows, or a place inside a window that is
// being paged through. The latter holds the query as it was sent, because search_after means
// something inside that query only; the limit is not part of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "cce/api/source.h"
#include "parsers/jumpcloud/identity.h"
#include "parsers/jumpcloud/window.h"

namespace cce::jumpcloud {

struct Paging {
  Window window;
  std::vector<std::string> services;
  std::string search_after;  // as received, byte for byte; empty before the first page
  // At search_after; before the first page, nothing at window.start or at the rest's untimed_ms.
  Passed passed;
  // The next rest's, as far as this window has been read.
  std::optional<std::int64_t> untimed_ms = std::nullopt;

  friend bool operator==(const Paging&, const Paging&) = default;
};

using Place = std::variant<Rest, Paging>;

// The place before the first page of the window that follows `rest`.
Paging OpenWindow(const Window& window, std::vector<std::string> services, const Rest& rest);

// Equal places give equal text.
Position ToPosition(const Place& place);

// kDataLoss with the remedy if `position` is not what ToPosition makes.
absl::StatusOr<Place> ReadPosition(std::string_view position);

}  // namespace cce::jumpcloud
