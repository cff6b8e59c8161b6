#include "cce/api/event.h"

namespace cce {
namespace {

std::int64_t AreSame(std::string_view a, std::string_view b, std::string_view) { return a == b; }

}  // namespace

void Event::AddLabel(Token name) {
  for (std::size_t i = 0; i < label_count; ++i) {
    if (labels[i].Expose() == name.Expose()) return;
  }
  if (label_count < kMaxLabels) labels[label_count++] = name;
}

std::string_view Event::Word(Token text) const {
  if (recorder != nullptr) recorder->Revealed(text);
  return text.Expose();
}

std::int64_t Event::Ask(Question question, Token a, Token b, Token c) const {
  const std::int64_t answer = question(a.Expose(), b.Expose(), c.Expose());
  if (recorder != nullptr) recorder->Asked(question, a, b, c, answer);
  return answer;
}

bool Event::Same(Token a, Token b) const {
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  const std::string_view text = a.Expose();
  if (text.data() == b.Expose().data() && text.size() == b.Expose().size()) return true;
  return Ask(&AreSame, a, b) != 0;
}

Token Event::Derive(Derivation derivation, Token a, Token b, Token c) {
  const std::size_t size = a.room() + b.room() + c.room() + kMaxDerived;
  char* const begin = scratch.Reserve(size);
  char* const end = derivation(a.Expose(), b.Expose(), c.Expose(), begin);
  scratch.Commit(end);
  const std::string_view made(begin, static_cast<std::size_t>(end - begin));
  if (recorder != nullptr) recorder->Derived(derivation, a, b, c, made);
  return Token::OfRecord(made);
}

WrittenEvent DescribeWritten(const Event& event) {
  WrittenEvent written;
  written.understood = event.kind == EventKind::kUndecodable ? Understood::kNothing
                       : event.degraded                      ? Understood::kPartly
                                                             : Understood::kAll;
  written.severity_id = event.has_guessed_severity ? 0 : event.severity_id;
  written.service = event.Word(event.log_source);
  written.type = event.Word(event.event_code);
  return written;
}

}  // namespace cce
