#include "cce/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cce/api/values.h"
#include "cce/cli/control_socket.h"
#include "cce/cli/guarantees.h"
#include "cce/cli/reset_command.h"
#include "cce/cli/status_table.h"
#include "cce/config/json_schema.h"
#include "cce/config/json_text.h"
#include "cce/config/load.h"

namespace cce {
namespace {

constexpr char kDescription[] =
    "CCE collects audit events from cloud services and delivers each of them: exactly once to "
    "files and, by default, to Kafka, to syslog as its transport can promise.";

constexpr char kFooter[] = R"(
First steps:
  1. /etc/cce/cce.json says where events go:
       {"outputs": {"archive": {"type": "file", "directory": "/var/log/cce"}}}
  2. /etc/cce/devices.d/acme.json names what to collect:
       {"device_name": "acme", "secret_key": {"file": "acme.key"},
        "configuration": {"org_id": "your_organization_id"}}
     with the API key alone in /etc/cce/devices.d/acme.key
  3. cce check        finds what is wrong with the files
     cce run          collects until it is stopped (SIGINT, SIGTERM)
     cce status       says how every device is doing
     cce guarantees   says what is promised of their events, and why

Exit codes: 0 done, 1 failed while running, 2 bad usage or configuration,
3 refused by the service (key, organisation, licence).)";

constexpr char kRunFooter[] = R"(
Progress is kept in state_dir (default /var/lib/cce): stop and start it as you like, it goes on
where it was. `cce guarantees` says what each output is promised.)";

constexpr char kResetFooter[] = R"(
The engine must be stopped. What was delivered after --from is delivered again.
  cce device reset acme --from 2026-07-01T00:00:00Z
  cce device reset acme --from=-24h --output archive)";

void PrintLines(const std::vector<std::string>& lines, const char* kind, std::ostream& out) {
  for (const std::string& line : lines) out << "cce: " << kind << ": " << line << "\n";
}

int Fail(const absl::Status& status, std::ostream& err) {
  err << "cce: error: " << status.message() << "\n";
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ? kExitUsage
                                                                               : kExitFailed;
}

std::string Count(std::size_t count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

// A moment, or so long before `now`.
absl::StatusOr<absl::Time> ReadFrom(const std::string& text, absl::Time now) {
  absl::Time from;
  if (text.starts_with('-')) {
    const absl::StatusOr<absl::Duration> ago = ReadDuration(text);
    if (!ago.ok()) return ago.status();
    from = now + *ago;
  } else {
    const absl::StatusOr<absl::Time> time = ReadTime(text);
    if (!time.ok()) return time.status();
    from = *time;
  }
  if (from > now)
    return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " is in the future"));
  return from;
}

struct Arguments {
  std::string config = "/etc/cce/cce.json";
  bool until_caught_up = false;
  bool json = false;
  std::string device;
  std::string from;
  std::vector<std::string> outputs;
};

// One call of the command.
class Command {
 public:
  Command(const CommandLine& line, Arguments arguments)
      : line_(line), arguments_(std::move(arguments)) {}

  int Run() {
    std::optional<Configuration> configuration = Load(Secrets::kLoad);
    if (!configuration.has_value()) return kExitUsage;
    RunOptions options;
    options.configuration = *std::move(configuration);
    options.until_caught_up = arguments_.until_caught_up;
    options.version = line_.version;
    const absl::StatusOr<int> code = line_.run(options, line_.kinds);
    return code.ok() ? *code : Fail(code.status(), line_.err);
  }

  int Check() {
    const std::optional<Configuration> configuration = Load(Secrets::kLoad);
    if (!configuration.has_value()) return kExitUsage;
    line_.out << configuration->file << ": in order; "
              << Count(configuration->devices.size(), "device") << " on this engine, "
              << Count(configuration->outputs.size(), "output") << "\n";
    return kExitDone;
  }

  int Guarantees() {
    const std::optional<Configuration> configuration = Load(Secrets::kSkip);
    if (!configuration.has_value()) return kExitUsage;
    line_.out << DescribeGuarantees(*configuration, line_.kinds);
    return kExitDone;
  }

  int Status() {
    const LoadedConfiguration loaded =
        LoadConfiguration(arguments_.config, line_.kinds, Secrets::kSkip);
    if (loaded.state_dir.empty()) {
      PrintLines(loaded.errors, "error", line_.err);
      return kExitUsage;
    }
    const absl::StatusOr<std::string> json =
        AskEngine(loaded.state_dir + "/cce.sock", "/api/v1/status");
    const absl::StatusOr<std::string> text =
        json.ok() && !arguments_.json ? StatusTable(*json) : json;
    if (!text.ok()) {
      Fail(text.status(), line_.err);
      return kExitFailed;
    }
    line_.out << *text;
    return kExitDone;
  }

