// Writes JSON into memory that is large enough.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "cce/api/copy.h"
#include "cce/api/event.h"

namespace cce {

inline constexpr char kTwoDigits[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

// REQUIRES: whatever is written has room. Every member and every element brings the comma
// before it; the first one's comma lies where Close puts the opening bracket.
class JsonWriter {
 public:
  // `recorder`, if there is one, is told what is copied.
  JsonWriter(char* at, PlanRecorder* recorder) : at_(at), recorder_(recorder) {}

  char* at() const { return at_; }

  char* Open() const { return at_; }
  void CloseObject(char* open) { Close(open, '{', '}'); }
  void CloseArray(char* open) { Close(open, '[', ']'); }

  template <std::size_t kSize>
  void Literal(const char (&text)[kSize]) {
    std::memcpy(at_, text, kSize - 1);
    at_ += kSize - 1;
  }

  // Program text.
  void Raw(std::string_view text) { at_ = CopyText(at_, text.data(), text.size()); }

  void Raw(Token token) {
    const std::string_view text = token.Expose();
    if (recorder_ != nullptr) recorder_->Copied(at_, text);
    at_ = CopyText(at_, text.data(), text.size());
  }

  void Char(char c) { *at_++ = c; }

  // Takes back what was written since `at` was at().
  void Return(char* at) {
    at_ = at;
    if (recorder_ != nullptr) recorder_->TakenBack(at);
  }

  void Number(std::int64_t value) {
    char digits[24];
    char* const end = digits + sizeof digits;
    char* begin = end;
    auto rest =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    while (rest >= 100) {
      begin -= 2;
      std::memcpy(begin, kTwoDigits + 2 * (rest % 100), 2);
      rest /= 100;
    }
    if (rest >= 10) {
      begin -= 2;
      std::memcpy(begin, kTwoDigits + 2 * rest, 2);
    } else {
      *--begin = static_cast<char>('0' + rest);
    }
    if (value < 0) *--begin = '-';
    at_ = CopyText(at_, begin, static_cast<std::size_t>(end - begin));
  }

  // A member that is text; `key` is ,"NAME":" of it. Nothing if the text is absent.
  template <std::size_t kSize>
  void Text(const char (&key)[kSize], Token text) {
    if (text.empty()) return;
    Literal(key);
    Raw(text);
    Char('"');
  }

  // A member that is a number's text; `key` is ,"NAME": of it.
  template <std::size_t kSize>
  void Bare(const char (&key)[kSize], Token number) {
    if (number.empty()) return;
    Literal(key);
    Raw(number);
  }

  // An enumeration's number and its name: the caption, or for 99 what the source says.
  template <std::size_t kIdSize, std::size_t kNameSize>
  void Enumeration(const char (&id_key)[kIdSize], int id, const char (&name_key)[kNameSize],
                   Token caption, Token source = {}) {
    Literal(id_key);
    Number(id);
    Text(name_key, id == 99 && !source.empty() ? source : caption);
  }

  // A member that is what a record says besides `written`.
  void Unmapped(std::string_view key, const cce::Unmapped& unmapped, const AttributeSet& written) {
    char* const value = at_ + key.size();
    char* const end = unmapped.Write(written, recorder_, value);
    if (end == value) return;
    if (!key.empty()) std::memcpy(at_, key.data(), key.size());
    at_ = end;
  }

  void Uuid(const Identity& identity) {
    if (recorder_ != nullptr) recorder_->CopiedIdentity(at_);
    WriteText(identity, at_);
    at_ += 36;
  }

  // Bytes of the record as the contents of a JSON string.
  void Escaped(std::string_view bytes) {
    static constexpr Spelling kEscaped = {.function = &Escape, .most_of_a_byte = 6};
    Spelled(bytes, kEscaped);
  }

  // How many bytes of the record these are.
  void SizeOf(std::string_view bytes) {
    static constexpr Spelling kSize = {.function = &Count, .most_of_a_byte = 1};
    Spelled(bytes, kSize);
  }

  void Base64(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    const std::size_t size = sodium_base64_encoded_len(bytes.size(), kVariant);
    sodium_bin2base64(at_, size, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      kVariant);
    at_ += size - 1;  // without the NUL
  }

 private:
  static Spelling::Result Escape(std::string_view bytes, const void*, std::size_t, char* to) {
    constexpr char kHex[] = "0123456789abcdef";
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20) {
        if (c == '"' || c == '\\') *to++ = '\\';
        *to++ = c;
      } else {
        std::memcpy(to, "\\u00", 4);
        to[4] = kHex[byte >> 4];
        to[5] = kHex[byte & 15];
        to += 6;
      }
    }
    return {to, 0};
  }

  static Spelling::Result Count(std::string_view bytes, const void*, std::size_t, char* to) {
    JsonWriter out(to, nullptr);
    out.Number(static_cast<std::int64_t>(bytes.size()));
    return {out.at(), 0};
  }

  void Spelled(std::string_view bytes, const Spelling& spelling) {
    const Spelling::Result result = spelling.function(bytes, spelling.style, spelling.limit, at_);
    if (recorder_ != nullptr) {
      recorder_->Spelled(at_, static_cast<std::size_t>(result.end - at_), bytes, spelling,
                         result.outcome);
    }
    at_ = result.end;
  }

  void Close(char* open, char opening, char closing) {
    if (at_ == open) ++at_;
    *open = opening;
    Char(closing);
  }

  char* at_;
  PlanRecorder* const recorder_;
};

}  // namespace cce
