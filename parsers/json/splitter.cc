#include "parsers/json/splitter.h"

#include <string>

#include "parsers/json/scalars.h"
#include "parsers/json/walker.h"

namespace cce::json {
namespace {

std::size_t SkipSpace(std::string_view text, std::size_t at) {
  while (at < text.size() && IsSpace(text[at])) ++at;
  return at;
}

// The position behind the closing quote of the string that begins at `at`, or npos without one.
std::size_t EndOfString(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

// The position of the comma or bracket that ends the element that begins at `at`, or npos. A
// closing bracket without its opening one is noise inside a broken element.
std::size_t EndOfElement(std::string_view text, std::size_t at) {
  std::string open;  // the closing brackets that are due, innermost last
  std::size_t braces = 0;
  std::size_t squares = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = EndOfString(text, at);
      if (at == std::string_view::npos) return at;
      continue;
    }
    if (open.empty() && (c == ',' || c == ']')) return at;
    if (c == '{') {
      open.push_back('}');
      ++braces;
    } else if (c == '[') {
      open.push_back(']');
      ++squares;
    } else if ((c == '}' && braces > 0) || (c == ']' && squares > 0)) {
      char closed;
      do {
        closed = open.back();
        open.pop_back();
        --(closed == '}' ? braces : squares);
      } while (closed != c);
    }
    ++at;
  }
  return std::string_view::npos;
}

// A recursive descent without recursion: input may not choose how much stack is used.
class StrictReader {
 public:
  explicit StrictReader(std::string_view text) : text_(text) {}

  bool Read() {
    Skip();
    std::string open;
    bool value_is_due = true;
    for (;;) {
      if (value_is_due) {
        value_is_due = false;
        const char c = Peek();
        if (c == '{' || c == '[') {
          if (open.size() == kMaxDepth) return false;
          open.push_back(c == '{' ? '}' : ']');
          ++at_;
          Skip();
          if (Peek() == open.back()) {
            ++at_;
            open.pop_back();
          } else {
            if (c == '{' && !Key()) return false;
            value_is_due = true;
            continue;
          }
        } else if (!Scalar()) {
          return false;
        }
      }
      Skip();
      if (open.empty()) return at_ == text_.size();
      const char c = Peek();
      ++at_;
      if (c == ',') {
        Skip();
        if (open.back() == '}' && !Key()) return false;
        value_is_due = true;
      } else if (c == open.back()) {
        open.pop_back();
      } else {
        return false;
      }
    }
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void Skip() { at_ = SkipSpace(text_, at_); }

  bool Key() {
    if (!String()) return false;
    Skip();
    if (Peek() != ':') return false;
    ++at_;
    Skip();
    return true;
  }

  bool String() {
    if (Peek() != '"') return false;
    const std::size_t end = EndOfString(text_, at_);
    if (end == std::string_view::npos) return false;
    const std::string_view contents = text_.substr(at_ + 1, end - at_ - 2);
    for (const char c : contents) {
      if (static_cast<unsigned char>(c) < 0x20) return false;
    }
    at_ = end;
    return ValidEscapes(contents.data(), contents.data() + contents.size());
  }

  bool Scalar() {
    if (Peek() == '"') return String();
    for (const std::string_view name : {"true", "false", "null"}) {
      if (text_.substr(at_, name.size()) == name) return EndScalar(at_ + name.size());
    }
    const std::string number(text_.substr(at_, text_.find_first_of(",]} \t\r\n", at_) - at_));
    return EndOfNumber(number.c_str()) == number.c_str() + number.size() && !number.empty() &&
           EndScalar(at_ + number.size());
  }

  bool EndScalar(std::size_t end) {
    at_ = end;
    return at_ == text_.size() || (EndsScalar(text_[at_]) && text_[at_] != '\0');
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<std::string_view>> SplitArray(std::string_view body) {
  std::vector<std::string_view> elements;
  std::size_t at = SkipSpace(body, 0);
  if (at == body.size() || body[at] != '[') return std::nullopt;
  at = SkipSpace(body, at + 1);
  if (at < body.size() && body[at] == ']') {
    ++at;
  } else {
    for (;;) {
      const std::size_t begin = SkipSpace(body, at);
      const std::size_t end = EndOfElement(body, begin);
      if (end == std::string_view::npos) return std::nullopt;
      std::size_t last = end;
      while (last > begin && IsSpace(body[last - 1])) --last;
      elements.push_back(body.substr(begin, last - begin));
      at = end + 1;
      if (body[end] == ']') break;
    }
  }
  if (SkipSpace(body, at) != body.size()) return std::nullopt;
  return elements;
}

bool IsStrictJson(std::string_view text) { return IsUtf8(text) && StrictReader(text).Read(); }

}  // namespace cce::json
