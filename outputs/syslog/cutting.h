// Makes a line of a format shorter without making it another format's, or nobody's.
//
// What goes first is what a receiver can do without. Whatever goes, the line says how many bytes it
// had: "truncated_bytes" in JSON (in OCSF under unmapped, else under cce), a key
// <Vendor><Product>Truncated in CEF, "truncatedBytes" in LEEF.
//
// JSON loses whole members of its outermost object: the original, what is not mapped and what is
// said elsewhere too, then the largest. CEF and LEEF lose what is not mapped, then cs6, cs5 and
// cs4; then their message is cut to 256 bytes, then the largest values. Who and where go last. JSON
// of which nothing fits is {}; CEF and LEEF then are their header alone, its longest fields cut.
//
// What is no object of JSON, like an element that nobody could read, becomes one: its beginning is
// "text" beside "truncated_bytes". What is no line of CEF or LEEF is cut as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cce::syslog {

// `format` is a Format's name. The result has at most `limit` bytes, and no character cut in two.
// Costs little more than reading the line does, however many members it has.
// REQUIRES: limit >= 32, which any envelope leaves.
std::string Cut(std::string_view format, std::string_view line, std::size_t limit);

}  // namespace cce::syslog
