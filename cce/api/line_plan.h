// How records of one shape become lines of one format, remembered from those before them.
//
// A record's shape is all of its bytes but its leaves' (the contents of strings, numbers, and
// containers that are taken in one piece). What a line says depends on the shape, on the answers to
// the questions that were asked about leaves, and on the leaves that were copied. So a plan is a
// tree of questions whose ends are templates: literals, and copies of leaves between them.
//
// Questions are pure functions, asked in an order that depends on nothing but the answers before.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "cce/api/buffer.h"
#include "cce/api/identity.h"
#include "cce/api/page.h"
#include "cce/api/token.h"

namespace cce {

// A leaf: bytes [begin, end) of its record.
struct LeafSpan {
  std::uint16_t begin;
  std::uint16_t end;
};

// A pure function of up to three texts, absent ones empty. Its answers are from 0 to 2^31 - 2.
using Question = std::int64_t (*)(std::string_view, std::string_view, std::string_view);

// Likewise; writes a text of at most kMaxDerived bytes more than the three are long, returns its
// end.
using Derivation = char* (*)(std::string_view, std::string_view, std::string_view, char* to);
inline constexpr std::size_t kMaxDerived = 64;

// How a format spells a text, e.g. escaped. Pure. It may overwrite kCopyWidth bytes behind what it
// writes.
struct Spelling {
  struct Result {
    char* end;
    int outcome;  // whatever else the format has to know
  };
  using Function = Result (*)(std::string_view text, const void* style, std::size_t limit,
                              char* to);

  Function function = nullptr;
  const void* style = nullptr;  // lives as long as the format
  std::size_t limit = 0;
  std::size_t most_of_a_byte = 1;  // bytes that one of the text's becomes

  friend bool operator==(const Spelling&, const Spelling&) = default;
};

// The leaves of a record, cut where a part of it begins or ends that other shapes have, too. What
// is said of a leaf by its place in its segment holds for all of these.
struct LeafSegments {
  static constexpr std::size_t kMost = 15;

  std::array<std::uint8_t, kMost + 1> begin = {};  // ascending; the last is none, and 0
  std::uint8_t count = 1;

  // REQUIRES: count < kMost, first_leaf < LeafRange::kMaxLeaves.
  void Add(std::size_t first_leaf) { begin[count++] = static_cast<std::uint8_t>(first_leaf); }

  // Of the leaf.
  std::uint8_t SegmentOf(std::size_t leaf) const {
    std::uint8_t segment = 0;
    for (std::uint8_t i = 1; i < count && begin[i] <= leaf; ++i) segment = i;
    return segment;
  }
};

// A record as a plan reads it. kCopyWidth bytes behind `text` may be read.
struct PlannedRecord {
  // Of one format, what records have in common from the start: a number of the reader's, for their
  // shape and whatever else it knows without looking at leaves.
  std::uint32_t kind = 0;
  std::string_view text;
  absl::Span<const LeafSpan> leaves;
  const LeafSegments* segments = nullptr;  // the same for all of a kind
  Identity identity;
  std::int64_t time_ms = 0;  // as in its head
};

// A part of a record: from `before` bytes before the leaf `first` to `behind` bytes behind the leaf
// `last`.
struct LeafRange {
  // No record with more leaves has a plan.
  static constexpr std::size_t kMaxLeaves = 250;

  std::uint8_t first = 0;
  std::uint8_t last = 0;
  std::uint8_t before = 0;
  std::uint8_t behind = 0;

  std::string_view In(std::string_view record, const LeafSpan* leaves) const {
    const char* const begin = record.data() + leaves[first].begin - before;
    const char* const end = record.data() + leaves[last].end + behind;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  friend bool operator==(const LeafRange&, const LeafRange&) = default;
};

// Where a text comes from.
struct TextOrigin {
  enum class Kind : std::uint8_t {
    kAbsent,
    kLiteral,
    kRecord,
    kDerived,
    kIdentity,
    kTimeMs,
    kUnknown,
  };

  Kind kind = Kind::kAbsent;
  LeafRange range;          // of kRecord
  std::size_t derived = 0;  // its number
  std::string_view literal;

  friend bool operator==(const TextOrigin&, const TextOrigin&) = default;
};

class PlanRecorder;

// Of one format, for all kinds of records that its thread knows. Thread-compatible.
//
// Everything lies in a few arrays that only grow. Plans of different kinds are made of the same
// questions and the same pieces, each of which is there once: most plans are in no cache when their
// turn comes, so that what they do not share has to be small.
class LinePlans {
 public:
  enum class Outcome {
    kWritten,
    kUnknown,    // no record has gone this way yet: Learn from this one
    kUnplanned,  // read it; there is nothing to learn from it
  };

  LinePlans();
  ~LinePlans();

  // Appends the record's line. Nothing is appended unless it returns kWritten. Of the first record
  // of its kind it notes no more than that there was one: many kinds are seen once and never again,
  // and a plan for them would cost more than it gives.
  Outcome Write(const PlannedRecord& record, Buffer& out, WrittenEvent* written);

  // Adds the way of `record`, which `recorder` has seen become `line`. REQUIRES: Write has just
  // returned kUnknown for it.
  void Learn(const PlannedRecord& record, const PlanRecorder& recorder, std::string_view line,
             const WrittenEvent& written);

