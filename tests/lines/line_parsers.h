// CEF and LEEF lines taken apart by the words of their standards, for tests: knows nothing of how
// CCE writes them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cce {

struct ParsedLine {
  std::vector<std::string> header;
  std::map<std::string, std::string> values;
  std::vector<std::string> pairs;  // KEY=VALUE in the order of the line, as they stand in it
};

// Seven header fields, the first "CEF:0". Nothing if the line is not CEF: a header too short, a
// value without a key, a key twice, an empty value, a line break.
std::optional<ParsedLine> ParseCef(std::string_view line);

// Five header fields and the delimiter x09, the first "LEEF:2.0". Nothing likewise.
std::optional<ParsedLine> ParseLeef(std::string_view line);

}  // namespace cce
