#include "tests/simulator/delivery_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "cce/api/text.h"
#include "simdjson.h"
#include "tests/simulator/concat.h"
#include "tests/simulator/record_tokens.h"
#include "tests/simulator/timestamp.h"

namespace cce::simulator {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kExamples = 10;
constexpr char kSeparator = '\x1f';

std::string TokenKey(std::string_view service, std::string_view id, std::string_view timestamp) {
  return Concat(Unquoted(service), std::string_view(&kSeparator, 1), Unquoted(id),
                std::string_view(&kSeparator, 1), Unquoted(timestamp));
}

std::string MomentKey(std::string_view service, std::string_view timestamp) {
  return TokenKey(service, "", timestamp);
}

bool HasId(std::string_view id_token) { return !Unquoted(id_token).empty(); }

// Takes the first line off `lines`.
std::string_view TakeLine(std::string_view& lines) {
  const std::size_t length = std::min(lines.find('\n'), lines.size());
  const std::string_view line = lines.substr(0, length);
  lines.remove_prefix(std::min(length + 1, lines.size()));
  return line;
}

// The token of a scalar member, "" when it is absent, null or no scalar.
std::string Token(ondemand::object& object, std::string_view key) {
  ondemand::value value;
  ondemand::json_type type;
  if (object.find_field_unordered(key).get(value) != simdjson::SUCCESS ||
      value.type().get(type) != simdjson::SUCCESS ||
      (type != ondemand::json_type::string && type != ondemand::json_type::number)) {
    return "";
  }
  std::string_view token = value.raw_json_token();
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return std::string(token.substr(0, last + 1));
}

std::optional<std::int64_t> Integer(ondemand::object& object, std::string_view key) {
  std::int64_t value = 0;
  if (object.find_field_unordered(key).get_int64().get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return value;
}

// What an output says about one event.
struct Delivered {
  bool normalised = false;
  std::string service;
  std::string id;
  std::string timestamp;
  std::optional<std::string> original;  // the event's bytes, where a normalised event has them
};

}  // namespace

struct DeliveryCheck::Reader {
  ondemand::parser parser;
  std::string padded;
  RecordReader records;

  bool Open(std::string_view line, ondemand::document& document, ondemand::object& object) {
    padded.reserve(line.size() + simdjson::SIMDJSON_PADDING);
    padded = line;
    return parser.iterate(padded.data(), padded.size(), padded.capacity()).get(document) ==
               simdjson::SUCCESS &&
           document.get_object().get(object) == simdjson::SUCCESS;
  }

