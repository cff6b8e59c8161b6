// A customer's site for one test: a simulated organisation, an engine's folder with its
// configuration, and the comparison of what was delivered with what was visible.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/child.h"
#include "tests/fakes/temporary_directory.h"

namespace cce::e2e {

struct SiteOptions {
  std::vector<std::string> simulator;  // arguments besides address, organisation and key
  std::string poll_interval = "1s";
  int page_size = 500;
  std::vector<std::string> outputs = {"archive"};
  std::map<std::string, std::string> formats;  // by output; default ocsf
  std::map<std::string, std::string> filters;  // by output: `only` as JSON; default none
  std::map<std::string, std::string> definitions;  // by output: all of it as JSON; default a file
  std::string event_types;  // JSON of collection.event_types' file for JumpCloud; empty: none
  std::string rotate_size = "256KiB";
  std::string compress;  // as the file output takes it
  std::string tenant;    // the device's; not empty: outputs have a folder for each tenant
  std::string parent;  // the folder that the site's is made in; empty: the system's for such things
  bool tls = false;    // HTTPS with the simulator's own authority, instead of HTTP
};

// Everything is under a temporary folder that goes with it.
class Site {
 public:
  explicit Site(SiteOptions options);

  // `cce run` with this site's configuration.
  std::unique_ptr<Child> StartEngine(bool until_caught_up,
                                     const std::vector<std::string>& environment = {});

  // Runs `cce` with these arguments and this site's configuration; the exit code.
  int RunCce(std::vector<std::string> arguments);

  struct Figures {
    int exit_code = -1;
    long visible = -1, delivered = -1, lost = -1, doubled = -1, late = -1, pending = -1, files = -1;
  };
  // Compares the files of `output` with the simulator's record; manifests too, unless the output is
  // defined otherwise than as a file.
  Figures Check(const std::string& output = "archive");

  // GET or, with a body, POST under /_simulator/.
  std::string Simulator(const std::string& path, const std::string& body = {});

  const std::string& url() const { return url_; }
  const std::string& key() const { return key_; }
  // What to trust; empty without TLS.
  std::string ca_file() const { return options_.tls ? folder_ + "/ca.pem" : std::string(); }
  const std::string& folder() const { return folder_; }
  std::string OutputFolder(const std::string& output) const { return folder_ + "/" + output; }
  // What the engine and the tools have printed.
  std::string Log() const;

  // Rewrites the device file.
  void Configure(const std::string& secret_key);

 private:
  void WriteConfiguration() const;

  const SiteOptions options_;
  const TemporaryDirectory temporary_;
  const std::string folder_ = temporary_.path();
  std::string url_;
  const std::string key_;
  std::unique_ptr<Child> simulator_;
};

}  // namespace cce::e2e
