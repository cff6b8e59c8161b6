#include "tests/simulator/event_store.h"

#include <algorithm>

namespace cce::simulator {
namespace {

// Joins records to a JSON array; neighbours in one block become one slice.
class ArrayBuilder {
 public:
  ArrayBuilder() { body_.slices.push_back("["); }

  void Add(const std::shared_ptr<const EventBlock>& block, std::size_t index) {
    if (block.get() == block_ && index == end_) {
      ++end_;
      return;
    }
    Flush();
    if (block.get() != block_) body_.owners.push_back(block);
    block_ = block.get();
    begin_ = index;
    end_ = index + 1;
  }

  Body Finish() {
    Flush();
    body_.slices.push_back("]");
    return std::move(body_);
  }

 private:
  void Flush() {
    if (block_ == nullptr) return;
    if (body_.slices.size() > 1) body_.slices.push_back(",");
    body_.slices.push_back(block_->Records(begin_, end_));
  }

  Body body_;
  const EventBlock* block_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

void EventStore::Append(EventBlock block) {
  blocks_.push_back(std::make_shared<const EventBlock>(std::move(block)));
}

void EventStore::SetFuture(EventBlock block) {
  future_ =
      block.entries().empty() ? nullptr : std::make_shared<const EventBlock>(std::move(block));
}

void EventStore::Insert(EventBlock::Entry entry, std::string_view record) {
  const Cursor cursor = entry.cursor();
  auto place = std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& block) {
    return cursor <= block->entries().back().cursor();
  });
  if (place == blocks_.end() && !blocks_.empty()) --place;

  EventBlock rebuilt;
  bool inserted = false;
  if (place != blocks_.end()) {
    const EventBlock& old = **place;
    for (std::size_t i = 0; i < old.entries().size(); ++i) {
      if (!inserted && cursor < old.entries()[i].cursor()) {
        rebuilt.Append(entry, record);
        inserted = true;
      }
      rebuilt.Append(old.entries()[i], old.Record(i));
    }
  }
  if (!inserted) rebuilt.Append(entry, record);

  auto block = std::make_shared<const EventBlock>(std::move(rebuilt));
  if (place == blocks_.end()) {
    blocks_.push_back(std::move(block));
  } else {
    *place = std::move(block);
  }
}

void EventStore::Walk(
    const PageQuery& query, std::int64_t now,
    absl::FunctionRef<bool(const std::shared_ptr<const EventBlock>&, std::size_t)> take) const {
  std::int64_t first_ms = query.range.first_ms;
  std::int64_t end_ms = query.range.end_ms;
  if (query.after && !query.descending) first_ms = std::max(first_ms, query.after->milliseconds);
  if (query.after && query.descending) end_ms = std::min(end_ms, query.after->milliseconds + 1);
  if (first_ms >= end_ms) return;

  const std::size_t count = blocks_.size() + (future_ ? 1 : 0);
  const auto block_at = [&](std::size_t i) -> const std::shared_ptr<const EventBlock>& {
    return i < blocks_.size() ? blocks_[i] : future_;
  };
  std::size_t skipped = 0;
  for (std::size_t step = 0; step < count; ++step) {
    const auto& block = block_at(query.descending ? count - 1 - step : step);
    const auto& entries = block->entries();
    if (entries.back().milliseconds() < first_ms || entries.front().milliseconds() >= end_ms) {
      continue;
    }
    std::size_t begin = block->FirstAt(first_ms);
    std::size_t end = block->FirstAt(end_ms);
    if (query.after && !query.descending) begin = std::max(begin, block->FirstAfter(*query.after));
    if (query.after && query.descending) end = std::min(end, block->FirstNotBefore(*query.after));
    while (begin < end) {
      const std::size_t index = query.descending ? --end : begin++;
      const EventBlock::Entry& entry = entries[index];
      if (entry.visible_at > now || (entry.service & query.range.services) == 0) continue;
      if (skipped < query.skip) {
        ++skipped;
        continue;
      }
      if (!take(block, index)) return;
    }
  }
}

EventPage EventStore::Read(const PageQuery& query, std::int64_t now) const {
  EventPage page;
  ArrayBuilder builder;
  const EventBlock::Entry* last = nullptr;
  Walk(query, now, [&](const std::shared_ptr<const EventBlock>& block, std::size_t index) {
    builder.Add(block, index);
    last = &block->entries()[index];
    return ++page.count < query.limit;
  });
  page.body = builder.Finish();
  if (last != nullptr) page.last = last->cursor();
  return page;
}

void EventStore::ForEachVisible(const EventRange& range, std::int64_t now, Visitor visit) const {
  PageQuery query;
  query.range = range;
  Walk(query, now, [&](const std::shared_ptr<const EventBlock>& block, std::size_t index) {
    return visit(*block, index);
  });
}

std::size_t EventStore::Count(const EventRange& range, std::int64_t now) const {
  std::size_t count = 0;
  ForEachVisible(range, now, [&](const EventBlock&, std::size_t) {
    ++count;
    return true;
  });
  return count;
}

void EventStore::ForEach(Visitor visit) const {
  const auto visit_block = [&](const EventBlock& block) {
    for (std::size_t i = 0; i < block.entries().size(); ++i) {
      if (!visit(block, i)) return false;
    }
    return true;
  };
  for (const auto& block : blocks_) {
    if (!visit_block(*block)) return;
  }
  if (future_) visit_block(*future_);
}

std::size_t EventStore::size() const {
  std::size_t size = future_ ? future_->entries().size() : 0;
  for (const auto& block : blocks_) size += block->entries().size();
  return size;
}

std::size_t EventStore::bytes() const {
  std::size_t bytes = 0;
  ForEach([&](const EventBlock& block, std::size_t index) {
    bytes += block.entries()[index].size;
    return true;
  });
  return bytes;
}

}  // namespace cce::simulator
