#include "outputs/syslog/cutting.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace cce::syslog {
namespace {

constexpr std::size_t kMessageIfCut = 256;
// What is smaller is not worth dropping while there is anything larger.
constexpr std::size_t kSmall = 128;

template <class Words>
bool IsOneOf(std::string_view word, const Words& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// The beginning of `text` in at most `limit` bytes: whole characters, and no escape's beginning
// alone.
std::string_view CutText(std::string_view text, std::size_t limit, bool has_escapes) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  text = text.substr(0, limit);
  const std::size_t not_slash = has_escapes ? text.find_last_not_of('\\') : std::string_view::npos;
  const std::size_t slashes = not_slash == std::string_view::npos ? (has_escapes ? text.size() : 0)
                                                                  : text.size() - not_slash - 1;
  if (slashes % 2 == 1) text.remove_suffix(1);
  return text;
}

// Sorted so that the last is the one to go first.
enum class Worth { kLittle, kKept, kOther };

Worth WorthOf(std::size_t size, bool kept) {
  if (size < kSmall) return Worth::kLittle;
  return kept ? Worth::kKept : Worth::kOther;
}

struct Member {
  std::string_view key;  // as JSON spells it
  std::string value;
  bool kept = false;

  std::size_t size() const { return key.size() + value.size() + sizeof "\"\":," - 1; }
};

// Cuts an object into its members, trusting that it is proper JSON as far as it looks.
class ObjectReader {
 public:
  explicit ObjectReader(std::string_view text) : rest_(text) {}

  // nullopt: this is no object.
  std::optional<std::vector<Member>> Members() {
    std::vector<Member> members;
    if (!Take('{')) return std::nullopt;
    if (Take('}')) return members;
    do {
      const std::optional<std::string_view> key = TakeValue();
      if (!key || key->size() < 2 || key->front() != '"' || !Take(':')) return std::nullopt;
      const std::optional<std::string_view> value = TakeValue();
      if (!value) return std::nullopt;
      members.push_back({key->substr(1, key->size() - 2), std::string(*value)});
    } while (Take(','));
    if (!Take('}') || !rest_.empty()) return std::nullopt;
    return members;
  }

 private:
  void SkipSpace() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool Take(char c) {
    SkipSpace();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    SkipSpace();
    return true;
  }

  std::optional<std::string_view> TakeValue() {
    int depth = 0;
    bool in_string = false;
    std::size_t i = 0;
    for (; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (in_string) {
        if (c == '\\') ++i;
        in_string = c != '"';
        if (!in_string && depth == 0) return TakeBytes(i + 1);
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth <= 0) {
        return TakeBytes(depth == 0 ? i + 1 : i);
      } else if (depth == 0 &&
                 (c == ',' || c == ':' || absl::ascii_isspace(static_cast<unsigned char>(c)))) {
        return TakeBytes(i);
      }
    }
    return std::nullopt;
  }

