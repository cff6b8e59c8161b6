#include "outputs/dead_letters/put_bytes.h"

#include "absl/strings/escaping.h"
#include "cce/api/text.h"

namespace cce::dead_letters {
namespace {

bool IsUtf8(std::string_view bytes) {
  try {
    nlohmann::ordered_json(bytes).dump();
    return true;
  } catch (const nlohmann::ordered_json::type_error&) {
    return false;
  }
}

}  // namespace

void PutBytes(nlohmann::ordered_json& object, const std::string& key, std::string_view bytes) {
  if (IsUtf8(bytes)) {
    object[key] = bytes;
  } else {
    object[key + "_base64"] = absl::Base64Escape(ForAbseil(bytes));
  }
}

}  // namespace cce::dead_letters
