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
#include "parsers/json/scalars.h"
#include "parsers/json/splitter.h"
#include "parsers/json/token_index.h"
#include "parsers/json/walker.h"
#include "parsers/jumpcloud/event_leaves.h"
#include "parsers/jumpcloud/event_mapping.h"
#include "parsers/jumpcloud/event_time.h"

namespace cce::jumpcloud {
namespace {

using json::At;

constexpr std::int64_t kNsPerMs = 1'000'000;

// A part of a page that is indexed at once: it and its index stay in the second-level cache.
constexpr std::size_t kPartSize = 128 << 10;

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

class EventPage : public Page {
 public:
  // `undecodable` are numbers of elements, ascending.
  EventPage(Bytes body, bool has_control, std::vector<EventHead> heads,
            std::vector<std::size_t> undecodable)
      : body_(std::move(body)),
        has_control_(has_control),
        heads_(std::move(heads)),
        undecodable_(std::move(undecodable)) {}

  std::string_view body() const override { return body_.view(); }
  absl::Span<const EventHead> heads() const override { return heads_; }

  // A record is indexed again when it is read: keeping the index would cost more memory than time.
  void Read(std::size_t i, Event& event) const override {
    const EventHead& head = heads_[i];
    event.Clear();
    Known known;
    known.identity = head.identity;
    known.time_ns = head.time_ns;
    known.raw = body().substr(head.offset, head.length);
    known.raw_has_line_break = has_control_;
    RecordMemory& memory = MemoryOf(event);
    if (std::binary_search(undecodable_.begin(), undecodable_.end(), i) ||
        !memory.index.Build(known.raw)) {
      known.raw_has_line_break = true;
      NormaliseUndecodable(known, event);
      return;
    }
    memory.leaves.Read(known.raw, memory.index.begin(), has_control_);
    Normalise(memory.leaves, known, event);
  }

  std::size_t MemoryUse() const override {
    return sizeof *this + body_.capacity() + Bytes::kPadding +
           heads_.capacity() * sizeof(EventHead) + undecodable_.capacity() * sizeof(std::size_t);
  }

