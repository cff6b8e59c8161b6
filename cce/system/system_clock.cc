#include "cce/system/system_clock.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"

namespace cce {
namespace {

// The longest pause that is handed to the timer: adding it to any steady time does not overflow.
constexpr absl::Duration kLongestPause = absl::Hours(24 * 365 * 100);

class TimerSleeper final : public Sleeper {
 public:
  explicit TimerSleeper(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

  Task<> Sleep(absl::Duration pause) override {
    if (std::exchange(woken_, false)) co_return;
    if (pause > kLongestPause) pause = kLongestPause;
    timer_.expires_after(
        std::chrono::ceil<std::chrono::steady_clock::duration>(absl::ToChronoNanoseconds(pause)));
    boost::system::error_code ended_by;  // a cancelled wait is a Wake, hence no error
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ended_by);
    sleeping_ = true;
    co_await timer_.async_wait(token);
    sleeping_ = false;
  }

  void Wake() override {
    if (sleeping_) {
      timer_.cancel();
    } else {
      woken_ = true;
    }
  }

 private:
  boost::asio::steady_timer timer_;
  bool sleeping_ = false;
  bool woken_ = false;
};

}  // namespace

absl::Time SystemClock::Now() const { return absl::Now(); }

absl::Duration SystemClock::Elapsed() const {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

std::unique_ptr<Sleeper> SystemClock::MakeSleeper(boost::asio::any_io_executor executor) {
  return std::make_unique<TimerSleeper>(std::move(executor));
}

}  // namespace cce
