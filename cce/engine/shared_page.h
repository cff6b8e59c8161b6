// A page as the feeds of one device share it: each event is written once per format and mark, by
// the first feed that needs it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "cce/api/buffer.h"
#include "cce/api/event.h"
#include "cce/api/format.h"
#include "cce/api/page.h"
#include "cce/engine/budget.h"

namespace cce {

// One word for each event of a page, of which few are different.
class Words {
 public:
  // REQUIRES: index < events.
  void Put(std::uint32_t index, std::string_view word, std::size_t events);
  // Empty if there is none; lives as long as this.
  std::string_view Of(std::uint32_t index) const;

 private:
  std::deque<std::string> words_;  // they stay where they are
  absl::flat_hash_map<std::string_view, std::uint16_t> numbers_;
  std::vector<std::uint16_t> number_of_;  // of each event, into words_, plus one
};

// Lives on its device's thread.
class SharedPage {
 public:
  explicit SharedPage(std::shared_ptr<const Page> page) : page_(std::move(page)) {}

  const Page& page() const { return *page_; }

  // The lines of the events at `indices`, in that order, each followed in memory by one '\n'. They
  // live as long as the page. REQUIRES: `scratch` is not in use by another call.
  std::vector<std::string_view> Render(absl::Span<const std::uint32_t> indices,
                                       const Format& format, const Mark& mark, Event& scratch);

  // The service that event `index` names. Known once the event has been rendered, else empty; lives
  // as long as the page.
  std::string_view ServiceOf(std::uint32_t index) const;

  // The type of event `index`, likewise.
  std::string_view TypeOf(std::uint32_t index) const;

  // The OCSF severity_id of event `index`. Known once the event has been rendered, else 0.
  int SeverityOf(std::uint32_t index) const;

  // Known once the event has been rendered, else kAll.
  Understood UnderstoodOf(std::uint32_t index) const;

  // Grows `room` to what the page holds, now and whenever that becomes more, while `room` lives.
  void ChargeTo(const std::shared_ptr<Reservation>& room);

  // Bytes held: the page's and those of all lines written so far.
  std::size_t MemoryUse() const;

 private:
  using Key = std::pair<std::string_view, bool>;  // format, late
  struct Lines {
    std::vector<std::string_view> of_event;  // empty data() until written
    // One for each call that had something to write: lines stay where they are.
    std::vector<Buffer> buffers;
  };

  void Charge(Reservation& room) const { room.Resize(std::max(room.amount(), MemoryUse())); }
  void Note(std::uint32_t index, const WrittenEvent& event);

  std::shared_ptr<const Page> page_;
  std::map<Key, Lines> lines_;
  Words services_;
  Words types_;
  std::vector<std::uint8_t> severity_of_;
  std::vector<Understood> understood_;
  std::vector<std::weak_ptr<Reservation>> rooms_;  // of the feeds that hold the page
};

}  // namespace cce
