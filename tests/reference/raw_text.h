// The bytes of a page's elements and of a record's members, cut out of valid JSON.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cce::reference {

// REQUIRES: `array` is valid JSON and an array.
std::vector<std::string> ElementsOf(std::string_view array);

// The members of an object: what the key says, and the value's token. REQUIRES: `object` is valid
// JSON and an object.
std::vector<std::pair<std::string, std::string>> MembersOf(std::string_view object);

}  // namespace cce::reference
