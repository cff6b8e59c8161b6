// A page's events as a format writes them, and pages of the simulator's events.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cce/api/bytes.h"
#include "cce/api/event.h"
#include "outputs/format/ocsf_format.h"
#include "parsers/jumpcloud/page.h"
#include "tests/simulator/event_shapes.h"
#include "tests/simulator/event_writer.h"
#include "tests/simulator/population.h"

namespace cce {

inline constexpr std::string_view kOrganisation = "64f0c0de5eed000000000a01";

// Every event of `page` as `format` writes it. The way that the page has seen an event go is a
// shorter one for the next of its kind, and leads to the same line.
inline std::vector<std::string> Written(const Page& page, const Format& format) {
  Event event;
  Buffer out;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < page.heads().size(); ++i) {
    out.Clear();
    page.Read(i, event);
    format.Write(event, Mark(), out);
    lines.emplace_back(out.view());
    for (int way = 0; way < 3; ++way) {
      out.Clear();
      page.Write(i, format, Mark(), event, out);
      EXPECT_EQ(out.view(), lines.back());
    }
  }
  return lines;
}

// The events of a body, with their secrets unless told otherwise: what is written is compared with
// the body. An empty list stands for one that does not parse.
inline std::vector<std::string> Written(std::string_view body, const Format& format,
                                        const jumpcloud::Reading& reading = {.redact = false}) {
  const absl::StatusOr<jumpcloud::ParsedPage> parsed = jumpcloud::ParsePage(
      Bytes(body), jumpcloud::OrganisationKey(kOrganisation), jumpcloud::Passed(), 0, reading);
  return parsed.ok() ? Written(*parsed->page, format) : std::vector<std::string>();
}

inline std::vector<std::string> ToOcsf(const Page& page,
                                       KeepOriginal keep_original = KeepOriginal::kDegraded) {
  return Written(page, OcsfFormat(keep_original));
}

inline std::vector<std::string> ToOcsf(std::string_view body) {
  return Written(body, OcsfFormat(KeepOriginal::kDegraded));
}

// One event of each of the simulator's shapes.
inline std::vector<std::string> ShapedEvents(std::uint64_t seed) {
  const simulator::Population population(seed, std::string(kOrganisation));
  const simulator::EventWriter writer(population);
  std::vector<std::string> events(simulator::EventShapes().size());
  for (std::size_t shape = 0; shape < events.size(); ++shape) {
    writer.Write(shape, 1'783'325'745'000'000'000, true, seed + shape, events[shape]);
  }
  return events;
}

}  // namespace cce
