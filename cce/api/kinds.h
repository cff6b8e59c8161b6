// What main knows of the vendors and destinations it was built with: one line each.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cce/api/checkpoint_store.h"
#include "cce/api/context.h"
#include "cce/api/format.h"
#include "cce/api/output.h"
#include "cce/api/source.h"

namespace cce {

// A device as its configuration file has it; the secret is not part of it.
struct DeviceSettings {
  std::string device_name;
  std::string tenant;
  std::string access_id;
  std::string configuration;  // JSON text, valid against SourceKind::schema
  absl::Duration overlap;     // collection.overlap
  bool redact = true;         // collection.redact: secrets inside events are masked
};

using MakeSource = std::function<absl::StatusOr<std::unique_ptr<Source>>(const DeviceSettings&)>;

struct SourceKind {
  std::string_view type;    // device_type
  std::string_view schema;  // JSON Schema of `configuration`
  // kInvalidArgument with the reason if the configuration cannot work.
  MakeSource make;
  // Hosts that a device may name without being allowed in cce.json.
  std::vector<std::string> hosts;
  // JSON Schema of the file in which an operator says what event types mean
  // (collection.event_types); empty if the vendor takes none.
  std::string_view event_types_schema;
  // `make` for sources of which event types mean what such a file says: JSON text, valid against
  // that schema. kInvalidArgument: a line "/POINTER: what was found; what is allowed" for each
  // mistake that is left.
  std::function<absl::StatusOr<MakeSource>(std::string_view)> with_event_types;
};

struct OutputSettings {
  std::string name;
  std::string options;    // JSON text, valid against OutputKind::schema
  std::string base_dir;   // relative paths in `options` are relative to this
  std::string state_dir;  // where dead letters go
  std::string cce_id;  // empty where it is not known yet: the host's name, or what the state keeps
};

// What an output may use besides the context.
struct OutputWorld {
  Context& context;
  CheckpointStore& store;
  const Format& format;
  boost::asio::any_io_executor executor;  // where the output's own coroutines run
  // The tenant of a device as it is configured now, empty without one. Thread-safe; absent: no
  // device has one.
  std::function<std::string(const std::string&)> tenant_of;
  // A thread of its own for work that takes long, so that it holds up nobody else's files.
  std::function<std::unique_ptr<Blocking>()> make_blocking;
};

// Something that no two outputs of a type may share: the option that names it, and what it is.
struct OutputClaim {
  std::string key;  // "checkpoint_topic"
  std::string what;
};

struct OutputKind {
  std::string_view type;  // "file"
  // JSON Schema of the output's object in cce.json. It names `only`; the engine's has what that is.
  std::string_view schema;
  // kInvalidArgument with a line "/POINTER: the reason" for each mistake if the options cannot work.
  // Touches nothing.
  std::function<absl::Status(const OutputSettings&)> check;
  // What an output with these settings wants for itself; absent: nothing. REQUIRES: they pass
  // `check`.
  std::function<std::optional<OutputClaim>(const OutputSettings&)> claim;
  // What an output with these settings promises. REQUIRES: they pass `check`.
  std::function<Guarantee(const OutputSettings&)> guarantee;
  std::function<absl::StatusOr<std::unique_ptr<Output>>(OutputSettings, OutputWorld)> make;
};

struct FormatKind {
  std::string_view name;
  std::function<std::unique_ptr<Format>(const FormatOptions&)> make;
};

struct Kinds {
  std::vector<SourceKind> sources;
  std::vector<OutputKind> outputs;
  std::vector<FormatKind> formats;
};

}  // namespace cce
