#include "parsers/json/without_empty.h"

#include "absl/container/inlined_vector.h"
#include "cce/api/copy.h"
#include "parsers/json/pieces.h"
#include "parsers/json/scalars.h"

namespace cce::json {
namespace {

bool IsEmpty(std::string_view scalar) { return scalar == "\"\"" || scalar == "null"; }

}  // namespace

char* CopyWithoutEmpty(std::string_view value, char* to) {
  struct Container {
    char* before;  // where its member begins
    char* inside;
    char closer;
  };
  absl::InlinedVector<Container, 32> open;
  const char* at = value.data();
  const char* const end = at + value.size();
  char* member = to;
  const auto skip_space = [&] {
    while (IsSpace(*at)) ++at;
  };
  // The scalar at `at`.
  const auto scalar = [&] {
    const std::string_view text = FirstValue({at, static_cast<std::size_t>(end - at)});
    at += text.size();
    return text;
  };
  const auto put = [&](std::string_view text) { to = CopyText(to, text.data(), text.size()); };
  const auto put_key = [&] {
    skip_space();
    put(scalar());
    skip_space();
    ++at;
    *to++ = ':';
  };
  for (;;) {
    skip_space();
    const char first = *at;
    if (first == '{' || first == '[') {
      const char closer = first == '{' ? '}' : ']';
      ++at;
      skip_space();
      if (*at == closer) {
        ++at;
        to = member;
      } else {
        *to++ = first;
        open.push_back({member, to, closer});
        member = to;
        if (first == '{') put_key();
        continue;
      }
    } else {
      const std::string_view text = scalar();
      if (IsEmpty(text)) {
        to = member;
      } else {
        put(text);
      }
    }
    for (;;) {
      if (open.empty()) return to;
      skip_space();
      if (*at++ == ',') {
        member = to;
        if (to != open.back().inside) *to++ = ',';
        if (open.back().closer == '}') put_key();
        break;
      }
      const Container closed = open.back();
      open.pop_back();
      if (to == closed.inside) {
        to = closed.before;
      } else {
        *to++ = closed.closer;
      }
    }
  }
}

bool HasContent(std::string_view value) {
  for (;;) {
    // Whatever is no scalar has none itself; a key is one that a colon follows.
    const std::size_t begin = value.find_first_not_of("{}[], \t\r\n");
    if (begin == std::string_view::npos) return false;
    value.remove_prefix(begin);
    const std::string_view scalar = FirstValue(value);
    value = WithoutSpace(value.substr(scalar.size()));
    if (!value.empty() && value[0] == ':') {
      value.remove_prefix(1);
    } else if (!IsEmpty(scalar)) {
      return true;
    }
  }
}

}  // namespace cce::json
