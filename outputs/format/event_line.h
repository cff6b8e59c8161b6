// What CEF and LEEF have in common: a line of KEY=VALUE pairs that notes what it gives back.
#pragma once

#include <cstddef>
#include <string_view>

#include "cce/api/event.h"
#include "cce/api/format.h"
#include "outputs/format/line_writer.h"

namespace cce {

struct LineStyle {
  Escapes header;  // of the fields before the pairs
  Escapes value;
  char separator;  // between pairs
  bool trims;      // a value's spaces at its end are lost to readers
};

class EventLine {
 public:
  static constexpr std::size_t kMostOfJson = 4000;  // bytes of a value
  // What `changes` and `association` may take, which TextSize leaves out: two bytes for each.
  static constexpr std::size_t kRoomOfJson = 2 * 2 * kMostOfJson;

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

  // The header's "VENDOR|PRODUCT", each at most `limit` bytes.
  void WriteProduct(std::size_t limit);
  // The header's version of the source's log, 1 if it says none; at most `limit` bytes.
  void WriteVersion(std::size_t limit);
  // The header's event id: "SERVICE:TYPE", or "TYPE" of an event that names no service; at most
  // `of_service` + 1 + `of_type` bytes.
  void WriteEventId(std::size_t of_service, std::size_t of_type);
  // severity_id on the scale of 0 to 10 that both have.
  int Severity() const;

  // A pair; `attribute` is given back if the value is whole. Nothing, and false, if the value is
  // absent.
  bool Pair(std::string_view key, Token value, std::size_t limit,
            Attribute attribute = Attribute::kNone) {
    return Put({}, key, value, limit, attribute);
  }
  // The same with a key of the product's own.
  bool Own(std::string_view key, Token value, Attribute attribute = Attribute::kNone) {
    return Put(prefix_, key, value, kMostOfOwn, attribute);
  }

  // The same of JSON as it stands, which is cut where it is long.
  bool Json(std::string_view key, Token json, Attribute attribute) {
    return PutJson({}, key, json, attribute);
  }
  bool OwnJson(std::string_view key, Token json, Attribute attribute) {
    return PutJson(prefix_, key, json, attribute);
  }
  // The same of a text, if that is a whole number.
  bool Integer(std::string_view key, Token value, Attribute attribute);

  // A pair whose value the caller puts together of Parts and out_, between Begin and End. A line
  // plan knows each text by itself, so that no part's limit can depend on what another part takes:
  // the value's limit is shared out among them beforehand.
  struct Begun {
    char* before;
    char* value;
    bool any_before;
  };
  Begun Begin(std::string_view key) { return Begin({}, key); }
  Begun BeginOwn(std::string_view key) { return Begin(prefix_, key); }
  // At most `share` bytes of `text`. Nothing if it is absent.
  void Part(Token text, std::size_t share);
  // Takes the pair back, and returns false, if its value is empty.
  bool End(const Begun& pair);

  // Values that both write: each ends the pair that it is given. At most kMostOfOwn bytes.
  // "NAME/VERSION (OS)".
  bool EndWithUserAgent(const Begun& pair);
  // "COUNTRY/REGION/CITY" of the source, else of the device.
  bool EndWithPlace(const Begun& pair);
  // "true,FACTOR,FACTOR": whether there was more than one factor, and those that were given.
  bool EndWithFactors(const Begun& pair);

  // The value is whole in a place that the caller wrote.
  void Gives(Attribute attribute) { written_.Add(attribute); }
  // What was written as `token` gives back `attribute` too, if that is the `same`.
  void AlsoGives(Attribute written, Token token, Attribute attribute, Token same) {
    if (written_.Has(written) && event_.Same(token, same)) written_.Add(attribute);
  }

  // A text of which `attribute` gives back another kind of JSON than the source's is that kind's,
  // too: a line has texts only.
  void AlsoGivesOtherKinds();

  // PREFIXLate and PREFIXLabels: "NAME,NAME".
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

  LineText Text(Token text, std::size_t limit) {
    return style_.trims ? out_.Trimmed(text, style_.value, limit)
                        : out_.Text(text, style_.value, limit);
  }
  Begun Begin(std::string_view prefix, std::string_view key);
  bool Put(std::string_view prefix, std::string_view key, Token value, std::size_t limit,
           Attribute attribute);

  bool PutJson(std::string_view prefix, std::string_view key, Token json, Attribute attribute);

  const LineStyle& style_;
  const std::string_view prefix_;
  char* const scratch_;
  AttributeSet written_;
  bool any_ = false;
};

}  // namespace cce
