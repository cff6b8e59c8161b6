// The service as these tests understand it: a sorted list of records that become visible in time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cce/api/http.h"
#include "parsers/jumpcloud/timestamp.h"

namespace cce::jumpcloud {

inline constexpr char kModelOrganisation[] = "64f0c0de5eed000000000a01";

struct ModelEvent {
  std::int64_t ms = 0;  // of its timestamp
  std::string tie;      // what orders it among those of its millisecond; unique
  std::string record;   // JSON
  std::int64_t visible_ms = 0;

  bool operator<(const ModelEvent& other) const {
    return std::tie(ms, tie) < std::tie(other.ms, other.tie);
  }
};

// A record with an id, or without one if `id` is empty.
inline ModelEvent MakeModelEvent(std::int64_t ms, std::string tie, const std::string& id,
                                 std::int64_t visible_ms) {
  nlohmann::json record = {{"service", "sso"},
                           {"event_type", "sso_auth"},
                           {"organization", kModelOrganisation},
                           {"timestamp", ToTimestamp(absl::FromUnixMillis(ms))}};
  if (!id.empty()) record["id"] = id;
  return ModelEvent{ms, std::move(tie), record.dump(), visible_ms};
}

class ModelService {
 public:
  bool end_inclusive = false;
  bool null_when_empty = false;
  bool cursor_when_empty = true;
  std::int64_t most = 10'000;  // what the limit is clamped to
  std::string count_header = "X-Result-Count";
  std::string limit_header = "X-Limit";
  std::string cursor_header = "X-Search_after";
  std::vector<ModelEvent> events;  // sorted
  std::size_t asked = 0;

  void Add(ModelEvent event) {
    events.insert(std::upper_bound(events.begin(), events.end(), event), std::move(event));
  }

  HttpResponse Answer(const HttpRequest& request, absl::Time now) {
    ++asked;
    const nlohmann::json question = nlohmann::json::parse(request.body);
    const std::int64_t start = Milliseconds(question.at("start_time"));
    const std::int64_t end = Milliseconds(question.at("end_time"));
    if (start >= end) return Refuse("Start Time not after End Time");
    if (start > absl::ToUnixMillis(now)) return Refuse("start_time is in the future");
    const std::int64_t limit = std::min(most, question.at("limit").get<std::int64_t>());

    ModelEvent after{start, "", "", 0};
    if (question.contains("search_after")) {
      after.ms = question["search_after"].at(0).get<std::int64_t>();
      after.tie = question["search_after"].at(1).get<std::string>();
    }
    std::string body = "[";
    std::string cursor;
    std::int64_t count = 0;
    for (auto it = std::upper_bound(events.begin(), events.end(), after);
         it != events.end() && count < limit; ++it) {
      if (it->ms > end || (it->ms == end && !end_inclusive)) break;
      if (it->visible_ms > absl::ToUnixMillis(now)) continue;
      absl::StrAppend(&body, count == 0 ? "" : ",", it->record);
      cursor = CursorOf(*it);
      ++count;
    }
    body += "]";
    HttpResponse response;
    response.status = 200;
    response.headers = {
        {"Date", absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", now, absl::UTCTimeZone())},
        {count_header, absl::StrCat(count)},
        {limit_header, absl::StrCat(limit)}};
    if (count > 0 || cursor_when_empty) response.headers.push_back({cursor_header, cursor});
    response.body.Append(count == 0 && null_when_empty ? "null" : body);
    return response;
  }

  // Odd spacing and escapes, which must come back as they were.
  static std::string CursorOf(const ModelEvent& event) {
    return absl::StrCat("[ ", event.ms, ",\t\"", event.tie, "\" ]");
  }

 private:
  static std::int64_t Milliseconds(const nlohmann::json& time) {
    absl::Time parsed;
    std::string error;
    absl::ParseTime(absl::RFC3339_full, time.get<std::string>(), &parsed, &error);
    return absl::ToUnixMillis(parsed);
  }

  static HttpResponse Refuse(const std::string& message) {
    HttpResponse response;
    response.status = 400;
    response.body.Append(nlohmann::json({{"message", message}}).dump());
    return response;
  }
};

}  // namespace cce::jumpcloud
