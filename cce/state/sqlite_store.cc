#include "cce/state/sqlite_store.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "cce/api/trouble.h"

namespace cce {

namespace asio = boost::asio;

SqliteStore::SqliteStore(std::unique_ptr<Database> database, std::unique_ptr<Tables> tables,
                         Blocking& blocking, CrashPoints& crash_points,
                         asio::any_io_executor executor)
    : blocking_(blocking),
      crash_points_(crash_points),
      executor_(std::move(executor)),
      database_(std::move(database)),
      tables_(std::move(tables)) {}

SqliteStore::~SqliteStore() {
  // The thread that resumed the last waiter may still be on its way out of Serve.
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !serving_; });
}

Task<absl::Status> SqliteStore::Write(Commit commit) {
  Request request{Kind::kWrite, [&commit](Tables& tables) { return tables.Write(commit); }, {}};
  co_return co_await Submit(std::move(request));
}

Task<absl::Status> SqliteStore::Reset(FeedKey feed, Position position) {
  Request request{Kind::kWrite, [&](Tables& tables) { return tables.Reset(feed, position); }, {}};
  co_return co_await Submit(std::move(request));
}

template <class Result, class Act>
Task<absl::StatusOr<Result>> SqliteStore::Read(Act act) {
  absl::StatusOr<Result> result;
  Request request{Kind::kRead,
                  [&](Tables& tables) {
                    result = act(tables);
                    return result.status();
                  },
                  {}};
  absl::Status status = co_await Submit(std::move(request));
  if (!status.ok()) co_return status;
  co_return std::move(result);
}

Task<absl::StatusOr<FeedChange>> SqliteStore::Foresee(FeedStep step) {
  auto act = [step = std::move(step)](Tables& tables) { return tables.Foresee(step); };
  return Read<FeedChange>(std::move(act));
}

Task<absl::StatusOr<std::vector<FeedKey>>> SqliteStore::Feeds(std::string output) {
  auto act = [output = std::move(output)](Tables& tables) { return tables.Feeds(output); };
  return Read<std::vector<FeedKey>>(std::move(act));
}

Task<absl::StatusOr<std::optional<Checkpoint>>> SqliteStore::Load(FeedKey feed) {
  auto act = [feed = std::move(feed)](Tables& tables) { return tables.Load(feed); };
  return Read<std::optional<Checkpoint>>(std::move(act));
}

Task<absl::StatusOr<std::vector<IdentityBlock>>> SqliteStore::Blocks(FeedKey feed,
                                                                     std::int64_t from_ns,
                                                                     std::int64_t to_ns) {
  auto act = [feed = std::move(feed), from_ns, to_ns](Tables& tables) {
    return tables.Blocks(feed, from_ns, to_ns);
  };
  return Read<std::vector<IdentityBlock>>(std::move(act));
}

Task<absl::StatusOr<std::vector<MinuteCount>>> SqliteStore::Counts(FeedKey feed,
                                                                   std::int64_t from_minute,
                                                                   std::int64_t to_minute) {
  auto act = [feed = std::move(feed), from_minute, to_minute](Tables& tables) {
    return tables.Counts(feed, from_minute, to_minute);
  };
  return Read<std::vector<MinuteCount>>(std::move(act));
}

Task<absl::StatusOr<std::vector<OutputValue>>> SqliteStore::Values(std::string output,
                                                                   std::string prefix) {
  auto act = [output = std::move(output), prefix = std::move(prefix)](Tables& tables) {
    return tables.Values(output, prefix);
  };
  return Read<std::vector<OutputValue>>(std::move(act));
}

Task<absl::Status> SqliteStore::Submit(Request request) {
  // The queue, not this frame, holds the handler that owns the frame: a store that is destroyed
  // with requests in it then frees them.
  auto start = [this, &request](auto handler) {
    auto home = asio::make_work_guard(asio::get_associated_executor(handler));
    auto resume = [home = std::move(home), handler = std::move(handler)]() mutable {
      asio::post(home.get_executor(), std::move(handler));
    };
    bool was_owned;
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({&request, std::move(resume)});
      was_owned = std::exchange(owned_, true);
    }
    if (was_owned) return;
    asio::co_spawn(executor_, Drain(), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  };
  asio::use_awaitable_t<> token;
  co_await asio::async_initiate<asio::use_awaitable_t<>, void()>(start, token);
  co_return std::move(request.result);
}