  int Reset() {
    const std::optional<Configuration> configuration = Load(Secrets::kSkip);
    if (!configuration.has_value()) return kExitUsage;
    const absl::StatusOr<absl::Time> from = ReadFrom(arguments_.from, line_.now());
    if (!from.ok()) {
      return Fail(absl::InvalidArgumentError(absl::StrCat("--from: ", from.status().message(),
                                                          ", or so long ago: \"-24h\"")),
                  line_.err);
    }
    const DeviceConfiguration* device = nullptr;
    std::vector<std::string> names;
    for (const DeviceConfiguration& candidate : configuration->devices) {
      names.push_back(candidate.settings.device_name);
      if (names.back() == arguments_.device) device = &candidate;
    }
    if (device == nullptr) {
      return Fail(absl::InvalidArgumentError(absl::StrCat(
                      "no device on this engine is called ", Quoted(arguments_.device),
                      DidYouMean(arguments_.device, names), "; there is ", OneOf(names))),
                  line_.err);
    }
    for (const std::string& output : arguments_.outputs) {
      if (std::find(device->outputs.begin(), device->outputs.end(), output) !=
          device->outputs.end()) {
        continue;
      }
      return Fail(absl::InvalidArgumentError(absl::StrCat(
                      "--output: device ", Quoted(arguments_.device), " has no output ",
                      Quoted(output), "; there is ", OneOf(device->outputs))),
                  line_.err);
    }
    const std::vector<std::string>& outputs =
        arguments_.outputs.empty() ? device->outputs : arguments_.outputs;
    const absl::Status status = ResetDevice(*configuration, *device, outputs, *from);
    if (!status.ok()) return Fail(status, line_.err);
    for (const std::string& output : outputs) {
      line_.out << arguments_.device << " to " << output << ": collects everything since "
                << absl::FormatTime(absl::RFC3339_full, *from, absl::UTCTimeZone())
                << " when the engine starts\n";
    }
    return kExitDone;
  }

 private:
  std::optional<Configuration> Load(Secrets secrets) {
    LoadedConfiguration loaded = LoadConfiguration(arguments_.config, line_.kinds, secrets);
    PrintLines(loaded.warnings, "warning", line_.err);
    PrintLines(loaded.errors, "error", line_.err);
    return std::move(loaded.configuration);
  }

  const CommandLine& line_;
  const Arguments arguments_;
};

}  // namespace

int CommandLine::Execute(int argc, const char* const* argv) const {
  Arguments arguments;
  CLI::App app(kDescription, "cce");
  app.footer(kFooter);
  app.set_version_flag("--version", "cce " + version, "Print the version and exit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(26);

  const auto add_config = [&arguments](CLI::App* command) {
    command->add_option("--config", arguments.config, "The engine's configuration file")
        ->type_name("FILE")
        ->capture_default_str();
  };

  CLI::App* run_command = app.add_subcommand("run", "Collect until stopped");
  add_config(run_command);
  run_command->add_flag("--until-caught-up", arguments.until_caught_up,
                        "End once every device has delivered what there was at the start");
  run_command->footer(kRunFooter);

  CLI::App* check = app.add_subcommand(
      "check", "Find everything that is wrong with the configuration; ask no service");
  add_config(check);

  CLI::App* guarantees = app.add_subcommand(
      "guarantees", "Say what is promised of each device's events at each output, and why");
  add_config(guarantees);

  CLI::App* status = app.add_subcommand("status", "Say how the running engine is doing");
  add_config(status);
  status->add_flag("--json", arguments.json, "Print the HTTP API's /api/v1/status instead");

  CLI::App* device = app.add_subcommand("device", "Work on one device");
  device->require_subcommand(1);
  CLI::App* reset = device->add_subcommand("reset", "Start afresh from a time, on purpose");
  reset->add_option("DEVICE", arguments.device, "Its device_name")->required();
  reset->add_option("--from", arguments.from, "Since when: RFC 3339, or \"-24h\" for so long ago")
      ->type_name("TIME")
      ->required();
  reset->add_option("--output", arguments.outputs, "This output only; may be given again")
      ->type_name("NAME")
      ->allow_extra_args(false);
  add_config(reset);
  reset->footer(kResetFooter);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted, out, err);
    return kExitDone;
  } catch (const CLI::ParseError& error) {
    err << "cce: error: " << error.what() << "; see cce --help\n";
    return kExitUsage;
  }

  Command command(*this, std::move(arguments));
  if (run_command->parsed()) return command.Run();
  if (check->parsed()) return command.Check();
  if (guarantees->parsed()) return command.Guarantees();
  if (status->parsed()) return command.Status();
  return command.Reset();
}

}  // namespace cce
