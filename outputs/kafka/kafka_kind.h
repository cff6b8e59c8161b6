// The output type "kafka", as main knows it.
#pragma once

#include "cce/api/kinds.h"
#include "outputs/kafka/options.h"

namespace cce {

OutputKind KafkaOutputKind();

namespace kafka {

// JSON Schema of the output's object in cce.json.
std::string_view Schema();

// kInvalidArgument if the options cannot work.
absl::StatusOr<KafkaOptions> ReadOptions(const OutputSettings& settings);

}  // namespace kafka
}  // namespace cce
