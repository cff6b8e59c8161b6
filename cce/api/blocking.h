// Where work goes that would stall an event loop: file system calls, SQLite, hashing of whole
// files.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "cce/api/task.h"

namespace cce {

// Thread-safe.
class Blocking {
 public:
  virtual ~Blocking() = default;

  // Runs `work` on a thread that may block and resumes the caller on its own executor. `work` must
  // not throw. Whatever it refers to must live until the call returns.
  virtual Task<> Run(absl::AnyInvocable<void()> work) = 0;
};

// Runs `work` on `blocking` and returns its result.
template <class Work, class Result = std::invoke_result_t<Work&>>
Task<Result> RunBlocking(Blocking& blocking, Work work) {
  std::optional<Result> result;
  absl::AnyInvocable<void()> call = [&result, &work] { result.emplace(work()); };
  co_await blocking.Run(std::move(call));
  co_return *std::move(result);
}

}  // namespace cce