  // A record of `kind` is written soon.
  void Prefetch(std::uint32_t kind) const;

  // Bytes held.
  std::size_t MemoryUse() const;

 private:
  struct Place;
  struct Step;
  struct Row;
  struct Piece;
  struct Made;
  struct Spelled;
  struct Template;
  struct Literal {
    std::uint32_t begin;  // in literals_
    std::uint32_t size;
  };
  struct Interned {
    Literal literal;
    std::uint32_t word = 0;  // its number in words_ plus one; 0: it is in none
  };

  std::string_view TextOf(const Place& text, const PlannedRecord& record) const;
  bool WriteTemplate(const Template& end, const PlannedRecord& record, Buffer& out) const;

  Interned& Intern(std::string_view text);
  std::optional<Place> Compact(const TextOrigin& origin, const LeafSegments& segments);
  std::optional<Template> MakeTemplate(const PlanRecorder& recorder, const LeafSegments& segments,
                                       std::string_view line, const WrittenEvent& written);

  struct Root {
    std::uint32_t row = 0;  // the first of its rows, plus one; 0: no plan yet
    bool is_seen = false;   // a record of the kind has come
    // Of the last line: its template, and where that begins in lines_.
    std::uint32_t template_number = 0;
    std::uint32_t line = 0;
  };

  std::vector<Root> roots_;  // by kind
  std::vector<Row> rows_;    // each way through a tree in one stretch
  std::vector<Step> steps_;
  std::vector<Question> questions_;
  std::vector<Template> templates_;
  std::vector<std::uint16_t> lines_;  // of pieces_
  std::vector<Piece> pieces_;
  std::vector<Made> made_;
  std::vector<Spelled> spellings_;
  std::vector<Literal> words_;
  std::string literals_;  // each once; kCopyWidth bytes may be read behind any
  absl::flat_hash_map<std::string, Interned> interned_;
  // Of what is there once, by its bytes.
  absl::flat_hash_map<std::array<std::uint8_t, 20>, std::uint32_t> number_of_step_;
  absl::flat_hash_map<std::array<std::uint8_t, 16>, std::uint32_t> number_of_piece_;
};

// Where `text` comes from: kLiteral if it is no view of `record`, or of a part of it without
// leaves; kUnknown if it begins or ends inside a leaf.
TextOrigin OriginOf(std::string_view text, std::string_view record,
                    absl::Span<const LeafSpan> leaves);

// Sees one record become a line the long way: Page::Read and Format::Write tell it what they ask
// and what they copy. Every text that it is told of outlives it.
class PlanRecorder {
 public:
  // For a record of which `leaves` are open to change. The three outlive the recorder.
  PlanRecorder(std::string_view record, absl::Span<const LeafSpan> leaves, const Buffer& scratch)
      : record_(record), leaves_(leaves), scratch_(scratch) {
    written_.reserve(256);
  }

  // The record's way from here on depends on something that no plan can hold.
  void GiveUp() { given_up_ = true; }

  // `question` was asked of these texts.
  void Asked(Question question, Token a, Token b, Token c, std::int64_t answer);
  // Everything that `text` says was looked at.
  void Revealed(Token text);
  // `text`, in the scratch memory, is the record's PlannedRecord::time_ms.
  void GaveTimeMs(std::string_view text) { time_ms_ = text; }
  // `result`, in the scratch memory, was made of these texts.
  void Derived(Derivation derivation, Token a, Token b, Token c, std::string_view result);

  // `text` was written at `to`.
  void Copied(const char* to, std::string_view text);
  // The event's identity was.
  void CopiedIdentity(const char* to);
  // `text` was written as `spelling` has it: `size` bytes.
  void Spelled(const char* to, std::size_t size, std::string_view text, const Spelling& spelling,
               int outcome);
  // What was written from `to` on is taken back.
  void TakenBack(const char* to);

  // The parts of [begin, end) that were copied, for who writes those bytes once more, otherwise
  // spelled. They are forgotten.
  struct Copy {
    const char* to;
    std::size_t size;
    std::string_view text;
  };
  std::vector<Copy> TakeCopies(const char* begin, const char* end);

 private:
  friend class LinePlans;

  struct Step {
    Question question = nullptr;  // null: the first text, letter by letter
    TextOrigin texts[3];
    std::int64_t answer = 0;
    std::string_view word;
  };
  struct Made {
    Derivation derivation;
    TextOrigin texts[3];
    std::string_view result;
  };
  struct Written {
    const char* to;
    std::size_t size;
    TextOrigin origin;
    std::string_view text;
    Spelling spelling;
    int outcome = 0;
  };

  TextOrigin OriginOf(std::string_view text) const;
  // Of the leaves from `first` to before `end`. False if there are fewer than none.
  bool AllRevealed(std::size_t first, std::size_t end) const;

  const std::string_view record_;
  const absl::Span<const LeafSpan> leaves_;
  const Buffer& scratch_;
  bool given_up_ = false;
  std::string_view time_ms_;
  std::vector<Step> steps_;
  std::vector<Made> made_;
  std::vector<Written> written_;
  std::bitset<LeafRange::kMaxLeaves> revealed_;
};

}  // namespace cce
