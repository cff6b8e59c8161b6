#include "parsers/jumpcloud/position.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "cce/api/text.h"
#include "cce/api/trouble.h"
#include "parsers/jumpcloud/cursor.h"
#include "parsers/jumpcloud/timestamp.h"

namespace cce::jumpcloud {
namespace {

// Its objects keep their keys sorted: equal content is equal text.
using Json = nlohmann::json;

constexpr int kVersion = 1;

absl::Status Unreadable(std::string_view why) {
  return TroubleError(
      absl::StatusCode::kDataLoss,
      absl::StrCat("the stored position cannot be read: ", ForAbseil(why)),
      {.word = StatusWord::kDelayed,
       .remedy =
           "Run the version of CCE that wrote it, or start this device afresh on purpose with "
           "`cce device reset NAME --from TIME`."});
}

std::string HexOf(const RecordHash& hash) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

std::optional<RecordHash> HashOf(const std::string& hex) {
  RecordHash hash;
  if (hex.size() != 2 * hash.size() ||
      hex.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  sodium_hex2bin(hash.data(), hash.size(), hex.data(), hex.size(), nullptr, nullptr, nullptr);
  return hash;
}

// The reading of one object: the first missing or unfit member is remembered, and what is read
// after it does not count.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  bool Has(const char* key) const { return object_.contains(key); }
  const std::string& wrong() const { return wrong_; }

  absl::Time Time(const char* key) {
    const Json* value = Find(key);
    std::optional<absl::Time> time;
    if (value != nullptr && value->is_string()) {
      time = ReadTimestamp(value->get_ref<const std::string&>());
    }
    if (!time) Fail(key);
    return time.value_or(absl::UnixEpoch());
  }

  std::string Text(const char* key) {
    const Json* value = Find(key);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    Fail(key);
    return "";
  }

  std::int64_t Integer(const char* key) {
    const Json* value = Find(key);
    if (value != nullptr && value->is_number_integer()) return value->get<std::int64_t>();
    Fail(key);
    return 0;
  }

  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const Json* value = Find(key);
    if (value == nullptr || !value->is_array() || value->empty()) Fail(key);
    if (value == nullptr) return texts;
    for (const Json& element : *value) {
      if (!element.is_string()) {
        Fail(key);
        break;
      }
      texts.push_back(element.get<std::string>());
    }
    return texts;
  }

  absl::flat_hash_map<RecordHash, std::uint32_t> Counts(const char* key) {
    absl::flat_hash_map<RecordHash, std::uint32_t> counts;
    const Json* value = Find(key);
    if (value == nullptr || !value->is_object()) {
      Fail(key);
      return counts;
    }
    for (const auto& [hex, count] : value->items()) {
      const std::optional<RecordHash> hash = HashOf(hex);
      if (!hash || !count.is_number_unsigned() ||
          count > std::numeric_limits<std::uint32_t>::max()) {
        Fail(key);
        break;
      }
      counts.emplace(*hash, count.get<std::uint32_t>());
    }
    return counts;
  }

  void Fail(const char* key) {
    if (wrong_.empty()) wrong_ = key;
  }

 private:
  const Json* Find(const char* key) const {
    const auto member = object_.find(key);
    return member == object_.end() ? nullptr : &*member;
  }

  const Json& object_;
  std::string wrong_;
};

Rest ReadRest(Reader& reader) {
  Rest rest{reader.Time("from"), reader.Time("end")};
  if (reader.Has("untimed_ms")) rest.untimed_ms = reader.Integer("untimed_ms");
  if (rest.from > rest.end) reader.Fail("from");
  return rest;
}

Paging ReadPaging(Reader& reader) {
  const Window window{reader.Time("start"), reader.Time("end")};
  Paging paging = OpenWindow(window, reader.Texts("services"), Rest{window.start, window.start});
  if (paging.window.start >= paging.window.end) reader.Fail("start");
  if (reader.Has("untimed_ms")) paging.untimed_ms = reader.Integer("untimed_ms");
  if (reader.Has("ms") || reader.Has("search_after")) paging.passed.ms = reader.Integer("ms");
  if (!reader.Has("search_after")) return paging;
  paging.search_after = reader.Text("search_after");
  if (!ReadCursor(paging.search_after)) reader.Fail("search_after");
  if (reader.Has("passed")) paging.passed.counts = reader.Counts("passed");
  return paging;
}

}  // namespace

Paging OpenWindow(const Window& window, std::vector<std::string> services, const Rest& rest) {
  const std::int64_t ms = rest.untimed_ms.value_or(absl::ToUnixMillis(window.start));
  return Paging{window, std::move(services), "", Passed{ms, {}}};
}

Position ToPosition(const Place& place) {
  Json json = {{"v", kVersion}};
  if (const Rest* rest = std::get_if<Rest>(&place)) {
    json["from"] = ToTimestamp(rest->from);
    json["end"] = ToTimestamp(rest->end);
    if (rest->untimed_ms) json["untimed_ms"] = *rest->untimed_ms;
    return json.dump();
  }
  const Paging& paging = std::get<Paging>(place);
  json["start"] = ToTimestamp(paging.window.start);
  json["end"] = ToTimestamp(paging.window.end);
  json["services"] = paging.services;
  if (paging.untimed_ms) json["untimed_ms"] = *paging.untimed_ms;
  if (!paging.search_after.empty() || paging.passed.ms != absl::ToUnixMillis(paging.window.start)) {
    json["ms"] = paging.passed.ms;
  }
  if (!paging.search_after.empty()) {
    json["search_after"] = paging.search_after;
    for (const auto& [hash, count] : paging.passed.counts) json["passed"][HexOf(hash)] = count;
  }
  return json.dump();
}

absl::StatusOr<Place> ReadPosition(std::string_view position) {
  const Json json = Json::parse(position, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Unreadable("it is not a JSON object");
  Reader reader(json);
  const std::int64_t version = reader.Integer("v");
  if (reader.wrong().empty() && version != kVersion) {
    return Unreadable(absl::StrCat("its version is ", version, ", known is ", kVersion));
  }
  Place place;
  if (reader.Has("from")) {
    place = ReadRest(reader);
  } else {
    place = ReadPaging(reader);
  }
  if (!reader.wrong().empty()) {
    return Unreadable(absl::StrCat("its member \"", reader.wrong(), "\" is missing or unfit"));
  }
  return place;
}

}  // namespace cce::jumpcloud
