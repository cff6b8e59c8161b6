#include "parsers/jumpcloud/page.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cce/api/event.h"
#include "cce/api/trouble.h"
#include "parsers/json/pieces.h"
#include "parsers/json/scalars.h"
#include "parsers/json/shape_trie.h"
#include "parsers/json/splitter.h"
#include "parsers/json/token_index.h"
#include "parsers/json/walker.h"
#include "parsers/jumpcloud/event_leaves.h"
#include "parsers/jumpcloud/event_mapping.h"
#include "parsers/jumpcloud/event_time.h"
#include "parsers/jumpcloud/record_shapes.h"
#include "parsers/jumpcloud/redaction.h"

namespace cce::jumpcloud {
namespace {

using json::At;

// Of the next record: most are smaller.
constexpr std::uint32_t kMostPrefetched = 2048;
constexpr std::uint32_t kCacheLine = 64;

// What reading records one after the other needs.
class RecordMemory : public ReaderMemory {
 public:
  json::TokenIndex index;
  Leaves leaves;
};

RecordMemory& MemoryOf(Event& event) {
  if (auto* memory = dynamic_cast<RecordMemory*>(event.memory.get())) return *memory;
  auto made = std::make_unique<RecordMemory>();
  RecordMemory& memory = *made;
  event.memory = std::move(made);
  return memory;
}

// How a record's shape and leaves are found again.
struct KnownRecord {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t shape = kNone;
  std::uint32_t first_leaf = 0;
  std::uint16_t leaf_count = 0;
  TimestampForm timestamp_form = TimestampForm::kOther;
  bool is_masked = false;    // the shape is that of the copy without secrets
  bool has_control = false;  // a control character stands between the tokens

  // For LinePlans.
  std::uint32_t kind() const {
    return shape * kTimestampForms + static_cast<std::uint32_t>(timestamp_form);
  }
};

// A copy of an element in which its secrets are masked.
struct MaskedElement {
  std::size_t element = 0;  // its number
  std::size_t begin = 0;    // of the copy, in PageContents::masked_text
  std::size_t size = 0;
};

struct PageContents {
  std::shared_ptr<RecordShapes> shapes;  // those of the thread that parsed the page
  std::shared_ptr<const EventTypeOverrides> overrides;
  std::vector<EventHead> heads;
  std::vector<KnownRecord> records;  // one for each head
  std::vector<LeafSpan> leaves;
  std::vector<std::size_t> undecodable;  // numbers of elements, ascending
  std::vector<MaskedElement> masked;     // likewise
  Bytes masked_text;
};

std::uint64_t NumberOf(const EventTypeOverrides* overrides) {
  return overrides == nullptr ? 0 : overrides->number();
}

class EventPage : public Page {
 public:
  EventPage(Bytes body, PageContents contents)
      : body_(std::move(body)), contents_(std::move(contents)) {}

  std::string_view body() const override { return body_.view(); }
  absl::Span<const EventHead> heads() const override { return contents_.heads; }

  void Read(std::size_t i, Event& event) const override { Read(i, nullptr, event); }

  WrittenEvent Write(std::size_t i, const Format& format, const Mark& mark, Event& scratch,
                     Buffer& out) const override {
    const KnownRecord& record = contents_.records[i];
    // What is late is rare.
    if (record.shape == KnownRecord::kNone || mark.late || contents_.shapes != ShapesOfThread()) {
      return Page::Write(i, format, mark, scratch, out);
    }
    RecordShapes& shapes = *contents_.shapes;
    LinePlans& plans = shapes.PlansFor(format.number(), NumberOf(contents_.overrides.get()));
    if (i + 1 < contents_.records.size()) {
      plans.Prefetch(contents_.records[i + 1].kind());
      const EventHead& next = contents_.heads[i + 1];
      const char* const begin = body_.data() + next.offset;
      const std::uint32_t size = std::min(next.length, kMostPrefetched);
      for (std::uint32_t at = 0; at < size; at += kCacheLine) __builtin_prefetch(begin + at);
    }
    const absl::Span<const LeafSpan> leaves =
        absl::MakeConstSpan(contents_.leaves).subspan(record.first_leaf, record.leaf_count);
    const std::string_view text = RawOf(i);
    WrittenEvent written;
    const EventHead& head = contents_.heads[i];
    const PlannedRecord planned = {.kind = record.kind(),
                                   .text = text,
                                   .leaves = leaves,
                                   .segments = &shapes.trie.SegmentsOf(record.shape),
                                   .identity = head.identity,
                                   .time_ms = Milliseconds(head.time_ns)};
    switch (plans.Write(planned, out, &written)) {
      case LinePlans::Outcome::kWritten:
        return written;
      case LinePlans::Outcome::kUnplanned:
        break;
      case LinePlans::Outcome::kUnknown: {
        PlanRecorder recorder(text, leaves, scratch.scratch);
        Read(i, &recorder, scratch);
        const std::size_t begin = out.size();
        format.Write(scratch, mark, out);
        written = DescribeWritten(scratch);
        plans.Learn(planned, recorder, out.view().substr(begin), written);
        scratch.recorder = nullptr;  // which does not outlive this call
        return written;
      }
    }
    return Page::Write(i, format, mark, scratch, out);
  }

