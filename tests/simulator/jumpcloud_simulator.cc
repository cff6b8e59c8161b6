// jumpcloud-simulator: the simulated service on a port. README.md says what it simulates.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
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
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/signal_set.hpp"
#include "cce/api/text.h"
#include "tests/simulator/certificates.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/http_server.h"
#include "tests/simulator/simulator.h"

namespace cce::simulator {
namespace {

struct Settings {
  std::string listen = "127.0.0.1:0";
  std::string port_file;
  bool plain = false;
  std::string ca_out;
  std::string certificate;
  std::string key;

  std::vector<std::string> organisations;
  std::size_t organisation_count = 1;
  std::vector<std::string> api_keys;
  std::vector<std::string> admin_keys;
  std::vector<std::string> service_accounts;
  std::string events_file;
  std::vector<std::string> faults;

  OrganisationOptions organisation;
  SimulatorOptions simulator;
};

// Names the option in the error.
template <class T>
absl::Status Read(std::string_view option, const absl::StatusOr<T>& value, T& out) {
  if (!value.ok()) {
    return absl::InvalidArgumentError(Concat(option, ": ", FromAbseil(value.status().message())));
  }
  out = *value;
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> ParseDuration(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration)) return duration;
  return absl::InvalidArgumentError(
      Concat("'", text, "' is no duration; write one like 90s, 15m or 24h"));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) return absl::NotFoundError(Concat("cannot read ", path));
  return std::move(content).str();
}

// Under its name only when whole: somebody waits for it.
absl::Status WriteFile(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".new";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) return absl::UnavailableError(Concat("cannot write ", path));
  return absl::OkStatus();
}

absl::Status ParseCommandLine(int argc, char** argv, Settings& settings, int& exit_code) {
  CLI::App app("Simulates JumpCloud's Directory Insights API; tests/simulator/README.md has more.",
               "jumpcloud-simulator");
  std::string span = "1h", tail = "2h", clock_skew = "0s", licensed_history;
  std::string delay_profile = "realistic", header_case = "documented", empty_cursor = "absent";

  app.add_option("--listen", settings.listen, "Address and port; port 0 is a free one")
      ->capture_default_str();
  app.add_option("--port-file", settings.port_file, "Gets the port once requests are answered");
  app.add_flag("--plain", settings.plain, "HTTP instead of HTTPS");
  app.add_option("--ca-out", settings.ca_out, "Gets the certificate authority to trust, PEM");
  auto* certificate = app.add_option("--certificate", settings.certificate,
                                     "Server certificate chain instead of an own one, PEM");
  auto* key = app.add_option("--key", settings.key, "Its private key, PEM");
  certificate->needs(key);
  key->needs(certificate);

  app.add_option("--organisation", settings.organisations, "Organisation id; repeatable")
      ->allow_extra_args(false);
  app.add_option("--organisations", settings.organisation_count,
                 "How many organisations; ids and keys are made up beyond those given");
  app.add_option("--api-key", settings.api_keys, "API key of the organisation at the same place")
      ->allow_extra_args(false);
  app.add_option("--admin-key", settings.admin_keys,
                 "API key of a multi-tenant administrator, who must send x-org-id")
      ->allow_extra_args(false);
  app.add_option("--service-account", settings.service_accounts,
                 "CLIENT_ID:SECRET for POST /oauth2/token")
      ->allow_extra_args(false);
  app.add_option("--token-lifetime", settings.simulator.token_lifetime_seconds,
                 "Seconds that its tokens last")
      ->capture_default_str();

  app.add_option("--seed", settings.simulator.seed, "The same seed makes the same events")
      ->capture_default_str();
  app.add_option("--events", settings.organisation.events, "Events that happened before the start")
      ->capture_default_str();
  app.add_option("--span", span, "Within which time before the start")->capture_default_str();
  app.add_option("--burst", settings.organisation.burst, "How many of them share a millisecond");
  app.add_option("--live-rate", settings.organisation.live_rate,
                 "Events a second that happen from the start on");
  app.add_option("--events-file", settings.events_file,
                 "Serve these events too: one JSON object a line");
  app.add_option("--delay-profile", delay_profile,
                 "How late events can be seen: none, realistic, nasty")
      ->capture_default_str();
  app.add_option("--delay-tail", tail, "The latest that an event can be seen")
      ->capture_default_str();
  app.add_option("--delay-tail-share", settings.organisation.mix.tail_share,
                 "Share of the events that are that late, instead of the profile's");
  app.add_option("--hostile", settings.organisation.mix.hostile_rate,
                 "Share of events that are no proper events")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();

  app.add_flag("--end-inclusive", settings.simulator.rules.end_inclusive,
               "A search includes its end_time");
  app.add_option("--header-case", header_case, "documented, lower, upper, title")
      ->capture_default_str();
  app.add_option("--empty-page-cursor", empty_cursor,
                 "X-Search_after of an empty page: absent, blank, requests")
      ->capture_default_str();
  app.add_flag("--sparse-histogram", settings.simulator.sparse_histogram,
               "/events/interval leaves out empty buckets");
  app.add_option("--licensed-history", licensed_history, "Searches further back get a 402");
  app.add_option("--clock-skew", clock_skew, "How far the service's clock is ahead")
      ->capture_default_str();
  app.add_option("--fault", settings.faults, "A fault, as POST /_simulator/faults takes it")
      ->allow_extra_args(false);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return absl::CancelledError();
  }
  exit_code = 2;
  absl::Status status = Read("--span", ParseDuration(span), settings.organisation.span);
  status.Update(Read("--delay-tail", ParseDuration(tail), settings.organisation.mix.tail));
  status.Update(Read("--clock-skew", ParseDuration(clock_skew), settings.simulator.clock_skew));
  if (!licensed_history.empty()) {
    status.Update(Read("--licensed-history", ParseDuration(licensed_history),
                       settings.simulator.rules.licensed_history));
  }
  status.Update(
      Read("--delay-profile", ParseDelayProfile(delay_profile), settings.organisation.mix.delays));
  status.Update(
      Read("--header-case", ParseHeaderCase(header_case), settings.simulator.header_case));
  status.Update(Read("--empty-page-cursor", ParseEmptyPageCursor(empty_cursor),
                     settings.simulator.empty_page_cursor));
  return status;
}

