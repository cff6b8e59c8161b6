#include "outputs/format/raw_format.h"

#include <algorithm>
#include <cstring>

#include "cce/api/event.h"

namespace cce {

void RawFormat::Write(const Event& event, const Mark&, Buffer& out) const {
  char* const to = out.Reserve(event.raw.size());
  char* const end = to + event.raw.size();
  if (!event.raw.empty()) std::memcpy(to, event.raw.data(), event.raw.size());
  if (event.recorder != nullptr) event.recorder->Copied(to, event.raw);
  if (event.raw_has_line_break) {
    event.GiveUpPlan();
    std::replace_if(
        to, end, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  out.Commit(end);
}

}  // namespace cce
