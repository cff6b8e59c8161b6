// An end to what would otherwise be waited for without one.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "cce/api/clock.h"

namespace cce::syslog {

// Used on `executor` only, which is one thread's.
class Deadline {
 public:
  // Calls `expire` on `executor` in `limit`, unless this is destroyed before.
  Deadline(Clock& clock, boost::asio::any_io_executor executor, absl::Duration limit,
           std::function<void()> expire)
      : watch_(std::make_shared<Watch>(clock.MakeSleeper(executor), std::move(expire))) {
    boost::asio::co_spawn(executor, Run(watch_, limit), boost::asio::detached);
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    watch_->expire = nullptr;
    watch_->sleeper->Wake();
  }

 private:
  struct Watch {
    Watch(std::unique_ptr<Sleeper> its_sleeper, std::function<void()> on_expiry)
        : sleeper(std::move(its_sleeper)), expire(std::move(on_expiry)) {}

    std::unique_ptr<Sleeper> sleeper;
    std::function<void()> expire;
  };

  static Task<> Run(std::shared_ptr<Watch> watch, absl::Duration limit) {
    co_await watch->sleeper->Sleep(limit);
    if (watch->expire) watch->expire();
  }

  const std::shared_ptr<Watch> watch_;
};

// Ends what is waited for, on the executor of who waits. Shared, because coroutines that never run
// again may be destroyed after the one that would interrupt them.
class Interrupt {
 public:
  void operator()() const {
    if (*end_) (*end_)();
  }
  bool has_effect() const { return *end_ != nullptr; }

 private:
  friend class Interruptible;
  std::shared_ptr<std::function<void()>> end_ = std::make_shared<std::function<void()>>();
};

// While it lives, `end` is what `interrupt` does.
class Interruptible {
 public:
  Interruptible(const Interrupt& interrupt, std::function<void()> end) : end_(interrupt.end_) {
    *end_ = std::move(end);
  }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  ~Interruptible() { *end_ = nullptr; }

 private:
  const std::shared_ptr<std::function<void()>> end_;
};

}  // namespace cce::syslog