  std::optional<std::string_view> TakeBytes(std::size_t size) {
    if (size == 0) return std::nullopt;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

std::string Joined(const std::vector<Member>& members, std::string_view notice) {
  std::string object = "{";
  for (const Member& member : members) {
    absl::StrAppend(&object, "\"", std::string(member.key), "\":", member.value, ",");
  }
  absl::StrAppend(&object, std::string(notice), "}");
  return object;
}

struct JsonRules {
  absl::Span<const std::string_view> dropped;
  absl::Span<const std::string_view> kept;
  std::string_view notice_in;
};

constexpr std::array<std::string_view, 3> kDroppedFromOcsf = {"raw_data", "unmapped",
                                                              "observables"};
constexpr std::array<std::string_view, 7> kKeptOfOcsf = {
    "metadata", "actor", "user", "src_endpoint", "dst_endpoint", "device", "cloud"};
constexpr std::array<std::string_view, 8> kKeptOfEcs = {
    "event", "user", "source", "destination", "host", "client", "organization", "observer"};

JsonRules RulesOf(std::string_view format) {
  if (format == "ocsf") return {kDroppedFromOcsf, kKeptOfOcsf, "unmapped"};
  if (format == "ecs") return {{}, kKeptOfEcs, "cce"};
  return {{}, {}, "cce"};
}

std::optional<std::string> CutJson(std::string_view format, std::string_view line,
                                   std::size_t limit) {
  std::optional<std::vector<Member>> members = ObjectReader(line).Members();
  if (!members) return std::nullopt;
  const JsonRules rules = RulesOf(format);
  const std::string notice = absl::StrCat("\"", std::string(rules.notice_in),
                                          "\":{\"truncated_bytes\":", line.size(), "}");
  std::erase_if(*members, [&](const Member& member) {
    return IsOneOf(member.key, rules.dropped) || member.key == rules.notice_in;
  });
  std::size_t size = notice.size() + sizeof "{}" - 1;
  for (Member& member : *members) {
    member.kept = IsOneOf(member.key, rules.kept);
    if (format == "ecs" && member.key == "event") {
      if (auto inner = ObjectReader(member.value).Members()) {
        std::erase_if(*inner, [](const Member& of_event) { return of_event.key == "original"; });
        std::string value = Joined(*inner, "");
        if (!inner->empty()) value.erase(value.size() - 2, 1);
        member.value = std::move(value);
      }
    }
    size += member.size();
  }
  while (size > limit && !members->empty()) {
    const auto goes =
        std::max_element(members->begin(), members->end(), [](const Member& a, const Member& b) {
          return std::pair(WorthOf(a.size(), a.kept), a.size()) <
                 std::pair(WorthOf(b.size(), b.kept), b.size());
        });
    size -= goes->size();
    members->erase(goes);
  }
  if (size > limit) return std::nullopt;
  return Joined(*members, notice);
}

struct Pair {
  std::string_view key;
  std::string_view value;

  std::size_t size() const { return key.size() + value.size() + sizeof "= " - 1; }
};

struct PairLine {
  std::string_view header;  // up to the last bar
  std::vector<Pair> pairs;
};

// Up to the `count`-th bar that has no backslash before it, that one included.
std::optional<std::string_view> HeaderOf(std::string_view line, int count) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|' && --count == 0) {
      return line.substr(0, i + 1);
    }
  }
  return std::nullopt;
}

// In a value every '=' has a backslash before it: any other ends a key.
std::optional<PairLine> ReadCef(std::string_view line) {
  const std::optional<std::string_view> header = HeaderOf(line, 7);
  if (!line.starts_with("CEF:") || !header) return std::nullopt;
  PairLine read{*header, {}};
  const std::string_view extension = line.substr(header->size());
  std::size_t value = 0;
  for (std::size_t i = 0; i < extension.size(); ++i) {
    if (extension[i] == '\\')
      ++i;  // whatever is escaped ends no key
    else if (extension[i] == '=') {
      const std::size_t space = extension.rfind(' ', i);
      const std::size_t key = space == std::string_view::npos || space < value ? value : space + 1;
      if (!read.pairs.empty()) {
        read.pairs.back().value = extension.substr(value, key > value ? key - 1 - value : 0);
      }
      read.pairs.push_back({extension.substr(key, i - key), {}});
      value = i + 1;
    }
  }
  if (!read.pairs.empty()) read.pairs.back().value = extension.substr(value);
  return read;
}

