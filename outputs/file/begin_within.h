// Blocking work that is not worth waiting for if no thread is free for it: where a disk hangs, the
// threads that write there hang with it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cce/api/blocking.h"
#include "cce/api/clock.h"
#include "cce/api/trouble.h"

namespace cce::file {

// Work that a thread begins or its caller gives up, whichever is first.
class Beginning {
 public:
  explicit Beginning(absl::AnyInvocable<absl::Status()> work) : work_(std::move(work)) {}

  // Does the work, if it has not been given up.
  void Do() {
    {
      const std::lock_guard lock(mutex_);
      if (given_up_) return;
      begun_ = true;
    }
    result_ = work_();
  }

  // True if the work has not begun; then it never does, and what it refers to may go.
  bool GiveUp() {
    const std::lock_guard lock(mutex_);
    given_up_ = !begun_;
    return given_up_;
  }

  // REQUIRES: Do has returned and nobody gave it up.
  absl::Status Take() { return *std::move(result_); }

 private:
  std::mutex mutex_;
  bool begun_ ABSL_GUARDED_BY(mutex_) = false;
  bool given_up_ ABSL_GUARDED_BY(mutex_) = false;
  absl::AnyInvocable<absl::Status()> work_;
  std::optional<absl::Status> result_;
};

inline Task<> RunBeginning(Blocking& blocking, std::shared_ptr<Beginning> beginning) {
  absl::AnyInvocable<void()> work = [beginning] { beginning->Do(); };
  co_await blocking.Run(std::move(work));
}

// As RunBlocking, but kUnavailable if `work` has not begun within `limit`. `blocking` and `clock`
// outlive the call's executor.
inline Task<absl::Status> BeginWithin(absl::Duration limit, Blocking& blocking, Clock& clock,
                                      absl::AnyInvocable<absl::Status()> work) {
  struct End {
    std::unique_ptr<Sleeper> sleeper;
    bool reached = false;
    std::exception_ptr thrown;
  };
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto end = std::make_shared<End>();
  end->sleeper = clock.MakeSleeper(executor);
  const auto beginning = std::make_shared<Beginning>(std::move(work));
  auto running = RunBeginning(blocking, beginning);
  boost::asio::co_spawn(executor, std::move(running), [end](std::exception_ptr thrown) {
    end->reached = true;
    end->thrown = thrown;
    end->sleeper->Wake();
  });
  if (!end->reached) co_await end->sleeper->Sleep(limit);
  if (!end->reached && beginning->GiveUp()) {
    const Trouble trouble{
        .word = StatusWord::kOutputBlocked,
        .remedy =
            "Check the disk, or the network if it is a remote one; delivery then goes on by "
            "itself."};
    co_return TroubleError(absl::StatusCode::kUnavailable,
                           "no thread is free: the disk does not answer", trouble);
  }
  while (!end->reached) co_await end->sleeper->Sleep(absl::InfiniteDuration());
  if (end->thrown) std::rethrow_exception(end->thrown);
  co_return beginning->Take();
}

}  // namespace cce::file
