// Secrets inside events, masked before anything reads them (collection.redact). What somebody has
// changed stands in a record's `changes` with its old and its new value, keys and passphrases too.
#pragma once

#include <string_view>

#include "cce/api/bytes.h"
#include "parsers/json/token_index.h"

namespace cce::jumpcloud {

// Whether `key`, a string without its quotes, says "changes".
bool IsChanges(std::string_view key);

// False if nothing in `text` is a secret's name, as in nearly every `changes`; true says only that
// one has to look closely.
bool MayNameSecret(std::string_view text);

// False if a record's member of this key (without quotes) and value (JSON text) has no secrets,
// which costs next to nothing. REQUIRES: a byte may be read at key.data().
inline bool MayHaveSecrets(std::string_view key, std::string_view value) {
  const char first = *key.data();
  return (first == 'c' || first == 'C' || first == '\\') && IsChanges(key) && MayNameSecret(value);
}

// Copies `record` to `out` with "[redacted]" in the place of each secret; all else is byte for byte
// the same. False if it has none; `out` is then of no meaning. `at` is the record's first token.
// REQUIRES: the record is an object and has been checked.
//
// A secret's name matches (?i)(secret|private_?key|api_?key|passphrase). Secrets are the strings,
// in a member `changes` of the record,
//   - of an element whose `field` names a secret, at any depth, but for that `field`;
//   - of a member whose own key names one, at any depth;
//   - that stand in an element's place and name one, as JSON inside a text does.
// An object in the place of the array is an element. An empty string hides nothing and says that
// there was no secret: it stays. Escapes count as what they stand for, case does not count, and
// every one of equal keys counts.
bool Redact(std::string_view record, json::At at, Bytes& out);

// The same for an element that cannot be read, whose structure says nothing: if the words of both
// `changes` and a secret's name are anywhere in it, all text in it is masked. What stays is
// brackets, keys, numbers, true, false and null.
bool RedactUndecodable(std::string_view element, Bytes& out);

}  // namespace cce::jumpcloud
