#include "cce/api/line_plan.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#include "cce/api/copy.h"
#include "cce/api/text.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace cce {
namespace {

using Kind = TextOrigin::Kind;

// A question with more answers than that does not sort records into kinds.
constexpr std::size_t kMostAnswers = 64;
constexpr std::size_t kMostMade = 15;
constexpr std::size_t kIdentitySize = 36;
constexpr std::size_t kTimeSize = 20;

// The first made texts, which are not derived.
constexpr std::uint8_t kIdentityText = 0;
constexpr std::uint8_t kTimeText = 1;
constexpr std::uint8_t kFirstDerived = 2;

// REQUIRES: kCopyWidth bytes may be read behind both.
bool AreSame(const char* a, const char* b, std::size_t size) {
#if defined(__x86_64__)
  // Without a branch on the size, which is another one in each row.
  const auto differ = [](const char* x, const char* y) {
    const auto load = [](const char* at) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    };
    return ~static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(x), load(y))));
  };
  static_assert(kCopyWidth == 32);
  for (; size > kCopyWidth; size -= kCopyWidth, a += kCopyWidth, b += kCopyWidth) {
    if (((differ(a, b) | differ(a + 16, b + 16)) & 0xffff) != 0) return false;
  }
  const std::uint64_t differing = (differ(a, b) & 0xffff) | differ(a + 16, b + 16) << 16;
  return size == 0 || differing << (64 - size) == 0;
#else
  return std::memcmp(a, b, size) == 0;
#endif
}

// In the place of a leaf: there is none.
constexpr std::uint8_t kNoLeaf = 255;

bool IsInside(std::string_view inner, std::string_view outer) {
  return std::less_equal<>()(outer.data(), inner.data()) &&
         std::less_equal<>()(inner.data() + inner.size(), outer.data() + outer.size());
}

template <class T>
std::size_t Bytes(const std::vector<T>& of) {
  return of.capacity() * sizeof(T);
}

// The number of `one` among `all`, to which it is added if it is new.
template <class T, class Numbers>
std::uint32_t NumberOf(const T& one, std::vector<T>& all, Numbers& numbers) {
  static_assert(std::has_unique_object_representations_v<T>);
  const auto [at, is_new] = numbers.try_emplace(std::bit_cast<typename Numbers::key_type>(one),
                                                static_cast<std::uint32_t>(all.size()));
  if (is_new) all.push_back(one);
  return at->second;
}

}  // namespace

// A LeafRange by segments. Without a leaf it is a literal, whose number `last` and `before` are, or
// nothing.
struct LinePlans::Place {
  std::uint8_t first = kNoLeaf;
  std::uint8_t last = 255;
  std::uint8_t before = 255;
  std::uint8_t behind = 0;
  std::uint8_t first_segment = 0;
  std::uint8_t last_segment = 0;

  bool IsAbsent() const { return last == 255 && before == 255; }
  std::uint32_t literal() const { return last | std::uint32_t{before} << 8; }
};

// What is asked.
struct LinePlans::Step {
  enum class Kind : std::uint8_t { kQuestion, kWord };

  Kind kind = Kind::kQuestion;
  std::uint8_t question = 0;  // of questions_
  Place texts[3];
};

// A step with one of its answers. The row behind it goes on from there.
struct LinePlans::Row {
  // In the place of a step.
  static constexpr std::uint16_t kEnd = 0xffff;
  static constexpr std::uint16_t kUnplanned = 0xfffe;

  std::uint16_t step = kUnplanned;
  std::uint16_t more = 0;  // answers known besides; of the step's first row
  // Of kQuestion the answer, of kWord the number of the word that the text is, of kEnd that of the
  // template.
  std::uint32_t answer = 0;
  std::uint32_t other = 0;  // the row with another answer; 0: none is known
};

// A literal, then a copy.
struct LinePlans::Piece {
  std::uint32_t literal = 0;  // where it begins in literals_
  std::uint16_t literal_size = 0;
  std::uint8_t from_made = 0;  // the copy is of a made text, else of the record
  std::uint8_t spelling = 0;   // of spellings_, from 1; 0: as it stands
  Place copy;
  std::uint16_t unused = 0;
};

