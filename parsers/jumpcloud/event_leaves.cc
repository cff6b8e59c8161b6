#include "parsers/jumpcloud/event_leaves.h"

#include <limits>

#include "absl/container/flat_hash_set.h"
#include "cce/api/copy.h"
#include "cce/api/text.h"
#include "parsers/json/without_empty.h"
#include "parsers/jumpcloud/name_table.h"

namespace cce::jumpcloud {
namespace {

using json::At;

char* Put(std::string_view bytes, PlanRecorder* recorder, char* out) {
  if (recorder != nullptr) recorder->Copied(out, bytes);
  return CopyPadded(out, bytes.data(), bytes.size());
}

// The token behind the container at `at`; notes whether something in it is empty.
At BehindContainer(const char* text, At at, bool* has_empty) {
  std::size_t depth = 0;
  bool empty = false;
  // An object of texts, as user agents are, goes by four tokens at a time.
  if (text[at[1]] == '"') {
    while (text[at[2]] == ':' && text[at[3]] == '"' && text[at[4]] == ',') {
      empty |= text[at[3] + 1] == '"';
      at += 4;
    }
    ++depth;
    ++at;
  }
  for (;;) {
    const char* const token = text + *at++;
    switch (*token) {
      case '"':
        empty |= token[1] == '"';
        break;
      case 'n':
        empty = true;
        break;
      case '{':
      case '[':
        ++depth;
        empty |= text[*at] == '}' || text[*at] == ']';
        break;
      case '}':
      case ']':
        if (--depth == 0) {
          *has_empty = empty;
          return at;
        }
        break;
      default:
        break;
    }
  }
}

std::int64_t AskHasContent(std::string_view value, std::string_view, std::string_view) {
  return json::HasContent(value);
}

char* DeriveWithoutEmpty(std::string_view value, std::string_view, std::string_view, char* to) {
  return json::CopyWithoutEmpty(value, to);
}

}  // namespace

void Leaves::Read(std::string_view text, At at, bool has_control) {
  text_ = text.data();
  text_size_ = text.size();
  has_control_ = has_control;
  has_duplicates_ = false;
  unknown_keys_ = 0;
  maybe_equal_keys_ = false;
  slots_.fill(0);
  size_ = 0;
  ReadGroup(Group::kRoot, 1, at);
  if (maybe_equal_keys_ && HasEqualKeys()) has_duplicates_ = true;
}

At Leaves::ReadGroup(Group group, int depth, At at) {
  const char* const text = text_;
  ++at;
  if (text[*at] == '}') return at + 1;
  for (;;) {
    const std::string_view name = json::StringAt(text, at);
    const KnownField* const known = FindField(group, name);
    Leaf& leaf = Add();
    leaf.key_begin = name.data() - 1;
    leaf.key_size = static_cast<std::uint32_t>(name.size() + 2);
    leaf.given = Attribute::kNone;
    leaf.has_empty = false;
    at += 2;
    leaf.at = at;
    leaf.value_begin = text + *at;
    const char first = text[*at];
    bool keep = true;
    if (first == '"') {
      leaf.value_size = static_cast<std::uint32_t>(json::StringAt(text, at).size() + 2);
      leaf.kind = Kind::kString;
      keep = leaf.value_size > 2;
      ++at;
    } else if (first == '{' || first == '[') {
      if (text[at[1]] == '}' || text[at[1]] == ']') {
        keep = false;
        at += 2;
      } else if (first == '{' && known != nullptr && known->opens != Group::kNone &&
                 depth < kMaxGroups && Find(known->field) == nullptr) {
        leaf.kind = Kind::kBegin;
        const std::size_t begin = size_++;
        Remember(known->field, size_);
        at = ReadGroup(known->opens, depth + 1, at);
        const char* const value_begin = leaves_[begin].value_begin;
        leaves_[begin].value_size = static_cast<std::uint32_t>(text + at[-1] + 1 - value_begin);
        Add().kind = Kind::kEnd;
        ++size_;
        keep = false;
      } else {
        leaf.kind = first == '{' ? Kind::kObject : Kind::kArray;
        bool has_empty;
        at = BehindContainer(text, at, &has_empty);
        leaf.has_empty = has_empty;
        leaf.value_size = static_cast<std::uint32_t>(text + at[-1] + 1 - leaf.value_begin);
      }
    } else {
      leaf.value_size = static_cast<std::uint32_t>(json::ScalarAt(text, at).size());
      leaf.kind = first == 't' ? Kind::kTrue : first == 'f' ? Kind::kFalse : Kind::kNumber;
      keep = first != 'n';
      ++at;
    }
    if (keep) {
      leaf.rest = leaf.value();
      ++size_;
      if (known != nullptr) {
        Remember(known->field, size_);
      } else if (group == Group::kRoot) {
        const std::uint64_t bit = std::uint64_t{1} << (PiecesOf(name).Hash(0) % 64);
        maybe_equal_keys_ |= (unknown_keys_ & bit) != 0;
        unknown_keys_ |= bit;
      }
    }
    if (text[*at++] != ',') return at;
  }
}

void Leaves::Remember(Field field, std::size_t leaf) {
  std::uint16_t& slot = slots_[static_cast<std::size_t>(field)];
  if (slot != 0) {
    has_duplicates_ = true;
  } else if (leaf <= std::numeric_limits<std::uint16_t>::max()) {
    slot = static_cast<std::uint16_t>(leaf);
  }
}

void Leaves::DropEmpty(Event& event) {
  for (std::size_t i = 0; i < size_; ++i) {
    Leaf& leaf = leaves_[i];
    const bool is_container = leaf.kind == Kind::kObject || leaf.kind == Kind::kArray;
    if (!is_container || (!leaf.has_empty && !has_control_)) continue;
    leaf.rest = event.Ask(&AskHasContent, leaf.value()) == 0
                    ? Token()
                    : event.Derive(&DeriveWithoutEmpty, leaf.value());
  }
}

bool Leaves::HasEqualKeys() const {
  absl::flat_hash_set<std::string_view> seen;
  int depth = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const Leaf& leaf = leaves_[i];
    if (leaf.kind == Kind::kEnd) {
      --depth;
      continue;
    }
    if (depth == 0 && !seen.insert(leaf.key()).second) return true;
    if (leaf.kind == Kind::kBegin) ++depth;
  }
  return false;
}

