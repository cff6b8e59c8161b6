// JSON files of a person's hand: every mistake is found and its place named.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cce {

// Something wrong at a place of a JSON document. Never holds a secret; both texts are one line.
struct Finding {
  std::string pointer;  // RFC 6901; empty for the whole document
  std::string text;     // what was found; what is allowed
};

// The document, or nullopt with the line and column of the mistake in `findings`. A key that comes
// twice in an object and nesting deeper than 32 are findings too; the document is then still
// returned.
std::optional<nlohmann::json> ParseJson(std::string_view text, std::vector<Finding>& findings);

// `pointer` with `key` behind it.
std::string Below(std::string_view pointer, std::string_view key);

// `text` in double quotes, control characters escaped.
std::string Quoted(std::string_view text);

}  // namespace cce