struct LinePlans::Made {
  Derivation derivation;
  Place texts[3];
};

struct LinePlans::Spelled {
  Spelling spelling;
  int outcome;
};

struct LinePlans::Template {
  std::uint32_t line = 0;  // where it begins in lines_
  std::uint32_t piece_count = 0;
  Literal rest = {};       // behind the last copy
  std::uint32_t made = 0;  // where the derived texts begin
  std::uint8_t made_count = 0;
  Understood understood = Understood::kAll;
  std::int16_t severity_id = 0;
  std::uint32_t fixed_room = 0;    // whatever the record
  std::uint32_t times_copied = 0;  // bytes of room for each byte of the record
  Literal service = {};
  Literal type = {};
};

LinePlans::LinePlans() = default;
LinePlans::~LinePlans() = default;

std::size_t LinePlans::MemoryUse() const {
  // An interned text is in both the arena and the map, whose entry is about as large as a node.
  return sizeof *this + Bytes(roots_) + Bytes(rows_) + Bytes(steps_) + Bytes(questions_) +
         Bytes(templates_) + Bytes(lines_) + Bytes(pieces_) + Bytes(made_) + Bytes(spellings_) +
         Bytes(words_) + 2 * literals_.capacity() +
         (interned_.size() + number_of_step_.size() + number_of_piece_.size()) * 64;
}

std::string_view LinePlans::TextOf(const Place& text, const PlannedRecord& record) const {
  if (text.first != kNoLeaf) [[likely]] {
    const LeafSpan* const leaves = record.leaves.data();
    const auto& segments = record.segments->begin;
    const char* const begin =
        record.text.data() + leaves[segments[text.first_segment] + text.first].begin - text.before;
    const char* const end =
        record.text.data() + leaves[segments[text.last_segment] + text.last].end + text.behind;
    return {begin, static_cast<std::size_t>(end - begin)};
  }
  if (text.IsAbsent()) return {};
  return std::string_view(literals_).substr(words_[text.literal()].begin,
                                            words_[text.literal()].size);
}

void LinePlans::Prefetch(std::uint32_t kind) const {
  if (kind >= roots_.size() || roots_[kind].row == 0) return;
  constexpr std::size_t kCacheLine = 64;
  constexpr std::size_t kMost = 4 * kCacheLine;
  const char* const rows = reinterpret_cast<const char*>(&rows_[roots_[kind].row - 1]);
  const char* const line = reinterpret_cast<const char*>(lines_.data() + roots_[kind].line);
  for (std::size_t i = 0; i < kMost; i += kCacheLine) {
    __builtin_prefetch(rows + i);
    __builtin_prefetch(line + i);
  }
  __builtin_prefetch(templates_.data() + roots_[kind].template_number);
}

LinePlans::Outcome LinePlans::Write(const PlannedRecord& record, Buffer& out,
                                    WrittenEvent* written) {
  if (record.kind >= roots_.size()) roots_.resize(record.kind + std::size_t{1});
  Root& root = roots_[record.kind];
  if (root.row == 0) {
    return std::exchange(root.is_seen, true) ? Outcome::kUnknown : Outcome::kUnplanned;
  }
  for (const Row* row = &rows_[root.row - 1];; ++row) {
    const Row& first = *row;
    if (row->step == Row::kEnd) {
      const Template& end = templates_[row->answer];
      root.template_number = row->answer;
      root.line = end.line;
      if (!WriteTemplate(end, record, out)) return Outcome::kUnplanned;
      const std::string_view literals = literals_;
      *written = {end.understood, end.severity_id,
                  literals.substr(end.service.begin, end.service.size),
                  literals.substr(end.type.begin, end.type.size)};
      return Outcome::kWritten;
    }
    if (row->step == Row::kUnplanned) return Outcome::kUnplanned;
    const Step& step = steps_[row->step];
    const std::string_view text = TextOf(step.texts[0], record);
    if (step.kind == Step::Kind::kWord) {
      for (;;) {
        const Literal& word = words_[row->answer];
        if (word.size == text.size() &&
            AreSame(literals_.data() + word.begin, text.data(), word.size)) {
          break;
        }
        if (row->other == 0)
          return first.more < kMostAnswers ? Outcome::kUnknown : Outcome::kUnplanned;
        row = &rows_[row->other];
      }
    } else {
      const auto answer = static_cast<std::uint32_t>(questions_[step.question](
          text, TextOf(step.texts[1], record), TextOf(step.texts[2], record)));
      while (row->answer != answer) {
        if (row->other == 0)
          return first.more < kMostAnswers ? Outcome::kUnknown : Outcome::kUnplanned;
        row = &rows_[row->other];
      }
    }
  }
}

