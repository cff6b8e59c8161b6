#include "outputs/file/file_kind.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cce/api/placeholders.h"
#include "cce/api/values.h"
#include "nlohmann/json.hpp"

namespace cce {
namespace file {
namespace {

absl::Status Wrong(const std::string& key, std::string_view found, std::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat("/", key, ": found \"", std::string(found), "\"; ", std::string(allowed)));
}

// The text of `key`; empty without it.
std::string TextOf(const nlohmann::json& options, const std::string& key) {
  const auto found = options.find(key);
  return found != options.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Reads the text of `key`, if there is one, and checks that it lies in [least, most].
template <class T>
absl::Status ReadInto(const nlohmann::json& options, const std::string& key, T& out,
                      absl::StatusOr<T> (*read)(std::string_view), T least, T most,
                      std::string_view range) {
  const std::string text = TextOf(options, key);
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<T> value = read(text);
  if (!value.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("/", key, ": ", value.status().message()));
  }
  if (*value < least || *value > most) return Wrong(key, text, range);
  out = *value;
  return absl::OkStatus();
}

absl::Status CheckDirectory(const std::string& directory) {
  if (directory.empty()) return Wrong("directory", "", "the directory to write to is required");
  const absl::Status good = CheckPlaceholders(directory);
  if (good.ok()) return good;
  return absl::InvalidArgumentError(absl::StrCat("/directory: ", good.message()));
}

Compression CompressionOf(const std::string& name) {
  for (const Compression known : {Compression::kZstd, Compression::kGzip}) {
    if (name == NameOf(known)) return known;
  }
  return Compression::kNone;
}

}  // namespace

absl::StatusOr<FileOptions> ReadOptions(const OutputSettings& settings) {
  const nlohmann::json object = nlohmann::json::parse(settings.options, nullptr, false);
  if (!object.is_object()) return absl::InvalidArgumentError("the output is not a JSON object");
  FileOptions options;
  options.name = settings.name;
  options.state_dir = settings.state_dir;
  const std::string directory = TextOf(object, "directory");
  options.directory = directory.front() == '/' || settings.base_dir.empty()
                          ? directory
                          : absl::StrCat(settings.base_dir, "/", directory);
  while (options.directory.size() > 1 && options.directory.back() == '/') {
    options.directory.pop_back();
  }

  options.compression = CompressionOf(TextOf(object, "compress"));
  constexpr std::uint64_t kAnySize = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::string> mistakes;
  for (const absl::Status& read :
       {CheckDirectory(directory),
        ReadInto<std::uint64_t>(object, "rotate_size", options.rotate_size, ReadSize, 1 << 10,
                                kAnySize, "at least \"1KiB\" is allowed"),
        ReadInto(object, "rotate_every", options.rotate_every, ReadDuration, absl::Seconds(1),
                 absl::Hours(24 * 366), "\"1s\" to \"8784h\" is allowed"),
        ReadInto(
            object, "retain_for", options.retention.retain_for, ReadDuration, absl::Hours(1),
            absl::Hours(24 * 36'600),
            "\"1h\" to \"878400h\" is allowed, such as \"2160h\" for 90 days, or \"\" for ever"),
        ReadInto<std::uint64_t>(object, "retain_size", options.retention.retain_size, ReadSize,
                                1 << 20, kAnySize,
                                "at least \"1MiB\" is allowed, or \"\" without limit")}) {
    if (!read.ok()) mistakes.emplace_back(read.message());
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(absl::StrJoin(mistakes, "\n"));
  return options;
}

}  // namespace file

OutputKind FileOutputKind() {
  return {
      .type = "file",
      .schema = file::Schema(),
      .check = [](const OutputSettings& settings) { return file::ReadOptions(settings).status(); },
      .guarantee = [](const OutputSettings&) { return file::kGuarantee; },
      .make = [](OutputSettings settings,
                 OutputWorld world) -> absl::StatusOr<std::unique_ptr<Output>> {
        absl::StatusOr<file::FileOptions> options = file::ReadOptions(settings);
        if (!options.ok()) return options.status();
        return std::make_unique<file::FileOutput>(*std::move(options), std::move(world));
      },
  };
}

}  // namespace cce
