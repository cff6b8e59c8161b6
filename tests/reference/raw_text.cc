#include "tests/reference/raw_text.h"

#include <nlohmann/json.hpp>

namespace cce::reference {
namespace {

std::string Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first));
}

// `text` cut at every `separator` that is in no string and no structure.
std::vector<std::string> CutAt(char separator, std::string_view text) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') pieces.back() += text[i++];
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == separator && depth == 0) {
      pieces.emplace_back();
      continue;
    }
    pieces.back() += text[i];
  }
  if (Trim(pieces.back()).empty()) pieces.pop_back();
  for (std::string& piece : pieces) piece = Trim(piece);
  return pieces;
}

// Without its brackets.
std::string_view Inside(std::string_view structure) {
  const std::size_t first = structure.find_first_of("[{");
  return structure.substr(first + 1, structure.find_last_of("]}") - first - 1);
}

}  // namespace

std::vector<std::string> ElementsOf(std::string_view array) { return CutAt(',', Inside(array)); }

std::vector<std::pair<std::string, std::string>> MembersOf(std::string_view object) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const std::string& member : CutAt(',', Inside(object))) {
    const std::size_t key_length = CutAt(':', member).front().size();
    const std::size_t value = member.find(':', key_length) + 1;
    members.emplace_back(nlohmann::json::parse(member.substr(0, key_length)),
                         Trim(std::string_view(member).substr(value)));
  }
  return members;
}

}  // namespace cce::reference
