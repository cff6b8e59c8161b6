#include "parsers/jumpcloud/redaction.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/ascii.h"
#include "parsers/json/scalars.h"
#include "parsers/json/walker.h"

namespace cce::jumpcloud {
namespace {

using json::At;

constexpr std::string_view kMask = R"("[redacted]")";

// An underscore may be missing.
constexpr std::string_view kSecretNames[] = {"secret", "private_key", "api_key", "passphrase"};
constexpr std::string_view kChangesKey = "changes";
constexpr std::string_view kFieldKey = "field";

// Sixteen places at once, in instructions that every processor of the platform has.
using Vector __attribute__((vector_size(16))) = unsigned char;

// In lower case; a backslash is then a '|'.
Vector Load(const char* at) {
  Vector bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes | 0x20;
}

// Where `bytes` are `letter`.
Vector Are(Vector bytes, char letter) {
  return reinterpret_cast<Vector>(bytes == Vector{} + static_cast<unsigned char>(letter));
}

// Where the sixteen places from `at` on begin three letters of a secret's name that are rare
// elsewhere, or an escape that may be a letter's.
Vector BeginNames(const char* at) {
  const Vector a = Load(at);
  const Vector b = Load(at + 1);
  const Vector c = Load(at + 2);
  return (Are(a, 'e') & Are(b, 'c') & Are(c, 'r')) | (Are(a, 'k') & Are(b, 'e') & Are(c, 'y')) |
         (Are(a, 's') & Are(b, 's') & Are(c, 'p')) | (Are(a, '|') & Are(b, 'u'));
}

// Stands for every character that is in none of the names.
constexpr char kInNoName = '\0';

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The character at `at` in lower case; moves `at` behind it. Of what is no escape in JSON, nothing
// but the backslash is taken: what follows may begin a name. REQUIRES: at < end.
char TakeCharacter(const char*& at, const char* end) {
  const char c = *at++;
  if (c != '\\') return absl::ascii_tolower(static_cast<unsigned char>(c));
  if (at == end) return kInNoName;
  if (*at != 'u') {
    if (std::string_view("\"\\/bfnrt").find(*at) != std::string_view::npos) ++at;
    return kInNoName;
  }
  constexpr int kDigits = 4;
  if (end - at <= kDigits) return kInNoName;
  int code = 0;
  for (int i = 1; i <= kDigits; ++i) {
    const int digit = HexDigit(at[i]);
    if (digit < 0) return kInNoName;
    code = code * 16 + digit;
  }
  at += 1 + kDigits;
  return code < 0x80 ? absl::ascii_tolower(static_cast<unsigned char>(code)) : kInNoName;
}

// The end of `word`, which begins at `at`, or nullptr if it does not.
const char* BehindWord(const char* at, const char* end, std::string_view word) {
  for (const char expected : word) {
    const char* behind = at;
    if (at != end && TakeCharacter(behind, end) == expected) {
      at = behind;
    } else if (expected != '_') {
      return nullptr;
    }
  }
  return at;
}

bool IsCalled(std::string_view key, std::string_view name) {
  const char* const end = key.data() + key.size();
  return BehindWord(key.data(), end, name) == end;
}

template <std::size_t kCount>
bool HasAnyOf(std::string_view text, const std::string_view (&words)[kCount]) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end; TakeCharacter(at, end)) {
    for (const std::string_view word : words) {
      if (BehindWord(at, end, word) != nullptr) return true;
    }
  }
  return false;
}

bool NamesSecret(std::string_view text) { return HasAnyOf(text, kSecretNames); }

// A copy of a text, front to back, in which parts are masked.
class MaskedCopy {
 public:
  MaskedCopy(std::string_view text, Bytes& out) : text_(text), out_(out) { out_.Clear(); }

  // Masks [begin, end). REQUIRES: begin is not before the last end.
  void Mask(std::size_t begin, std::size_t end) {
    out_.Append(text_.substr(copied_, begin - copied_));
    out_.Append(kMask);
    copied_ = end;
  }

  // False if nothing was masked.
  bool Finish() {
    if (copied_ == 0) return false;
    out_.Append(text_.substr(copied_));
    return true;
  }

 private:
  const std::string_view text_;
  Bytes& out_;
  std::size_t copied_ = 0;
};

// Masks the secrets of one record. Every token is passed a fixed number of times, whatever is
// nested into what.
class RecordMasking {
 public:
  RecordMasking(std::string_view record, Bytes& out) : text_(record.data()), copy_(record, out) {}