bool LinePlans::WriteTemplate(const Template& end, const PlannedRecord& record, Buffer& out) const {
  const std::uint16_t* number = lines_.data() + end.line;
  const std::uint16_t* const line_end = number + end.piece_count;
  const std::size_t room = end.fixed_room + end.times_copied * record.text.size();
  char* to =
      out.Reserve(room + 3 * end.made_count * record.text.size() +
                  (end.made_count + std::size_t{kFirstDerived}) * (kMaxDerived + kCopyWidth));
  char* const made_text = to + room;
  LeafSpan made_spans[kFirstDerived + kMostMade];
  WriteText(record.identity, made_text);
  made_spans[kIdentityText] = {0, kIdentitySize};
  std::size_t made_size =
      static_cast<std::size_t>(std::to_chars(made_text + kIdentitySize,
                                             made_text + kIdentitySize + kTimeSize, record.time_ms)
                                   .ptr -
                               made_text);
  made_spans[kTimeText] = {kIdentitySize, static_cast<std::uint16_t>(made_size)};
  for (std::size_t i = 0; i < end.made_count; ++i) {
    const Made& one = made_[end.made + i];
    const char* const made_end =
        one.derivation(TextOf(one.texts[0], record), TextOf(one.texts[1], record),
                       TextOf(one.texts[2], record), made_text + made_size);
    const auto size = static_cast<std::size_t>(made_end - made_text);
    if (size > std::numeric_limits<std::uint16_t>::max()) return false;
    made_spans[kFirstDerived + i] = {static_cast<std::uint16_t>(made_size),
                                     static_cast<std::uint16_t>(size)};
    made_size = size;
  }

  const char* const texts[] = {record.text.data(), made_text};
  const LeafSpan* const spans[] = {record.leaves.data(), made_spans};
  const std::uint8_t* const segments = record.segments->begin.data();
  const char* const literals = literals_.data();
  const Piece* const pieces = pieces_.data();
  for (; number != line_end; ++number) {
    const Piece& piece = pieces[*number];
    to = CopyPadded(to, literals + piece.literal, piece.literal_size);
    const LeafSpan* const leaves = spans[piece.from_made];
    const char* const text = texts[piece.from_made];
    const Place& copy = piece.copy;
    const char* const begin =
        text + leaves[segments[copy.first_segment] + copy.first].begin - copy.before;
    const char* const copy_end =
        text + leaves[segments[copy.last_segment] + copy.last].end + copy.behind;
    const auto size = static_cast<std::size_t>(copy_end - begin);
    if (piece.spelling == 0) {
      to = CopyPadded(to, begin, size);
      continue;
    }
    const Spelled& spelled = spellings_[piece.spelling - 1u];
    const Spelling::Result result = spelled.spelling.function({begin, size}, spelled.spelling.style,
                                                              spelled.spelling.limit, to);
    if (result.outcome != spelled.outcome) return false;
    to = result.end;
  }
  out.Commit(CopyPadded(to, literals + end.rest.begin, end.rest.size));
  return true;
}

LinePlans::Interned& LinePlans::Intern(std::string_view text) {
  const auto known = interned_.find(ForAbseil(text));
  if (known != interned_.end()) return known->second;
  Interned& made = interned_[std::string(text)];
  // What lies behind the last one may be read, too.
  if (literals_.size() >= kCopyWidth) literals_.resize(literals_.size() - kCopyWidth);
  made.literal = {static_cast<std::uint32_t>(literals_.size()),
                  static_cast<std::uint32_t>(text.size())};
  literals_.append(text);
  literals_.append(kCopyWidth, '\0');
  return made;
}

