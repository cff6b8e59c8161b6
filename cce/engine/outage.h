// Whether an output takes anything, as its feeds find out together: while it does not, those that
// have failed try one at a time, at a pace that they share, instead of each at its own.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cce/api/context.h"
#include "cce/engine/backoff.h"

namespace cce {

// One output's. Thread-safe. Outlives its members; so does `context`.
//
// One feed that fails alone, or whose service is at fault, keeps others from nothing: whoever has
// not failed since the output last took something goes on unasked.
class Outage {
 public:
  class Member;

  // What a feed does with its output; the later in this list, the more its success says.
  enum class Act { kRecover, kStep, kEvents };

  explicit Outage(Context& context) : context_(context), pace_(context.random) {}

 private:
  // Whether it has to wait for its turn.
  bool Holds(const Member& member) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Wake(const Member& member);
  void WakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Context& context_;
  std::mutex mutex_;
  std::uint64_t number_ ABSL_GUARDED_BY(mutex_) = 1;  // of this outage; one follows the other
  std::size_t failed_ ABSL_GUARDED_BY(mutex_) = 0;    // feeds, in this outage
  std::deque<Member*> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Time next_try_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Backoff pace_ ABSL_GUARDED_BY(mutex_);
};

// One feed's part in it. Used on the feed's executor.
class Outage::Member {
 public:
  Member(Outage& outage, boost::asio::any_io_executor executor, std::shared_ptr<Sleeper> sleeper)
      : outage_(outage), executor_(std::move(executor)), sleeper_(std::move(sleeper)) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  ~Member() { Leave(); }

  // How an act ended. What a feed alone is refused (trouble.h) says nothing about the others'.
  void Note(Act act, const absl::Status& status);

  // There is nothing to try the output with any more.
  void NoteIdle();

  // Zero: go on. Else how long to sleep before asking again; the sleeper is woken when it may be
  // earlier.
  absl::Duration UntilTurn();

  // Takes no turn any more and counts for nothing; the feed has ended. May be called again.
  void Leave();

 private:
  friend class Outage;

  // As if it had not failed. REQUIRES: it has, in this outage.
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(outage_.mutex_);

  Outage& outage_;
  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<Sleeper> sleeper_;
  // Under the outage's mutex.
  std::uint64_t failed_in_ = 0;
  bool tries_ = false;  // it has taken its turn and has not failed since
  Act failed_at_ = Act::kRecover;
};

}  // namespace cce
