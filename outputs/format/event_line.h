// What CEF and LEEF have in common: a line of KEY=VALUE pairs that notes what it gives back.
#pragma once

#include <cstddef>
#include <string_view>

#include "cce/api/event.h"
#include "cce/api/format.h"
#include "outputs/format/line_writer.h"

namespace cce {

struct LineStyle {
  Escapes escapes;  // of values
  char separator;   // between pairs
  bool trims;       // a value's spaces at its end are lost to readers
};

class EventLine {
 public:
  char* at() const { return out_.at(); }

 protected:
  // `prefix` is that of the product's own keys. `to` has room for the line and `scratch` for what
  // is unmapped.
  EventLine(const Event& event, const Mark& mark, const LineStyle& style, std::string_view prefix,
            char* to, char* scratch)
      : event_(event),
        mark_(mark),
        out_(to, event.recorder),
        style_(style),
        prefix_(prefix),
        scratch_(scratch) {}

  // Writes what is before a value that the caller composes.
  void Begin(std::string_view key) { Begin({}, key); }

  // A pair; `attribute` is given back if the value is whole. Nothing if the value is absent.
  void Pair(std::string_view key, Token value, std::size_t limit,
            Attribute attribute = Attribute::kNone) {
    Put({}, key, value, limit, attribute);
  }
  // The same with a key of the product's own.
  void Own(std::string_view key, Token value, Attribute attribute = Attribute::kNone) {
    Put(prefix_, key, value, kMostOfOwn, attribute);
  }

  // severity_id on the scale of 0 to 10 that both have.
  int Severity() const;

  // The value is whole in a place that the caller wrote.
  void Gives(Attribute attribute) { written_.Add(attribute); }
  // What was written as `token` gives back `attribute` too, if that is the `same`.
  void AlsoGives(Attribute written, Token token, Attribute attribute, Token same) {
    if (written_.Has(written) && event_.Same(token, same)) written_.Add(attribute);
  }

  // PREFIXLate and PREFIXLabels: "NAME,NAME:VALUE".
  void WriteLabels();
  // PREFIXOriginal, or PREFIXOriginalBase64 if the bytes are no UTF-8. An element that is no event
  // has nothing else.
  void WriteOriginal();
  // PREFIXUnmapped: JSON of what was not given back. The last pair.
  void WriteUnmapped();

  const Event& event_;
  const Mark& mark_;
  LineWriter out_;

 private:
  static constexpr std::size_t kMostOfOwn = 1023;  // bytes

  void Begin(std::string_view prefix, std::string_view key);
  void Put(std::string_view prefix, std::string_view key, Token value, std::size_t limit,
           Attribute attribute);

  const LineStyle& style_;
  const std::string_view prefix_;
  char* const scratch_;
  AttributeSet written_;
  bool any_ = false;
};

}  // namespace cce
