// Writes one event of an organisation: a shape, filled from the population.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/event_shapes.h"
#include "tests/simulator/population.h"

namespace cce::simulator {

// Immutable, hence thread-safe.
class EventWriter {
 public:
  // `population` must outlive the writer.
  explicit EventWriter(const Population& population);

  // Appends the event. The same arguments write the same bytes, except that `with_id` decides
  // whether there is an id member. REQUIRES: shape < EventShapes().size() and `time` has no more
  // digits than the shape's fraction shows.
  void Write(std::size_t shape, std::int64_t time, bool with_id, std::uint64_t content_seed,
             std::string& out) const;

 private:
  enum class Placeholder;
  struct Piece {
    std::string_view literal;  // written first
    Placeholder placeholder;
  };

  static std::vector<Piece> Compile(std::string_view text);

  const Population& population_;
  std::vector<std::vector<Piece>> shapes_;
};

}  // namespace cce::simulator