  bool Run(At record) {
    ForEachMember(record, [&](std::string_view key, At value, At behind) {
      if (IsChanges(key)) MaskChanges(value, behind);
    });
    return copy_.Finish();
  }

 private:
  template <class Visit>
  void ForEachMember(At object, Visit visit) const {
    At at = object + 1;
    while (text_[*at] == '"') {
      const At behind = json::Behind(text_, at + 2);
      visit(json::StringAt(text_, at), at + 2, behind);
      at = text_[*behind] == ',' ? behind + 1 : behind;
    }
  }

  void MaskChanges(At at, At end) {
    while (at != end) {
      if (text_[*at] == '{') {
        at = MaskElement(at);
        continue;
      }
      if (text_[*at] == '"' && NamesSecret(json::StringAt(text_, at))) MaskString(at);
      ++at;
    }
  }

  // Returns the token behind the object at `at`.
  At MaskElement(At at) {
    const At end = json::Behind(text_, at);
    At secret_to = IsAboutSecret(at) ? end : at;  // strings before it are secret
    int depth = 0;
    for (; at != end; ++at) {
      switch (text_[*at]) {
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          --depth;
          break;
        case '"': {
          if (text_[at[1]] != ':') {
            if (at < secret_to) MaskString(at);
            break;
          }
          const std::string_view key = json::StringAt(text_, at);
          if (depth == 1 && text_[at[2]] == '"' && IsCalled(key, kFieldKey)) {
            at += 2;
          } else if (at >= secret_to && NamesSecret(key)) {
            secret_to = json::Behind(text_, at + 2);
          }
          break;
        }
        default:
          break;
      }
    }
    return end;
  }

  // A `field` that is no text counts with all the texts in it.
  bool IsAboutSecret(At element) const {
    bool found = false;
    ForEachMember(element, [&](std::string_view key, At value, At behind) {
      if (!IsCalled(key, kFieldKey)) return;
      for (; value != behind && !found; ++value) {
        found = text_[*value] == '"' && NamesSecret(json::StringAt(text_, value));
      }
    });
    return found;
  }

  void MaskString(At at) {
    const std::size_t size = json::StringAt(text_, at).size();
    if (size != 0) copy_.Mask(*at, *at + size + 2);
  }

  const char* const text_;
  MaskedCopy copy_;
};

// Where the string at `begin` ends, behind its quote if it has one.
std::size_t EndOfString(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

bool IsKey(std::string_view text, std::size_t end) {
  while (end < text.size() && json::IsSpace(text[end])) ++end;
  return end < text.size() && text[end] == ':';
}

bool IsNumberOrName(std::string_view word) {
  return word == "true" || word == "false" || word == "null" ||
         word.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

}  // namespace

bool IsChanges(std::string_view key) { return key == kChangesKey || IsCalled(key, kChangesKey); }

bool MayNameSecret(std::string_view text) {
  constexpr std::size_t kLook = sizeof(Vector) + 2;  // bytes that one look takes in
  char small[kLook] = {};
  if (text.size() < kLook) {
    std::copy(text.begin(), text.end(), small);
    text = {small, kLook};
  }
  const char* const last = text.data() + text.size() - kLook;
  Vector found = BeginNames(last);
  for (const char* at = text.data(); at < last; at += sizeof(Vector)) found |= BeginNames(at);
  std::uint64_t halves[2];
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

bool Redact(std::string_view record, At at, Bytes& out) {
  return RecordMasking(record, out).Run(at);
}

bool RedactUndecodable(std::string_view element, Bytes& out) {
  if (!HasAnyOf(element, {kChangesKey}) || !NamesSecret(element)) return false;
  constexpr std::string_view kPunctuation = "{}[]:, \t\r\n";
  MaskedCopy copy(element, out);
  for (std::size_t at = 0; at < element.size();) {
    if (kPunctuation.find(element[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    bool keep;
    if (element[at] == '"') {
      at = EndOfString(element, at);
      keep = at - begin == 2 || IsKey(element, at);
    } else {
      at = std::min(element.find_first_of("{}[]:,\" \t\r\n", at), element.size());
      keep = IsNumberOrName(element.substr(begin, at - begin));
    }
    if (!keep) copy.Mask(begin, at);
  }
  return copy.Finish();
}

}  // namespace cce::jumpcloud
