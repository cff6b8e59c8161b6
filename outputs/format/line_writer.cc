#include "outputs/format/line_writer.h"

#include <sodium.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "cce/api/copy.h"

namespace cce {
namespace {

// One character of a JSON text.
struct Character {
  std::uint32_t code_point = 0;
  std::size_t size = 0;  // of its spelling in JSON
};

std::uint32_t HexDigits(const char* at) {
  std::uint32_t value = 0;
  std::from_chars(at, at + 4, value, 16);
  return value;
}

// REQUIRES: `at` is where an escape of valid JSON begins.
Character ReadEscape(const char* at) {
  switch (at[1]) {
    case 'b':
      return {'\b', 2};
    case 'f':
      return {'\f', 2};
    case 'n':
      return {'\n', 2};
    case 'r':
      return {'\r', 2};
    case 't':
      return {'\t', 2};
    case 'u': {
      const std::uint32_t unit = HexDigits(at + 2);
      if (unit < 0xd800 || unit > 0xdbff) return {unit, 6};
      return {0x10000 + ((unit - 0xd800) << 10) + (HexDigits(at + 8) - 0xdc00), 12};
    }
    default:
      return {static_cast<unsigned char>(at[1]), 2};
  }
}

// Writes UTF-8 and returns its size, at most 4.
std::size_t Encode(std::uint32_t code_point, char* out) {
  const auto put = [&](std::size_t i, std::uint32_t byte) { out[i] = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(0, code_point);
    return 1;
  }
  if (code_point < 0x800) {
    put(0, 0xc0 | (code_point >> 6));
    put(1, 0x80 | (code_point & 0x3f));
    return 2;
  }
  if (code_point < 0x10000) {
    put(0, 0xe0 | (code_point >> 12));
    put(1, 0x80 | ((code_point >> 6) & 0x3f));
    put(2, 0x80 | (code_point & 0x3f));
    return 3;
  }
  put(0, 0xf0 | (code_point >> 18));
  put(1, 0x80 | ((code_point >> 12) & 0x3f));
  put(2, 0x80 | ((code_point >> 6) & 0x3f));
  put(3, 0x80 | (code_point & 0x3f));
  return 4;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

// Outcomes of spellings.
constexpr int kWhole = 1;
constexpr int kEmpty = 2;

// A character that any Escapes may change, or that begins a JSON escape.
constexpr std::array<bool, 256> kPeculiar = [] {
  std::array<bool, 256> peculiar{};
  for (std::size_t c = 0; c < 0x20; ++c) peculiar[c] = true;
  for (const char c : {'\\', '=', '|'}) peculiar[static_cast<unsigned char>(c)] = true;
  return peculiar;
}();

// How many bytes `text` begins with that are not peculiar.
std::size_t PlainSize(std::string_view text) {
  // Compares that every compiler turns into vector instructions.
  using Vector __attribute__((vector_size(16))) = unsigned char;
  constexpr std::size_t kWidth = sizeof(Vector);
  // The first peculiar one of the sixteen bytes at `at`, or kWidth.
  const auto find = [&](std::size_t at) -> std::size_t {
    Vector bytes;
    std::memcpy(&bytes, text.data() + at, kWidth);
    const auto found =
        reinterpret_cast<Vector>(bytes < 0x20) | reinterpret_cast<Vector>(bytes == '\\') |
        reinterpret_cast<Vector>(bytes == '=') | reinterpret_cast<Vector>(bytes == '|');
    std::uint64_t halves[2];
    std::memcpy(halves, &found, kWidth);
    static_assert(std::endian::native == std::endian::little);
    if ((halves[0] | halves[1]) == 0) return kWidth;
    const int bit = halves[0] != 0 ? std::countr_zero(halves[0]) : 64 + std::countr_zero(halves[1]);
    return static_cast<std::size_t>(bit) / 8;
  };
  std::size_t at = 0;
  for (; at + kWidth <= text.size(); at += kWidth) {
    if (const std::size_t plain = find(at); plain != kWidth) return at + plain;
  }
  if (at != 0) return text.size() - kWidth + find(text.size() - kWidth);
  while (at < text.size() && !kPeculiar[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

// Writes one character that is a single byte; clears `whole` if something else stands for it.
char* PutAscii(char c, const Escapes& escapes, bool* whole, char* to) {
  if ((c == '\n' || c == '\r') && escapes.names_line_ends) {
    *to++ = '\\';
    *to++ = c == '\n' ? 'n' : 'r';
    return to;
  }
  if (c == '\t' || c == '\n' || c == '\r' || c == '\0' || (IsControl(c) && escapes.no_controls)) {
    *whole = false;
    *to++ = ' ';
    return to;
  }
  if (c == '|' && escapes.bar != 0) {
    *whole = false;
    *to++ = escapes.bar;
    return to;
  }
  if (escapes.with_backslash.find(c) != std::string_view::npos) *to++ = '\\';
  *to++ = c;
  return to;
}

int OutcomeOf(bool whole, const char* begin, const char* end) {
  return (whole ? kWhole : 0) | (begin == end ? kEmpty : 0);
}

// `text` without the characters that are not in its first `limit` bytes as a whole.
std::string_view Cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (limit > 0 && continues(text[limit])) --limit;
  return text.substr(0, limit);
}

Spelling::Result SpellText(std::string_view json, const void* style, std::size_t limit, char* to) {
  const Escapes& escapes = *static_cast<const Escapes*>(style);
  char* const begin = to;
  bool whole = true;
  std::size_t size = 0;  // of the text so far
  for (;;) {
    const std::size_t plain = PlainSize(json);
    const std::string_view run = Cut(json.substr(0, plain), limit - size);
    to = CopyText(to, run.data(), run.size());
    size += run.size();
    if (run.size() < plain) return {to, OutcomeOf(false, begin, to)};
    json.remove_prefix(plain);
    if (json.empty()) return {to, OutcomeOf(whole, begin, to)};
    const Character character = json[0] == '\\' ? ReadEscape(json.data())
                                                : Character{static_cast<unsigned char>(json[0]), 1};
    char bytes[4];
    const std::size_t count = Encode(character.code_point, bytes);
    if (size + count > limit) return {to, OutcomeOf(false, begin, to)};
    size += count;
    json.remove_prefix(character.size);
    if (count > 1) {
      std::memcpy(to, bytes, count);
      to += count;
    } else {
      to = PutAscii(bytes[0], escapes, &whole, to);
    }
  }
}

Spelling::Result SpellTrimmed(std::string_view json, const void* style, std::size_t limit,
                              char* to) {
  char* const begin = to;
  Spelling::Result result = SpellText(json, style, limit, to);
  if (result.end == begin || result.end[-1] != ' ') return result;
  while (result.end > begin && result.end[-1] == ' ') --result.end;
  result.outcome = OutcomeOf(false, begin, result.end);
  return result;
}

// Writes UTF-8; clears `whole` if something else stands for a character.
char* PutBytes(std::string_view text, const Escapes& escapes, bool* whole, char* to) {
  for (;;) {
    const std::size_t plain = PlainSize(text);
    to = CopyText(to, text.data(), plain);
    if (plain == text.size()) return to;
    to = PutAscii(text[plain], escapes, whole, to);
    text.remove_prefix(plain + 1);
  }
}

Spelling::Result SpellJson(std::string_view json, const void* style, std::size_t limit, char* to) {
  char* const begin = to;
  const std::string_view kept = Cut(json, limit);
  bool whole = kept.size() == json.size();
  to = PutBytes(kept, *static_cast<const Escapes*>(style), &whole, to);
  while (to > begin && to[-1] == ' ') {
    --to;
    whole = false;
  }
  return {to, OutcomeOf(whole, begin, to)};
}

Spelling::Result SpellBytes(std::string_view text, const void* style, std::size_t, char* to) {
  bool whole = true;
  return {PutBytes(text, *static_cast<const Escapes*>(style), &whole, to), 0};
}

Spelling SpellingBy(Spelling::Function function, const Escapes& escapes, std::size_t limit) {
  return {.function = function, .style = &escapes, .limit = limit, .most_of_a_byte = 2};
}

}  // namespace

void LineWriter::Raw(std::string_view text) { at_ = CopyText(at_, text.data(), text.size()); }

void LineWriter::Raw(Token text) {
  if (recorder_ != nullptr) recorder_->Copied(at_, text.Expose());
  Raw(text.Expose());
}

void LineWriter::Number(std::int64_t value) {
  constexpr std::size_t kMostDigits = 20;
  at_ = std::to_chars(at_, at_ + kMostDigits, value).ptr;
}

LineText LineWriter::Text(Token json, const Escapes& escapes, std::size_t limit) {
  return Spell(json.Expose(), SpellingBy(&SpellText, escapes, limit));
}

LineText LineWriter::Trimmed(Token json, const Escapes& escapes, std::size_t limit) {
  return Spell(json.Expose(), SpellingBy(&SpellTrimmed, escapes, limit));
}

LineText LineWriter::Json(Token json, const Escapes& escapes, std::size_t limit) {
  return Spell(json.Expose(), SpellingBy(&SpellJson, escapes, limit));
}

LineText LineWriter::Spell(std::string_view text, const Spelling& spelling) {
  const Spelling::Result result = spelling.function(text, spelling.style, spelling.limit, at_);
  if (recorder_ != nullptr) {
    recorder_->Spelled(at_, static_cast<std::size_t>(result.end - at_), text, spelling,
                       result.outcome);
  }
  at_ = result.end;
  return {(result.outcome & kWhole) != 0};
}

void LineWriter::Bytes(std::string_view text, const Escapes& escapes) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto put = [&](const char* to) {
    at_ = SpellBytes({at, static_cast<std::size_t>(to - at)}, &escapes, 0, at_).end;
    at = to;
  };
  if (recorder_ != nullptr) {
    for (const PlanRecorder::Copy& copy : recorder_->TakeCopies(at, end)) {
      put(copy.to);
      Spell(copy.text, SpellingBy(&SpellBytes, escapes, 0));
      at += copy.size;
    }
  }
  put(end);
}

void LineWriter::Base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  const std::size_t size = sodium_base64_encoded_len(bytes.size(), kVariant);
  sodium_bin2base64(at_, size, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kVariant);
  at_ += size - 1;  // without the NUL
}

}  // namespace cce
