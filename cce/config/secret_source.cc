#include "cce/config/secret_source.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cce/config/json_text.h"
#include "cce/config/text_file.h"

namespace cce {
namespace {

absl::StatusOr<LoadedSecret> FromFile(const std::string& path, const char* what) {
  absl::StatusOr<std::string> text = ReadTextFile(path);
  const std::string name = absl::StrCat(what, " ", Quoted(path));
  if (!text.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, " ", text.status().message(), "; put the key there, alone"));
  }
  std::string_view key = *text;
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.remove_suffix(1);
  LoadedSecret loaded{Secret(key), ""};
  const bool has_lines = key.find_first_of("\r\n") != std::string_view::npos;
  WipeText(*text);
  if (loaded.secret.empty() || has_lines) {
    return absl::FailedPreconditionError(absl::StrCat(
        name, has_lines ? " has several lines" : " is empty", "; put the key there, alone"));
  }
  if (IsReadableByOthers(path)) {
    loaded.warning = absl::StrCat(name, " is readable by all users; chmod o-r it");
  }
  return loaded;
}

}  // namespace

absl::StatusOr<LoadedSecret> LoadSecret(const nlohmann::json& value, const std::string& base_dir) {
  if (value.is_string()) {
    return LoadedSecret{Secret(value.get_ref<const std::string&>()),
                        "the key stands in the file itself; better is {\"credential\": NAME} or "
                        "{\"file\": PATH}"};
  }
  const std::string kind = value.begin().key();
  const std::string& name = value.begin()->get_ref<const std::string&>();
  if (kind == "file") {
    return FromFile((std::filesystem::path(base_dir) / name).lexically_normal(), "the file");
  }
  if (kind == "credential") {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr) {
      return absl::FailedPreconditionError(absl::StrCat(
          "no credentials here ($CREDENTIALS_DIRECTORY is not set); systemd hands them over with "
          "LoadCredential=",
          name, ":PATH in the unit"));
    }
    absl::StatusOr<LoadedSecret> loaded =
        FromFile((std::filesystem::path(folder) / name).string(), "the credential");
    if (loaded.ok()) loaded->warning.clear();  // systemd guards the folder
    return loaded;
  }
  const char* text = std::getenv(name.c_str());
  if (text == nullptr || *text == '\0') {
    return absl::FailedPreconditionError(
        absl::StrCat("the environment variable ", Quoted(name), " is not set; set it to the key"));
  }
  return LoadedSecret{Secret(text), ""};
}

}  // namespace cce
