// This machine for tests that talk to other programs: the real clock, and one thread that runs
// while something is awaited. What may block does so on that thread: the world may end at any time,
// as by a kill.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "cce/api/context.h"
#include "cce/system/posix_files.h"
#include "cce/system/system_clock.h"
#include "cce/system/system_random.h"
#include "tests/fakes/virtual_world.h"

namespace cce {

class RealWorld {
 public:
  Context& context() { return context_; }
  boost::asio::io_context& io() { return io_; }
  ThrowingCrashPoints& crash_points() { return crash_points_; }
  RecordingLog& log() { return log_; }

  // Runs `task` to its end and returns its result. Rethrows what it throws.
  template <class T>
  T Await(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr error;
    bool done = false;
    boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr thrown, T value) {
      error = thrown;
      result = std::move(value);
      done = true;
    });
    RunUntil([&done] { return done; });
    if (error) std::rethrow_exception(error);
    return *std::move(result);
  }
  void Await(Task<> task) {
    std::exception_ptr error;
    bool done = false;
    boost::asio::co_spawn(io_, std::move(task), [&](std::exception_ptr thrown) {
      error = thrown;
      done = true;
    });
    RunUntil([&done] { return done; });
    if (error) std::rethrow_exception(error);
  }

  // Runs until `done` holds, which is looked at after every step.
  template <class Done>
  void RunUntil(Done done) {
    while (!done()) {
      if (io_.stopped()) io_.restart();
      io_.run_one();
    }
  }

 private:
  SystemClock clock_;
  SystemRandom random_;
  PosixFiles files_;
  ThrowingCrashPoints crash_points_;
  RecordingLog log_;
  InlineBlocking blocking_;
  boost::asio::io_context io_{1};
  Context context_{clock_, random_, blocking_, files_, crash_points_, log_};
};

}  // namespace cce
