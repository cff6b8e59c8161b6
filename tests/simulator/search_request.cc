#include "tests/simulator/search_request.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/simulator/concat.h"
#include "tests/simulator/event_shapes.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

using nlohmann::json;

// Members whose effect is not simulated: to ignore them would answer with the wrong events.
constexpr std::string_view kNotSimulated[] = {"fields", "search_term", "q", "exact_match"};

// nullptr when absent.
const json* Find(const json& body, const char* key) {
  const auto found = body.find(key);
  return found == body.end() ? nullptr : &*found;
}

absl::StatusOr<json> ParseObject(std::string_view text) {
  json body = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return absl::InvalidArgumentError("Request body is not a JSON object");
  return body;
}

absl::Status ReadServices(const json& body, SearchRequest& search) {
  const json* services = Find(body, "service");
  if (services == nullptr) return absl::InvalidArgumentError("service is required");
  if (!services->is_array() || services->empty()) {
    return absl::InvalidArgumentError("service must be an array of strings");
  }
  search.query.range.services = 0;
  for (const json& service : *services) {
    if (!service.is_string()) {
      return absl::InvalidArgumentError("service must be an array of strings");
    }
    const auto& name = service.get_ref<const std::string&>();
    search.services.push_back(name);
    const auto known = KnownServices();
    if (name == "all") {
      search.query.range.services = kAllServices;
    } else if (std::find(known.begin(), known.end(), name) != known.end()) {
      search.query.range.services |= ServiceBit(name);
    } else {
      std::string message = Concat("Unsupported service ", name, ", supported values: all");
      for (const std::string_view supported : known) Append(message, ", ", supported);
      return absl::InvalidArgumentError(message);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> ReadTime(const json& value, std::string_view name, std::string& text) {
  if (value.is_string()) {
    text = value.get<std::string>();
    if (const std::optional<std::int64_t> time = ParseTimestamp(text)) return *time;
  }
  return absl::InvalidArgumentError(Concat(name, " is not an RFC 3339 date: ", value.dump()));
}

std::string AsSeconds(std::int64_t time) {
  std::string text;
  AppendTimestamp(Truncate(time, Fraction::kNone), Fraction::kNone, text);
  return text;
}

absl::Status ReadTimes(const json& body, const SearchRules& rules, std::int64_t now,
                       SearchRequest& search) {
  const json* start = Find(body, "start_time");
  if (start == nullptr) return absl::InvalidArgumentError("start_time is required");
  const absl::StatusOr<std::int64_t> start_time = ReadTime(*start, "start_time", search.start);
  if (!start_time.ok()) return start_time.status();
  if (*start_time > now) {
    return absl::InvalidArgumentError(Concat("start_time is in the future: ", search.start));
  }
  std::int64_t end_time = now;
  if (const json* end = Find(body, "end_time")) {
    const absl::StatusOr<std::int64_t> read = ReadTime(*end, "end_time", search.end);
    if (!read.ok()) return read.status();
    end_time = *read;
  }
  if (*start_time >= end_time) {
    return absl::InvalidArgumentError(Concat("Start Time not after End Time ",
                                             AsSeconds(*start_time), " > ", AsSeconds(end_time)));
  }
  const std::int64_t oldest = rules.licensed_history == absl::InfiniteDuration()
                                  ? std::numeric_limits<std::int64_t>::min()
                                  : now - absl::ToInt64Nanoseconds(rules.licensed_history);
  if (*start_time < oldest) {
    return absl::FailedPreconditionError("start_time is beyond the history of your plan");
  }
  search.query.range.first_ms = ToMilliseconds(*start_time);
  search.query.range.end_ms = ToMilliseconds(end_time) + (rules.end_inclusive ? 1 : 0);
  return absl::OkStatus();
}

absl::Status ReadPaging(const json& body, SearchRequest& search) {
  PageQuery& query = search.query;
  query.limit = kDefaultLimit;
  if (const json* limit = Find(body, "limit")) {
    if (limit->is_number_integer() && limit->get<std::int64_t>() > 0) {
      query.limit = std::min(limit->get<std::size_t>(), kMaximumLimit);
    }
  }
  if (const json* skip = Find(body, "skip")) {
    if (skip->is_number_integer() && skip->get<std::int64_t>() > 0) {
      query.skip = skip->get<std::size_t>();
    }
  }
  if (const json* sort = Find(body, "sort")) {
    query.descending =
        sort->is_string() && absl::AsciiStrToUpper(sort->get<std::string>()) == "DESC";
  }
  if (const json* after = Find(body, "search_after")) {
    if (!after->is_array() || after->size() != 2 || !(*after)[0].is_number_integer() ||
        !(*after)[1].is_string()) {
      return absl::InvalidArgumentError("search_after must be the value of X-Search_after");
    }
    query.after = Cursor{(*after)[0].get<std::int64_t>(), (*after)[1].get<std::string>()};
    search.search_after = after->dump();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SearchRequest> ParseSearch(std::string_view text, const SearchRules& rules,
                                          std::int64_t now) {
  const absl::StatusOr<json> body = ParseObject(text);
  if (!body.ok()) return body.status();
  SearchRequest search;
  if (const absl::Status status = ReadServices(*body, search); !status.ok()) return status;
  if (const absl::Status status = ReadTimes(*body, rules, now, search); !status.ok()) return status;
  if (const absl::Status status = ReadPaging(*body, search); !status.ok()) return status;
  for (const std::string_view member : kNotSimulated) {
    if (body->contains(std::string(member))) {
      return absl::InvalidArgumentError(Concat("The simulator does not know ", member));
    }
  }
  return search;
}

absl::Status ParseInterval(std::string_view text, SearchRequest& search) {
  const absl::StatusOr<json> body = ParseObject(text);
  if (!body.ok()) return body.status();
  const json* unit = Find(*body, "interval_unit");
  const std::string unit_name =
      unit != nullptr && unit->is_string() ? unit->get<std::string>() : "";
  if (unit_name == "s") {
    search.interval_ms = 1000;
  } else if (unit_name == "m") {
    search.interval_ms = 60'000;
  } else if (unit_name == "h") {
    search.interval_ms = 3'600'000;
  } else if (unit_name == "d") {
    search.interval_ms = 86'400'000;
  } else if (unit_name == "w") {
    search.interval_ms = 7 * 86'400'000;
  } else {
    return absl::InvalidArgumentError("interval_unit must be one of s, m, h, d, w");
  }
  if (const json* value = Find(*body, "interval_value")) {
    std::int64_t factor = 0;
    if (!value->is_string() || !absl::SimpleAtoi(value->get<std::string>(), &factor) ||
        factor < 1 || factor > 100'000) {
      return absl::InvalidArgumentError("interval_value must be a string with a positive number");
    }
    search.interval_ms *= factor;
  }
  if (const json* zone = Find(*body, "timezone")) {
    const std::string name = zone->is_string() ? zone->get<std::string>() : "";
    int hours = 0, minutes = 0;
    if (name.size() != 5 || (name[0] != '+' && name[0] != '-') ||
        !absl::SimpleAtoi(name.substr(1, 2), &hours) ||
        !absl::SimpleAtoi(name.substr(3, 2), &minutes)) {
      return absl::InvalidArgumentError("timezone must look like -0500");
    }
    search.zone = name;
    search.zone_offset_ms = (hours * 60 + minutes) * std::int64_t{60'000};
    if (name[0] == '-') search.zone_offset_ms = -search.zone_offset_ms;
  }
  return absl::OkStatus();
}

}  // namespace cce::simulator
