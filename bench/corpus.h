// The events that the benchmarks read: one organisation's, always the same ones, in the mix that
// corpus.cc lists. Figures of two versions compare if their corpora have one hash.
#pragma once

#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "tests/simulator/event_plan.h"
#include "tests/simulator/event_writer.h"
#include "tests/simulator/population.h"

namespace cce::bench {

// Makes the events page by page and measures their mix on the way. Thread-compatible.
class Corpus {
 public:
  static constexpr std::size_t kPages = 16;
  static constexpr std::size_t kEventsOfPage = 10'000;  // as many as the service sends at most
  static constexpr std::size_t kEvents = kPages * kEventsOfPage;
  static constexpr std::string_view kOrganisation = "64f0c0de5eed000000000a01";
  static constexpr std::int64_t kStart = 1'783'296'000'000'000'000;  // 2026-07-06
  // A page's events happen within this time, in ns; the next page's in the next.
  static constexpr std::int64_t kSpanOfPage = 3'600'000'000'000;

  // The events happen from `start` on, in ns since 1970 UTC; it moves their times and changes
  // nothing else. REQUIRES: a whole second.
  explicit Corpus(std::int64_t start = kStart);
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  // Hands on every event of a page, in the service's order. REQUIRES: page < kPages.
  void ForEach(std::size_t page, absl::FunctionRef<void(std::string_view event)> take);

  // The page as the service sends it.
  std::string Page(std::size_t page);

  // Whether the corpus is what corpus.cc says of it. Errors: kFailedPrecondition naming what is
  // not. REQUIRES: every page was made once.
  absl::Status Check() const;

  // Size, sizes of events, mix and hash for people, in lines that begin with '#'. REQUIRES: as
  // Check; once.
  std::string Describe();

 private:
  const std::int64_t shift_;
  const simulator::Population population_;
  const simulator::EventWriter writer_;
  const simulator::EventPlanner planner_;
  std::vector<std::size_t> events_of_shape_;
  std::vector<std::size_t> sizes_;  // of the events
  crypto_generichash_state hash_;
};

}  // namespace cce::bench
