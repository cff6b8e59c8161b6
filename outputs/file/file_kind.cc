#include "outputs/file/file_kind.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
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

}  // namespace

absl::StatusOr<FileOptions> ReadOptions(const OutputSettings& settings) {
  const nlohmann::json object = nlohmann::json::parse(settings.options, nullptr, false);
  if (!object.is_object()) return absl::InvalidArgumentError("the output is not a JSON object");
  FileOptions options;
  options.name = settings.name;
  options.state_dir = settings.state_dir;
  const std::string directory = TextOf(object, "directory");
  if (directory.empty()) return Wrong("directory", "", "the directory to write to is required");
  if (directory.find_first_of("{}") != std::string::npos) {
    return Wrong("directory", directory,
                 "{tenant} and {device} are not supported in it; every device has a folder of its "
                 "own below it anyway");
  }
  options.directory = directory.front() == '/' || settings.base_dir.empty()
                          ? directory
                          : absl::StrCat(settings.base_dir, "/", directory);
  while (options.directory.size() > 1 && options.directory.back() == '/') {
    options.directory.pop_back();
  }

  if (const std::string text = TextOf(object, "rotate_size"); !text.empty()) {
    const absl::StatusOr<std::uint64_t> size = ReadSize(text);
    if (!size.ok())
      return absl::InvalidArgumentError(absl::StrCat("/rotate_size: ", size.status().message()));
    if (*size < 1024) return Wrong("rotate_size", text, "at least \"1KiB\" is allowed");
    options.rotate_size = *size;
  }
  if (const std::string text = TextOf(object, "rotate_every"); !text.empty()) {
    const absl::StatusOr<absl::Duration> every = ReadDuration(text);
    if (!every.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("/rotate_every: ", every.status().message()));
    }
    if (*every < absl::Seconds(1) || *every > absl::Hours(24 * 366)) {
      return Wrong("rotate_every", text, "\"1s\" to \"8784h\" is allowed");
    }
    options.rotate_every = *every;
  }
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
