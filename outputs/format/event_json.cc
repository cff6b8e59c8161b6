#include "outputs/format/event_json.h"

namespace cce {

bool KeepsOriginal(const Event& event, KeepOriginal keep_original) {
  return event.kind == EventKind::kUndecodable || keep_original == KeepOriginal::kAlways ||
         (keep_original == KeepOriginal::kDegraded && event.degraded);
}

std::size_t OriginalRoom(const Event& event) {
  // One byte becomes at most six (\u00XX).
  constexpr std::size_t kMostOfAByte = 6;
  return kMostOfAByte * event.raw.size();
}

void WriteOriginal(JsonWriter& out, std::string_view key, const Event& event) {
  if (event.raw.empty()) return;  // an element between two commas
  out.Raw(key);
  if (event.raw_is_utf8) {
    out.Escaped(event.raw);
  } else {
    out.Base64(event.raw);
  }
  out.Char('"');
}

void WriteLabels(JsonWriter& out, std::string_view key, const Event& event, const Mark& mark) {
  if (event.label_count == 0 && event.auth_method.empty() && !mark.late) return;
  out.Raw(key);
  char* const open = out.Open();
  for (std::size_t i = 0; i < event.label_count; ++i) {
    out.Literal(",\"");
    out.Raw(event.labels[i]);
    out.Char('"');
  }
  out.Text(",\"auth_method:", event.auth_method);
  if (mark.late) out.Literal(",\"late\"");
  out.CloseArray(open);
}

}  // namespace cce
