// How long a page's way from the service's bytes to an output's bytes takes, as a multiple of the
// time that simdjson's DOM takes to parse the same bytes: parse, normalise and write 10,000 events.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "bench/corpus.h"
#include "cce/api/event.h"
#include "outputs/format/cef_format.h"
#include "outputs/format/ecs_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "parsers/json/token_index.h"
#include "parsers/jumpcloud/page.h"
#include "simdjson.h"
#include "tests/reference/comparison.h"
#include "tests/reference/normalise.h"

namespace {

std::atomic<std::size_t> allocations = 0;

}  // namespace

// Every allocation of the program is counted, those inside libraries included.
void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace cce {
namespace {

using bench::Corpus;

constexpr int kRounds = 15;
constexpr std::size_t kReferencePages = 4;  // each has every shape of event

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "bench_page_to_formats: %s\n", what);
  std::exit(1);
}

using ParsePageFunction = absl::StatusOr<jumpcloud::ParsedPage> (*)(
    Bytes, const jumpcloud::OrganisationKey&, const jumpcloud::Passed&, std::int64_t,
    const jumpcloud::Reading&);

// Parses `body` and writes all its events in `format`, one a line, their secrets masked.
void Convert(ParsePageFunction parse, Bytes body, const jumpcloud::OrganisationKey& key,
             const Format& format, Event& event, Buffer& out) {
  const absl::StatusOr<jumpcloud::ParsedPage> parsed =
      parse(std::move(body), key, jumpcloud::Passed(), 0, {});
  if (!parsed.ok() || !parsed->untimed.empty()) Fail("a page does not parse");
  const Page& page = *parsed->page;
  for (std::size_t i = 0; i < page.heads().size(); ++i) {
    page.Write(i, format, Mark(), event, out);
    out.Append('\n');
  }
}

// What is timed has to be right: the OCSF events of `page` are those of the slow reference, which
// masks no secrets.
void CompareWithReference(const std::string& page, const jumpcloud::OrganisationKey& key,
                          Event& event, Buffer& out, reference::Comparison& comparison) {
  const auto parsed =
      jumpcloud::ParsePage(Bytes(page), key, jumpcloud::Passed(), 0, {.redact = false});
  if (!parsed.ok()) Fail("a page does not parse");
  const auto expected =
      reference::NormalisePage(page, Corpus::kOrganisation, 0, KeepOriginal::kDegraded);
  const auto heads = parsed->page->heads();
  if (expected.size() != heads.size()) Fail("the reference finds another number of events");
  static const OcsfFormat ocsf;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    out.Clear();
    parsed->page->Write(i, ocsf, Mark(), event, out);
    comparison.Add(out.view(), expected[i],
                   std::string_view(page).substr(heads[i].offset, heads[i].length));
  }
}

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Keeps the shortest time of each benchmark: whatever else the machine does only ever adds to one.
class ShortestTimes : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      double& shortest =
          seconds_.try_emplace(run.run_name.function_name, run.real_accumulated_time).first->second;
      shortest = std::min(shortest, run.real_accumulated_time);
    }
  }

  double Of(const std::string& name) const { return seconds_.at(name); }

  void Print(const std::string& name, std::size_t bytes, std::size_t events) const {
    std::printf("# %-12s %7.3f GB/s  %7.1f ns an event\n", name.c_str(),
                static_cast<double>(bytes) / Of(name) / 1e9,
                Of(name) * 1e9 / static_cast<double>(events));
  }

 private:
  std::map<std::string, double> seconds_;
};

