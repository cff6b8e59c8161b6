// Elements of a page that no documentation prepares for. Each can be told from its neighbours by
// brackets and quotes alone, so that a collector can isolate it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cce::simulator {

enum class Hostile : std::uint8_t {
  kNone,
  kNumber,
  kString,
  kNull,
  kArray,
  kEmptyObject,
  kWrongTypes,  // id and timestamp too
  kNumericId,
  kNoTimestamp,
  kUnreadableTimestamp,
  kHuge,         // a little over 1 MB
  kInvalidUtf8,  // not JSON (RFC 8259 section 8.1)
  kDeep,         // deeper than the 1024 levels that parsers usually allow
  kDuplicateKeys,
  kLoneSurrogate,
  kHugeNumbers,
  kWhitespace,        // line breaks between the tokens
  kControlCharacter,  // not JSON
  kNotANumber,        // not JSON
  kUnknownService,
  kCount,
};

// "invalid_utf8", for the truth; "" for kNone.
std::string_view Name(Hostile kind);

// The service under which the index holds it; "" for one that only a query for all finds.
std::string_view ServiceOf(Hostile kind);

// Appends the element. `time` is the index's, of which the element itself may say nothing.
// REQUIRES: kind is neither kNone nor kCount.
void WriteHostile(Hostile kind, std::string_view organisation, std::int64_t time,
                  std::uint64_t seed, std::string& out);

}  // namespace cce::simulator
