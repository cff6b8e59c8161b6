#include "parsers/json/shape_trie.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "parsers/json/scalars.h"
#include "parsers/json/walker.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cce::json {
namespace {

constexpr std::size_t kMaxNodes = std::size_t{1} << 17;
constexpr std::size_t kMaxShapes = std::size_t{1} << 16;
constexpr std::size_t kMaxSize = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t kLiteral = 32;

// What may be done with 32 bytes at once, by different instructions. Special: a bit for each byte
// that ends a stretch of plain text in a string (a quote, a backslash or a control character), and
// in `high` one for each that is not ASCII. Same: the first `size` bytes are equal; 1 to 32.

struct PortableBlock {
  static std::uint32_t Special(const char* at, std::uint32_t* high) {
    std::uint32_t special = 0;
    std::uint32_t not_ascii = 0;
    for (unsigned i = 0; i < kLiteral; ++i) {
      const auto byte = static_cast<unsigned char>(at[i]);
      special |= std::uint32_t{byte == '"' || byte == '\\' || byte < 0x20} << i;
      not_ascii |= std::uint32_t{byte >= 0x80} << i;
    }
    *high = not_ascii;
    return special;
  }
  static bool Same(const char* at, const char* literal, unsigned size) {
    return std::memcmp(at, literal, size) == 0;
  }
};

#if defined(__x86_64__)
struct Sse2Block {
  static std::uint32_t Special(const char* at, std::uint32_t* high) {
    std::uint32_t low_high;
    std::uint32_t high_high;
    const std::uint32_t low = Half(at, &low_high);
    const std::uint32_t special = low | Half(at + 16, &high_high) << 16;
    *high = low_high | high_high << 16;
    return special;
  }
  static bool Same(const char* at, const char* literal, unsigned size) {
    const std::uint32_t same = HalfSame(at, literal) | HalfSame(at + 16, literal + 16) << 16;
    return ~same << (kLiteral - size) == 0;
  }

 private:
  static __m128i Load(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  }
  static std::uint32_t Mask(__m128i lanes) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(lanes));
  }
  static std::uint32_t Half(const char* at, std::uint32_t* high) {
    const __m128i bytes = Load(at);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    *high = Mask(bytes);
    return Mask(_mm_or_si128(_mm_or_si128(quote, backslash), control));
  }
  static std::uint32_t HalfSame(const char* a, const char* b) {
    return Mask(_mm_cmpeq_epi8(Load(a), Load(b)));
  }
};

// The functions that use it are compiled for the same target.
#define CCE_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt")))
struct Avx2Block {
  CCE_AVX2 static std::uint32_t Special(const char* at, std::uint32_t* high) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    const __m256i control =
        _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
    *high = static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
    return static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control)));
  }
  CCE_AVX2 static bool Same(const char* at, const char* literal, unsigned size) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(literal));
    const auto same = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)));
    return ~same << (kLiteral - size) == 0;
  }
};
#endif

// The closing quote of the string whose contents begin at `at`, or nullptr if it is broken. Adds a
// bit to `high` if it is not all ASCII.
template <class Block>
inline const char* EndOfString(const char* at, std::uint32_t* high) {
  const char* const begin = at;
  bool has_escapes = false;
  for (;;) {
    std::uint32_t not_ascii;
    const std::uint32_t special = Block::Special(at, &not_ascii);
    if (special == 0) {
      *high |= not_ascii;
      at += kLiteral;
      continue;
    }
    const int first = std::countr_zero(special);
    *high |= not_ascii & ((std::uint32_t{1} << first) - 1);
    at += first;
    if (*at == '"') break;
    if (*at != '\\' || static_cast<unsigned char>(at[1]) < 0x20) return nullptr;
    has_escapes = true;
    at += 2;
  }
  return has_escapes && !ValidEscapes(begin, at) ? nullptr : at;
}