  std::size_t MemoryUse() const override {
    return sizeof *this + body_.capacity() + Bytes::kPadding +
           contents_.heads.capacity() * sizeof(EventHead) +
           contents_.records.capacity() * sizeof(KnownRecord) +
           contents_.leaves.capacity() * sizeof(LeafSpan) +
           contents_.undecodable.capacity() * sizeof(std::size_t) +
           contents_.masked.capacity() * sizeof(MaskedElement) + contents_.masked_text.capacity();
  }

 private:
  std::string_view RawOf(std::size_t i) const {
    if (contents_.records[i].is_masked) [[unlikely]] {
      const auto copy =
          std::partition_point(contents_.masked.begin(), contents_.masked.end(),
                               [=](const MaskedElement& one) { return one.element < i; });
      return contents_.masked_text.view().substr(copy->begin, copy->size);
    }
    return body().substr(contents_.heads[i].offset, contents_.heads[i].length);
  }

  void Read(std::size_t i, PlanRecorder* recorder, Event& event) const {
    const EventHead& head = contents_.heads[i];
    const KnownRecord& record = contents_.records[i];
    event.Clear();
    event.recorder = recorder;
    Known known;
    known.identity = head.identity;
    known.time_ns = head.time_ns;
    known.timestamp_form = record.timestamp_form;
    known.raw = RawOf(i);
    known.overrides = contents_.overrides.get();
    known.raw_has_line_break = record.has_control;
    RecordMemory& memory = MemoryOf(event);
    if (std::binary_search(contents_.undecodable.begin(), contents_.undecodable.end(), i) ||
        !memory.index.Build(known.raw)) {
      known.raw_has_line_break = true;
      NormaliseUndecodable(known, event);
      return;
    }
    memory.leaves.Read(known.raw, memory.index.begin(), known.raw_has_line_break);
    Normalise(memory.leaves, known, event);
  }

  const Bytes body_;
  const PageContents contents_;
};

// The members of a record that its head is made of.
struct HeadMembers {
  At service = nullptr;
  At id = nullptr;
  At timestamp = nullptr;
  At organization = nullptr;
  bool may_have_secrets = false;  // some member of the record

  void Note(std::string_view key, At value) {
    switch (key.size()) {
      case 2:
        NoteAs("id", key, value, &id);
        break;
      case 7:
        NoteAs("service", key, value, &service);
        break;
      case 9:
        NoteAs("timestamp", key, value, &timestamp);
        break;
      case 12:
        NoteAs("organization", key, value, &organization);
        break;
      default:
        break;
    }
  }

