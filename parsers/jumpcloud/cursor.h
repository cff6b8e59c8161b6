// X-Search_after: the text that stands for the last event read, pasted back into the next question.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cce::jumpcloud {

struct Cursor {
  // The event's millisecond, if the array begins with one, as all that were seen do.
  std::optional<std::int64_t> ms;
};

// nullopt if `text` is not a JSON array with something in it and thus cannot be pasted into a
// question. The text itself is what goes back, byte for byte: what is in it is the service's
// business.
std::optional<Cursor> ReadCursor(std::string_view text);

}  // namespace cce::jumpcloud