std::optional<PairLine> ReadLeef(std::string_view line) {
  const std::optional<std::string_view> header = HeaderOf(line, 6);
  if (!line.starts_with("LEEF:2") || !header) return std::nullopt;
  PairLine read{*header, {}};
  for (std::string_view rest = line.substr(header->size()); !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('\t'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    read.pairs.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
  }
  return read;
}

// The vendor's and product's names of a CEF header, as far as they may stand in a key.
std::string CefPrefix(std::string_view header) {
  std::string prefix;
  int field = 0;
  for (std::size_t i = 0; i < header.size() && field < 3; ++i) {
    if (header[i] == '\\') {
      ++i;
      continue;
    }
    if (header[i] == '|') ++field;
    if (field > 0 && absl::ascii_isalnum(static_cast<unsigned char>(header[i])))
      prefix += header[i];
  }
  return prefix;
}

class PairCutter {
 public:
  PairCutter(PairLine line, char separator, std::string notice, std::size_t limit)
      : line_(std::move(line)), separator_(separator), notice_(std::move(notice)), limit_(limit) {
    size_ = line_.header.size() + notice_.size();
    for (const Pair& pair : line_.pairs) size_ += pair.size();
  }

  // nullopt: not even the header fits.
  std::optional<std::string> Cut() && {
    DropIf([](const Pair& pair) { return pair.key.ends_with("Unmapped"); });
    for (const std::string_view key : {"cs6", "cs5", "cs4"}) {
      if (size_ > limit_) DropIf([&](const Pair& pair) { return pair.key.starts_with(key); });
    }
    for (Pair& pair : line_.pairs) {
      const bool is_message = pair.key == "msg" || pair.key.ends_with("Msg");
      if (is_message && size_ > limit_) Shorten(pair, kMessageIfCut);
    }
    while (size_ > limit_ && !line_.pairs.empty()) {
      constexpr std::array<std::string_view, 6> kUsers = {"suser", "suid",    "duser",
                                                          "duid",  "usrName", "accountName"};
      const auto worth = [&](const Pair& pair) {
        return std::pair(WorthOf(pair.size(), IsOneOf(pair.key, kUsers)), pair.size());
      };
      const auto goes =
          std::max_element(line_.pairs.begin(), line_.pairs.end(),
                           [&](const Pair& a, const Pair& b) { return worth(a) < worth(b); });
      const std::size_t over = size_ - limit_;
      if (goes->value.size() > over + kSmall) {
        Shorten(*goes, goes->value.size() - over);
      } else {
        // Its label goes with it.
        const std::string label = absl::StrCat(std::string(goes->key), "Label");
        const std::string_view key = goes->key;
        DropIf([&](const Pair& pair) { return pair.key == key || pair.key == label; });
      }
    }
    if (size_ > limit_) return std::nullopt;
    std::string text(line_.header);
    for (const Pair& pair : line_.pairs) {
      absl::StrAppend(&text, std::string(pair.key), "=", std::string(pair.value));
      text += separator_;
    }
    return text + notice_;
  }

 private:
  template <class Condition>
  void DropIf(Condition condition) {
    for (const Pair& pair : line_.pairs) {
      if (condition(pair)) size_ -= pair.size();
    }
    std::erase_if(line_.pairs, condition);
  }

  void Shorten(Pair& pair, std::size_t limit) {
    size_ -= pair.size();
    pair.value = CutText(pair.value, limit, separator_ == ' ');
    size_ += pair.size();
  }

  PairLine line_;
  const char separator_;
  const std::string notice_;
  const std::size_t limit_;
  std::size_t size_;
};

std::optional<std::string> CutPairs(std::optional<PairLine> line, std::string_view prefix,
                                    char separator, std::size_t size, std::size_t limit) {
  if (!line) return std::nullopt;
  std::string notice = absl::StrCat(std::string(prefix), "=", size);
  return PairCutter(*std::move(line), separator, std::move(notice), limit).Cut();
}

}  // namespace

std::string Cut(std::string_view format, std::string_view line, std::size_t limit) {
  if (line.size() <= limit) return std::string(line);
  std::optional<std::string> cut;
  if (format == "cef") {
    const std::string key = CefPrefix(line) + "Truncated";
    cut = CutPairs(ReadCef(line), key, ' ', line.size(), limit);
  } else if (format == "leef") {
    cut = CutPairs(ReadLeef(line), "truncatedBytes", '\t', line.size(), limit);
  } else {
    cut = CutJson(format, line, limit);
  }
  return cut ? *std::move(cut) : std::string(CutText(line, limit, false));
}

}  // namespace cce::syslog
