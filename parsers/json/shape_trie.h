// The shapes that JSON objects have had, and the way through an object of a known one without an
// index: whatever is not a leaf is compared with what it is expected to be.
//
// A shape is all of an object's bytes but its leaves'. A leaf is the contents of a string that is
// not empty, a number, or a container that is taken in one piece. So an object that matches is
// valid JSON if its leaves are, and these are checked on the way.
//
// Members that are objects may be parts, which have a trie for each key: shapes of objects are
// products of the shapes of their parts, and what is known of the factors stays in the caches. A
// combination is a shape once it has been added.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
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

  enum class Way : std::uint8_t {
    kTakenApart,
    // A leaf, unless it is empty or there is white space in it. With something empty in it (null,
    // "", {} or []) it is another one.
    kOnePiece,
    // Has a shape of its own if it is an object, and one of the first kMaxParts.
    kPart,
  };

  // How the container that is the value of `key` (as it stands, without quotes) at `depth` is
  // taken, 1 being the object's own members. Only these may be parts, and of fewer than 255 keys.
  using WayOf = Way (*)(std::size_t depth, std::string_view key);

  static constexpr std::size_t kMaxParts = 7;
  static_assert(2 * kMaxParts + 1 <= LeafSegments::kMost);

  explicit ShapeTrie(WayOf way_of);

  // The shape of the object at `text`, if it is known, and its leaves, which go to `leaves`.
  // Nothing if the object has another shape, is broken, is larger than 64 KiB or is no object.
  // REQUIRES: something that is no part of a JSON text (a NUL) comes before the memory's end, and
  // 64 readable bytes behind it; `leaves` has room for kMaxLeaves.
  std::optional<Match> Find(const char* text, LeafSpan* leaves) const;

  // The same for the checked object `text`, whose index begins at `at`: its shape is added if it is
  // not known. Nothing if it is too large or there are too many.
  std::optional<Match> Add(std::string_view text, At at, LeafSpan* leaves);

  // Shapes.
  std::size_t size() const { return segments_.size(); }
  // There is no room for a large shape any more.
  bool IsFull() const;

  // Where the leaves of each part begin, and those behind it.
  const LeafSegments& SegmentsOf(std::uint32_t shape) const { return segments_[shape]; }

 private:
  enum class Act : std::uint8_t { kGoOn, kString, kNumber, kOnePiece, kPart, kEnd };

  // A literal and what comes behind it. The node behind it is its successor, a node with another
  // literal in its place is `other`.
  struct Node {
    char literal[32];
    std::uint32_t other;  // 0: none
    std::uint8_t size;
    Act act;
    // Of kString: how long the first such string was; 0: longer than 31. Of kOnePiece: 1 if it has
    // something empty in it. Of kPart: its trie.
    std::uint8_t detail;
  };
  // Behind kEnd is a node that holds nothing but the number of the way there, as `other`.

  struct Step {
    std::string_view literal;
    Act act;
    std::uint8_t detail;
  };

  // Of objects, or of parts with one key.
  struct Trie {
    std::string key;
    std::uint32_t root = 0;
    std::uint32_t end_count = 0;
  };

  // The numbers of an object's own way and of its parts'.
  using Combination = std::array<std::uint16_t, 1 + kMaxParts>;

  // A dissected object: its own steps, and those of its parts.
  struct Steps {
    struct Part {
      std::uint8_t trie;
      std::vector<Step> steps;
    };
    std::vector<Step> own;
    std::vector<Part> parts;
    LeafSegments segments;
    std::size_t leaf_count = 0;
  };

  template <class Block>
  std::optional<Match> FindWith(const char* text, LeafSpan* leaves) const;
  std::optional<Match> FindWithAvx2(const char* text, LeafSpan* leaves) const;

  std::optional<Steps> Dissect(std::string_view text, At at, LeafSpan* leaves);
  std::uint8_t TrieOf(std::string_view key);
  // The number of the way, which is added if it is new; nothing if there is no room for it.
  std::optional<std::uint16_t> Insert(std::uint8_t trie, const std::vector<Step>& whole);

  const WayOf way_of_;
  const bool has_avx2_;
  std::vector<Node> nodes_;  // never moves: room for all is made at the beginning
  std::vector<Trie> tries_;  // the first is of objects
  absl::flat_hash_map<Combination, std::uint32_t> shapes_;
  std::vector<LeafSegments> segments_;  // by shape
};

}  // namespace cce::json
