// The output type "file", as main knows it.
#pragma once

#include "cce/api/kinds.h"
#include "outputs/file/file_output.h"

namespace cce {

OutputKind FileOutputKind();

namespace file {

// JSON Schema of the output's object in cce.json.
std::string_view Schema();

// kInvalidArgument if the options cannot work.
absl::StatusOr<FileOptions> ReadOptions(const OutputSettings& settings);

}  // namespace file
}  // namespace cce