// Times `work` alone; `prepare` comes before it each time.
template <class Prepare, class Work>
void Register(const std::string& name, Prepare prepare, Work work) {
  const auto run = [=](benchmark::State& state) {
    for ([[maybe_unused]] auto unused : state) {
      prepare();
      const Stopwatch stopwatch;
      work();
      state.SetIterationTime(stopwatch.Seconds());
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(kRounds);
}

void Run() {
  if (json::KernelName() == "fallback") Fail("simdjson uses its fallback kernel");
  const jumpcloud::OrganisationKey key(Corpus::kOrganisation);
  Corpus corpus;
  std::vector<std::string> pages;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < Corpus::kPages; ++i) {
    pages.push_back(corpus.Page(i));
    bytes += pages.back().size();
  }
  if (const absl::Status status = corpus.Check(); !status.ok()) Fail(status.ToString().c_str());
  std::fputs(corpus.Describe().c_str(), stdout);
  const std::size_t events = Corpus::kEvents;
  const OcsfFormat ocsf;
  const EcsFormat ecs;
  const CefFormat cef;
  const LeefFormat leef;
  const RawFormat raw;
  const std::vector<const Format*> formats = {&ocsf, &ecs, &cef, &leef, &raw};
  Event event;
  Buffer out;
  Buffer expected;

  // Nothing is remembered of such records yet.
  std::map<const Format*, double> first_seconds;
  for (const Format* format : formats) {
    for (const std::string& page : pages) {
      out.Clear();
      expected.Clear();
      Bytes body(page);
      const Stopwatch stopwatch;
      Convert(&jumpcloud::ParsePage, std::move(body), key, *format, event, out);
      first_seconds[format] += stopwatch.Seconds();
      Convert(&jumpcloud::ParsePageSlowly, Bytes(page), key, *format, event, expected);
      if (out.view() != expected.view()) Fail("the fast way and the slow way differ");
    }
  }

  reference::Comparison comparison;
  for (std::size_t i = 0; i < kReferencePages; ++i) {
    CompareWithReference(pages[i], key, event, out, comparison);
  }
  if (!comparison.AllEqual()) {
    Fail(("the reference makes other events\n" + comparison.Report()).c_str());
  }
  std::printf("# %zu events are equal to the slow reference's\n", comparison.events());

  // The DOM parser reads the same padded bytes and is reused, as its documentation recommends.
  simdjson::dom::parser dom;
  std::vector<Bytes> padded;
  for (const std::string& page : pages) padded.emplace_back(page);
  std::string copy(bytes, '\0');
  std::vector<Bytes> bodies(pages.size());

  // Of each format's last round: by then all memory is as large as it gets.
  std::map<const Format*, std::size_t> allocations_of;
  const auto nothing = [] {};
  const auto fill_bodies = [&] {
    for (std::size_t i = 0; i < pages.size(); ++i) bodies[i] = Bytes(pages[i]);
  };
  const auto convert_to = [&](const Format& format) {
    for (Bytes& body : bodies) {
      out.Clear();
      Convert(&jumpcloud::ParsePage, std::move(body), key, format, event, out);
    }
  };
  Register("memcpy", nothing, [&] {
    char* to = copy.data();
    for (const Bytes& page : padded) {
      std::memcpy(to, page.data(), page.size());
      to += page.size();
    }
  });
  Register("dom_parse", nothing, [&] {
    for (const Bytes& page : padded) {
      if (dom.parse(page.data(), page.size(), false).error() != simdjson::SUCCESS) {
        Fail("the DOM does not parse a page");
      }
    }
  });
  Register("page_parse", fill_bodies, [&] {
    for (Bytes& body : bodies) {
      if (!jumpcloud::ParsePage(std::move(body), key, jumpcloud::Passed(), 0).ok()) Fail("parse");
    }
  });
  const auto name_of = [](const Format& format) { return "page_to_" + std::string(format.name()); };
  for (const Format* format : formats) {
    Register(name_of(*format), fill_bodies, [&, format] {
      const std::size_t allocations_before = allocations;
      convert_to(*format);
      allocations_of[format] = allocations - allocations_before;
    });
  }

  // What disturbs the machine for a while must not meet one of them alone.
  char program[] = "bench_page_to_formats";
  char interleaved[] = "--benchmark_enable_random_interleaving=true";
  char* arguments[] = {program, interleaved, nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
  ShortestTimes times;
  benchmark::RunSpecifiedBenchmarks(&times);

  const std::string kernel(json::KernelName());
  std::printf("# %zu events, %.1f MB, simdjson kernel %s, best of %d rounds\n", events,
              static_cast<double>(bytes) / 1e6, kernel.c_str(), kRounds);
  for (const char* name : {"memcpy", "dom_parse", "page_parse"}) times.Print(name, bytes, events);
  for (const Format* format : formats) times.Print(name_of(*format), bytes, events);
  for (const Format* format : formats) {
    std::printf("# %-12s %7.1f ns an event when nothing is known\n", name_of(*format).c_str(),
                first_seconds[format] * 1e9 / static_cast<double>(events));
  }
  for (const Format* format : formats) {
    std::printf("%s_over_dom_parse %.3f ratio\n", name_of(*format).c_str(),
                times.Of(name_of(*format)) / times.Of("dom_parse"));
  }
  std::size_t most = 0;
  for (const auto& [format, made] : allocations_of) most = std::max(most, made);
  std::printf("allocations_per_event %.4f allocations\n",
              static_cast<double>(most) / static_cast<double>(events));
}

}  // namespace
}  // namespace cce

int main() { cce::Run(); }
