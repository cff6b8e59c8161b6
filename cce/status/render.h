// Collection Status as other programs read it.
#pragma once

#include <string>

#include "cce/status/board.h"

namespace cce {

// The answer of GET /api/v1/status: {"cce": {...}, "devices": [{..., "services": [...], "feeds":
// [...]}]}. What is unknown is null; times are RFC 3339 UTC; text that is not UTF-8 is repaired.
std::string ToJson(const EngineStatus& status);

// The answer of GET /metrics: Prometheus text exposition format 0.0.4.
std::string ToMetrics(const EngineStatus& status);

}  // namespace cce
