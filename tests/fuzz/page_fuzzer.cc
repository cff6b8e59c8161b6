// Whatever the bytes of an answer, all ways through it are one function, and that of OCSF is the
// reference's. A libFuzzer target (tests/fuzz/run.sh); seeds_test.cc calls the same without
// libFuzzer.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cce/api/buffer.h"
#include "cce/api/bytes.h"
#include "cce/api/event.h"
#include "outputs/format/cef_format.h"
#include "outputs/format/ecs_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "parsers/jumpcloud/page.h"
#include "tests/reference/comparison.h"
#include "tests/reference/normalise.h"
#include "tests/reference/reach.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cce {
namespace {

using jumpcloud::ParsedPage;

[[noreturn]] void Differ(std::string_view what, std::string_view slow, std::string_view other) {
  std::cerr << "DIFFERENCE: " << what << "\n  slow way: " << slow << "\n  this way: " << other
            << "\n";
  std::abort();
}

void ExpectEqual(std::string_view what, std::string_view slow, std::string_view other) {
  if (slow != other) Differ(what, slow, other);
}

void ExpectEqual(std::string_view what, std::int64_t slow, std::int64_t other) {
  if (slow != other) Differ(what, std::to_string(slow), std::to_string(other));
}

void ExpectTrue(std::string_view what, bool is_true) {
  if (!is_true) Differ(what, "", "");
}

void CompareHeads(const ParsedPage& slow, const ParsedPage& fast) {
  ExpectTrue("untimed", slow.untimed == fast.untimed);
  ExpectTrue("passed_after", slow.passed_after == fast.passed_after);
  ExpectEqual("other_organisation", slow.other_organisation, fast.other_organisation);
  const auto slow_heads = slow.page->heads();
  const auto fast_heads = fast.page->heads();
  ExpectEqual("number of heads", static_cast<std::int64_t>(slow_heads.size()),
              static_cast<std::int64_t>(fast_heads.size()));
  for (std::size_t i = 0; i < slow_heads.size(); ++i) {
    ExpectTrue("identity", slow_heads[i].identity == fast_heads[i].identity);
    ExpectEqual("time_ns", slow_heads[i].time_ns, fast_heads[i].time_ns);
    ExpectEqual("offset", slow_heads[i].offset, fast_heads[i].offset);
    ExpectEqual("length", slow_heads[i].length, fast_heads[i].length);
  }
}

// Three times each event: the first two of its kind are written the long way, the next by what they left behind.
void CompareLines(const Page& slow, const Page& fast, const Format& format) {
  Event event;
  Buffer expected;
  Buffer line;
  for (std::size_t i = 0; i < slow.heads().size(); ++i) {
    expected.Clear();
    slow.Read(i, event);
    format.Write(event, Mark(), expected);
    const WrittenEvent read = DescribeWritten(event);
    const std::string service(read.service);
    ExpectTrue("a line break in a line",
               expected.view().find_first_of("\r\n") == std::string_view::npos);
    for (int time = 0; time < 3; ++time) {
      line.Clear();
      const WrittenEvent written = fast.Write(i, format, Mark(), event, line);
      ExpectEqual(format.name(), expected.view(), line.view());
      ExpectTrue("understood", read.understood == written.understood);
      ExpectEqual("severity_id", read.severity_id, written.severity_id);
      ExpectEqual("service", service, written.service);
    }
  }
}

constexpr std::string_view kOrganisation = "64f0c0de5eed000000000a01";
constexpr std::int64_t kUntimedNs = 7;

void CompareWithReference(std::string_view body, const jumpcloud::OrganisationKey& key) {
  if (!reference::CanJudge(body)) return;
  static const OcsfFormat ocsf(KeepOriginal::kAlways);
  const absl::StatusOr<ParsedPage> parsed =
      jumpcloud::ParsePage(Bytes(body), key, jumpcloud::Passed(), kUntimedNs, {.redact = false});
  ExpectTrue("a page that the reference understands", parsed.ok());
  const auto expected =
      reference::NormalisePage(body, kOrganisation, kUntimedNs, KeepOriginal::kAlways);
  const auto heads = parsed->page->heads();
  ExpectEqual("number of events", static_cast<std::int64_t>(expected.size()),
              static_cast<std::int64_t>(heads.size()));
  Event event;
  Buffer line;
  reference::Comparison comparison;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    line.Clear();
    parsed->page->Write(i, ocsf, Mark(), event, line);
    comparison.Add(line.view(), expected[i], body.substr(heads[i].offset, heads[i].length));
  }
  if (!comparison.AllEqual()) Differ("the reference", comparison.Report(), "");
}

void Compare(std::string_view body) {
  static const jumpcloud::OrganisationKey key(kOrganisation);
  static const OcsfFormat ocsf(KeepOriginal::kAlways);
  static const EcsFormat ecs(KeepOriginal::kDegraded);
  static const CefFormat cef;
  static const LeefFormat leef;
  static const RawFormat raw;
  static const std::array<const Format*, 5> formats = {&ocsf, &ecs, &cef, &leef, &raw};
  const jumpcloud::Passed passed{1'783'325'745'000, {}};

  const absl::StatusOr<ParsedPage> slow =
      jumpcloud::ParsePageSlowly(Bytes(body), key, passed, kUntimedNs);
  // The second time the shapes of its records are known.
  for (int time = 0; time < 2; ++time) {
    const absl::StatusOr<ParsedPage> fast =
        jumpcloud::ParsePage(Bytes(body), key, passed, kUntimedNs);
    ExpectEqual("status", static_cast<std::int64_t>(slow.status().code()),
                static_cast<std::int64_t>(fast.status().code()));
    if (!slow.ok()) continue;
    CompareHeads(*slow, *fast);
    for (const Format* const format : formats) CompareLines(*slow->page, *fast->page, *format);
  }
  CompareWithReference(body, key);
}

}  // namespace
}  // namespace cce

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* const text = static_cast<const char*>(static_cast<const void*>(data));
  cce::Compare(std::string_view(text, size));
  return 0;
}
