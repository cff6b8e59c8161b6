#include "tests/fakes/virtual_world.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "absl/cleanup/cleanup.h"
#include "cce/api/text.h"
#include "gtest/gtest.h"

namespace cce {

namespace asio = boost::asio;

class VirtualSleeper : public Sleeper {
 public:
  VirtualSleeper(VirtualClock& clock, asio::any_io_executor executor)
      : clock_(clock), timer_(std::move(executor)) {}
  ~VirtualSleeper() override { Forget(); }

  Task<> Sleep(absl::Duration pause) override {
    if (std::exchange(woken_, false)) co_return;
    key_.emplace(clock_.now_ + pause, ++clock_.sequence_);
    clock_.sleepers_.emplace(*key_, this);
    timer_.expires_at(asio::steady_timer::time_point::max());
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    Forget();
  }

  void Wake() override {
    if (key_) {
      Forget();
      timer_.cancel();
    } else {
      woken_ = true;
    }
  }

 private:
  void Forget() {
    if (key_) clock_.sleepers_.erase(*std::exchange(key_, std::nullopt));
  }

  VirtualClock& clock_;
  asio::steady_timer timer_;
  std::optional<VirtualClock::Key> key_;
  bool woken_ = false;
};

std::unique_ptr<Sleeper> VirtualClock::MakeSleeper(asio::any_io_executor executor) {
  return std::make_unique<VirtualSleeper>(*this, std::move(executor));
}

std::optional<absl::Time> VirtualClock::NextDue(absl::Time limit) const {
  if (sleepers_.empty()) return std::nullopt;
  const absl::Time due = sleepers_.begin()->first.first;
  if (due > limit || due == absl::InfiniteFuture()) return std::nullopt;
  return due;
}

bool VirtualClock::WakeNext(absl::Time limit) {
  if (!NextDue(limit)) return false;
  const auto& [key, sleeper] = *sleepers_.begin();
  now_ = std::max(now_, key.first);
  sleeper->Wake();
  return true;
}

Task<> InlineBlocking::Run(absl::AnyInvocable<void()> work) {
  {
    const absl::Cleanup ended = [] { works_ = false; };
    works_ = true;
    work();
  }
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

void ThrowingCrashPoints::Arm(std::string point, int pass) {
  armed_.emplace(std::move(point), pass);
}

void ThrowingCrashPoints::Pass(std::string_view name) {
  passed_.emplace_back(name);
  if (armed_ && armed_->first == name && --armed_->second == 0) {
    armed_.reset();
    throw SimulatedCrash{std::string(name)};
  }
}

void RecordingLog::Write(LogLevel, std::string_view what, const std::vector<LogField>& fields) {
  std::string line(what);
  for (const LogField& field : fields)
    absl::StrAppend(&line, " ", ForAbseil(field.key), "=", field.value);
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<std::string> RecordingLog::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool RecordingLog::Contains(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  for (const std::string& line : lines_) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

VirtualWorld::VirtualWorld(Files& files, std::uint64_t seed, absl::Time start)
    : clock_(start), random_(seed), context_{clock_, random_,       blocking_,
                                             files,  crash_points_, log_} {}

void VirtualWorld::RunReady() {
  if (io_->stopped()) io_->restart();
  io_->poll();
}

bool VirtualWorld::Advance(absl::Time limit) {
  const std::optional<absl::Time> due = clock_.NextDue(limit);
  if (!due) return false;
  return WaitForOne(std::min(*due - clock_.Steady(), patience_)) || clock_.WakeNext(limit);
}

// True if something has happened within so much real time.
bool VirtualWorld::WaitForOne(absl::Duration wait) {
  if (wait <= absl::ZeroDuration()) return false;
  if (io_->stopped()) io_->restart();
  return io_->run_one_for(absl::ToChronoNanoseconds(wait)) > 0;
}

void VirtualWorld::Crash() { io_ = std::make_unique<asio::io_context>(1); }

void VirtualWorld::RunFor(absl::Duration span) {
  const absl::Time end = clock_.Steady() + span;
  do {
    RunReady();
  } while (Advance(end));
  clock_.Advance(end - clock_.Steady());
}

bool VirtualWorld::RunUntil(const std::function<bool()>& done, absl::Duration limit) {
  const absl::Time end = clock_.Steady() + limit;
  for (;;) {
    RunReady();
    if (done()) return true;
    // What is waited for may be others' to do.
    if (!Advance(end) && !WaitForOne(patience_)) return done();
  }
}

void VirtualWorld::Finish(const bool& done) {
  const bool finished = RunUntil([&done] { return done; }, absl::Hours(24 * 365));
  ASSERT_TRUE(finished) << "the task waits for something that never happens";
}

void VirtualWorld::Await(Task<> task) {
  std::exception_ptr error;
  bool done = false;
  asio::co_spawn(*io_, std::move(task), [&](std::exception_ptr thrown) {
    error = thrown;
    done = true;
  });
  Finish(done);
  if (error) std::rethrow_exception(error);
}

}  // namespace cce
