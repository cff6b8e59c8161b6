// All events of an organisation, and the searches that the service answers from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "tests/simulator/event_block.h"
#include "tests/simulator/http_message.h"

namespace cce::simulator {

// Which events of an organisation; the visible ones among them answer it.
struct EventRange {
  std::int64_t first_ms = 0;  // inclusive
  std::int64_t end_ms = 0;    // exclusive
  ServiceSet services = kAllServices;
};

struct PageQuery {
  EventRange range;
  std::optional<Cursor> after;  // only rows beyond it, in the direction of travel
  bool descending = false;
  std::size_t skip = 0;
  std::size_t limit = 1000;
};

struct EventPage {
  Body body;  // the JSON array
  std::size_t count = 0;
  std::optional<Cursor> last;  // of the last row; nullopt on an empty page
};

// Thread-compatible. Bodies that were handed out stay valid whatever happens to the store.
class EventStore {
 public:
  using Visitor = absl::FunctionRef<bool(const EventBlock&, std::size_t index)>;

  // REQUIRES: `block` is not empty and lies behind the last one.
  void Append(EventBlock block);

  // Puts one event where it belongs; costs a copy of its block.
  void Insert(EventBlock::Entry entry, std::string_view record);

  // Replaces the events of which the store knows that they lie behind every block to come.
  void SetFuture(EventBlock block);

  // `now` in ns since 1970 UTC decides what is visible.
  EventPage Read(const PageQuery& query, std::int64_t now) const;
  std::size_t Count(const EventRange& range, std::int64_t now) const;

  // Calls `visit` for every visible event of the range in index order until it returns false.
  void ForEachVisible(const EventRange& range, std::int64_t now, Visitor visit) const;

  // Calls `visit` for every event, visible or not.
  void ForEach(Visitor visit) const;

  std::size_t size() const;
  std::size_t bytes() const;

 private:
  // Calls `take` for the visible rows of the query, in its direction, until it returns false.
  void Walk(
      const PageQuery& query, std::int64_t now,
      absl::FunctionRef<bool(const std::shared_ptr<const EventBlock>&, std::size_t)> take) const;

  std::vector<std::shared_ptr<const EventBlock>> blocks_;  // disjoint, in index order
  std::shared_ptr<const EventBlock> future_;               // behind them; may be null
};

}  // namespace cce::simulator