At Leaves::Member(At at, std::string_view key) const {
  if (text_[*at] != '{') return nullptr;
  ++at;
  if (text_[*at] == '}') return nullptr;
  for (;;) {
    if (json::StringAt(text_, at) == key) return at + 2;
    at = json::Behind(text_, at + 2);
    if (text_[*at++] != ',') return nullptr;
  }
}

Token Leaves::TextAt(At at) const {
  return text_[*at] == '"' ? Token::OfRecord(json::StringAt(text_, at)) : Token();
}

Token Leaves::MemberText(At at, std::string_view key) const {
  const At value = Member(at, key);
  return value == nullptr ? Token() : TextAt(value);
}

char* Leaves::Write(const AttributeSet& written, PlanRecorder* recorder, char* out) const {
  struct OpenGroup {
    const Leaf* leaf;
    bool is_written;
  };
  OpenGroup open[kMaxGroups];
  int depth = 0;
  char* const begin = out;
  bool first = true;
  *out++ = '{';
  const auto put_key = [&](const Leaf& leaf) {
    if (!first) *out++ = ',';
    out = Put(leaf.key(), recorder, out);
    *out++ = ':';
  };
  const Leaf* const end = leaves_.data() + size_;
  for (const Leaf* at = leaves_.data(); at != end; ++at) {
    const Leaf& leaf = *at;
    if (leaf.kind == Kind::kBegin) {
      if (written.Has(leaf.given)) {
        for (int inside = 1; inside != 0;) {
          ++at;
          if (at->kind == Kind::kBegin) ++inside;
          if (at->kind == Kind::kEnd) --inside;
        }
        continue;
      }
      open[depth++] = {&leaf, false};
      continue;
    }
    if (leaf.kind == Kind::kEnd) {
      if (open[--depth].is_written) *out++ = '}';
      continue;
    }
    if (written.Has(leaf.given) || leaf.rest.empty()) continue;
    for (int i = 0; i < depth; ++i) {
      if (open[i].is_written) continue;
      open[i].is_written = true;
      put_key(*open[i].leaf);
      *out++ = '{';
      first = true;
    }
    put_key(leaf);
    out = Put(leaf.rest.Expose(), recorder, out);
    first = false;
  }
  if (first) return begin;
  *out++ = '}';
  return out;
}

}  // namespace cce::jumpcloud
