#include "tests/e2e/site.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace cce::e2e {
namespace {

namespace fs = std::filesystem;

constexpr char kOrganisation[] = "64f0c0de5eed000000000a01";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

Site::Site(SiteOptions options)
    : options_(std::move(options)),
      temporary_(options_.parent.empty() ? fs::temp_directory_path() : fs::path(options_.parent)),
      key_("jca_0123456789abcdefghijklmnopqrstuvwxyz") {
  fs::create_directory(folder_ + "/devices.d");

  const std::string port_file = folder_ + "/port";
  std::vector<std::string> arguments = {"--listen",       "127.0.0.1:0", "--port-file", port_file,
                                        "--organisation", kOrganisation, "--api-key",   key_};
  if (options_.tls) {
    arguments.insert(arguments.end(), {"--ca-out", ca_file()});
  } else {
    arguments.push_back("--plain");
  }
  arguments.insert(arguments.end(), options_.simulator.begin(), options_.simulator.end());
  simulator_ = std::make_unique<Child>(CCE_SIMULATOR, arguments, folder_ + "/simulator.log");
  std::string port;
  while ((port = ReadFile(port_file)).empty()) {
    if (simulator_->WaitFor(20) != -1) {
      throw std::runtime_error("the simulator has ended: " + ReadFile(folder_ + "/simulator.log"));
    }
  }
  url_ = std::string(options_.tls ? "https" : "http") +
         "://127.0.0.1:" + std::to_string(std::stoi(port));
  WriteConfiguration();
  Configure(key_);
}

void Site::WriteConfiguration() const {
  std::ostringstream json;
  json << R"({"state_dir":"state","devices_dir":"devices.d","listen":"",)"
       << R"("http":{"ca_file":")" << (options_.tls ? "ca.pem" : "") << R"("},)"
       << R"("security":{"allow_private_hosts":true},)";
  if (!options_.event_types.empty()) {
    WriteFile(folder_ + "/types.json", options_.event_types);
    json << R"("collection":{"event_types":{"jumpcloud":"types.json"}},)";
  }
  json << R"("outputs":{)";
  const char* comma = "";
  for (const std::string& output : options_.outputs) {
    const auto format = options_.formats.find(output);
    json << comma << '"' << output << R"(":)";
    comma = ",";
    const auto definition = options_.definitions.find(output);
    if (definition != options_.definitions.end()) {
      json << definition->second;
      continue;
    }
    json << R"({"type":"file","directory":")" << output
         << (options_.tenant.empty() ? "" : "/{tenant}") << R"(","compress":")" << options_.compress
         << R"(","format":")" << (format == options_.formats.end() ? "ocsf" : format->second)
         << R"(","rotate_size":")" << options_.rotate_size << '"';
    const auto filter = options_.filters.find(output);
    if (filter != options_.filters.end()) json << R"(,"only":)" << filter->second;
    json << '}';
  }
  json << "}}";
  WriteFile(folder_ + "/cce.json", json.str());
}

void Site::Configure(const std::string& secret_key) {
  std::ostringstream json;
  json << R"({"device_name":"acme","tenant":")" << options_.tenant
       << R"(","access_id":"","secret_key":")" << secret_key << R"(","configuration":{"org_id":")"
       << kOrganisation << R"(","base_url":")" << url_ << R"(","start":"-48h","poll_interval":")"
       << options_.poll_interval << R"(","page_size":)" << options_.page_size << "}}";
  WriteFile(folder_ + "/devices.d/acme.json", json.str());
}

std::unique_ptr<Child> Site::StartEngine(bool until_caught_up,
                                         const std::vector<std::string>& environment) {
  std::vector<std::string> arguments = {"run", "--config", folder_ + "/cce.json"};
  if (until_caught_up) arguments.push_back("--until-caught-up");
  return std::make_unique<Child>(CCE_PROGRAM, arguments, folder_ + "/cce.log", environment);
}

int Site::RunCce(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--config", folder_ + "/cce.json"});
  return Child(CCE_PROGRAM, arguments, folder_ + "/cce.log").Wait();
}

std::string Site::Simulator(const std::string& path, const std::string& body) {
  const std::string answer = folder_ + "/answer";
  fs::remove(answer);
  std::vector<std::string> arguments = {"-sS", "--fail-with-body", "-o", answer};
  if (options_.tls) arguments.insert(arguments.end(), {"--cacert", ca_file()});
  if (!body.empty()) arguments.insert(arguments.end(), {"--data-binary", body});
  arguments.push_back(url_ + "/_simulator/" + path);
  const int code = Child(CCE_CURL, arguments, folder_ + "/tools.log").Wait();
  if (code != 0) throw std::runtime_error(path + ": " + ReadFile(answer));
  return ReadFile(answer);
}

Site::Figures Site::Check(const std::string& output) {
  WriteFile(folder_ + "/truth.ndjson", Simulator("truth"));
  WriteFile(folder_ + "/requests.ndjson", Simulator("requests"));
  const std::string report = folder_ + "/check.log";
  fs::remove(report);
  Figures figures;
  std::vector<std::string> arguments = {
      "--truth",  folder_ + "/truth.ndjson", "--requests", folder_ + "/requests.ndjson",
      "--output", OutputFolder(output),      "--overlap",  "10m"};
  if (options_.definitions.contains(output)) arguments.push_back("--no-manifests");
  figures.exit_code = Child(CCE_CHECK_DELIVERY, arguments, report).Wait();
  std::ifstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    long value = -1;
    // Examples begin with a figure's name as well.
    if (!(words >> name >> value)) continue;
    if (name == "visible") figures.visible = value;
    if (name == "delivered") figures.delivered = value;
    if (name == "lost") figures.lost = value;
    if (name == "doubled") figures.doubled = value;
    if (name == "late") figures.late = value;
    if (name == "pending") figures.pending = value;
    if (name == "files") figures.files = value;
  }
  return figures;
}

std::string Site::Log() const {
  return ReadFile(folder_ + "/cce.log") + ReadFile(folder_ + "/check.log");
}

}  // namespace cce::e2e
