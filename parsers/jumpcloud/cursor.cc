#include "parsers/jumpcloud/cursor.h"

#include <nlohmann/json.hpp>

namespace cce::jumpcloud {

std::optional<Cursor> ReadCursor(std::string_view text) {
  const nlohmann::json array = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!array.is_array() || array.empty()) return std::nullopt;
  Cursor cursor;
  if (array.front().is_number_integer()) cursor.ms = array.front().get<std::int64_t>();
  return cursor;
}

}  // namespace cce::jumpcloud
