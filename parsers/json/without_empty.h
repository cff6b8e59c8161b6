// JSON without what says nothing.
#pragma once

#include <string_view>

namespace cce::json {

// Copies the value `value` to `to` without white space and without what is empty inside it: null,
// "", {}, [], and containers of which nothing else is left. Returns the end, which is `to` if all
// of it is empty. REQUIRES: `value` is whole and valid JSON; `to` has room for as many bytes.
char* CopyWithoutEmpty(std::string_view value, char* to);

// False if CopyWithoutEmpty would leave nothing of it.
bool HasContent(std::string_view value);

}  // namespace cce::json
