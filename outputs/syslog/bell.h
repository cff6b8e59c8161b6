// One coroutine tells others that something has changed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "cce/api/task.h"

namespace cce::syslog {

// Used on its executor only, which is one thread's. Ringing is not remembered: whoever waits has
// looked first at what would have changed.
class Bell {
 public:
  explicit Bell(boost::asio::any_io_executor executor)
      : timer_(std::move(executor), boost::asio::steady_timer::time_point::max()) {}

  // Wakes all who wait now.
  void Ring() { timer_.cancel(); }
  Task<> Wait() { co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace cce::syslog
