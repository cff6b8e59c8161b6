// Builds the command from everything that this program knows: a vendor, an output or a format is
// one line here.
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "cce/cli/command_line.h"
#include "cce/cli/run.h"
#include "outputs/file/file_kind.h"
#include "outputs/format/cef_format.h"
#include "outputs/format/ecs_format.h"
#include "outputs/format/leef_format.h"
#include "outputs/format/ocsf_format.h"
#include "outputs/format/raw_format.h"
#include "outputs/kafka/kafka_kind.h"
#include "outputs/syslog/syslog_kind.h"
#include "parsers/jumpcloud/source.h"

int main(int argc, char** argv) {
  cce::Kinds kinds;
  kinds.sources.push_back(cce::jumpcloud::JumpCloudKind());
  kinds.outputs.push_back(cce::FileOutputKind());
  kinds.outputs.push_back(cce::KafkaOutputKind());
  kinds.outputs.push_back(cce::SyslogOutputKind());
  kinds.formats.push_back({"ocsf", [](const cce::FormatOptions& options) {
                             return std::make_unique<cce::OcsfFormat>(options.keep_original);
                           }});
  kinds.formats.push_back({"ecs", [](const cce::FormatOptions& options) {
                             return std::make_unique<cce::EcsFormat>(options.keep_original);
                           }});
  kinds.formats.push_back(
      {"cef", [](const cce::FormatOptions&) { return std::make_unique<cce::CefFormat>(); }});
  kinds.formats.push_back(
      {"leef", [](const cce::FormatOptions&) { return std::make_unique<cce::LeefFormat>(); }});
  kinds.formats.push_back(
      {"raw", [](const cce::FormatOptions&) { return std::make_unique<cce::RawFormat>(); }});

  const cce::CommandLine command{kinds,     CCE_VERSION, cce::RunEngine,
                                 absl::Now, std::cout,   std::cerr};
  return command.Execute(argc, argv);
}
