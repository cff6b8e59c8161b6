// What tests of outputs deliver: a service whose lines are numbered, and a store that loses answers
// and is slow.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/clock.h"
#include "cce/api/output.h"

namespace cce {

// Passes everything on to a store, but loses answers, refuses and dawdles when told to.
class LossyStore final : public CheckpointStore {
 public:
  explicit LossyStore(CheckpointStore& store) : store_(store) {}

  // The n-th Write from here on, 1 being the next, does its work and reports an error.
  void LoseAnswer(int n) { lose_ = n; }
  // Every Write is refused without effect.
  void Refuse(bool refuse) { refuse_ = refuse; }
  // Every Write of a step of `device` is refused without effect; empty: of none.
  void RefuseStepsOf(std::string device) { refused_device_ = std::move(device); }
  // From here on a step of `device` takes `pause` of `clock`'s time.
  void SlowDown(Clock& clock, std::string device, absl::Duration pause) {
    clock_ = &clock;
    slow_device_ = std::move(device);
    pause_ = pause;
  }

  Task<absl::Status> Write(Commit commit) override {
    if (refuse_) co_return absl::UnavailableError("store refuses");
    if (HasStepOf(commit, refused_device_)) co_return absl::UnavailableError("store refuses");
    if (HasStepOf(commit, slow_device_)) {
      const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
      const std::unique_ptr<Sleeper> sleeper = clock_->MakeSleeper(executor);
      co_await sleeper->Sleep(pause_);
    }
    absl::Status written = co_await store_.Write(std::move(commit));
    if (lose_ > 0 && --lose_ == 0) co_return absl::UnavailableError("answer lost");
    co_return written;
  }
  Task<absl::StatusOr<FeedChange>> Foresee(FeedStep step) override {
    return store_.Foresee(std::move(step));
  }
  Task<absl::StatusOr<std::vector<FeedKey>>> Feeds(std::string output) override {
    return store_.Feeds(std::move(output));
  }
  Task<absl::StatusOr<std::optional<Checkpoint>>> Load(FeedKey feed) override {
    return store_.Load(std::move(feed));
  }
  Task<absl::StatusOr<std::vector<IdentityBlock>>> Blocks(FeedKey feed, std::int64_t from_ns,
                                                          std::int64_t to_ns) override {
    return store_.Blocks(std::move(feed), from_ns, to_ns);
  }
  Task<absl::StatusOr<std::vector<MinuteCount>>> Counts(FeedKey feed, std::int64_t from_minute,
                                                        std::int64_t to_minute) override {
    return store_.Counts(std::move(feed), from_minute, to_minute);
  }
  Task<absl::StatusOr<std::vector<OutputValue>>> Values(std::string output,
                                                        std::string prefix) override {
    return store_.Values(std::move(output), std::move(prefix));
  }

 private:
  static bool HasStepOf(const Commit& commit, const std::string& device) {
    const auto is_of_device = [&](const auto& entry) { return entry.feed.device == device; };
    return std::any_of(commit.steps.begin(), commit.steps.end(), is_of_device) ||
           std::any_of(commit.changes.begin(), commit.changes.end(), is_of_device);
  }

  CheckpointStore& store_;
  int lose_ = 0;
  bool refuse_ = false;
  std::string refused_device_;
  Clock* clock_ = nullptr;
  std::string slow_device_;
  absl::Duration pause_ = absl::ZeroDuration();
};

// A format that nobody calls: the suite's lines are written already.
class LineFormat final : public Format {
 public:
  std::string_view name() const override { return "ocsf"; }
  void Write(const Event&, const Mark&, Buffer&) const override {}
};

// A service whose n-th event is the line "device-n", and a position that says how many were read.
class NumberedFeed {
 public:
  NumberedFeed(std::string output, std::string device, int total, std::string organisation = "org")
      : key_{std::move(output), std::move(device), std::move(organisation)}, total_(total) {}

  const FeedKey& key() const { return key_; }
  bool done() const { return read_ == total_; }
  int read() const { return read_; }
  void Resume(const std::optional<Checkpoint>& checkpoint) {
    read_ = 0;
    if (!checkpoint) return;
    ASSERT_TRUE(absl::SimpleAtoi(checkpoint->position, &read_));
  }

  std::string Line(int n) const {
    return absl::StrCat(key_.device, "-", n, "-",
                        std::string(static_cast<std::size_t>(n % 61), 'x'));
  }
  std::vector<std::string> Lines(int count) const {
    std::vector<std::string> lines;
    for (int n = 0; n < count; ++n) lines.push_back(Line(n));
    return lines;
  }

  // Events [from, from + count), some neighbours in memory and some not.
  std::shared_ptr<const Batch> MakeBatch(int from, int count) const {
    struct Held {
      std::vector<std::string> runs;
    };
    auto held = std::make_shared<Held>();
    auto batch = std::make_shared<Batch>();
    for (int n = from; n < from + count; ++n) {
      if (n == from || n % 5 == 0) {
        held->runs.emplace_back().reserve(1'000);
      }
      held->runs.back() += Line(n) + "\n";
    }
    std::size_t run = 0;
    std::size_t offset = 0;
    for (int n = from; n < from + count; ++n) {
      if (n > from && n % 5 == 0) {
        ++run;
        offset = 0;
      }
      const std::size_t size = Line(n).size();
      batch->events.push_back({IdentityOf(n),
                               TimeOf(n),
                               {n % 7 == 0},
                               std::string_view(held->runs[run]).substr(offset, size)});
      offset += size + 1;
    }
    batch->holds = held;
    return batch;
  }

  Step MakeStep(int from, int count, bool moves = true) const {
    Step step;
    if (moves) step.position = absl::StrCat(from + count);
    std::vector<Accounted> accounted;
    for (int n = from; n < from + count; ++n) accounted.push_back({IdentityOf(n), TimeOf(n)});
    step.blocks = ToBlocks(accounted);
    return step;
  }

  // The next `count` events at most.
  std::pair<std::shared_ptr<const Batch>, Step> Next(int count) const {
    count = std::min(count, total_ - read_);
    return {MakeBatch(read_, count), MakeStep(read_, count)};
  }
  void Advance(int count) { read_ = std::min(read_ + count, total_); }

  static Identity IdentityOf(int n) {
    return Identity::FromHash({static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8)});
  }
  static std::int64_t TimeOf(int n) { return std::int64_t{n} * 1'000'000'000; }

 private:
  FeedKey key_;
  int total_;
  int read_ = 0;
};

// The first of each line, in order.
inline std::vector<std::string> FirstOfEach(const std::vector<std::string>& lines) {
  std::set<std::string> seen;
  std::vector<std::string> first;
  for (const std::string& line : lines) {
    if (seen.insert(line).second) first.push_back(line);
  }
  return first;
}

// Equal, or where they differ.
inline ::testing::AssertionResult SameLines(const std::vector<std::string>& found,
                                            const std::vector<std::string>& expected) {
  const auto [a, b] = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  if (a == found.end() && b == expected.end()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << found.size() << " lines instead of " << expected.size() << "; the " << a - found.begin()
         << "th is " << (a == found.end() ? "missing" : *a) << ", not "
         << (b == expected.end() ? "the end" : *b);
}

}  // namespace cce
