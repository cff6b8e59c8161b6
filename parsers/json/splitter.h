// The slow, obvious way through a JSON array: byte by byte, without an index, keeping every element
// apart from the others' faults.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace cce::json {

// The elements of the array `body` as they stand, surrounding white space excluded; nullopt if
// `body` is no array that ends. Elements need not be JSON: an element goes on until its own
// brackets are closed, where a closing bracket also closes what is still open inside its pair, and
// ends at a comma or at the array's end. An element may be empty.
std::optional<std::vector<std::string_view>> SplitArray(std::string_view body);

// True if `text` is one JSON value (RFC 8259) in UTF-8 whose containers nest at most kMaxDepth deep
// and whose strings have no lone surrogates.
bool IsStrictJson(std::string_view text);

}  // namespace cce::json
