#include "cce/cli/status_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cce {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

Json Member(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : Json();
}

std::string Text(const Json& object, const char* key) {
  const Json value = Member(object, key);
  std::string text = value.is_string() ? value.get<std::string>()
                     : value.is_null() ? "-"
                                       : value.dump();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  return text;
}

std::string Lag(const Json& object) {
  const Json value = Member(object, "lag_seconds");
  if (!value.is_number_integer()) return "-";
  const auto seconds = value.get<std::int64_t>();
  if (seconds < 120) return absl::StrCat(seconds, "s");
  if (seconds < 7'200) return absl::StrCat(seconds / 60, "m");
  if (seconds < 172'800) return absl::StrCat(seconds / 3'600, "h");
  return absl::StrCat(seconds / 86'400, "d");
}

// Characters, not bytes: every byte of UTF-8 that does not continue one.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void AppendRow(const Row& row, const std::array<std::size_t, kColumns>& widths, std::string& out) {
  for (std::size_t i = 0; i < kColumns; ++i) {
    out += row[i];
    if (i + 1 < kColumns) out.append(widths[i] - Width(row[i]) + 2, ' ');
  }
  out += '\n';
}

}  // namespace

absl::StatusOr<std::string> StatusTable(std::string_view json) {
  const Json status = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  const Json engine = Member(status, "cce");
  const Json devices = Member(status, "devices");
  if (!engine.is_object() || !devices.is_array()) {
    return absl::UnavailableError(
        "the engine's answer is not a status; is it of the same version as this command?");
  }

  std::vector<Row> rows = {{"DEVICE", "STATUS", "LAG", "LAST HOUR", "LAST DAY", "DELIVERED TO"}};
  std::vector<std::string> notes = {""};
  for (const Json& device : devices) {
    std::string outputs;
    for (const Json& feed : Member(device, "feeds")) {
      absl::StrAppend(&outputs, outputs.empty() ? "" : ", ", Text(feed, "output"), " ",
                      Text(feed, "delivered_events"));
      const Json filtered = Member(feed, "filtered_events");
      if (filtered.is_number_unsigned() && filtered != 0u) {
        absl::StrAppend(&outputs, " (", Text(feed, "filtered_events"), " filtered)");
      }
      const std::string word = Text(feed, "status");
      if (word != Text(device, "status")) absl::StrAppend(&outputs, " (", word, ")");
    }
    rows.push_back({Text(device, "device_name"), Text(device, "status"), Lag(device),
                    Text(device, "events_last_hour"), Text(device, "events_last_day"), outputs});
    std::string note;
    if (Text(device, "remedy") != "-") {
      note = absl::StrCat("  cause:  ", Text(device, "status_detail"),
                          "\n  remedy: ", Text(device, "remedy"), "\n");
    }
    notes.push_back(note);
  }

  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string table = absl::StrCat("cce ", Text(engine, "version"), " ", Text(engine, "cce_id"),
                                   " since ", Text(engine, "started"), "\n");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    AppendRow(rows[i], widths, table);
    table += notes[i];
  }
  if (devices.empty()) table += "No device runs on this engine.\n";
  return table;
}

}  // namespace cce