 private:
  const Bytes body_;
  const bool has_control_;  // in some record at least
  const std::vector<EventHead> heads_;
  const std::vector<std::size_t> undecodable_;
};

// The members of a record that its head is made of.
struct HeadMembers {
  At service = nullptr;
  At id = nullptr;
  At timestamp = nullptr;
  At organization = nullptr;

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

// A scalar as it stands, quotes included; empty for null, for a container and for what is absent.
std::string_view Token(const char* text, At at) {
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

// The contents of a string, else empty.
std::string_view Text(const char* text, At at) {
  return at != nullptr && text[*at] == '"' ? json::StringAt(text, at) : std::string_view();
}

// Collects the records of one page, front to back.
class PageBuilder {
 public:
  PageBuilder(std::string_view body, const OrganisationKey& key, const Passed& passed,
              std::int64_t untimed_ns)
      : body_(body), key_(key), untimed_ns_(untimed_ns) {
    parsed_.passed_after = passed;
    // Most records are larger than this; a page of small ones costs a few larger vectors.
    heads_.reserve(body.size() / 512 + 1);
  }

  // Some record has a tab or a line break between its tokens.
  void NoteControl() { has_control_ = true; }

  // A record that has been checked; the positions of its members refer to `text`.
  void AddRecord(std::size_t begin, std::size_t end, const char* text, const HeadMembers& members) {
    // The time that JumpCloud sorts by, not the finer one of server_timestamp: records of one
    // millisecond come together only by it.
    const std::optional<ParsedTime> sorted_by = ParseTime(Text(text, members.timestamp));
    if (sorted_by) {
      CountMillisecond(sorted_by->ns);
    } else {
      NoteUntimed();
    }
    const std::string_view id = Token(text, members.id);
    const bool has_id = !id.empty() && id != "\"\"" && id[0] != 't' && id[0] != 'f';
    Add(begin, end, sorted_by ? sorted_by->ns : untimed_ns_,
        has_id ? IdentityOf(key_, Token(text, members.service), id, Token(text, members.timestamp))
               : IdentityOfBytes(body_.substr(begin, end - begin), parsed_.passed_after));

    const std::string_view organisation = Text(text, members.organization);
    if (!organisation.empty() && organisation != key_.organisation() &&
        !key_.organisation().empty() && parsed_.other_organisation.empty()) {
      parsed_.other_organisation = std::string(organisation);
    }
  }

  void AddUndecodable(std::size_t begin, std::size_t end) {
    NoteUntimed();
    undecodable_.push_back(heads_.size());
    Add(begin, end, untimed_ns_,
        IdentityOfBytes(body_.substr(begin, end - begin), parsed_.passed_after));
  }

  // REQUIRES: `body` is what the builder was made for; it moves without its bytes moving.
  ParsedPage Finish(Bytes body) {
    parsed_.page = std::make_shared<EventPage>(std::move(body), has_control_, std::move(heads_),
                                               std::move(undecodable_));
    return std::move(parsed_);
  }

 private:
  void Add(std::size_t begin, std::size_t end, std::int64_t time_ns, const Identity& identity) {
    heads_.push_back({identity, time_ns, static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(end - begin)});
  }

  void NoteUntimed() { parsed_.untimed.push_back({heads_.size(), parsed_.passed_after.ms}); }

  // Starts counting afresh when the record lies in another millisecond than the one before.
  void CountMillisecond(std::int64_t time_ns) {
    std::int64_t ms = time_ns / kNsPerMs;
    if (time_ns % kNsPerMs < 0) --ms;
    if (ms == parsed_.passed_after.ms) return;
    parsed_.passed_after.ms = ms;
    parsed_.passed_after.counts.clear();
  }

  const std::string_view body_;
  const OrganisationKey& key_;
  const std::int64_t untimed_ns_;
  bool has_control_ = false;
  std::vector<EventHead> heads_;
  std::vector<std::size_t> undecodable_;
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
    members->Note(json::StringAt(text, at), value);
    at = walker.CheckMember(value);
    if (at == nullptr) return nullptr;
    const char c = text[*at++];
    if (c == '}') return at;
    if (c != ',') return nullptr;
  }
}

std::size_t SkipSpace(std::string_view body, std::size_t at) {
  while (at < body.size() && json::IsSpace(body[at])) ++at;
  return at;
}

// Where a part of about `size` bytes that begins at `begin` may end: behind a brace before a comma,
// where no number is cut. Whether the brace is inside a string, the index says.
std::size_t EndOfPart(std::string_view body, std::size_t begin, std::size_t size) {
  if (body.size() - begin <= size) return body.size();
  const std::size_t brace = body.rfind("},", begin + size);
  return brace == std::string_view::npos || brace <= begin ? body.size() : brace + 1;
}

// Adds the whole records at the front of the part [begin, end) of the body and moves `begin` behind
// them and the comma or bracket after the last. Returns that comma or bracket; NUL if there is no
// whole record, because the part ends too soon or because something is wrong.
char AddPart(std::string_view body, std::size_t end, json::TokenIndex& index, std::size_t* begin,
             PageBuilder& builder) {
  const std::size_t base = *begin;
  const std::string_view part = body.substr(base, end - base);
  if (!index.Build(part)) return '\0';
  const char* const text = part.data();
  const json::Peculiarities peculiarities = json::FindPeculiarities(part);
  if (peculiarities.control) builder.NoteControl();
  json::Walker walker(part, peculiarities.backslash);
  char separator = '\0';
  for (At at = index.begin(); at < index.end();) {
    const At first = at;
    HeadMembers members;
    at = CheckRecord(text, walker, first, &members);
    if (at == nullptr || (text[*at] != ',' && text[*at] != ']')) break;
    separator = text[*at];
    builder.AddRecord(base + *first, base + at[-1] + 1, text, members);
    *begin = base + *at + 1;
    if (separator == ']') break;
    ++at;
  }
  return separator;
}

// False if anything in the body is not as it should be; what was added by then is of no use.
bool AddAllRecords(std::string_view body, PageBuilder& builder) {
  std::size_t begin = SkipSpace(body, 0);
  if (begin == body.size() || body[begin] != '[') return false;
  begin = SkipSpace(body, begin + 1);
  if (begin < body.size() && body[begin] == ']') return SkipSpace(body, begin + 1) == body.size();
  json::TokenIndex index;
  std::size_t size = kPartSize;
  for (;;) {
    const std::size_t end = EndOfPart(body, begin, size);
    switch (AddPart(body, end, index, &begin, builder)) {
      case ']':
        return SkipSpace(body, begin) == body.size();
      case ',':
        size = kPartSize;
        break;
      default:
        if (end == body.size()) return false;
        size *= 2;
        break;
    }
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
                                     std::int64_t untimed_ns) {
  if (!FitsOffsets(body)) return NotAnArray();
  PageBuilder builder(body.view(), key, passed, untimed_ns);
  if (AddAllRecords(body.view(), builder)) return builder.Finish(std::move(body));
  return ParsePageSlowly(std::move(body), key, passed, untimed_ns);
}

absl::StatusOr<ParsedPage> ParsePageSlowly(Bytes body, const OrganisationKey& key,
                                           const Passed& passed, std::int64_t untimed_ns) {
  if (!FitsOffsets(body)) return NotAnArray();
  PageBuilder builder(body.view(), key, passed, untimed_ns);
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
        if (peculiarities.control) builder.NoteControl();
        builder.AddRecord(begin, end, element.data(), members);
        continue;
      }
    }
    builder.AddUndecodable(begin, end);
  }
  return builder.Finish(std::move(body));
}

}  // namespace cce::jumpcloud
