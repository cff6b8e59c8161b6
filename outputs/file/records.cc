#include "outputs/file/records.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace cce::file {
namespace {

using nlohmann::json;

bool Take(const json& object, const char* key, std::uint64_t& out) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return false;
  out = found->get<std::uint64_t>();
  return true;
}

bool Take(const json& object, const char* key, std::string& out) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return false;
  out = found->get<std::string>();
  return true;
}

// The same of a text that versions before have not written.
bool TakeIfThere(const json& object, const char* key, std::string& out) {
  return !object.contains(key) || Take(object, key, out);
}

bool TakeIfThere(const json& object, const char* key, Compression& out) {
  std::string name;
  if (!TakeIfThere(object, key, name)) return false;
  for (const Compression known : {Compression::kNone, Compression::kZstd, Compression::kGzip}) {
    if (name != NameOf(known)) continue;
    out = known;
    return true;
  }
  return false;
}

bool TakeIfThere(const json& object, const char* key, std::vector<OwnFolder>& out) {
  const auto found = object.find(key);
  if (found == object.end()) return true;
  if (!found->is_array()) return false;
  for (const json& folder : *found) {
    OwnFolder& own = out.emplace_back();
    if (!folder.is_object() || !Take(folder, "path", own.path) ||
        !Take(folder, "organisation", own.organisation)) {
      return false;
    }
  }
  return true;
}

bool TakeIfThere(const json& object, const char* key, std::optional<std::int64_t>& out) {
  const auto found = object.find(key);
  if (found == object.end()) return true;
  if (!found->is_number_integer()) return false;
  out = found->get<std::int64_t>();
  return true;
}

std::string Dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A folder's value is one line of JSON and behind it the position as it is, which need not be
// UTF-8.
bool Read(std::string_view value, FolderRecord& record) {
  const std::size_t line_end = value.find('\n');
  if (line_end == std::string_view::npos) return false;
  const json object = json::parse(value.substr(0, line_end), nullptr, false);
  record.position = std::string(value.substr(line_end + 1));
  return object.is_object() && Take(object, "organisation", record.organisation) &&
         TakeIfThere(object, "path", record.path) && TakeIfThere(object, "former", record.former) &&
         Take(object, "next_sequence", record.next_sequence) &&
         Take(object, "dead_letter_bytes", record.dead_letter_bytes);
}

bool Read(std::string_view value, FileRecord& record) {
  const json object = json::parse(value, nullptr, false);
  std::optional<std::int64_t> opened;
  if (!object.is_object() || !Take(object, "sequence", record.sequence) ||
      !Take(object, "name", record.name) || !Take(object, "bytes", record.bytes) ||
      !Take(object, "events", record.events) || !Take(object, "late", record.late) ||
      !TakeIfThere(object, "folder", record.folder) ||
      !TakeIfThere(object, "output", record.origin.output) ||
      !TakeIfThere(object, "device", record.origin.device) ||
      !TakeIfThere(object, "tenant", record.origin.tenant) ||
      !TakeIfThere(object, "organisation", record.origin.organisation) ||
      !TakeIfThere(object, "format", record.origin.format) ||
      !TakeIfThere(object, "compression", record.compression) ||
      !TakeIfThere(object, "first_ns", record.first_ns) ||
      !TakeIfThere(object, "last_ns", record.last_ns) ||
      !TakeIfThere(object, "opened_ns", opened) || !opened) {
    return false;
  }
  record.opened_ns = *opened;
  return true;
}

}  // namespace

std::string KeyPrefix(const std::string& device) { return device + "/"; }

OutputValue ToValue(const std::string& device, const FolderRecord& record) {
  json object = {{"organisation", record.organisation},
                 {"path", record.path},
                 {"next_sequence", record.next_sequence},
                 {"dead_letter_bytes", record.dead_letter_bytes}};
  for (const OwnFolder& folder : record.former) {
    object["former"].push_back({{"path", folder.path}, {"organisation", folder.organisation}});
  }
  return {KeyPrefix(device), absl::StrCat(Dump(object), "\n", record.position)};
}

OutputValue ToValue(const std::string& device, const FileRecord& record) {
  json object = {{"sequence", record.sequence},
                 {"folder", record.folder},
                 {"name", record.name},
                 {"output", record.origin.output},
                 {"device", record.origin.device},
                 {"tenant", record.origin.tenant},
                 {"organisation", record.origin.organisation},
                 {"format", record.origin.format},
                 {"compression", NameOf(record.compression)},
                 {"bytes", record.bytes},
                 {"events", record.events},
                 {"late", record.late},
                 {"opened_ns", record.opened_ns}};
  if (record.first_ns) object["first_ns"] = *record.first_ns;
  if (record.last_ns) object["last_ns"] = *record.last_ns;
  OutputValue value = Deletion(device, record.sequence);
  value.value = Dump(object);
  return value;
}

OutputValue ToValue(const ClockRecord& record) {
  return {std::string(kClockKey),
          Dump({{"seen_ns", record.seen_ns}, {"believed_from_ns", record.believed_from_ns}})};
}

absl::StatusOr<std::optional<ClockRecord>> ReadClock(absl::Span<const OutputValue> values) {
  for (const OutputValue& value : values) {
    if (value.key != kClockKey || !value.value) continue;
    const json object = json::parse(*value.value, nullptr, false);
    std::optional<std::int64_t> seen;
    std::optional<std::int64_t> believed_from;
    if (!object.is_object() || !TakeIfThere(object, "seen_ns", seen) ||
        !TakeIfThere(object, "believed_from_ns", believed_from) || !seen || !believed_from) {
      return absl::DataLossError(
          absl::StrCat("the state's entry for ", value.key, " cannot be read"));
    }
    return ClockRecord{*seen, *believed_from};
  }
  return std::nullopt;
}

OutputValue Deletion(const std::string& device, std::uint64_t sequence) {
  return {absl::StrFormat("%s%020d", KeyPrefix(device), sequence), std::nullopt};
}

absl::StatusOr<Records> ReadRecords(absl::Span<const OutputValue> values) {
  Records records;
  for (const OutputValue& value : values) {
    bool read = false;
    if (value.value && value.key.back() == '/') {
      read = Read(*value.value, records.folder.emplace());
    } else if (value.value) {
      read = Read(*value.value, records.files.emplace_back());
    }
    if (!read) {
      return absl::DataLossError(
          absl::StrCat("the state's entry for ", value.key, " cannot be read"));
    }
  }
  return records;
}

std::vector<absl::Span<const OutputValue>> ByDevice(absl::Span<const OutputValue> values) {
  std::vector<absl::Span<const OutputValue>> devices;
  while (!values.empty()) {
    // A percent-encoded name has no '/'.
    const std::string prefix = values[0].key.substr(0, values[0].key.find('/') + 1);
    std::size_t count = 1;
    while (count < values.size() && values[count].key.starts_with(prefix)) ++count;
    devices.push_back(values.first(count));
    values.remove_prefix(count);
  }
  return devices;
}

}  // namespace cce::file
