#include "outputs/format/event_line.h"

#include "cce/api/ocsf_ids.h"

namespace cce {

void EventLine::Begin(std::string_view prefix, std::string_view key) {
  if (any_) out_.Char(style_.separator);
  any_ = true;
  if (!prefix.empty()) out_.Raw(prefix);
  out_.Raw(key);
  out_.Char('=');
}

void EventLine::Put(std::string_view prefix, std::string_view key, Token value, std::size_t limit,
                    Attribute attribute) {
  if (value.empty()) return;
  char* const before = out_.at();
  const bool any_before = any_;
  Begin(prefix, key);
  const LineText text = style_.trims ? out_.Trimmed(value, style_.escapes, limit)
                                     : out_.Text(value, style_.escapes, limit);
  if (text.is_empty) {
    out_.Return(before);
    any_ = any_before;
    return;
  }
  if (text.is_whole && attribute != Attribute::kNone) written_.Add(attribute);
}

int EventLine::Severity() const {
  constexpr int kScale[] = {0, 1, 3, 5, 7, 9, 10};
  constexpr int kUnknownText = 5;
  return event_.severity_id == kOther ? kUnknownText : kScale[event_.severity_id];
}

void EventLine::WriteLabels() {
  if (mark_.late) Own("Late", "true");
  if (event_.label_count == 0) return;
  Begin(prefix_, "Labels");
  for (std::size_t i = 0; i < event_.label_count; ++i) {
    const Label& label = event_.labels[i];
    if (i > 0) out_.Char(',');
    out_.Text(label.name, style_.escapes, kMostOfOwn);
    if (label.value.empty()) continue;
    out_.Char(':');
    out_.Text(label.value, style_.escapes, kMostOfOwn);
  }
}

void EventLine::WriteOriginal() {
  if (event_.raw.empty()) return;
  Begin(prefix_, event_.raw_is_utf8 ? "Original" : "OriginalBase64");
  if (event_.raw_is_utf8) {
    out_.Bytes(event_.raw, style_.escapes);
  } else {
    out_.Base64(event_.raw);
  }
}

void EventLine::WriteUnmapped() {
  if (event_.unmapped == nullptr) return;
  char* const end = event_.unmapped->Write(written_, event_.recorder, scratch_);
  if (end == scratch_) return;
  Begin(prefix_, "Unmapped");
  out_.Bytes({scratch_, static_cast<std::size_t>(end - scratch_)}, style_.escapes);
}

}  // namespace cce
