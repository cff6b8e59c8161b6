#include "cce/engine/budget.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cce {

namespace asio = boost::asio;

struct Budget::Waiter {
  Waiter(asio::any_io_executor executor, std::size_t wanted)
      : timer(executor, asio::steady_timer::time_point::max()), bytes(wanted) {}

  asio::steady_timer timer;
  std::size_t bytes;
};

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    if (budget_ != nullptr) budget_->Change(bytes_, 0);
    budget_ = std::exchange(other.budget_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

Reservation::~Reservation() {
  if (budget_ != nullptr) budget_->Change(bytes_, 0);
}

void Reservation::Resize(std::size_t bytes) {
  if (budget_ == nullptr) return;
  budget_->Change(bytes_, bytes);
  bytes_ = bytes;
}

Task<Reservation> Budget::Reserve(std::size_t bytes) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::shared_ptr<Waiter> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || (waiters_.empty() && Fits(bytes))) {
      used_ += bytes;
    } else {
      waiter = std::make_shared<Waiter>(executor, bytes);
      waiters_.push_back(waiter);
    }
  }
  // Whoever admits the waiter posts to this executor, hence after this coroutine has begun to wait.
  if (waiter) co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return Reservation(*this, bytes);
}

std::optional<Reservation> Budget::TryReserve(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (closed_ || !waiters_.empty() || !Fits(bytes)) return std::nullopt;
  used_ += bytes;
  return Reservation(*this, bytes);
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

bool Budget::Fits(std::size_t bytes) const {
  return used_ == 0 || (used_ <= share_ && bytes <= share_ - used_);
}

void Budget::Change(std::size_t from, std::size_t to) {
  const std::lock_guard lock(mutex_);
  used_ = used_ - from + to;
  AdmitWaiters();
}

void Budget::AdmitWaiters() {
  while (!waiters_.empty() && (closed_ || Fits(waiters_.front()->bytes))) {
    const std::shared_ptr<Waiter> waiter = std::move(waiters_.front());
    waiters_.pop_front();
    used_ += waiter->bytes;
    asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
  }
}

}  // namespace cce