 private:
  // The first of equal keys counts.
  static void NoteAs(std::string_view name, std::string_view key, At value, At* member) {
    if (*member == nullptr && std::memcmp(key.data(), name.data(), name.size()) == 0)
      *member = value;
  }
};

std::string_view ScalarAt(const char* text, At at) {
  if (at == nullptr) return {};
  switch (text[*at]) {
    case '"': {
      const std::string_view string = json::StringAt(text, at);
      return {string.data() - 1, string.size() + 2};
    }
    case '{':
    case '[':
    case 'n':
      return {};
    default:
      return json::ScalarAt(text, at);
  }
}

HeadTexts TextsOf(const HeadMembers& members, const char* text) {
  return {ScalarAt(text, members.service), ScalarAt(text, members.id),
          ScalarAt(text, members.timestamp), ScalarAt(text, members.organization)};
}

// Collects the records of one page, front to back.
class PageBuilder {
 public:
  PageBuilder(std::string_view body, const OrganisationKey& key, const Passed& passed,
              std::int64_t untimed_ns, const Reading& reading)
      : body_(body), key_(key), untimed_ns_(untimed_ns), redact_(reading.redact) {
    parsed_.passed_after = passed;
    contents_.overrides = reading.overrides;
    contents_.shapes = FreshShapesOfThread();
    // Most records are larger than this; a page of small ones costs a few larger vectors.
    contents_.heads.reserve(body.size() / 512 + 1);
    contents_.records.reserve(body.size() / 512 + 1);
    contents_.leaves.reserve(body.size() / 20 + 1);
  }

  RecordShapes& shapes() { return *contents_.shapes; }

  // A record that has been checked.
  void AddRecord(std::size_t begin, std::size_t end, const HeadTexts& head, KnownRecord record) {
    // The time that JumpCloud sorts by, not the finer one of server_timestamp: records of one
    // millisecond come together only by it.
    const std::optional<ParsedTime> sorted_by = ParseTime(json::StringIn(head.timestamp));
    if (sorted_by) {
      record.timestamp_form = FormOf(*sorted_by);
      CountMillisecond(sorted_by->ns);
    } else {
      NoteUntimed();
    }
    const std::string_view id = head.id;
    const bool has_id = !id.empty() && id != "\"\"" && id[0] != 't' && id[0] != 'f';
    Add(begin, end, sorted_by ? sorted_by->ns : untimed_ns_,
        has_id ? IdentityOf(key_, head.service, id, head.timestamp)
               : IdentityOfBytes(body_.substr(begin, end - begin), parsed_.passed_after),
        record);

    const std::string_view organisation = json::StringIn(head.organization);
    if (!organisation.empty() && organisation != key_.organisation() &&
        !key_.organisation().empty() && parsed_.other_organisation.empty()) {
      parsed_.other_organisation = std::string(organisation);
    }
  }

  // How the record, which may have secrets, is read: as it stands, or as a copy.
  KnownRecord KeepMasked(std::string_view record, const KnownRecord& as_it_stands) {
    if (!redact_) return as_it_stands;
    const bool has_secrets = index_.Build(record) ? Redact(record, index_.begin(), redacted_)
                                                  : RedactUndecodable(record, redacted_);
    if (!has_secrets) return as_it_stands;
    AddMaskedElement();
    // What is masked is a text still, so that the shape is known if the record's is.
    LeafSpan leaves[json::ShapeTrie::kMaxLeaves];
    const MaskedElement& copy = contents_.masked.back();
    const auto match = shapes().trie.Find(contents_.masked_text.data() + copy.begin, leaves);
    KnownRecord known;
    if (match && match->size == copy.size) known = Keep(*match, leaves);
    known.is_masked = true;
    known.has_control = as_it_stands.has_control;
    return known;
  }

  // Keeps the leaves of a record that is added next.
  KnownRecord Keep(const json::ShapeTrie::Match& match, const LeafSpan* leaves) {
    const KnownRecord record{match.shape, static_cast<std::uint32_t>(contents_.leaves.size()),
                             static_cast<std::uint16_t>(match.leaf_count)};
    contents_.leaves.insert(contents_.leaves.end(), leaves, leaves + match.leaf_count);
    return record;
  }

  void AddUndecodable(std::size_t begin, std::size_t end) {
    NoteUntimed();
    contents_.undecodable.push_back(contents_.heads.size());
    const std::string_view element = body_.substr(begin, end - begin);
    KnownRecord record;
    if (redact_ && MayNameSecret(element) && RedactUndecodable(element, redacted_)) {
      AddMaskedElement();
      record.is_masked = true;
    }
    Add(begin, end, untimed_ns_, IdentityOfBytes(element, parsed_.passed_after), record);
  }