absl::Status Populate(const Settings& settings, absl::Time now, Simulator& simulator) {
  std::string events;
  if (!settings.events_file.empty()) {
    if (absl::Status status = Read("--events-file", ReadFile(settings.events_file), events);
        !status.ok()) {
      return status;
    }
  }
  const std::size_t count =
      std::max({settings.organisation_count, settings.organisations.size(), std::size_t{1}});
  for (std::size_t i = 0; i < count; ++i) {
    OrganisationOptions options = settings.organisation;
    options.id = i < settings.organisations.size() ? settings.organisations[i]
                                                   : absl::StrFormat("5f1d0c0de0000000%08x", i + 1);
    options.seed = Mix(settings.simulator.seed, i);
    if (absl::Status status = simulator.AddOrganisation(options, now); !status.ok()) return status;
    const std::string key =
        i < settings.api_keys.size() ? settings.api_keys[i] : Concat("jca_simulator_", i + 1);
    simulator.credentials().AddKey({key, options.id});
    if (!events.empty()) {
      if (absl::Status status = simulator.FindOrganisation(options.id)->Load(events);
          !status.ok()) {
        return absl::InvalidArgumentError(
            Concat(settings.events_file, ": ", FromAbseil(status.message())));
      }
    }
    if (i < 10) std::cout << "organisation " << options.id << " key " << key << "\n";
  }
  for (const std::string& key : settings.admin_keys) {
    simulator.credentials().AddKey({key, "", Role::kMultiTenant});
  }
  for (const std::string& account : settings.service_accounts) {
    const std::size_t colon = account.find(':');
    if (colon == std::string::npos) {
      return absl::InvalidArgumentError("--service-account: expected CLIENT_ID:SECRET");
    }
    simulator.credentials().AddServiceAccount(
        {account.substr(0, colon), account.substr(colon + 1)});
  }
  for (const std::string& text : settings.faults) {
    Fault fault;
    if (absl::Status status = Read("--fault", ParseFault(text), fault); !status.ok()) return status;
    simulator.faults().Add(fault);
  }
  return absl::OkStatus();
}

absl::StatusOr<boost::asio::ssl::context> MakeTls(const Settings& settings) {
  if (!settings.certificate.empty()) {
    const absl::StatusOr<std::string> certificate = ReadFile(settings.certificate);
    if (!certificate.ok()) return certificate.status();
    const absl::StatusOr<std::string> key = ReadFile(settings.key);
    if (!key.ok()) return key.status();
    return MakeTlsContext(*certificate, *key);
  }
  const absl::StatusOr<Certificates> made = MakeCertificates();
  if (!made.ok()) return made.status();
  if (!settings.ca_out.empty()) {
    if (absl::Status status = WriteFile(settings.ca_out, made->ca); !status.ok()) return status;
  }
  return MakeTlsContext(made->certificate, made->key);
}

absl::Status Run(const Settings& settings) {
  // Everything is ready before somebody can ask.
  Simulator simulator(settings.simulator);
  if (absl::Status status = Populate(settings, absl::Now(), simulator); !status.ok()) return status;
  std::optional<boost::asio::ssl::context> tls;
  if (!settings.plain) {
    absl::StatusOr<boost::asio::ssl::context> made = MakeTls(settings);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }

  boost::asio::io_context io(1);
  HttpServer server(io, simulator, absl::Now, std::move(tls));
  if (absl::Status status = server.Listen(settings.listen); !status.ok()) return status;
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io](const boost::system::error_code&, int) { io.stop(); });
  server.Start();
  std::cout << "listening on " << (settings.plain ? "http://" : "https://")
            << settings.listen.substr(0, settings.listen.rfind(':')) << ":" << server.port()
            << std::endl;
  if (!settings.port_file.empty()) {
    if (absl::Status status = WriteFile(settings.port_file, Concat(server.port(), "\n"));
        !status.ok()) {
      return status;
    }
  }
  io.run();
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Settings settings;
  int exit_code = 1;
  absl::Status status = ParseCommandLine(argc, argv, settings, exit_code);
  if (absl::IsCancelled(status)) return exit_code;
  // A client that hangs up while it is written to is no reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  if (sodium_init() < 0) status = absl::InternalError("libsodium does not start");
  if (status.ok()) status = Run(settings);
  if (status.ok()) return 0;
  std::cerr << "jumpcloud-simulator: " << status.message() << "\n";
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace
}  // namespace cce::simulator

int main(int argc, char** argv) { return cce::simulator::Main(argc, argv); }
