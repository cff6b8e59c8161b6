// One output's share of what the engine has only so much of: bytes of memory, requests in flight.
// It is reserved before it is used, so that use is flat whatever the backlog and whichever output
// is dead.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "cce/api/task.h"

namespace cce {

class Budget;

// Who is in step goes before who has fallen behind.
enum class Urgency { kLive, kCatchUp };

// What was taken from a budget, or a place in the line for it; given back, or left, on destruction.
// Move-only.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)),
        amount_(std::exchange(other.amount_, 0)),
        waiter_(std::move(other.waiter_)) {}
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation() { GiveBack(); }

  std::size_t amount() const { return amount_; }

  // False while it is a place in the line.
  bool granted() const;

  // Corrects an estimate to what is held. Never waits: what is there already is counted. REQUIRES:
  // granted.
  void Resize(std::size_t amount);

 private:
  friend class Budget;
  struct Waiter;
  Reservation(Budget& budget, std::size_t amount, std::shared_ptr<Waiter> waiter);
  void GiveBack();

  Budget* budget_ = nullptr;
  std::size_t amount_ = 0;
  std::shared_ptr<Waiter> waiter_;  // null if it was granted at once
};

// Thread-safe. Outlives its reservations.
class Budget {
 public:
  explicit Budget(std::size_t share) : share_(share) {}

  std::size_t share() const { return share_; }

  // Waits until `amount` fits: first come, first served, behind whoever is more urgent. Catching up
  // leaves a quarter of the share to the live. More than there is for it is let in alone. After
  // Close everybody is let in at once.
  Task<Reservation> Reserve(std::size_t amount, Urgency urgency);

  // The same without waiting. If it was not granted at once, `wake` runs on `executor` when it is.
  Reservation Queue(std::size_t amount, Urgency urgency, boost::asio::any_io_executor executor,
                    std::function<void()> wake);

  // nullopt if `amount` does not fit at once or somebody waits.
  std::optional<Reservation> TryReserve(std::size_t amount, Urgency urgency);

  // Ends all waiting: the engine stops.
  void Close();

  std::size_t used() const;

 private:
  friend class Reservation;
  using Waiter = Reservation::Waiter;
  using Line = std::deque<std::shared_ptr<Waiter>>;

  bool Fits(std::size_t amount, Urgency urgency) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsGranted(const Waiter& waiter) const;
  void Change(std::size_t from, std::size_t to);
  void Release(std::size_t amount, const std::shared_ptr<Waiter>& waiter);
  void AdmitWaiters() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Line& LineOf(Urgency urgency) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return urgency == Urgency::kLive ? live_ : catching_up_;
  }

  const std::size_t share_;
  mutable std::mutex mutex_;
  std::size_t used_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Line live_ ABSL_GUARDED_BY(mutex_);
  Line catching_up_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cce
