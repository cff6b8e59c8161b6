// Writes the texts of an event as plain UTF-8 into lines that are no JSON: CEF and LEEF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cce/api/event_objects.h"

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

// Into memory that has room: two bytes for each of a text's.
class LineWriter {
 public:
  explicit LineWriter(char* at) : at_(at) {}

  char* at() const { return at_; }
  // Takes back what was written since `at` was at().
  void Return(char* at) { at_ = at; }

  void Raw(std::string_view text);
  void Char(char c) { *at_++ = c; }
  void Number(std::int64_t value);

  // The text that `json` spells, cut at a character behind at most `limit` bytes. Returns false if
  // what was written does not say all that it said.
  bool Text(Token json, const Escapes& escapes, std::size_t limit);

  // UTF-8 that is no JSON text's, in the same way.
  bool Bytes(std::string_view text, const Escapes& escapes);
  void Base64(std::string_view bytes);

  // Removes spaces from the end, back to `begin`; true if there were any.
  bool TrimTo(const char* begin);

 private:
  // One character that is a single byte; false if something else stands for it.
  bool Ascii(char c, const Escapes& escapes);

  char* at_;
};

}  // namespace cce