Task<> SqliteStore::Drain() {
  // Behind what is ready to run on this executor, so that more can gather.
  co_await asio::post(executor_, asio::use_awaitable);
  absl::AnyInvocable<void()> serve = [this] { Serve(); };
  co_await blocking_.Run(std::move(serve));
}

void SqliteStore::Serve() {
  {
    const std::lock_guard lock(mutex_);
    serving_ = true;
  }
  const absl::Cleanup leave = [this] {
    // Under the lock: the destructor may be waiting for it.
    const std::lock_guard lock(mutex_);
    serving_ = false;
    idle_.notify_all();
  };
  for (;;) {
    std::vector<Waiting> group;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        owned_ = false;
        return;
      }
      group.swap(waiting_);
    }
    ServeGroup(absl::MakeSpan(group));
  }
}

void SqliteStore::ServeGroup(absl::Span<Waiting> group) {
  const absl::Status ready = MakeSure();
  std::vector<Request*> writes;
  std::vector<Waiting*> writers;
  for (Waiting& waiting : group) {
    Request& request = *waiting.request;
    if (!ready.ok()) {
      request.result = ready;
    } else if (request.kind == Kind::kRead) {
      request.result = Explain(request.act(*tables_));
    } else {
      writes.push_back(&request);
      writers.push_back(&waiting);
      continue;
    }
    waiting.resume();
  }
  if (writes.empty()) return;

  const absl::Status shared = Explain(Transact(writes));
  for (std::size_t i = 0; i < writes.size(); ++i) {
    absl::Status result = shared;
    if (!shared.ok() && writes.size() > 1) {
      // One that cannot be written, or is too large for what is left of the disk, does not cost the
      // others.
      result = MakeSure();
      if (result.ok()) result = Explain(Transact(absl::MakeConstSpan(&writes[i], 1)));
    }
    writes[i]->result = std::move(result);
    writers[i]->resume();
  }
}

absl::Status SqliteStore::MakeSure() {
  if (!damage_.ok() || !in_doubt_) return damage_;
  absl::Status status = tables_->Rollback();
  if (status.ok()) status = tables_->Begin();
  if (status.ok()) status = tables_->Touch();
  if (status.ok()) status = tables_->Commit();
  if (status.ok()) {
    in_doubt_ = false;
  } else {
    tables_->Rollback().IgnoreError();
  }
  return Explain(std::move(status));
}

absl::Status SqliteStore::Transact(absl::Span<Request* const> writes) {
  absl::Status status = tables_->Rollback();
  if (status.ok()) status = tables_->Begin();
  for (Request* write : writes) {
    if (!status.ok()) break;
    status = write->act(*tables_);
  }
  if (!status.ok()) {
    tables_->Rollback().IgnoreError();
    return status;
  }
  crash_points_.Pass(kStateCrashPoints[0]);
  status = tables_->Commit();
  if (!status.ok()) {
    in_doubt_ = true;
    tables_->Rollback().IgnoreError();
    return status;
  }
  crash_points_.Pass(kStateCrashPoints[1]);
  return status;
}

absl::Status SqliteStore::Explain(absl::Status status) {
  Trouble trouble{.word = StatusWord::kOutputBlocked};
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return status;
    case absl::StatusCode::kResourceExhausted:
      trouble.remedy =
          "Free space on the file system of state_dir; collection then goes on by itself.";
      break;
    case absl::StatusCode::kDataLoss:
      trouble.remedy =
          "Stop cce. Check the disk of state_dir, then put a backup of state.db in place.";
      break;
    default:
      trouble.remedy =
          "Check the file system of state_dir; collection goes on when it works again.";
      break;
  }
  absl::Status explained = TroubleError(status.code(), std::string(status.message()), trouble);
  if (absl::IsDataLoss(explained)) damage_ = explained;
  return explained;
}

}  // namespace cce
