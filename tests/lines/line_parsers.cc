#include "tests/lines/line_parsers.h"

namespace cce {
namespace {

bool HasLineBreak(std::string_view line) { return line.find_first_of("\r\n") != line.npos; }

// Removes the backslashes of an extension's value.
std::optional<std::string> Unescape(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\') {
      text += value[i];
      continue;
    }
    if (++i == value.size()) return std::nullopt;
    switch (value[i]) {
      case '\\':
      case '=':
        text += value[i];
        break;
      case 'n':
        text += '\n';
        break;
      case 'r':
        text += '\r';
        break;
      default:
        return std::nullopt;
    }
  }
  return text;
}

bool IsKey(std::string_view key) {
  if (key.empty()) return false;
  for (const char c : key) {
    const bool known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!known) return false;
  }
  return true;
}

bool Add(ParsedLine& parsed, std::string_view key, std::string value) {
  return IsKey(key) && !value.empty() &&
         parsed.values.emplace(std::string(key), std::move(value)).second;
}

}  // namespace

std::optional<ParsedLine> ParseCef(std::string_view line) {
  if (HasLineBreak(line)) return std::nullopt;
  ParsedLine parsed;
  std::string field;
  std::size_t at = 0;
  for (; at < line.size() && parsed.header.size() < 7; ++at) {
    if (line[at] == '\\' && at + 1 < line.size() && (line[at + 1] == '\\' || line[at + 1] == '|')) {
      field += line[++at];
    } else if (line[at] == '|') {
      parsed.header.push_back(std::move(field));
      field.clear();
    } else {
      field += line[at];
    }
  }
  if (parsed.header.size() < 7 || parsed.header[0] != "CEF:0") return std::nullopt;
  // An equal sign that no backslash is before ends a key, which begins behind the last space.
  std::vector<std::size_t> equals;
  for (std::size_t i = at; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '=') {
      equals.push_back(i);
    }
  }
  for (std::size_t i = 0; i < equals.size(); ++i) {
    const auto begin_of_key = [&](std::size_t equal) {
      const std::size_t space = line.rfind(' ', equal);
      return space == line.npos || space < at ? at : space + 1;
    };
    const std::size_t key = begin_of_key(equals[i]);
    const std::size_t value = equals[i] + 1;
    const std::size_t end = i + 1 < equals.size() ? begin_of_key(equals[i + 1]) - 1 : line.size();
    if (end < value) return std::nullopt;
    const auto text = Unescape(line.substr(value, end - value));
    if (!text || !Add(parsed, line.substr(key, equals[i] - key), *text)) return std::nullopt;
    parsed.pairs.emplace_back(line.substr(key, end - key));
  }
  return parsed;
}

std::optional<ParsedLine> ParseLeef(std::string_view line) {
  if (HasLineBreak(line)) return std::nullopt;
  ParsedLine parsed;
  std::size_t at = 0;
  while (parsed.header.size() < 6) {
    const std::size_t bar = line.find('|', at);
    if (bar == line.npos) return std::nullopt;
    parsed.header.emplace_back(line.substr(at, bar - at));
    at = bar + 1;
  }
  if (parsed.header[0] != "LEEF:2.0" || parsed.header[5] != "x09") return std::nullopt;
  while (at <= line.size()) {
    const std::size_t tab = std::min(line.find('\t', at), line.size());
    const std::string_view pair = line.substr(at, tab - at);
    const std::size_t equal = pair.find('=');
    if (equal == pair.npos) return std::nullopt;
    if (!Add(parsed, pair.substr(0, equal), std::string(pair.substr(equal + 1)))) {
      return std::nullopt;
    }
    parsed.pairs.emplace_back(pair);
    at = tab + 1;
  }
  return parsed;
}

}  // namespace cce
