// Threads that may block.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>

#include "cce/api/blocking.h"

namespace cce {

// The event loops of all callers outlive the pool, because a call that has ended is posted there.
class BlockingPool final : public Blocking {
 public:
  explicit BlockingPool(std::size_t threads);

  // Ends what was handed over, queued work included: it may be a write that is half done.
  ~BlockingPool() override;

  // Not interrupted by a cancellation of the awaiting coroutine.
  Task<> Run(absl::AnyInvocable<void()> work) override;

 private:
  boost::asio::thread_pool pool_;
};

}  // namespace cce
