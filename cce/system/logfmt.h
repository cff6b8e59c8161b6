// Log lines of the form key=value key="two words".
#pragma once

#include <string>
#include <string_view>

namespace cce {

// Appends " key=value" to `line`, whatever bytes the value holds. A value that is not a plain word
// is quoted; quotes, backslashes, control characters, characters that end or turn a line (U+0085,
// U+2028, U+2029, the bidirectional controls) and bytes that are not UTF-8 are escaped, so that no
// value can pass for another key or another line. A value is cut after kLongestLogValue bytes.
void AppendLogField(std::string_view key, std::string_view value, std::string& line);

inline constexpr std::size_t kLongestLogValue = 4096;

}  // namespace cce
