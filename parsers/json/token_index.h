// Where the tokens of a JSON text begin: simdjson's first stage, which picks its kernel for the
// processor at run time and also checks UTF-8 and control characters in strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace cce::json {

// A position in an index: the current token begins at text[*at].
using At = const std::uint32_t*;

// The index of one text at a time; its memory is kept for the next. Move-only; thread-compatible.
class TokenIndex {
 public:
  TokenIndex();
  ~TokenIndex();
  TokenIndex(TokenIndex&&) noexcept;
  TokenIndex& operator=(TokenIndex&&) noexcept;

  // Indexes `text`: ascending positions of {, }, [, ], :, comma, of each string's opening quote and
  // of the first byte of everything else. Whatever lies between a token and the next position is
  // white space. Two positions equal to text.size() follow. False if the text is not UTF-8, has a
  // control character inside a string or ends inside a string. REQUIRES: text.size() < 4 GiB;
  // Bytes::kPadding readable bytes follow it.
  bool Build(std::string_view text);

  // Valid until the next Build.
  At begin() const { return begin_; }
  At end() const { return begin_ + size_; }

 private:
  // simdjson's parser implementation, of which the second stage is not used.
  class Stage1;

  std::unique_ptr<Stage1> stage1_;
  At begin_ = nullptr;
  std::size_t size_ = 0;
};

// What most texts have nothing of and what costs time where it may be.
struct Peculiarities {
  // Outside of strings, where alone an indexed text may have one, a control character is a tab, a
  // line feed or a carriage return.
  bool control = false;
  bool backslash = false;
};
Peculiarities FindPeculiarities(std::string_view text);

// The simdjson implementation in use, e.g. "haswell".
std::string_view KernelName();

}  // namespace cce::json