  Delivered Read(std::string_view line) {
    Delivered delivered;
    ondemand::document document;
    ondemand::object object, metadata;
    if (Open(line, document, object) &&
        object.find_field_unordered("metadata").get_object().get(metadata) == simdjson::SUCCESS) {
      delivered.normalised = true;
      delivered.id = Token(metadata, "original_event_uid");
      delivered.service = Token(metadata, "log_source");
      delivered.timestamp = Token(metadata, "original_time");
      std::string_view original;
      if (object.find_field_unordered("raw_data").get_string().get(original) == simdjson::SUCCESS) {
        delivered.original = std::string(original);
      }
      return delivered;
    }
    const RecordTokens tokens = records.Read(line);
    delivered.service = tokens.service;
    delivered.id = tokens.id;
    delivered.timestamp = tokens.timestamp;
    return delivered;
  }
};

DeliveryCheck::DeliveryCheck(const CheckOptions& options)
    : options_(options), reader_(std::make_unique<Reader>()) {}

DeliveryCheck::~DeliveryCheck() = default;

DeliveryCheck::Hash DeliveryCheck::ParseHash(std::string_view hex) {
  Hash hash{};
  for (std::size_t i = 0; i < std::min<std::size_t>(hex.size(), 32); ++i) {
    const char c = hex[i];
    const auto digit = static_cast<std::uint64_t>(c >= 'a' ? c - 'a' + 10 : c - '0');
    hash[i / 16] = hash[i / 16] << 4 | digit;
  }
  return hash;
}

std::uint32_t DeliveryCheck::NumberOf(std::string_view text) {
  const auto next = static_cast<std::uint32_t>(numbers_.size());
  return numbers_.try_emplace(std::string(text), next).first->second;
}

absl::Status DeliveryCheck::AddTruth(std::string_view lines) {
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::string_view line = TakeLine(lines);
    if (line.empty()) continue;
    if (absl::Status status = AddTruthLine(line, number); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status DeliveryCheck::AddRequests(std::string_view lines) {
  has_requests_ = true;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::string_view line = TakeLine(lines);
    if (line.empty()) continue;
    if (absl::Status status = AddRequestLine(line, number); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void DeliveryCheck::AddDelivered(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = TakeLine(lines);
    if (!line.empty()) AddDeliveredLine(line);
  }
}

absl::Status DeliveryCheck::AddTruthLine(std::string_view line, std::size_t number) {
  ondemand::document document;
  ondemand::object object;
  if (!reader_->Open(line, document, object)) {
    return absl::InvalidArgumentError(Concat("truth, line ", number, " is not JSON"));
  }
  const std::string organisation = Token(object, "organisation");
  const std::string service = Token(object, "service");
  const std::string id = Token(object, "id");
  const std::string timestamp = Token(object, "timestamp");
  const std::optional<std::int64_t> time = Integer(object, "time");
  const std::optional<std::int64_t> visible_at = Integer(object, "visible_at");
  const std::string hash = Token(object, "hash");
  const std::string line_hash = Token(object, "line_hash");
  if (organisation.empty() || hash.empty() || !time || !visible_at) {
    return absl::InvalidArgumentError(Concat("truth, line ", number, " lacks a member"));
  }
  if (!options_.organisation.empty() && Unquoted(organisation) != options_.organisation) {
    return absl::OkStatus();
  }

  std::size_t group = groups_.size();
  if (HasId(id)) {
    group = by_tokens_.try_emplace(TokenKey(service, id, timestamp), group).first->second;
  } else {
    group = by_hash_.try_emplace(ParseHash(Unquoted(hash)), group).first->second;
  }
  if (group == groups_.size()) {
    groups_.push_back(
        {Concat("service ", service.empty() ? "-" : service, " id ", id.empty() ? "-" : id,
                " timestamp ", timestamp.empty() ? "-" : timestamp, " hash ", Unquoted(hash)),
         {},
         0,
         0});
    if (!HasId(id)) moments_[MomentKey(service, timestamp)].groups.push_back(group);
  }
  by_hash_.try_emplace(ParseHash(Unquoted(hash)), group);
  if (!line_hash.empty()) by_hash_.try_emplace(ParseHash(Unquoted(line_hash)), group);
  groups_[group].members.push_back({ToMilliseconds(*time), *visible_at,
                                    NumberOf(Unquoted(organisation)), NumberOf(Unquoted(service))});
  // However often the source has an event with one id, it is one event.
  groups_[group].expected = HasId(id) ? 1 : groups_[group].members.size();
  return absl::OkStatus();
}

absl::Status DeliveryCheck::AddRequestLine(std::string_view line, std::size_t number) {
  ondemand::document document;
  ondemand::object object;
  if (!reader_->Open(line, document, object)) {
    return absl::InvalidArgumentError(Concat("requests, line ", number, " is not JSON"));
  }
  const std::string path = Token(object, "path");
  const std::string organisation = Token(object, "organisation");
  const std::string fault = Token(object, "fault");
  const std::string start = Token(object, "start");
  const std::string end = Token(object, "end");
  const std::optional<std::int64_t> when = Integer(object, "when");
  const std::optional<std::int64_t> first_ms = Integer(object, "first_ms");
  const std::optional<std::int64_t> end_ms = Integer(object, "end_ms");
  const std::optional<std::int64_t> limit = Integer(object, "limit");
  const std::optional<std::int64_t> count = Integer(object, "count");
  if (!when || !first_ms || !end_ms || !limit || !count) {
    return absl::InvalidArgumentError(Concat("requests, line ", number, " lacks a member"));
  }
  ondemand::array services, cursor;
  std::vector<std::string> names;
  if (object.find_field_unordered("services").get_array().get(services) == simdjson::SUCCESS) {
    for (auto element : services) {
      std::string_view name;
      if (element.get_string().get(name) == simdjson::SUCCESS) names.emplace_back(name);
    }
  }
  const bool first_page =
      object.find_field_unordered("search_after").get_array().get(cursor) != simdjson::SUCCESS;
  // A spoilt page is asked for again, so it neither begins nor ends a window.
  const bool sound = fault.empty() || Unquoted(fault) == "slow" || Unquoted(fault) == "duplicates";
  if (!Unquoted(path).ends_with("/events") || Integer(object, "status") != 200 || !sound ||
      *when > options_.until ||
      (!options_.organisation.empty() && Unquoted(organisation) != options_.organisation)) {
    return absl::OkStatus();
  }

  std::sort(names.begin(), names.end());
  std::string query = Concat(organisation, start, end);
  for (const std::string& name : names) Append(query, " ", name);
  const auto [known, fresh] = window_by_query_.try_emplace(query, windows_.size());
  if (fresh) {
    if (!first_page) {
      // Its beginning was never answered soundly, at least not while the log was kept.
      window_by_query_.erase(known);
      return absl::OkStatus();
    }
    Window& window = windows_.emplace_back();
    window.organisation = NumberOf(Unquoted(organisation));
    window.first_ms = *first_ms;
    window.end_ms = *end_ms;
    window.asked_at = *when;
    window.completed = false;
    window.all_services = std::find(names.begin(), names.end(), "all") != names.end();
    for (const std::string& name : names) window.services.push_back(NumberOf(name));
  }
  Window& window = windows_[window_by_query_[query]];
  if (*count < *limit) window.completed = true;
  return absl::OkStatus();
}

std::size_t* DeliveryCheck::FindByBytes(std::string_view bytes) {
  auto found = by_hash_.find(ParseHash(HashOf(bytes)));
  if (found == by_hash_.end()) {
    // Bytes that are no UTF-8 are delivered as base64.
    std::string decoded;
    if (!absl::Base64Unescape(ForAbseil(Unquoted(bytes)), &decoded)) return nullptr;
    found = by_hash_.find(ParseHash(HashOf(decoded)));
  }
  return found == by_hash_.end() ? nullptr : &found->second;
}

void DeliveryCheck::AddDeliveredLine(std::string_view line) {
  const Delivered delivered = reader_->Read(line);
  if (HasId(delivered.id)) {
    const auto found =
        by_tokens_.find(TokenKey(delivered.service, delivered.id, delivered.timestamp));
    if (found != by_tokens_.end()) {
      ++groups_[found->second].delivered;
      return;
    }
  }
  const std::size_t* group = nullptr;
  if (delivered.original) {
    group = FindByBytes(*delivered.original);
  } else if (!delivered.normalised) {
    group = FindByBytes(line);
  }
  if (group != nullptr) {
    ++groups_[*group].delivered;
    return;
  }
  const auto moment = moments_.find(MomentKey(delivered.service, delivered.timestamp));
  if (!HasId(delivered.id) && moment != moments_.end()) {
    ++moment->second.delivered;
    return;
  }
  ++unknown_;
  if (unknown_examples_.size() < kExamples) unknown_examples_.emplace_back(line.substr(0, 300));
}

bool DeliveryCheck::WasAskedFor(const Member& member) const {
  if (!has_requests_) return true;
  return std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
    return window.completed && window.organisation == member.organisation &&
           window.first_ms <= member.time_ms && member.time_ms < window.end_ms &&
           member.visible_at <= window.asked_at &&
           (window.all_services || std::find(window.services.begin(), window.services.end(),
                                             member.service) != window.services.end());
  });
}

std::size_t DeliveryCheck::AskedFor(const Group& group) const {
  const auto asked_for =
      std::count_if(group.members.begin(), group.members.end(), [&](const Member& member) {
        return member.visible_at <= options_.until && WasAskedFor(member);
      });
  return std::min(static_cast<std::size_t>(asked_for), group.expected);
}

CheckResult DeliveryCheck::Result() const {
  // Deliveries of which only the moment is known fill what is missing there: first what a window
  // has asked for, then what may have been seen besides.
  std::vector<std::size_t> delivered(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) delivered[i] = groups_[i].delivered;
  for (const auto& [key, moment] : moments_) {
    std::size_t rest = moment.delivered;
    const auto fill = [&](std::size_t group, std::size_t up_to) {
      const std::size_t taken = std::min(up_to - std::min(up_to, delivered[group]), rest);
      delivered[group] += taken;
      rest -= taken;
    };
    for (const std::size_t group : moment.groups) fill(group, AskedFor(groups_[group]));
    for (const std::size_t group : moment.groups) fill(group, groups_[group].expected);
    if (rest > 0) delivered[moment.groups.front()] += rest;
  }

  CheckResult result;
  result.unknown = unknown_;
  result.unknown_examples = unknown_examples_;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Group& group = groups_[i];
    const auto is_visible = [&](const Member& member) {
      return member.visible_at <= options_.until;
    };
    const auto all_visible = static_cast<std::size_t>(
        std::count_if(group.members.begin(), group.members.end(), is_visible));
    const std::size_t visible = std::min(all_visible, group.expected);
    result.visible += visible;
    result.delivered += std::min(visible, delivered[i]);
    if (delivered[i] > group.expected) {
      result.doubled += delivered[i] - group.expected;
      if (result.doubled_examples.size() < kExamples) result.doubled_examples.push_back(group.name);
    }
    if (delivered[i] >= visible) continue;

    const std::size_t missing = visible - delivered[i];
    const std::size_t asked_for = AskedFor(group);
    std::size_t late = 0;
    for (const Member& member : group.members) {
      if (is_visible(member) && !WasAskedFor(member) &&
          member.visible_at / kNanosecondsPerMillisecond - member.time_ms >
              absl::ToInt64Milliseconds(options_.overlap)) {
        ++late;
      }
    }
    const std::size_t lost = asked_for > delivered[i] ? asked_for - delivered[i] : 0;
    const std::size_t counted_late = std::min(late, missing - lost);
    result.lost += lost;
    result.late += counted_late;
    result.pending += missing - lost - counted_late;
    if (lost > 0 && result.lost_examples.size() < kExamples) {
      result.lost_examples.push_back(group.name);
    }
  }
  return result;
}

}  // namespace cce::simulator
