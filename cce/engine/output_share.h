// What one output's feeds have of the engine together. No other output's feeds can take it from
// them, and they can take nothing from others.
#pragma once

#include <cstddef>

#include "cce/engine/budget.h"
#include "cce/engine/outage.h"

namespace cce {

// Thread-safe. Outlives its feeds.
struct OutputShare {
  // `memory_share` in bytes.
  OutputShare(std::size_t memory_share, std::size_t requests_share, Context& context)
      : memory(memory_share), requests(requests_share), outage(context) {}

  Budget memory;
  Budget requests;  // in flight, to services
  Outage outage;

  // Ends all waiting for room: the engine stops.
  void Close() {
    memory.Close();
    requests.Close();
  }
};

}  // namespace cce
