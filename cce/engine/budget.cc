#include "cce/engine/budget.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cce {

namespace asio = boost::asio;

struct Reservation::Waiter {
  std::size_t amount;
  Urgency urgency;
  asio::any_io_executor executor;
  std::function<void()> wake;
  bool granted = false;  // under the budget's mutex
};

Reservation::Reservation(Budget& budget, std::size_t amount, std::shared_ptr<Waiter> waiter)
    : budget_(&budget), amount_(amount), waiter_(std::move(waiter)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    GiveBack();
    budget_ = std::exchange(other.budget_, nullptr);
    amount_ = std::exchange(other.amount_, 0);
    waiter_ = std::move(other.waiter_);
  }
  return *this;
}

bool Reservation::granted() const {
  return budget_ != nullptr && (waiter_ == nullptr || budget_->IsGranted(*waiter_));
}

void Reservation::Resize(std::size_t amount) {
  if (budget_ == nullptr) return;
  budget_->Change(amount_, amount);
  amount_ = amount;
}

void Reservation::GiveBack() {
  if (budget_ != nullptr) budget_->Release(amount_, waiter_);
}

Task<Reservation> Budget::Reserve(std::size_t amount, Urgency urgency) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto timer =
      std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  Reservation reservation = Queue(amount, urgency, executor, [timer] { timer->cancel(); });
  // Whoever grants it posts to this executor, hence after this coroutine has begun to wait.
  if (!reservation.granted()) co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
  co_return reservation;
}

Reservation Budget::Queue(std::size_t amount, Urgency urgency, asio::any_io_executor executor,
                          std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (LineOf(urgency).empty() && live_.empty() && Fits(amount, urgency)) {
    used_ += amount;
    return Reservation(*this, amount, nullptr);
  }
  auto waiter =
      std::make_shared<Waiter>(Waiter{amount, urgency, std::move(executor), std::move(wake)});
  LineOf(urgency).push_back(waiter);
  return Reservation(*this, amount, std::move(waiter));
}

std::optional<Reservation> Budget::TryReserve(std::size_t amount, Urgency urgency) {
  const std::lock_guard lock(mutex_);
  if (closed_ || !live_.empty() || !catching_up_.empty() || !Fits(amount, urgency)) {
    return std::nullopt;
  }
  used_ += amount;
  return Reservation(*this, amount, nullptr);
}

void Budget::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  AdmitWaiters();
}

std::size_t Budget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

bool Budget::Fits(std::size_t amount, Urgency urgency) const {
  const std::size_t room = urgency == Urgency::kLive ? share_ : share_ - share_ / 4;
  return closed_ || used_ == 0 || (used_ <= room && amount <= room - used_);
}

bool Budget::IsGranted(const Waiter& waiter) const {
  const std::lock_guard lock(mutex_);
  return waiter.granted;
}

void Budget::Change(std::size_t from, std::size_t to) {
  const std::lock_guard lock(mutex_);
  used_ = used_ - from + to;
  AdmitWaiters();
}

void Budget::Release(std::size_t amount, const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter == nullptr || waiter->granted) {
    used_ -= amount;
  } else {
    std::erase(LineOf(waiter->urgency), waiter);
  }
  AdmitWaiters();
}

void Budget::AdmitWaiters() {
  for (Line* const line : {&live_, &catching_up_}) {
    while (!line->empty()) {
      const std::shared_ptr<Waiter> waiter = line->front();
      if (!Fits(waiter->amount, waiter->urgency)) return;
      line->pop_front();
      used_ += waiter->amount;
      waiter->granted = true;
      asio::post(waiter->executor, [waiter] { waiter->wake(); });
    }
  }
}

}  // namespace cce