// The end of the container at `at`, or nullptr if it is broken, deep, empty or has white space in
// it. Says whether something in it is null, "", {} or [].
template <class Block>
const char* EndOfCompact(const char* at, std::uint32_t* high, bool* has_empty) {
  constexpr std::size_t kMaxOpen = 24;
  char closers[kMaxOpen];
  std::size_t open = 0;
  for (;;) {
    // A value begins here.
    bool is_open = false;
    if (*at == '{' || *at == '[') {
      const char closer = *at == '{' ? '}' : ']';
      if (at[1] == closer) {
        if (open == 0) return nullptr;
        *has_empty = true;
        at += 2;
      } else {
        if (open == kMaxOpen) return nullptr;
        closers[open++] = closer;
        is_open = true;
        ++at;
      }
    } else if (*at == '"') {
      const char* const end = EndOfString<Block>(at + 1, high);
      if (end == nullptr) return nullptr;
      *has_empty |= end == at + 1;
      at = end + 1;
    } else if (*at == 't' && std::memcmp(at, "true", 4) == 0) {
      at += 4;
    } else if (*at == 'f' && std::memcmp(at, "false", 5) == 0) {
      at += 5;
    } else if (*at == 'n' && std::memcmp(at, "null", 4) == 0) {
      *has_empty = true;
      at += 4;
    } else {
      at = EndOfNumber(at);
      if (at == nullptr) return nullptr;
    }
    if (!is_open) {
      while (*at == closers[open - 1]) {
        ++at;
        if (--open == 0) return at;
      }
      if (*at++ != ',') return nullptr;
    }
    if (closers[open - 1] == '}') {
      if (*at != '"') return nullptr;
      at = EndOfString<Block>(at + 1, high);
      if (at == nullptr || at[1] != ':') return nullptr;
      at += 2;
    }
  }
}

}  // namespace

ShapeTrie::ShapeTrie(WayOf way_of)
    : way_of_(way_of),
#if defined(__x86_64__)
      has_avx2_(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                __builtin_cpu_supports("bmi2"))
#else
      has_avx2_(false)
#endif
{
  nodes_.reserve(kMaxNodes);
  tries_.emplace_back();
}

template <class Block>
inline __attribute__((always_inline)) std::optional<ShapeTrie::Match> ShapeTrie::FindWith(
    const char* text, LeafSpan* leaves) const {
  if (segments_.empty()) return std::nullopt;
  const Node* const nodes = nodes_.data();
  const Node* node = nodes + tries_[0].root;
  const char* at = text;
  LeafSpan* leaf = leaves;
  std::uint32_t high = 0;
  // A literal that goes on may be one behind which another shape has a leaf: then the node behind
  // it fails at once, and the other one is tried from here.
  const Node* retry = nullptr;
  const char* retry_at = nullptr;
  // Inside a part: the node behind it.
  const Node* back = nullptr;
  Combination combination = {};
  std::size_t part_count = 0;
  // False if there are too many: each part may have its own, which Add has seen in other company.
  const auto put = [&](const char* begin, const char* end) {
    retry = nullptr;
    if (leaf == leaves + kMaxLeaves) return false;
    *leaf++ = {static_cast<std::uint16_t>(begin - text), static_cast<std::uint16_t>(end - text)};
    return true;
  };
  for (;;) {
    if (Block::Same(at, node->literal, node->size)) [[likely]] {
      const char* const begin = at + node->size;
      const char* end;
      bool has_empty = false;
      switch (node->act) {
        case Act::kGoOn:
          retry = node->other == 0 ? nullptr : nodes + node->other;
          retry_at = at;
          at = begin;
          ++node;
          continue;
        case Act::kString:
          // Many strings are as long as the first one in their place (ids, times, words): then
          // where the next literal begins is known before the string has been looked at.
          if (node->detail != 0 && begin[node->detail] == '"') {
            std::uint32_t not_ascii;
            const std::uint32_t special = Block::Special(begin, &not_ascii);
            const std::uint32_t before_end = (std::uint32_t{1} << node->detail) - 1;
            if ((special & before_end) == 0) [[likely]] {
              high |= not_ascii & before_end;
              end = begin + node->detail;
              if (!put(begin, end)) return std::nullopt;
              at = end;
              ++node;
              continue;
            }
          }
          end = EndOfString<Block>(begin, &high);
          if (end == nullptr) return std::nullopt;
          if (end == begin) break;
          if (!put(begin, end)) return std::nullopt;
          at = end;
          ++node;
          continue;
        case Act::kNumber:
          end = EndOfNumber(begin);
          if (end == nullptr) break;
          if (!put(begin, end)) return std::nullopt;
          at = end;
          ++node;
          continue;
        case Act::kOnePiece:
          if (*begin != '{' && *begin != '[') break;
          end = EndOfCompact<Block>(begin, &high, &has_empty);
          if (end == nullptr || has_empty != (node->detail != 0)) break;
          if (!put(begin, end)) return std::nullopt;
          at = end;
          ++node;
          continue;
        case Act::kPart:
          if (*begin != '{') break;
          retry = nullptr;
          back = node + 1;
          node = nodes + tries_[node->detail].root;
          at = begin;
          continue;
        case Act::kEnd: {
          if (back != nullptr) {
            retry = nullptr;
            combination[++part_count] = static_cast<std::uint16_t>(node[1].other);
            node = back;
            back = nullptr;
            at = begin;
            continue;
          }
          const auto size = static_cast<std::size_t>(begin - text);
          if (size > kMaxSize) return std::nullopt;
          combination[0] = static_cast<std::uint16_t>(node[1].other);
          const auto shape = shapes_.find(combination);
          if (shape == shapes_.end()) return std::nullopt;
          return Match{shape->second, static_cast<std::uint32_t>(size),
                       static_cast<std::uint32_t>(leaf - leaves), high == 0};
        }
      }
    }
    if (node->other != 0) {
      node = nodes + node->other;
    } else if (retry != nullptr) {
      node = retry;
      at = retry_at;
      retry = nullptr;
    } else {
      return std::nullopt;
    }
  }
}