  // REQUIRES: `body` is what the builder was made for; it moves without its bytes moving.
  ParsedPage Finish(Bytes body) {
    parsed_.page = std::make_shared<EventPage>(std::move(body), std::move(contents_));
    return std::move(parsed_);
  }

 private:
  void Add(std::size_t begin, std::size_t end, std::int64_t time_ns, const Identity& identity,
           const KnownRecord& record) {
    contents_.heads.push_back({identity, time_ns, static_cast<std::uint32_t>(begin),
                               static_cast<std::uint32_t>(end - begin)});
    contents_.records.push_back(record);
  }

  // `redacted_` is the element that is added next.
  void AddMaskedElement() {
    contents_.masked.push_back(
        {contents_.heads.size(), contents_.masked_text.size(), redacted_.size()});
    contents_.masked_text.Append(redacted_.view());
  }

  void NoteUntimed() {
    parsed_.untimed.push_back({contents_.heads.size(), parsed_.passed_after.ms});
  }

  // Starts counting afresh when the record lies in another millisecond than the one before.
  void CountMillisecond(std::int64_t time_ns) {
    const std::int64_t ms = Milliseconds(time_ns);
    if (ms == parsed_.passed_after.ms) return;
    parsed_.passed_after.ms = ms;
    parsed_.passed_after.counts.clear();
  }

