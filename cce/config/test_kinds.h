// A vendor and an output that exist for tests of configuration and command line.
#pragma once

#include <memory>
#include <string>

#include "cce/api/kinds.h"

namespace cce {

// Accepts every configuration but one whose org_id is "impossible". StartAt is the time itself.
// With a file of event types, the organisation is what the file says.
class TestSource : public Source {
 public:
  explicit TestSource(std::string organisation) : organisation_(std::move(organisation)) {}

  const std::string& organisation() const override { return organisation_; }
  absl::Duration poll_interval() const override { return absl::Seconds(60); }
  int page_size() const override { return 10; }
  Position Start(absl::Time now) const override { return absl::FormatTime(now); }
  Position StartAt(absl::Time from) const override {
    return absl::FormatTime(absl::RFC3339_full, from, absl::UTCTimeZone());
  }
  HttpRequest Probe(absl::Time) const override { return {}; }
  absl::Status ReadProbe(const HttpResponse&) const override { return absl::OkStatus(); }
  absl::StatusOr<std::optional<Ask>> Next(const Position&, absl::Time, int) const override {
    return std::optional<Ask>();
  }
  absl::StatusOr<Answer> Read(const Position&, int, HttpResponse) const override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<PassedOver> Pass(const Position&, const HttpResponse&) const override {
    return absl::UnimplementedError("");
  }

 private:
  std::string organisation_;
};

class TestFormat : public Format {
 public:
  explicit TestFormat(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  void Write(const Event&, const Mark&, Buffer&) const override {}

 private:
  std::string_view name_;
};

inline Kinds TestKinds() {
  Kinds kinds;
  SourceKind source;
  source.type = "jumpcloud";
  source.schema = R"({"type": "object", "required": ["org_id"], "additionalProperties": false,
    "properties": {"org_id": {"type": "string", "minLength": 1, "description": "its id"},
                   "base_url": {"type": "string"}}})";
  source.hosts = {"api.jumpcloud.com"};
  source.make = [](const DeviceSettings& settings) -> absl::StatusOr<std::unique_ptr<Source>> {
    if (settings.configuration.find("impossible") != std::string::npos) {
      return absl::InvalidArgumentError("/configuration/org_id: found \"impossible\"");
    }
    return std::make_unique<TestSource>("acme-org");
  };
  source.event_types_schema = R"({"type": "object", "additionalProperties":
    {"type": "string", "description": "its meaning"}})";
  source.with_event_types = [](std::string_view json) -> absl::StatusOr<MakeSource> {
    if (json.find("impossible") != std::string_view::npos) {
      return absl::InvalidArgumentError("/a: found \"impossible\"\n/b: so is this");
    }
    return [organisation = std::string(json)](
               const DeviceSettings&) -> absl::StatusOr<std::unique_ptr<Source>> {
      return std::make_unique<TestSource>(organisation);
    };
  };
  kinds.sources.push_back(std::move(source));

  OutputKind output;
  output.type = "file";
  output.schema = R"({"type": "object", "required": ["type", "directory"],
    "additionalProperties": false,
    "properties": {"type": {"enum": ["file"]},
                   "directory": {"type": "string", "minLength": 1, "description": "a folder"},
                   "format": {"type": "string"}, "only": {}}})";
  output.check = [](const OutputSettings& settings) -> absl::Status {
    if (settings.options.find("impossible") == std::string::npos) return absl::OkStatus();
    return absl::InvalidArgumentError("/directory: found \"impossible\"\n/format: so is this");
  };
  output.claim = [](const OutputSettings& settings) -> std::optional<OutputClaim> {
    if (settings.options.find("claimed") == std::string::npos) return std::nullopt;
    return OutputClaim{"directory", "the moon"};
  };
  output.guarantee = [](const OutputSettings& settings) -> Guarantee {
    if (settings.name == "copy") return {"nothing", "it is a copy"};
    return {"exactly once", "it is an archive"};
  };
  output.make = [](OutputSettings, OutputWorld) -> absl::StatusOr<std::unique_ptr<Output>> {
    return absl::UnimplementedError("");
  };
  kinds.outputs.push_back(std::move(output));
  for (const char* name : {"ocsf", "raw"}) {
    kinds.formats.push_back({name, [name](const FormatOptions&) -> std::unique_ptr<Format> {
                               return std::make_unique<TestFormat>(name);
                             }});
  }
  return kinds;
}

}  // namespace cce
