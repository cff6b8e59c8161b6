// A whole configuration as plain values: cce.json and every device that runs on this machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cce/api/event_filter.h"
#include "cce/api/format.h"
#include "cce/api/kinds.h"
#include "cce/config/secret.h"

namespace cce {

struct OutputConfiguration {
  std::string name;
  std::string type;    // an OutputKind::type
  std::string format;  // a Format::name
  EventFilter filter;
  std::string options;   // JSON text, valid against OutputKind::schema
  std::string base_dir;  // absolute
};

struct DeviceConfiguration {
  std::string file;  // the device file, for messages
  std::string device_type;
  std::string cce_ip;
  DeviceSettings settings;
  Secret secret;
  std::vector<std::string> outputs;      // names; all outputs if the file names none
  std::shared_ptr<const Source> source;  // made from `settings`
};

// Move-only because of the secrets.
struct Configuration {
  std::string file;    // absolute
  std::string cce_id;  // empty if absent: the name kept in the state, else the host's
  std::string cce_ip;
  std::string state_dir;       // absolute
  std::string devices_dir;     // absolute
  std::string listen_address;  // a loopback address without brackets; empty: no TCP
  std::uint16_t listen_port = 0;

  std::uint64_t memory_limit = 256u << 20;
  int requests_in_flight = 64;

  absl::Duration audit_horizon = absl::Hours(24);
  KeepOriginal keep_original = KeepOriginal::kDegraded;

  std::string proxy;
  std::string ca_file;  // absolute; empty: the system's

  std::vector<std::string> allowed_hosts;
  bool allow_private_hosts = false;

  std::vector<OutputConfiguration> outputs;
  std::vector<DeviceConfiguration> devices;  // sorted by name; those whose cce_ip is this engine's
};

}  // namespace cce
