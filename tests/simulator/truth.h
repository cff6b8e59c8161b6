// What really happened: the record that a collector's output is checked against.
#pragma once

#include <cstddef>
#include <string>

#include "tests/simulator/event_block.h"
#include "tests/simulator/record_tokens.h"

namespace cce::simulator {

// Appends one line of JSON, line break included:
//   organisation  the id
//   service, id, timestamp  the event's own tokens, null where it has none that is a scalar
//   time          where the index has it, ns since 1970 UTC
//   visible_at    ns since 1970 UTC; earlier than everything for events of a file
//   hash          hexadecimal BLAKE2b-128 of the record's bytes
//   line_hash     the same of the record on one line, where that differs
void AppendTruthLine(const std::string& organisation, const EventBlock& block, std::size_t index,
                     RecordReader& reader, std::string& out);

}  // namespace cce::simulator
