// Writes the texts of an event as plain UTF-8 into lines that are no JSON: CEF and LEEF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cce/api/event.h"

namespace cce {

// What stands for a character in one place of a line.
struct Escapes {
  // Characters that get a backslash before them.
  std::string_view with_backslash;
  // Line feed and carriage return as \n and \r; else a space.
  bool names_line_ends = false;
  // What stands for '|'; 0: itself.
  char bar = 0;
  // Control characters besides tab, line feed, carriage return and NUL become a space too.
  bool no_controls = true;
};

// What became of a text on its way into a line.
struct LineText {
  bool is_whole = true;  // the line says all that the text said
};

// Into memory that has room: two bytes for each of a text's, and kCopyWidth.
class LineWriter {
 public:
  // `recorder`, if there is one, is told what is copied.
  LineWriter(char* at, PlanRecorder* recorder) : at_(at), recorder_(recorder) {}

  char* at() const { return at_; }
  // Takes back what was written since `at` was at().
  void Return(char* at) {
    at_ = at;
    if (recorder_ != nullptr) recorder_->TakenBack(at);
  }

  // Program text.
  void Raw(std::string_view text);
  void Raw(const char* text) { Raw(std::string_view(text)); }
  // A text that needs no escapes.
  void Raw(Token text);
  void Char(char c) { *at_++ = c; }
  void Number(std::int64_t value);

  // The text that `json` spells, cut at a character behind at most `limit` bytes. `escapes` lives
  // as long as the program.
  LineText Text(Token json, const Escapes& escapes, std::size_t limit);
  // The same without spaces at its end.
  LineText Trimmed(Token json, const Escapes& escapes, std::size_t limit);

  // JSON as it stands, cut and trimmed in the same way.
  LineText Json(Token json, const Escapes& escapes, std::size_t limit);

  // UTF-8 that is no JSON text's, in the same way. What of it is copied from the record has been
  // told to the recorder already, as of [text.begin(), text.end()).
  void Bytes(std::string_view text, const Escapes& escapes);
  void Base64(std::string_view bytes);

 private:
  LineText Spell(std::string_view text, const Spelling& spelling);

  char* at_;
  PlanRecorder* const recorder_;
};

}  // namespace cce