#if defined(__x86_64__)
CCE_AVX2 __attribute__((flatten)) std::optional<ShapeTrie::Match> ShapeTrie::FindWithAvx2(
    const char* text, LeafSpan* leaves) const {
  return FindWith<Avx2Block>(text, leaves);
}

std::optional<ShapeTrie::Match> ShapeTrie::Find(const char* text, LeafSpan* leaves) const {
  return has_avx2_ ? FindWithAvx2(text, leaves) : FindWith<Sse2Block>(text, leaves);
}
#else
std::optional<ShapeTrie::Match> ShapeTrie::Find(const char* text, LeafSpan* leaves) const {
  return FindWith<PortableBlock>(text, leaves);
}
#endif

std::optional<ShapeTrie::Steps> ShapeTrie::Dissect(std::string_view text, At at, LeafSpan* leaves) {
  const char* const begin = text.data();
  Steps found;
  std::vector<Step>* steps = &found.own;
  std::vector<char> open;
  std::string_view key;
  bool expects_key = false;
  std::size_t literal = 0;
  // The literal up to `end`, then `act`.
  const auto add = [&](std::size_t end, Act act, std::uint8_t detail) {
    steps->push_back({text.substr(literal, end - literal), act, detail});
    literal = end;
  };
  const auto add_leaf = [&](std::size_t leaf, std::size_t end, Act act, std::size_t detail) {
    leaves[found.leaf_count++] = {static_cast<std::uint16_t>(leaf),
                                  static_cast<std::uint16_t>(end)};
    add(leaf, act, static_cast<std::uint8_t>(detail));
    literal = end;
  };
  do {
    const char first = begin[*at];
    switch (first) {
      case '{':
      case '[': {
        const Way way = open.empty() ? Way::kTakenApart : way_of_(open.size(), key);
        if (way == Way::kOnePiece) {
          std::uint32_t high = 0;
          bool has_empty = false;
          if (const char* end = EndOfCompact<PortableBlock>(begin + *at, &high, &has_empty)) {
            add_leaf(*at, static_cast<std::size_t>(end - begin), Act::kOnePiece, has_empty);
            at = Behind(begin, at);
            break;
          }
        }
        if (way == Way::kPart && first == '{' && open.size() == 1 &&
            found.parts.size() < kMaxParts) {
          const std::uint8_t trie = TrieOf(key);
          add(*at, Act::kPart, trie);
          found.segments.Add(found.leaf_count);
          steps = &found.parts.emplace_back(Steps::Part{trie, {}}).steps;
        }
        open.push_back(first);
        expects_key = first == '{';
        key = {};
        ++at;
        break;
      }
      case '}':
      case ']':
        open.pop_back();
        if (open.size() == 1 && steps != &found.own) {
          add(*at + std::size_t{1}, Act::kEnd, 0);
          found.segments.Add(found.leaf_count);
          steps = &found.own;
        }
        ++at;
        break;
      case ',':
        expects_key = open.back() == '{';
        ++at;
        break;
      case '"': {
        const std::string_view string = StringAt(begin, at);
        if (expects_key) {
          key = string;
          expects_key = false;
        } else if (!string.empty()) {
          add_leaf(*at + 1, *at + 1 + string.size(), Act::kString,
                   string.size() < kLiteral ? string.size() : 0);
        }
        ++at;
        break;
      }
      default:
        if (first == '-' || (first >= '0' && first <= '9')) {
          add_leaf(*at, *at + ScalarAt(begin, at).size(), Act::kNumber, 0);
        }
        ++at;
        break;
    }
    if (found.leaf_count >= kMaxLeaves) return std::nullopt;
  } while (!open.empty());
  add(text.size(), Act::kEnd, 0);
  return found;
}

