// One HTTP response: immutable bytes and what was parsed out of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "cce/api/buffer.h"
#include "cce/api/format.h"
#include "cce/api/identity.h"

namespace cce {

struct Event;

// How much of an event its reader made sense of.
enum class Understood : std::uint8_t { kAll, kPartly, kNothing };

// What is noted of an event that was written. The views are void after the next call.
struct WrittenEvent {
  Understood understood = Understood::kAll;
  int severity_id = 0;       // OCSF's; 0 if it is not known, as that of a type that nobody knows
  std::string_view service;  // that it names, else empty
  std::string_view type;     // as the service spells it, else empty
};

// What the engine needs to know of an event before it writes it.
struct EventHead {
  Identity identity;
  // Event time, ns since 1970 UTC. Of an event that has none, one that it cannot have happened
  // after.
  std::int64_t time_ns = 0;
  std::uint32_t offset = 0;  // where the record's bytes are in the body
  std::uint32_t length = 0;
};

// Immutable, hence thread-safe; shared by every feed that needs it, freed by the last.
class Page {
 public:
  virtual ~Page() = default;

  // The response's body. Views of events point into it.
  virtual std::string_view body() const = 0;

  // One head for each element of the page, readable or not, in the order of the response.
  virtual absl::Span<const EventHead> heads() const = 0;

  // Parses element `index` into `event`, whose scratch memory is reused. The views in `event` live
  // as long as the page and until `event` is filled again. Never fails: what cannot be understood
  // is an event of kind undecodable. REQUIRES: index < heads().size().
  virtual void Read(std::size_t index, Event& event) const = 0;

  // Appends element `index` to `out` as `format` writes it: Read and Format::Write, or a shorter
  // way to the same bytes. `scratch` is filled or not. REQUIRES: index < heads().size().
  virtual WrittenEvent Write(std::size_t index, const Format& format, const Mark& mark,
                             Event& scratch, Buffer& out) const;

  // Bytes that the page holds, its index included.
  virtual std::size_t MemoryUse() const = 0;
};

}  // namespace cce
