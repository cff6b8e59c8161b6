// A world for tests: one thread, a clock that moves only when nothing else can happen, and chance
// from a seed. The engine's own code runs in it unchanged.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "cce/api/context.h"

namespace cce {

// Thrown by an armed crash point: the "process" ends here. Nothing but the test catches it.
struct SimulatedCrash {
  std::string point;
};

class VirtualClock : public Clock {
 public:
  explicit VirtualClock(absl::Time start) : now_(start) {}

  absl::Time Now() const override { return now_ + stepped_; }
  absl::Duration Elapsed() const override { return now_ - absl::UnixEpoch(); }
  std::unique_ptr<Sleeper> MakeSleeper(boost::asio::any_io_executor executor) override;

  // Sets the wall clock, as an administrator would; sleepers do not notice.
  void Step(absl::Duration by) { stepped_ += by; }

  // Time as sleepers have it: no Step changes it.
  absl::Time Steady() const { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

  // When the earliest sleeper is due; nullopt if none is by `limit`.
  std::optional<absl::Time> NextDue(absl::Time limit) const;

  // Advances to the earliest sleeper that is due by `limit` and wakes it; false if there is none.
  bool WakeNext(absl::Time limit);

 private:
  friend class VirtualSleeper;
  using Key = std::pair<absl::Time, std::uint64_t>;

  absl::Time now_;
  absl::Duration stepped_ = absl::ZeroDuration();
  std::uint64_t sequence_ = 0;
  std::map<Key, class VirtualSleeper*> sleepers_;
};

// Does the work at once, on the caller's thread, but lets other coroutines run in between.
class InlineBlocking : public Blocking {
 public:
  Task<> Run(absl::AnyInvocable<void()> work) override;
  // Whether the caller is such work, so that it may block.
  static bool works() { return works_; }

 private:
  inline static thread_local bool works_ = false;
};

class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// Throws SimulatedCrash at the n-th pass of the armed point.
class ThrowingCrashPoints : public CrashPoints {
 public:
  void Arm(std::string point, int pass = 1);
  void Disarm() { armed_.reset(); }
  void Pass(std::string_view name) override;

  // Names in the order in which they were passed.
  const std::vector<std::string>& passed() const { return passed_; }

 private:
  std::optional<std::pair<std::string, int>> armed_;
  std::vector<std::string> passed_;
};

// Thread-safe.
class RecordingLog : public Log {
 public:
  void Write(LogLevel level, std::string_view what, const std::vector<LogField>& fields) override;

  // One "what key=value ..." line a call.
  std::vector<std::string> lines() const;
  bool Contains(std::string_view text) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
};

// For tests that touch no file: every call fails.
class AbsentFiles : public Files {
 public:
  absl::StatusOr<std::unique_ptr<File>> Create(const std::string&) override { return None(); }
  absl::StatusOr<std::unique_ptr<File>> OpenForWriting(const std::string&) override {
    return None();
  }
  absl::StatusOr<std::unique_ptr<File>> OpenForReading(const std::string&) override {
    return None();
  }
  absl::Status Rename(const std::string&, const std::string&) override { return None(); }
  absl::Status Remove(const std::string&) override { return None(); }
  absl::Status SyncDirectory(const std::string&) override { return None(); }
  absl::Status MakeDirectories(const std::string&) override { return None(); }
  absl::StatusOr<std::vector<std::string>> List(const std::string&) override { return None(); }

 private:
  static absl::Status None() { return absl::InternalError("this test has no files"); }
};

// REQUIRES: `files` outlives the world.
class VirtualWorld {
 public:
  explicit VirtualWorld(Files& files, std::uint64_t seed = 1,
                        absl::Time start = absl::FromUnixSeconds(1'780'000'000));

  Context& context() { return context_; }
  boost::asio::io_context& io() { return *io_; }
  VirtualClock& clock() { return clock_; }
  ThrowingCrashPoints& crash_points() { return crash_points_; }
  RecordingLog& log() { return log_; }

  // For code that talks to other threads or programs: before the clock moves on, they get the time
  // that it would pass over, but at most `patience`, to do something that this world waits for.
  void WaitForOthers(absl::Duration patience) { patience_ = patience; }

  // Ends the "process": what waits never resumes. REQUIRES: objects with a Sleeper of this world
  // have been destroyed.
  void Crash();

  // Runs everything that is due until the clock has moved by `span`.
  void RunFor(absl::Duration span);

  // Runs until nothing is due any more or `done` holds; false if `limit` of virtual time was not
  // enough.
  bool RunUntil(const std::function<bool()>& done, absl::Duration limit);

  // Runs `task` to its end, moving the clock as needed, and returns its result. Rethrows what it
  // throws (a SimulatedCrash).
  template <class T>
  T Await(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr error;
    bool done = false;
    boost::asio::co_spawn(*io_, std::move(task), [&](std::exception_ptr thrown, T value) {
      error = thrown;
      result = std::move(value);
      done = true;
    });
    Finish(done);
    if (error) std::rethrow_exception(error);
    return *std::move(result);
  }
  void Await(Task<> task);

 private:
  void Finish(const bool& done);
  void RunReady();
  bool Advance(absl::Time limit);
  bool WaitForOne(absl::Duration wait);

  VirtualClock clock_;
  absl::Duration patience_ = absl::ZeroDuration();
  std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>(1);
  SeededRandom random_;
  InlineBlocking blocking_;
  ThrowingCrashPoints crash_points_;
  RecordingLog log_;
  Context context_;
};

}  // namespace cce