std::optional<LinePlans::Place> LinePlans::Compact(const TextOrigin& origin,
                                                   const LeafSegments& segments) {
  Place place;
  switch (origin.kind) {
    case Kind::kAbsent:
      return place;
    case Kind::kRecord:
      place.first_segment = segments.SegmentOf(origin.range.first);
      place.last_segment = segments.SegmentOf(origin.range.last);
      place.first =
          static_cast<std::uint8_t>(origin.range.first - segments.begin[place.first_segment]);
      place.last =
          static_cast<std::uint8_t>(origin.range.last - segments.begin[place.last_segment]);
      place.before = origin.range.before;
      place.behind = origin.range.behind;
      return place;
    case Kind::kLiteral: {
      Interned& interned = Intern(origin.literal);
      if (interned.word == 0) {
        words_.push_back(interned.literal);
        interned.word = static_cast<std::uint32_t>(words_.size());
      }
      const std::uint32_t number = interned.word - 1;
      if (number >= std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
      place.last = static_cast<std::uint8_t>(number);
      place.before = static_cast<std::uint8_t>(number >> 8);
      return place;
    }
    default:
      return std::nullopt;
  }
}

void LinePlans::Learn(const PlannedRecord& record, const PlanRecorder& recorder,
                      std::string_view line, const WrittenEvent& written) {
  Root& root = roots_[record.kind];
  // The steps as rows, up to the first that is none, or to where the recorder gave up.
  std::vector<Row> way;
  bool is_planned = true;
  for (const PlanRecorder::Step& asked : recorder.steps_) {
    Step step;
    Row row;
    for (std::size_t i = 0; i < std::size(asked.texts) && is_planned; ++i) {
      const std::optional<Place> text = Compact(asked.texts[i], *record.segments);
      is_planned = text.has_value();
      if (text) step.texts[i] = *text;
    }
    if (asked.question == nullptr) {
      step.kind = Step::Kind::kWord;
      TextOrigin word;
      word.kind = Kind::kLiteral;
      word.literal = asked.word;
      const std::optional<Place> place = Compact(word, *record.segments);
      is_planned = is_planned && place;
      if (place) row.answer = place->literal();
    } else {
      const auto at = std::find(questions_.begin(), questions_.end(), asked.question);
      const auto number = static_cast<std::size_t>(at - questions_.begin());
      is_planned = is_planned && number < std::numeric_limits<std::uint8_t>::max() &&
                   asked.answer >= 0 && asked.answer < std::numeric_limits<std::int32_t>::max();
      if (at == questions_.end()) questions_.push_back(asked.question);
      step.question = static_cast<std::uint8_t>(number);
      row.answer = static_cast<std::uint32_t>(asked.answer);
    }
    is_planned = is_planned && steps_.size() < Row::kUnplanned;
    if (!is_planned) break;
    row.step = static_cast<std::uint16_t>(NumberOf(step, steps_, number_of_step_));
    way.push_back(row);
  }
  Row end;
  if (is_planned && !recorder.given_up_) {
    if (std::optional<Template> made = MakeTemplate(recorder, *record.segments, line, written)) {
      end.step = Row::kEnd;
      end.answer = static_cast<std::uint32_t>(templates_.size());
      templates_.push_back(*made);
    }
  }
  way.push_back(end);

  // As far as the way is known; then the rest of it.
  const auto new_row = static_cast<std::uint32_t>(rows_.size());
  std::size_t known = 0;
  if (root.row == 0) {
    root.row = new_row + 1;
    root.line = 0;
    if (end.step == Row::kEnd) {
      root.template_number = end.answer;
      root.line = templates_.back().line;
    }
  } else {
    for (std::size_t at = root.row - 1; known < way.size(); ++at, ++known) {
      const Row& step = way[known];
      Row& first = rows_[at];
      if (first.step == Row::kUnplanned || first.step == Row::kEnd) return;
      if (first.step != step.step || first.more >= kMostAnswers) return;
      while (rows_[at].answer != step.answer && rows_[at].other != 0) at = rows_[at].other;
      if (rows_[at].answer == step.answer) continue;
      ++first.more;
      rows_[at].other = new_row;
      break;
    }
  }
  rows_.insert(rows_.end(), way.begin() + static_cast<std::ptrdiff_t>(known), way.end());
}

std::optional<LinePlans::Template> LinePlans::MakeTemplate(const PlanRecorder& recorder,
                                                           const LeafSegments& segments,
                                                           std::string_view line,
                                                           const WrittenEvent& written) {
  Template made;
  std::vector<Piece> pieces;
  std::vector<Made> derived;
  std::vector<std::uint8_t> number_of_made(recorder.made_.size(), 0);
  std::vector<std::size_t> times(recorder.leaves_.size(), 0);
  std::size_t fixed_room = 0;
  std::size_t times_copied = 0;
  const char* literal = line.data();
  const char* const line_end = line.data() + line.size();
  std::size_t previous_last = 0;
  std::string_view previous;  // of the record, as it stands, where the piece before ends
  for (const PlanRecorder::Written& one : recorder.written_) {
    const TextOrigin& origin = one.origin;
    // A literal is spelled as it always is.
    if (origin.kind == Kind::kAbsent || origin.kind == Kind::kLiteral) continue;
    if (origin.kind == Kind::kUnknown || one.to < literal || one.to + one.size > line_end) {
      return std::nullopt;
    }
    const std::string_view gap(literal, static_cast<std::size_t>(one.to - literal));
    const bool as_it_stands = origin.kind == Kind::kRecord && one.spelling.function == nullptr;
    // Neighbours in the record that are neighbours in the line, too, are one copy.
    if (as_it_stands && previous.data() != nullptr &&
        previous.data() + previous.size() + gap.size() == one.text.data() &&
        recorder.AllRevealed(previous_last + 1, origin.range.first) &&
        gap == std::string_view(previous.data() + previous.size(), gap.size())) {
      Place& copy = pieces.back().copy;
      copy.last_segment = segments.SegmentOf(origin.range.last);
      copy.last = static_cast<std::uint8_t>(origin.range.last - segments.begin[copy.last_segment]);
      copy.behind = origin.range.behind;
      for (std::size_t leaf = previous_last + 1; leaf < origin.range.first; ++leaf) ++times[leaf];
      fixed_room += gap.size();
    } else {
      if (gap.size() > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
      Piece piece;
      piece.literal = Intern(gap).literal.begin;
      piece.literal_size = static_cast<std::uint16_t>(gap.size());
      fixed_room += gap.size();
      if (origin.kind == Kind::kRecord) {
        piece.copy = *Compact(origin, segments);
      } else {
        piece.from_made = 1;
        piece.copy = {};
        piece.copy.before = 0;
        piece.copy.first_segment = piece.copy.last_segment = LeafSegments::kMost;
        if (origin.kind == Kind::kDerived) {
          std::uint8_t& number = number_of_made[origin.derived];
          if (number == 0) {
            const PlanRecorder::Made& text = recorder.made_[origin.derived];
            Made& added = derived.emplace_back();
            added.derivation = text.derivation;
            for (std::size_t i = 0; i < std::size(text.texts); ++i) {
              const std::optional<Place> place = Compact(text.texts[i], segments);
              if (!place) return std::nullopt;
              added.texts[i] = *place;
            }
            if (derived.size() > kMostMade) return std::nullopt;
            number = static_cast<std::uint8_t>(kFirstDerived + derived.size() - 1);
          }
          piece.copy.first = piece.copy.last = number;
        } else {
          piece.copy.first = piece.copy.last =
              origin.kind == Kind::kTimeMs ? kTimeText : kIdentityText;
        }
      }
      if (one.spelling.function != nullptr) {
        const auto same = [&](const Spelled& other) {
          return other.spelling == one.spelling && other.outcome == one.outcome;
        };
        const auto at = std::find_if(spellings_.begin(), spellings_.end(), same);
        const auto number = static_cast<std::size_t>(at - spellings_.begin()) + 1;
        if (number > std::numeric_limits<std::uint8_t>::max()) return std::nullopt;
        if (at == spellings_.end()) spellings_.push_back({one.spelling, one.outcome});
        piece.spelling = static_cast<std::uint8_t>(number);
      }
      pieces.push_back(piece);
    }
    if (origin.kind == Kind::kRecord) {
      for (std::size_t leaf = origin.range.first; leaf <= origin.range.last; ++leaf) {
        times[leaf] += one.spelling.most_of_a_byte;
      }
      fixed_room +=
          one.spelling.most_of_a_byte * (std::size_t{origin.range.before} + origin.range.behind) +
          kCopyWidth;
    } else {
      times_copied += 3 * one.spelling.most_of_a_byte;
      fixed_room += one.spelling.most_of_a_byte * (kMaxDerived + kCopyWidth);
    }
    literal = one.to + one.size;
    previous = as_it_stands ? one.text : std::string_view();
    previous_last = origin.range.last;
  }
  made.rest = Intern({literal, static_cast<std::size_t>(line_end - literal)}).literal;
  fixed_room += made.rest.size + 4 * kCopyWidth + kIdentitySize;
  // Between the leaves of a copy is what is between them in the record: not more than all of it.
  times_copied += 1 + (times.empty() ? 0 : *std::max_element(times.begin(), times.end()));
  made.fixed_room = static_cast<std::uint32_t>(fixed_room);
  made.times_copied = static_cast<std::uint32_t>(times_copied);
  if (pieces_.size() + pieces.size() > std::numeric_limits<std::uint16_t>::max()) {
    return std::nullopt;
  }
  made.line = static_cast<std::uint32_t>(lines_.size());
  made.piece_count = static_cast<std::uint32_t>(pieces.size());
  for (const Piece& piece : pieces) {
    lines_.push_back(static_cast<std::uint16_t>(NumberOf(piece, pieces_, number_of_piece_)));
  }
  made.made = static_cast<std::uint32_t>(made_.size());
  made.made_count = static_cast<std::uint8_t>(derived.size());
  made_.insert(made_.end(), derived.begin(), derived.end());
  made.understood = written.understood;
  made.severity_id = static_cast<std::int16_t>(written.severity_id);
  made.service = Intern(written.service).literal;
  made.type = Intern(written.type).literal;
  return made;
}

TextOrigin OriginOf(std::string_view text, std::string_view record,
                    absl::Span<const LeafSpan> leaves) {
  TextOrigin origin;
  if (text.empty()) return origin;
  origin.kind = Kind::kLiteral;
  origin.literal = text;
  if (!IsInside(text, record)) return origin;
  const auto begin = static_cast<std::size_t>(text.data() - record.data());
  const std::size_t end = begin + text.size();
  // The leaves that have part in it.
  const auto first = std::partition_point(leaves.begin(), leaves.end(),
                                          [=](const LeafSpan& leaf) { return leaf.end <= begin; });
  const auto behind_last =
      std::find_if(first, leaves.end(), [=](const LeafSpan& leaf) { return leaf.begin >= end; });
  if (first == behind_last) return origin;
  origin.literal = {};
  const LeafSpan& last = behind_last[-1];
  origin.range.first = static_cast<std::uint8_t>(first - leaves.begin());
  origin.range.last = static_cast<std::uint8_t>(behind_last - leaves.begin() - 1);
  constexpr std::size_t kFarthest = std::numeric_limits<std::uint8_t>::max();
  if (begin > first->begin || end < last.end || first->begin - begin > kFarthest ||
      end - last.end > kFarthest) {
    origin.kind = Kind::kUnknown;
    return origin;
  }
  origin.kind = Kind::kRecord;
  origin.range.before = static_cast<std::uint8_t>(first->begin - begin);
  origin.range.behind = static_cast<std::uint8_t>(end - last.end);
  return origin;
}

bool PlanRecorder::AllRevealed(std::size_t first, std::size_t end) const {
  for (std::size_t leaf = first; leaf < end; ++leaf) {
    if (!revealed_[leaf]) return false;
  }
  return first <= end;
}

TextOrigin PlanRecorder::OriginOf(std::string_view text) const {
  TextOrigin origin;
  if (!text.empty() && IsInside(text, scratch_.view())) {
    origin.kind = Kind::kUnknown;
    if (text.data() == time_ms_.data() && text.size() == time_ms_.size()) {
      origin.kind = Kind::kTimeMs;
    }
    for (std::size_t i = 0; i < made_.size(); ++i) {
      if (made_[i].result.data() != text.data() || made_[i].result.size() != text.size()) continue;
      origin.kind = Kind::kDerived;
      origin.derived = i;
    }
    return origin;
  }
  origin = cce::OriginOf(text, record_, leaves_);
  const bool of_leaves = origin.kind == Kind::kRecord || origin.kind == Kind::kUnknown;
  if (of_leaves && AllRevealed(origin.range.first, origin.range.last + std::size_t{1})) {
    origin = {};
    origin.kind = Kind::kLiteral;
    origin.literal = text;
  }
  return origin;
}

void PlanRecorder::Asked(Question question, Token a, Token b, Token c, std::int64_t answer) {
  if (given_up_) return;
  Step step;
  step.question = question;
  step.answer = answer;
  const Token texts[] = {a, b, c};
  bool is_settled = true;
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    step.texts[i] = OriginOf(texts[i].Expose());
    const Kind kind = step.texts[i].kind;
    if (kind != Kind::kAbsent && kind != Kind::kLiteral && kind != Kind::kRecord) return GiveUp();
    is_settled &= kind == Kind::kAbsent || kind == Kind::kLiteral;
  }
  if (is_settled) return;
  for (const Step& before : steps_) {
    if (before.question == question &&
        std::equal(std::begin(step.texts), std::end(step.texts), std::begin(before.texts))) {
      return;
    }
  }
  steps_.push_back(std::move(step));
}

void PlanRecorder::Revealed(Token text) {
  if (given_up_) return;
  Step step;
  step.texts[0] = OriginOf(text.Expose());
  const TextOrigin& origin = step.texts[0];
  if (origin.kind == Kind::kAbsent || origin.kind == Kind::kLiteral) return;
  if (origin.kind != Kind::kRecord || origin.range.first != origin.range.last) return GiveUp();
  revealed_.set(origin.range.first);
  step.word = text.Expose();
  steps_.push_back(std::move(step));
}

void PlanRecorder::Derived(Derivation derivation, Token a, Token b, Token c,
                           std::string_view result) {
  made_.push_back(
      {derivation, {OriginOf(a.Expose()), OriginOf(b.Expose()), OriginOf(c.Expose())}, result});
}

void PlanRecorder::Copied(const char* to, std::string_view text) {
  Written written;
  written.to = to;
  written.size = text.size();
  written.origin = OriginOf(text);
  written.text = text;
  written_.push_back(std::move(written));
}

void PlanRecorder::CopiedIdentity(const char* to) {
  Written written;
  written.to = to;
  written.size = kIdentitySize;
  written.origin.kind = Kind::kIdentity;
  written_.push_back(std::move(written));
}

void PlanRecorder::Spelled(const char* to, std::size_t size, std::string_view text,
                           const Spelling& spelling, int outcome) {
  Copied(to, text);
  written_.back().size = size;
  written_.back().spelling = spelling;
  written_.back().outcome = outcome;
}

void PlanRecorder::TakenBack(const char* to) {
  while (!written_.empty() && written_.back().to >= to) {
    const Written& one = written_.back();
    // What it depended on is taken back with it.
    if (one.spelling.function != nullptr && one.origin.kind != Kind::kLiteral) GiveUp();
    written_.pop_back();
  }
}

std::vector<PlanRecorder::Copy> PlanRecorder::TakeCopies(const char* begin, const char* end) {
  std::vector<Copy> copies;
  const auto is_inside = [=](const Written& one) { return one.to >= begin && one.to < end; };
  for (const Written& one : written_) {
    if (is_inside(one)) copies.push_back({one.to, one.size, one.text});
  }
  written_.erase(std::remove_if(written_.begin(), written_.end(), is_inside), written_.end());
  return copies;
}

}  // namespace cce
