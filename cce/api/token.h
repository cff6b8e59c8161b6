// A text of an event.
#pragma once

#include <cstddef>
#include <string_view>

namespace cce {

// Text as JSON spells it between its quotes: escaped, UTF-8, ready to be copied. Empty means
// absent. A view of program text, of the record, or of a text that Event::Derive made.
//
// What it says is hidden, since a line plan (line_plan.h) holds for all records that differ in
// nothing that was looked at: whoever wants to know more than whether it is there asks the event
// (Event::Word, Ask and Same), and whoever writes it says so (JsonWriter, LineWriter).
class Token {
 public:
  constexpr Token() = default;
  // A string literal.
  template <std::size_t kSize>
  consteval Token(const char (&program_text)[kSize]) : text_(program_text, kSize - 1) {}

  // Program text that is chosen at run time.
  static constexpr Token Constant(std::string_view program_text) { return Token(program_text); }
  // REQUIRES: `text` is a view of the record that is being read.
  static constexpr Token OfRecord(std::string_view text) { return Token(text); }

  constexpr bool empty() const { return text_.empty(); }
  // How much room it takes. No question about the record may be answered by it.
  constexpr std::size_t room() const { return text_.size(); }

  // For those who keep the line plan right, and for tests.
  constexpr std::string_view Expose() const { return text_; }

 private:
  explicit constexpr Token(std::string_view text) : text_(text) {}

  std::string_view text_;
};

}  // namespace cce
