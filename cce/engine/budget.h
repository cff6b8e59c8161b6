// One output's share of the engine's memory. Bytes are reserved before they are asked for, so that
// memory is flat whatever the backlog and whichever output is dead.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "cce/api/task.h"

namespace cce {

class Budget;

// Bytes taken from a budget, given back on destruction. Move-only.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation();

  std::size_t bytes() const { return bytes_; }

  // Corrects an estimate to what is held. Never waits: what is there already is counted.
  void Resize(std::size_t bytes);

 private:
  friend class Budget;
  Reservation(Budget& budget, std::size_t bytes) : budget_(&budget), bytes_(bytes) {}

  Budget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

// Thread-safe. Outlives its reservations.
class Budget {
 public:
  explicit Budget(std::size_t share) : share_(share) {}

  std::size_t share() const { return share_; }

  // Waits, first come first served, until `bytes` fit. More than the whole share is let in alone.
  // After Close everybody is let in at once.
  Task<Reservation> Reserve(std::size_t bytes);

  // nullopt if `bytes` do not fit at once or somebody waits.
  std::optional<Reservation> TryReserve(std::size_t bytes);

  // Ends all waiting: the engine stops.
  void Close();

  std::size_t used() const;

 private:
  friend class Reservation;
  struct Waiter;

  bool Fits(std::size_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Change(std::size_t from, std::size_t to);
  void AdmitWaiters() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t share_;
  mutable std::mutex mutex_;
  std::size_t used_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<Waiter>> waiters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cce
