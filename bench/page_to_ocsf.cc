// How long a page's way from the service's bytes to an output's bytes takes, as a multiple of the
// time that simdjson's DOM takes to parse the same bytes: parse, normalise and write 10,000 events.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cce/api/event.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "parsers/json/token_index.h"
#include "parsers/jumpcloud/page.h"
#include "simdjson.h"
#include "tests/simulator/event_plan.h"
#include "tests/simulator/event_writer.h"
#include "tests/simulator/population.h"

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

constexpr std::size_t kEvents = 10'000;
constexpr int kPages = 4;
constexpr int kRounds = 25;
constexpr std::string_view kOrganisation = "64f0c0de5eed000000000a01";
constexpr std::int64_t kStart = 1'783'296'000'000'000'000;  // 2026-07-06
constexpr std::int64_t kHour = 3'600'000'000'000;

// A page as the service sends it.
std::string MakePage(std::uint64_t seed) {
  const simulator::Population population(seed, std::string(kOrganisation));
  const simulator::EventWriter writer(population);
  const simulator::EventPlanner planner(seed, simulator::EventMix());
  std::vector<simulator::PlannedEvent> events = planner.Plan(kStart, kStart + kHour, kEvents);
  std::sort(events.begin(), events.end(), simulator::InIndexOrder);
  std::string page = "[";
  for (const simulator::PlannedEvent& event : events) {
    if (page.size() > 1) page += ',';
    writer.Write(event.shape, event.time, event.with_id, event.content_seed, page);
  }
  return page + "]";
}

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "bench_page_to_ocsf: %s\n", what);
  std::exit(1);
}

using ParsePageFunction = absl::StatusOr<jumpcloud::ParsedPage> (*)(
    Bytes, const jumpcloud::OrganisationKey&, const jumpcloud::Passed&);

// Parses `body` and writes all its events in `format`, one a line.
void Convert(ParsePageFunction parse, Bytes body, const jumpcloud::OrganisationKey& key,
             const Format& format, Event& event, Buffer& out) {
  const absl::StatusOr<jumpcloud::ParsedPage> parsed =
      parse(std::move(body), key, jumpcloud::Passed());
  if (!parsed.ok() || parsed->undecodable != 0) Fail("a page does not parse");
  const Page& page = *parsed->page;
  for (std::size_t i = 0; i < page.heads().size(); ++i) {
    page.Read(i, event);
    format.Write(event, Mark(), out);
    out.Append('\n');
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

struct Best {
  double seconds = std::numeric_limits<double>::infinity();
  void Note(double more) { seconds = std::min(seconds, more); }
};

void Report(const char* name, const Best& best, std::size_t bytes, std::size_t events) {
  std::printf("# %-12s %7.3f GB/s  %7.1f ns an event\n", name,
              static_cast<double>(bytes) / best.seconds / 1e9,
              best.seconds * 1e9 / static_cast<double>(events));
}

void Run() {
  if (json::KernelName() == "fallback") Fail("simdjson uses its fallback kernel");
  const jumpcloud::OrganisationKey key(kOrganisation);
  std::vector<std::string> pages;
  std::size_t bytes = 0;
  for (int i = 0; i < kPages; ++i) {
    pages.push_back(MakePage(static_cast<std::uint64_t>(i) + 1));
    bytes += pages.back().size();
  }
  const std::size_t events = kPages * kEvents;
  const OcsfFormat ocsf;
  const RawFormat raw;
  Event event;
  Buffer out;
  Buffer expected;

  for (const Format* format :
       {static_cast<const Format*>(&ocsf), static_cast<const Format*>(&raw)}) {
    for (const std::string& page : pages) {
      out.Clear();
      expected.Clear();
      Convert(&jumpcloud::ParsePage, Bytes(page), key, *format, event, out);
      Convert(&jumpcloud::ParsePageSlowly, Bytes(page), key, *format, event, expected);
      if (out.view() != expected.view()) Fail("the fast way and the slow way differ");
    }
  }

  // The DOM parser reads the same padded bytes and is reused, as its documentation recommends.
  simdjson::dom::parser dom;
  std::vector<Bytes> padded;
  for (const std::string& page : pages) padded.emplace_back(page);
  std::string copy(bytes, '\0');
  std::vector<Bytes> bodies(pages.size());

  Best dom_time, ocsf_time, raw_time, parse_time, copy_time;
  double allocations_per_event = 0;
  for (int round = 0; round < kRounds; ++round) {
    {
      const Stopwatch stopwatch;
      for (const Bytes& page : padded) {
        if (dom.parse(page.data(), page.size(), false).error() != simdjson::SUCCESS) {
          Fail("the DOM does not parse a page");
        }
      }
      dom_time.Note(stopwatch.Seconds());
    }
    for (const bool to_ocsf : {true, false}) {
      for (std::size_t i = 0; i < pages.size(); ++i) bodies[i] = Bytes(pages[i]);
      const std::size_t allocations_before = allocations;
      const Stopwatch stopwatch;
      for (Bytes& body : bodies) {
        out.Clear();
        const Format& format = to_ocsf ? static_cast<const Format&>(ocsf) : raw;
        Convert(&jumpcloud::ParsePage, std::move(body), key, format, event, out);
      }
      (to_ocsf ? ocsf_time : raw_time).Note(stopwatch.Seconds());
      if (to_ocsf) {
        allocations_per_event =
            static_cast<double>(allocations - allocations_before) / static_cast<double>(events);
      }
    }
    {
      for (std::size_t i = 0; i < pages.size(); ++i) bodies[i] = Bytes(pages[i]);
      const Stopwatch stopwatch;
      for (Bytes& body : bodies) {
        if (!jumpcloud::ParsePage(std::move(body), key, jumpcloud::Passed()).ok()) Fail("parse");
      }
      parse_time.Note(stopwatch.Seconds());
    }
    {
      const Stopwatch stopwatch;
      char* to = copy.data();
      for (const Bytes& page : padded) {
        std::memcpy(to, page.data(), page.size());
        to += page.size();
      }
      copy_time.Note(stopwatch.Seconds());
    }
  }

  const std::string kernel(json::KernelName());
  std::printf("# %zu events, %.1f MB, simdjson kernel %s, best of %d rounds\n", events,
              static_cast<double>(bytes) / 1e6, kernel.c_str(), kRounds);
  Report("memcpy", copy_time, bytes, events);
  Report("DOM parse", dom_time, bytes, events);
  Report("page parse", parse_time, bytes, events);
  Report("page to raw", raw_time, bytes, events);
  Report("page to ocsf", ocsf_time, bytes, events);
  std::printf("page_to_ocsf_over_dom_parse %.3f ratio\n", ocsf_time.seconds / dom_time.seconds);
  std::printf("page_to_raw_over_dom_parse %.3f ratio\n", raw_time.seconds / dom_time.seconds);
  std::printf("allocations_per_event %.4f allocations\n", allocations_per_event);
}

}  // namespace
}  // namespace cce

int main() { cce::Run(); }