  const std::string_view body_;
  const OrganisationKey& key_;
  const std::int64_t untimed_ns_;
  const bool redact_;
  json::TokenIndex index_;
  Bytes redacted_;
  PageContents contents_;
  ParsedPage parsed_;
};

// Checks the object at `at`, notes what its head needs and returns the token behind it, or nullptr.
At CheckRecord(const char* text, json::Walker& walker, At at, HeadMembers* members) {
  if (text[*at] != '{') return nullptr;
  ++at;
  if (text[*at] == '}') return at + 1;
  for (;;) {
    const At value = walker.CheckKey(at);
    if (value == nullptr) return nullptr;
    const std::string_view key = json::StringAt(text, at);
    members->Note(key, value);
    at = walker.CheckMember(value);
    if (at == nullptr) return nullptr;
    if (MayHaveSecrets(key, {text + *value, *at - *value})) members->may_have_secrets = true;
    const char c = text[*at++];
    if (c == '}') return at;
    if (c != ',') return nullptr;
  }
}

std::size_t SkipSpace(std::string_view body, std::size_t at) {
  while (at < body.size() && json::IsSpace(body[at])) ++at;
  return at;
}

// Adds the record at `begin` the long way and remembers its shape. Returns its size; 0 if it is no
// object or something is wrong with it.
std::size_t AddNewRecord(std::string_view body, std::size_t begin, json::TokenIndex& index,
                         PageBuilder& builder) {
  const std::string_view record = json::FirstValue(body.substr(begin));
  if (record.empty() || !index.Build(record)) return 0;
  const json::Peculiarities peculiarities = json::FindPeculiarities(record);
  json::Walker walker(record, peculiarities.backslash);
  HeadMembers members;
  if (CheckRecord(record.data(), walker, index.begin(), &members) != index.end()) return 0;
  const HeadTexts head = TextsOf(members, record.data());

  RecordShapes& shapes = builder.shapes();
  KnownRecord known;
  LeafSpan leaves[json::ShapeTrie::kMaxLeaves];
  if (const auto match = shapes.trie.Add(record, index.begin(), leaves)) {
    known = builder.Keep(*match, leaves);
    if (match->shape == shapes.shapes.size()) {
      shapes.shapes.push_back(ShapeOf(record, absl::MakeConstSpan(leaves, match->leaf_count), head,
                                      peculiarities.control));
    }
  }
  known.has_control = peculiarities.control;
  if (members.may_have_secrets) known = builder.KeepMasked(record, known);
  builder.AddRecord(begin, begin + record.size(), head, known);
  return record.size();
}

// Adds the record at `begin`, of a shape that is known. Returns its size; 0 if it is of no such
// shape.
std::size_t AddKnownRecord(std::string_view body, std::size_t begin, PageBuilder& builder) {
  LeafSpan leaves[json::ShapeTrie::kMaxLeaves];
  const auto match = builder.shapes().trie.Find(body.data() + begin, leaves);
  if (!match) return 0;
  const std::string_view record = body.substr(begin, match->size);
  if (!match->is_ascii && !json::IsUtf8(record)) return 0;
  const RecordShape& shape = builder.shapes().shapes[match->shape];
  if (shape.has_odd_head) return 0;
  KnownRecord known = builder.Keep(*match, leaves);
  known.has_control = shape.has_control;
  if (shape.MayHaveSecrets(record, leaves)) known = builder.KeepMasked(record, known);
  builder.AddRecord(begin, begin + match->size, shape.HeadOf(record, leaves), known);
  return match->size;
}

// False if anything in the body is not as it should be; what was added by then is of no use.
bool AddAllRecords(std::string_view body, PageBuilder& builder) {
  std::size_t at = SkipSpace(body, 0);
  if (at == body.size() || body[at] != '[') return false;
  at = SkipSpace(body, at + 1);
  if (at < body.size() && body[at] == ']') return SkipSpace(body, at + 1) == body.size();
  json::TokenIndex index;
  for (;;) {
    std::size_t size = AddKnownRecord(body, at, builder);
    if (size == 0) size = AddNewRecord(body, at, index, builder);
    if (size == 0) return false;
    at = SkipSpace(body, at + size);
    if (at == body.size()) return false;
    if (body[at] == ']') return SkipSpace(body, at + 1) == body.size();
    if (body[at] != ',') return false;
    at = SkipSpace(body, at + 1);
  }
}

bool IsNull(std::string_view body) {
  const std::size_t begin = SkipSpace(body, 0);
  return body.substr(begin, 4) == "null" && SkipSpace(body, begin + 4) == body.size();
}

absl::Status NotAnArray() {
  Trouble trouble;
  trouble.word = StatusWord::kUnreachable;
  trouble.remedy =
      "Nothing to do: the page is asked for again. If it stays like this, ask JumpCloud.";
  return TroubleError(absl::StatusCode::kUnavailable,
                      "the answer's body is cut off or is no JSON array of events", trouble);
}

bool FitsOffsets(const Bytes& body) {
  return body.size() < std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

absl::StatusOr<ParsedPage> ParsePage(Bytes body, const OrganisationKey& key, const Passed& passed,
                                     std::int64_t untimed_ns, const Reading& reading) {
  if (!FitsOffsets(body)) return NotAnArray();
  PageBuilder builder(body.view(), key, passed, untimed_ns, reading);
  if (AddAllRecords(body.view(), builder)) return builder.Finish(std::move(body));
  return ParsePageSlowly(std::move(body), key, passed, untimed_ns, reading);
}

absl::StatusOr<ParsedPage> ParsePageSlowly(Bytes body, const OrganisationKey& key,
                                           const Passed& passed, std::int64_t untimed_ns,
                                           const Reading& reading) {
  if (!FitsOffsets(body)) return NotAnArray();
  PageBuilder builder(body.view(), key, passed, untimed_ns, reading);
  if (IsNull(body.view())) return builder.Finish(std::move(body));
  const std::optional<std::vector<std::string_view>> elements = json::SplitArray(body.view());
  if (!elements) return NotAnArray();
  json::TokenIndex index;
  for (const std::string_view element : *elements) {
    const auto begin = static_cast<std::size_t>(element.data() - body.data());
    const std::size_t end = begin + element.size();
    HeadMembers members;
    if (json::IsStrictJson(element) && element[0] == '{' && index.Build(element)) {
      const json::Peculiarities peculiarities = json::FindPeculiarities(element);
      json::Walker walker(element, peculiarities.backslash);
      if (CheckRecord(element.data(), walker, index.begin(), &members) != nullptr) {
        KnownRecord record;
        record.has_control = peculiarities.control;
        if (members.may_have_secrets) record = builder.KeepMasked(element, record);
        builder.AddRecord(begin, end, TextsOf(members, element.data()), record);
        continue;
      }
    }
    builder.AddUndecodable(begin, end);
  }
  return builder.Finish(std::move(body));
}

}  // namespace cce::jumpcloud