std::uint8_t ShapeTrie::TrieOf(std::string_view key) {
  // Objects have the first.
  for (std::size_t i = 1; i < tries_.size(); ++i) {
    if (tries_[i].key == key) return static_cast<std::uint8_t>(i);
  }
  tries_.push_back({std::string(key)});
  return static_cast<std::uint8_t>(tries_.size() - 1);
}

std::optional<std::uint16_t> ShapeTrie::Insert(std::uint8_t trie, const std::vector<Step>& whole) {
  std::vector<Step> steps;
  for (const Step& step : whole) {
    std::string_view rest = step.literal;
    for (; rest.size() > kLiteral; rest.remove_prefix(kLiteral)) {
      steps.push_back({rest.substr(0, kLiteral), Act::kGoOn, 0});
    }
    steps.push_back({rest, step.act, step.detail});
  }
  Trie& of = tries_[trie];
  if (nodes_.size() + steps.size() + 1 > kMaxNodes ||
      of.end_count > std::numeric_limits<std::uint16_t>::max()) {
    return std::nullopt;
  }

  // Along the nodes that are there.
  std::size_t known = 0;
  std::size_t place = of.root;
  std::uint32_t* link = &of.root;
  while (of.end_count > 0) {
    const Step& step = steps[known];
    Node* node = &nodes_[place];
    const auto is_step = [&](const Node& one) {
      return one.act == step.act && one.size == step.literal.size() &&
             std::memcmp(one.literal, step.literal.data(), one.size) == 0 &&
             (step.act == Act::kString || one.detail == step.detail);
    };
    while (!is_step(*node) && node->other != 0) node = &nodes_[node->other];
    if (!is_step(*node)) {
      link = &node->other;
      break;
    }
    if (step.act == Act::kEnd) return static_cast<std::uint16_t>(node[1].other);
    place = static_cast<std::size_t>(node - nodes_.data()) + 1;
    ++known;
  }
  *link = static_cast<std::uint32_t>(nodes_.size());
  for (; known < steps.size(); ++known) {
    Node node = {};
    std::memcpy(node.literal, steps[known].literal.data(), steps[known].literal.size());
    node.size = static_cast<std::uint8_t>(steps[known].literal.size());
    node.act = steps[known].act;
    node.detail = steps[known].detail;
    nodes_.push_back(node);
  }
  Node end = {};
  end.other = of.end_count;
  nodes_.push_back(end);
  return static_cast<std::uint16_t>(of.end_count++);
}

std::optional<ShapeTrie::Match> ShapeTrie::Add(std::string_view text, At at, LeafSpan* leaves) {
  if (text.size() > kMaxSize || text.empty() || text[0] != '{') return std::nullopt;
  const std::optional<Steps> steps = Dissect(text, at, leaves);
  if (!steps) return std::nullopt;
  Combination combination = {};
  for (std::size_t i = 0; i < steps->parts.size(); ++i) {
    const std::optional<std::uint16_t> number = Insert(steps->parts[i].trie, steps->parts[i].steps);
    if (!number) return std::nullopt;
    combination[1 + i] = *number;
  }
  const std::optional<std::uint16_t> own = Insert(0, steps->own);
  if (!own || segments_.size() >= kMaxShapes) return std::nullopt;
  combination[0] = *own;
  const auto [at_shape, is_new] =
      shapes_.try_emplace(combination, static_cast<std::uint32_t>(segments_.size()));
  if (is_new) segments_.push_back(steps->segments);
  Match match;
  match.shape = at_shape->second;
  match.size = static_cast<std::uint32_t>(text.size());
  match.leaf_count = static_cast<std::uint32_t>(steps->leaf_count);
  return match;
}

bool ShapeTrie::IsFull() const {
  return nodes_.size() + kMaxSize / kLiteral > kMaxNodes || segments_.size() >= kMaxShapes;
}

}  // namespace cce::json
