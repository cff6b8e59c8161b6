// check-delivery: did every event of the simulator arrive, and arrive once?
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cce/api/text.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/delivered_files.h"
#include "tests/simulator/delivery_check.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

struct Settings {
  std::string truth;
  std::string requests;
  std::string output;
  std::string device;
  bool no_manifests = false;
  CheckOptions check;
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) return absl::NotFoundError(Concat("cannot read ", path));
  return std::move(content).str();
}

void PrintExamples(std::string_view what, const std::vector<std::string>& examples) {
  for (const std::string& example : examples) std::cerr << what << " " << example << "\n";
}

absl::StatusOr<bool> Run(const Settings& settings) {
  DeliveryCheck check(settings.check);
  const absl::StatusOr<std::string> truth = ReadFile(settings.truth);
  if (!truth.ok()) return truth.status();
  if (absl::Status status = check.AddTruth(*truth); !status.ok()) return status;
  if (!settings.requests.empty()) {
    const absl::StatusOr<std::string> requests = ReadFile(settings.requests);
    if (!requests.ok()) return requests.status();
    if (absl::Status status = check.AddRequests(*requests); !status.ok()) return status;
  }
  const auto files = DeliveredFiles(settings.output, settings.device);
  if (!files.ok()) return files.status();
  std::vector<std::string> faults;
  for (const std::filesystem::path& file : *files) {
    const absl::StatusOr<std::string> lines = ReadDelivered(file);
    if (!lines.ok()) return lines.status();
    check.AddDelivered(*lines);
    if (settings.no_manifests) continue;
    if (std::string fault = ManifestFault(file, *lines); !fault.empty()) {
      faults.push_back(std::move(fault));
    }
  }

  const CheckResult result = check.Result();
  std::cout << "visible " << result.visible << "\ndelivered " << result.delivered << "\nlost "
            << result.lost << "\ndoubled " << result.doubled << "\nlate " << result.late
            << "\nfiles " << files->size() << "\npending " << result.pending << "\nunknown "
            << result.unknown << "\nfalse_manifests " << faults.size() << std::endl;
  PrintExamples("lost", result.lost_examples);
  PrintExamples("doubled", result.doubled_examples);
  PrintExamples("unknown", result.unknown_examples);
  PrintExamples("false manifest", faults);
  return result.lost == 0 && result.doubled == 0 && result.unknown == 0 && faults.empty();
}

int Main(int argc, char** argv) {
  Settings settings;
  std::string until, overlap = "10m";
  CLI::App app(
      "Compares the files that a collector wrote with the simulator's truth. "
      "Exit code 1 when an event is lost or doubled, a line is no event of the truth, or a "
      "manifest "
      "does not describe its file.",
      "check-delivery");
  app.add_option("--truth", settings.truth, "What GET /_simulator/truth answered")->required();
  app.add_option("--requests", settings.requests,
                 "What GET /_simulator/requests answered; without it every event is expected");
  app.add_option("--output", settings.output, "The file output's directory")->required();
  app.add_option("--device", settings.device, "Only this device's folder");
  app.add_flag("--no-manifests", settings.no_manifests,
               "The files are another program's, with no manifests beside them");
  app.add_option("--organisation", settings.check.organisation, "Only this organisation's truth");
  app.add_option("--until", until, "Ignore what could be seen only after this time (RFC 3339)");
  app.add_option("--overlap", overlap, "How far the collector reads back")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!until.empty()) {
    const std::optional<std::int64_t> time = ParseTimestamp(until);
    if (!time) {
      std::cerr << "check-delivery: --until: '" << until << "' is no RFC 3339 time\n";
      return 2;
    }
    settings.check.until = *time;
  }
  if (!absl::ParseDuration(overlap, &settings.check.overlap)) {
    std::cerr << "check-delivery: --overlap: '" << overlap << "' is no duration like 10m\n";
    return 2;
  }
  if (sodium_init() < 0) {
    std::cerr << "check-delivery: libsodium does not start\n";
    return 2;
  }
  const absl::StatusOr<bool> complete = Run(settings);
  if (!complete.ok()) {
    std::cerr << "check-delivery: " << FromAbseil(complete.status().message()) << "\n";
    return 2;
  }
  return *complete ? 0 : 1;
}

}  // namespace
}  // namespace cce::simulator

int main(int argc, char** argv) { return cce::simulator::Main(argc, argv); }
