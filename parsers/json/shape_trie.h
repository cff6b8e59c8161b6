// The shapes that JSON objects have had, and the way through an object of a known one without an
// index: whatever is not a leaf is compared with what it is expected to be.
//
// A shape is all of an object's bytes but its leaves'. A leaf is the contents of a string that is
// not empty, a number, or a container that is taken in one piece. So an object that matches is
// valid JSON if its leaves are, and these are checked on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "cce/api/line_plan.h"
#include "parsers/json/token_index.h"

namespace cce::json {

class ShapeTrie {
 public:
  // No shape has more.
  static constexpr std::size_t kMaxLeaves = LeafRange::kMaxLeaves;

  struct Match {
    std::uint32_t shape = 0;  // numbered from 0 in the order they were added
    std::uint32_t size = 0;   // of the object
    std::uint32_t leaf_count = 0;
    bool is_ascii = true;  // else the caller checks that the object is UTF-8
  };

  // Says which values are to be leaves although they are containers; of `key` (as it stands,
  // without quotes) at `depth`, 1 being the object's own members. They are taken apart nonetheless
  // if they have white space or something empty in them.
  using IsOnePiece = bool (*)(std::size_t depth, std::string_view key);

  explicit ShapeTrie(IsOnePiece is_one_piece);

  // The shape of the object at `text`, if it is known, and its leaves, which go to `leaves`.
  // Nothing if the object has another shape, is broken, is larger than 64 KiB or is no object.
  // REQUIRES: something that is no part of a JSON text (a NUL) comes before the memory's end, and
  // 64 readable bytes behind it; `leaves` has room for kMaxLeaves.
  std::optional<Match> Find(const char* text, LeafSpan* leaves) const;

  // The same for the checked object `text`, whose index begins at `at`: its shape is added if it is
  // not known. Nothing if it is too large or there are too many.
  std::optional<Match> Add(std::string_view text, At at, LeafSpan* leaves);

  // Shapes.
  std::size_t size() const { return shape_count_; }
  // There is no room for a large shape any more.
  bool IsFull() const;

 private:
  enum class Act : std::uint8_t { kGoOn, kString, kNumber, kOnePiece, kEnd };

  // A literal and what comes behind it. The node behind it is its successor, a node with another
  // literal in its place is `other`.
  struct Node {
    char literal[32];
    std::uint32_t other;  // 0: none
    std::uint8_t size;
    Act act;
    std::uint8_t expected;  // of kString: how long the first such string was; 0: longer than 31
  };
  // Behind kEnd is a node that holds nothing but the shape, as `other`.

  struct Step {
    std::string_view literal;
    Act act;
    std::uint8_t expected;
  };

  template <class Block>
  std::optional<Match> FindWith(const char* text, LeafSpan* leaves) const;
  std::optional<Match> FindWithAvx2(const char* text, LeafSpan* leaves) const;

  bool Dissect(std::string_view text, At at, std::vector<Step>& steps, LeafSpan* leaves) const;

  const IsOnePiece is_one_piece_;
  const bool has_avx2_;
  std::vector<Node> nodes_;  // never moves: room for all is made at the beginning
  std::uint32_t shape_count_ = 0;
};

}  // namespace cce::json
