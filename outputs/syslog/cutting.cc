#include "outputs/syslog/cutting.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "nlohmann/json.hpp"

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

// Indices of `parts`, which have size() and `kept`, in the order in which they are to go. Sorted
// once: hostile events have very many.
template <class Part>
std::vector<std::size_t> OrderToGo(const std::vector<Part>& parts) {
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto worth = [&](std::size_t i) {
    return std::pair(WorthOf(parts[i].size(), parts[i].kept), parts[i].size());
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return worth(a) > worth(b); });
  return order;
}

struct Member {
  std::string_view key;  // as JSON spells it
  std::string value;
  bool kept = false;
  bool gone = false;

  std::size_t size() const { return key.size() + value.size() + sizeof "\"\":," - 1; }
};

// Cuts an object into its members. REQUIRES: it is proper JSON.
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
    if (member.gone) continue;
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

// The beginning of what is no object, as a text in one.
std::string CutAsText(const std::string& notice_in, std::string_view line, std::size_t limit) {
  for (std::size_t size = limit;; size /= 2) {
    nlohmann::ordered_json object;
    object[notice_in] = {{"truncated_bytes", line.size()}, {"text", CutText(line, size, false)}};
    // What is not UTF-8 is replaced.
    std::string text =
        object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    if (text.size() <= limit) return text;
    if (size == 0) return "{}";
  }
}

std::string CutJson(std::string_view format, std::string_view line, std::size_t limit) {
  const JsonRules rules = RulesOf(format);
  std::optional<std::vector<Member>> members;
  if (nlohmann::json::accept(line)) members = ObjectReader(line).Members();
  if (!members) return CutAsText(std::string(rules.notice_in), line, limit);
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
  for (const std::size_t goes : OrderToGo(*members)) {
    if (size <= limit) break;
    (*members)[goes].gone = true;
    size -= (*members)[goes].size();
  }
  return size <= limit ? Joined(*members, notice) : "{}";
}

struct Pair {
  std::string_view key;
  std::string_view value;
  bool kept = false;
  bool gone = false;

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
      const std::size_t space = extension.substr(value, i - value).rfind(' ');
      const std::size_t key = space == std::string_view::npos ? value : value + space + 1;
      if (!read.pairs.empty()) {
        read.pairs.back().value = extension.substr(value, key > value ? key - 1 - value : 0);
      }
      read.pairs.push_back({.key = extension.substr(key, i - key), .value = {}});
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
    read.pairs.push_back({.key = pair.substr(0, equals), .value = pair.substr(equals + 1)});
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

// A header in at most `limit` bytes that has every field: the longest are cut, those at its ends
// never. Empty if that is not possible.
std::string CutHeader(std::string_view header, std::size_t limit, bool has_escapes) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0, i = 0; i < header.size(); ++i) {
    if (header[i] == '\\') {
      ++i;
    } else if (header[i] == '|') {
      fields.push_back(header.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  std::size_t size = header.size();
  while (size > limit) {
    const auto longest = std::max_element(
        fields.begin() + 1, fields.end() - 1,
        [](std::string_view a, std::string_view b) { return a.size() < b.size(); });
    if (longest->empty()) return {};
    const std::size_t before = longest->size();
    // By halves, so that the next longest is cut too before nothing is left of this one.
    const std::size_t most = std::max(before - std::min(before, size - limit), before / 2);
    *longest = CutText(*longest, most, has_escapes);
    size -= before - longest->size();
  }
  std::string cut;
  for (const std::string_view field : fields) absl::StrAppend(&cut, std::string(field), "|");
  return cut;
}

class PairCutter {
 public:
  PairCutter(PairLine line, char separator, std::string notice, std::size_t limit)
      : line_(std::move(line)), separator_(separator), notice_(std::move(notice)), limit_(limit) {
    constexpr std::array<std::string_view, 6> kUsers = {"suser", "suid",    "duser",
                                                        "duid",  "usrName", "accountName"};
    size_ = line_.header.size() + notice_.size();
    for (Pair& pair : line_.pairs) {
      size_ += pair.size();
      pair.kept = IsOneOf(pair.key, kUsers);
    }
  }

  std::string Cut() && {
    DropIf([](const Pair& pair) { return pair.key.ends_with("Unmapped"); });
    for (const std::string_view key : {"cs6", "cs5", "cs4"}) {
      if (size_ > limit_) DropIf([&](const Pair& pair) { return pair.key.starts_with(key); });
    }
    for (Pair& pair : line_.pairs) {
      const bool is_message = pair.key == "msg" || pair.key.ends_with("Msg");
      if (is_message && size_ > limit_) Shorten(pair, kMessageIfCut);
    }
    CutLargest();
    if (size_ > limit_) return CutHeader(line_.header, limit_, has_escapes());
    std::string text(line_.header);
    for (const Pair& pair : line_.pairs) {
      if (pair.gone) continue;
      absl::StrAppend(&text, std::string(pair.key), "=", std::string(pair.value));
      text += separator_;
    }
    return text + notice_;
  }

 private:
  bool has_escapes() const { return separator_ == ' '; }

  template <class Condition>
  void DropIf(Condition condition) {
    for (Pair& pair : line_.pairs) {
      if (condition(pair)) Drop(pair);
    }
  }

  void Drop(Pair& pair) {
    if (!std::exchange(pair.gone, true)) size_ -= pair.size();
  }

  void Shorten(Pair& pair, std::size_t limit) {
    if (pair.gone) return;
    size_ -= pair.size();
    pair.value = CutText(pair.value, limit, has_escapes());
    size_ += pair.size();
  }

  void CutLargest() {
    if (size_ <= limit_) return;
    absl::flat_hash_map<std::string_view, Pair*> by_key;
    for (Pair& pair : line_.pairs) by_key[pair.key] = &pair;
    for (const std::size_t goes : OrderToGo(line_.pairs)) {
      if (size_ <= limit_) break;
      Pair& pair = line_.pairs[goes];
      if (pair.gone) continue;
      const std::size_t over = size_ - limit_;
      if (pair.value.size() > over + kSmall) {
        Shorten(pair, pair.value.size() - over);
        break;
      }
      Drop(pair);
      // Its label goes with it.
      const std::string label = absl::StrCat(std::string(pair.key), "Label");
      if (const auto its = by_key.find(std::string_view(label)); its != by_key.end())
        Drop(*its->second);
    }
  }

  PairLine line_;
  const char separator_;
  const std::string notice_;
  const std::size_t limit_;
  std::size_t size_;
};

std::string CutPairs(std::optional<PairLine> read, std::string_view line, std::string_view prefix,
                     char separator, std::size_t limit) {
  if (!read) return std::string(CutText(line, limit, false));
  std::string notice = absl::StrCat(std::string(prefix), "=", line.size());
  return PairCutter(*std::move(read), separator, std::move(notice), limit).Cut();
}

}  // namespace

std::string Cut(std::string_view format, std::string_view line, std::size_t limit) {
  if (line.size() <= limit) return std::string(line);
  if (format == "cef") {
    return CutPairs(ReadCef(line), line, CefPrefix(line) + "Truncated", ' ', limit);
  }
  if (format == "leef") return CutPairs(ReadLeef(line), line, "truncatedBytes", '\t', limit);
  return CutJson(format, line, limit);
}

}  // namespace cce::syslog
