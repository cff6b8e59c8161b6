#include "tests/simulator/request_log.h"

#include "nlohmann/json.hpp"

namespace cce::simulator {

void AppendLine(const LoggedRequest& request, std::string& out) {
  using nlohmann::ordered_json;
  const auto or_null = [](const std::string& text) {
    return text.empty() ? ordered_json() : ordered_json(text);
  };
  ordered_json line;
  line["when"] = request.when;
  line["method"] = request.method;
  line["path"] = request.path;
  line["organisation"] = or_null(request.organisation);
  line["key"] = request.key ? ordered_json(*request.key) : ordered_json();
  line["start"] = or_null(request.start);
  line["end"] = or_null(request.end);
  line["first_ms"] = request.first_ms;
  line["end_ms"] = request.end_ms;
  line["services"] = request.services;
  line["search_after"] = request.search_after.empty()
                             ? ordered_json()
                             : ordered_json::parse(request.search_after, nullptr, false);
  line["limit"] = request.limit;
  line["sort"] = request.descending ? "DESC" : "ASC";
  line["status"] = request.status;
  line["count"] = request.count;
  line["fault"] = or_null(request.fault);
  out += line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  out += '\n';
}

}  // namespace cce::simulator
