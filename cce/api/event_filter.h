// Which events an output takes: `only` of its configuration.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cce {

// OCSF's severities in words; a word's severity_id is its index plus one.
inline constexpr std::array<std::string_view, 6> kSeverityWords = {
    "informational", "low", "medium", "high", "critical", "fatal"};

// Drops nothing unless it is told to, and never what it cannot judge: whoever filters wants less of
// what is known, not to miss what is not.
struct EventFilter {
  std::vector<std::string> services;  // those that pass, in any case of letters; empty: all
  int min_severity = 0;               // an OCSF severity_id from 1 to 6; 0: any

  // Whether an event that names this service (empty: none) and has this OCSF severity_id passes.
  // One without a service does, and one whose severity is unknown (0) or a text of its own (99).
  bool Passes(std::string_view service, int severity_id) const;

  friend bool operator==(const EventFilter&, const EventFilter&) = default;
};

}  // namespace cce
