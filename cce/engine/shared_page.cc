#include "cce/engine/shared_page.h"

namespace cce {
namespace {

// A page that makes up words must not make a list of them.
constexpr std::size_t kMostWords = 1000;

}  // namespace

void Words::Put(std::uint32_t index, std::string_view word, std::size_t events) {
  if (word.empty()) return;
  auto known = numbers_.find(word);
  if (known == numbers_.end()) {
    if (words_.size() == kMostWords) return;
    words_.emplace_back(word);
    known = numbers_.emplace(words_.back(), static_cast<std::uint16_t>(words_.size())).first;
  }
  number_of_.resize(events);
  number_of_[index] = known->second;
}

std::string_view Words::Of(std::uint32_t index) const {
  if (index >= number_of_.size() || number_of_[index] == 0) return {};
  return words_[number_of_[index] - 1u];
}

std::vector<std::string_view> SharedPage::Render(absl::Span<const std::uint32_t> indices,
                                                 const Format& format, const Mark& mark,
                                                 Event& scratch) {
  struct Written {
    std::uint32_t index;
    std::size_t begin;
    std::size_t size;
  };
  Lines& lines = lines_[Key(format.name(), mark.late)];
  lines.of_event.resize(page_->heads().size());
  std::vector<Written> written;
  Buffer buffer;
  for (const std::uint32_t index : indices) {
    if (lines.of_event[index].data() != nullptr) continue;
    const std::size_t begin = buffer.size();
    Note(index, page_->Write(index, format, mark, scratch, buffer));
    written.push_back({index, begin, buffer.size() - begin});
    buffer.Append('\n');
  }
  for (const Written& line : written) {
    lines.of_event[line.index] = buffer.view().substr(line.begin, line.size);
  }
  if (!written.empty()) {
    lines.buffers.push_back(std::move(buffer));
    for (const std::weak_ptr<Reservation>& holder : rooms_) {
      if (const std::shared_ptr<Reservation> room = holder.lock()) Charge(*room);
    }
  }

  std::vector<std::string_view> result;
  result.reserve(indices.size());
  for (const std::uint32_t index : indices) result.push_back(lines.of_event[index]);
  return result;
}

void SharedPage::ChargeTo(const std::shared_ptr<Reservation>& room) {
  Charge(*room);
  rooms_.push_back(room);
}

void SharedPage::Note(std::uint32_t index, const WrittenEvent& event) {
  understood_.resize(page_->heads().size());
  understood_[index] = event.understood;
  severity_of_.resize(page_->heads().size());
  severity_of_[index] = static_cast<std::uint8_t>(event.severity_id);
  services_.Put(index, event.service, page_->heads().size());
  types_.Put(index, event.type, page_->heads().size());
}

std::string_view SharedPage::ServiceOf(std::uint32_t index) const { return services_.Of(index); }

std::string_view SharedPage::TypeOf(std::uint32_t index) const { return types_.Of(index); }

int SharedPage::SeverityOf(std::uint32_t index) const {
  return index < severity_of_.size() ? severity_of_[index] : 0;
}

Understood SharedPage::UnderstoodOf(std::uint32_t index) const {
  return index < understood_.size() ? understood_[index] : Understood::kAll;
}

std::size_t SharedPage::MemoryUse() const {
  std::size_t bytes = page_->MemoryUse();
  for (const auto& [key, lines] : lines_) {
    bytes += lines.of_event.capacity() * sizeof(std::string_view);
    for (const Buffer& buffer : lines.buffers) bytes += buffer.capacity();
  }
  return bytes;
}

}  // namespace cce
