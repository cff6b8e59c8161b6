// One JumpCloud record as a DOM, and the texts that an event copies out of it.
//
// A rule builds a piece of the event as JSON. What it takes over as it stands it puts in with Copy,
// which remembers the place; Settle, called on the complete event, turns the copies into texts,
// drops what is empty and tells which places the event gives back.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cce::reference {

using nlohmann::json;
using Dom = nlohmann::ordered_json;

// Places are JSON pointers.
using Places = std::set<std::string>;

class Record {
 public:
  explicit Record(const Dom& dom) : dom_(dom) {}

  const Dom& dom() const { return dom_; }

  // What stands at `place`; null if nothing does.
  const Dom& At(const std::string& place) const;

  // The string at `place`; "" if there is none.
  std::string Text(const std::string& place) const;
  // Likewise, or the number there, as it is written.
  std::string TextOrNumber(const std::string& place) const;
  std::string LowerText(const std::string& place) const;

  // A boolean, or a text that says one.
  std::optional<bool> Bool(const std::string& place) const;

  // A number as a copy, or the number that a text says; null if there is none.
  json Number(const std::string& place) const;

  // A whole number that 64 bits hold for sure, as a copy; null if there is none.
  json Integer(const std::string& place) const;

  // A boolean as a copy; null if there is none.
  json CopyOfBool(const std::string& place) const;

  // The text at the first place that has one, as a copy; null if none has.
  json Copy(std::initializer_list<std::string> places) const;
  json Copy(const std::string& place) const { return Copy({place}); }

 private:
  const Dom& dom_;
};

// What a copy says; of other text, itself; else "".
std::string TextOf(const json& copy_or_text);

// Ends the copies in `event` and drops null, "", {} and []. The places that it gives back.
Places Settle(json& event);

// What `record` says besides `given_back`, without what is empty.
json Rest(const Dom& record, const Places& given_back);

std::string Lower(std::string_view text);

// `text` is one of `words`.
bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words);

}  // namespace cce::reference
