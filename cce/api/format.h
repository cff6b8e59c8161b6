// How an event is written.
#pragma once

#include <cstdint>
#include <string_view>

#include "cce/api/buffer.h"

namespace cce {

struct Event;

// What is said about an event besides its own content.
struct Mark {
  bool late = false;  // found missing by an audit, delivered after its time

  friend bool operator==(const Mark&, const Mark&) = default;
};

// When an event's own bytes travel inside the normalised event.
enum class KeepOriginal { kAlways, kDegraded, kNever };

struct FormatOptions {
  KeepOriginal keep_original = KeepOriginal::kDegraded;
};

// Immutable, hence thread-safe. Vendor-neutral: whatever it writes comes from the Event.
class Format {
 public:
  Format();
  virtual ~Format() = default;

  // No other format of this run has it: what is remembered of a format outlives it harmlessly.
  std::uint64_t number() const { return number_; }

  // "ocsf", as configuration names it.
  virtual std::string_view name() const = 0;

  // Appends `event` as one line, without the line end. The line holds no CR or LF. Cannot fail.
  virtual void Write(const Event& event, const Mark& mark, Buffer& out) const = 0;

 private:
  const std::uint64_t number_;
};

}  // namespace cce
