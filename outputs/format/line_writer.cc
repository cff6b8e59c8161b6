#include "outputs/format/line_writer.h"

#include <sodium.h>

#include <charconv>
#include <cstring>

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

std::size_t SizeOfUtf8(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

}  // namespace

void LineWriter::Raw(std::string_view text) {
  std::memcpy(at_, text.data(), text.size());
  at_ += text.size();
}

void LineWriter::Number(std::int64_t value) {
  constexpr std::size_t kMostDigits = 20;
  at_ = std::to_chars(at_, at_ + kMostDigits, value).ptr;
}

bool LineWriter::Text(Token json, const Escapes& escapes, std::size_t limit) {
  bool whole = true;
  std::size_t size = 0;  // of the text so far
  const char* const end = json.data() + json.size();
  for (const char* at = json.data(); at < end;) {
    char bytes[4];
    std::size_t count;
    if (*at == '\\') {
      const Character character = ReadEscape(at);
      count = Encode(character.code_point, bytes);
      at += character.size;
    } else {
      count = SizeOfUtf8(*at);
      std::memcpy(bytes, at, count);
      at += count;
    }
    if (size + count > limit) return false;
    size += count;
    if (count > 1) {
      Raw({bytes, count});
    } else {
      whole &= Ascii(bytes[0], escapes);
    }
  }
  return whole;
}

bool LineWriter::Bytes(std::string_view text, const Escapes& escapes) {
  bool whole = true;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      whole &= Ascii(c, escapes);
    } else {
      Char(c);
    }
  }
  return whole;
}

void LineWriter::Base64(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  const std::size_t size = sodium_base64_encoded_len(bytes.size(), kVariant);
  sodium_bin2base64(at_, size, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kVariant);
  at_ += size - 1;  // without the NUL
}

bool LineWriter::Ascii(char c, const Escapes& escapes) {
  if ((c == '\n' || c == '\r') && escapes.names_line_ends) {
    Raw(c == '\n' ? "\\n" : "\\r");
    return true;
  }
  if (c == '\t' || c == '\n' || c == '\r' || c == '\0' || (IsControl(c) && escapes.no_controls)) {
    Char(' ');
    return false;
  }
  if (c == '|' && escapes.bar != 0) {
    Char(escapes.bar);
    return false;
  }
  if (escapes.with_backslash.find(c) != std::string_view::npos) Char('\\');
  Char(c);
  return true;
}

bool LineWriter::TrimTo(const char* begin) {
  const char* const before = at_;
  while (at_ > begin && at_[-1] == ' ') --at_;
  return at_ != before;
}

}  // namespace cce
